/**
 * Binance's streams over a WebSocket: `GET /ws`, `/ws/<stream>/<stream>` and `/stream?streams=`.
 *
 * They stand in the table of all streams of the gateway, with the same bounds for each address and
 * the same end when it stops or loses the broker.
 *
 * @module
 */
import type { FeedHub } from "../../../infra/streams/feed_hub.ts";
import type { EndpointSpec, Outcome } from "../../endpoint.ts";
import type { Exchange } from "../../exchange.ts";
import { EdgeCode } from "../../problems/edge_code.ts";
import { Problem } from "../../problems/problem.ts";
import { openSocket } from "../../streams/open_socket.ts";
import { SocketStream } from "../../streams/socket_stream.ts";
import type { StreamTable } from "../../streams/stream_table.ts";
import { binanceError, BinanceProblem } from "../binance_error.ts";
import { binanceDialect } from "../dialect.ts";
import { parametersOf } from "../parameters.ts";
import { timeWriterIn } from "../times.ts";
import { EachSecond } from "./each_second.ts";
import { findStreams, type StreamItem, StreamSession } from "./stream_session.ts";
import { TranslatedFeeds } from "./translated_feeds.ts";

/** What a URL asks for. */
export interface StreamUrl {
  readonly names: readonly string[];
  /** Whether each event says which stream it is of. */
  readonly isCombined: boolean;
}

const COMBINED_PATH = "/stream";
/** As much as opening `GET /v1/ws`. */
const WEIGHT = 5;

/** The endpoints, whose streams stand in the table. */
export function binanceStreamEndpoints(table: StreamTable): readonly EndpointSpec[] {
  const byHub = new WeakMap<FeedHub, TranslatedFeeds>();
  const seconds = new EachSecond();
  const feedsOf = ({ backend, deps: { nowMicros } }: Exchange): TranslatedFeeds => {
    const { feeds: hub, reference } = backend;
    const snapshots = table.snapshots(backend);
    const feeds = byHub.get(hub) ??
      new TranslatedFeeds({ hub, snapshots, nowMicros, reference, seconds });
    byHub.set(hub, feeds);
    return feeds;
  };
  return ["/ws", "/ws/*", COMBINED_PATH].map((path) => ({
    method: "GET",
    path,
    scope: null,
    weight: WEIGHT,
    dialect: binanceDialect,
    handle: (exchange) => serveStreams(exchange, table, feedsOf),
  }));
}

/** A number in the place of a stream: some libraries number their connections (`/ws/1`). */
const NUMBER_PATTERN = /^\d{1,9}$/;

/** Reads a URL of streams. A path that cannot be decoded names none that there is. */
export function readStreamUrl(url: URL): StreamUrl {
  const listOf = (text: string) => text.split("/").filter((name) => name !== "");
  if (url.pathname === COMBINED_PATH) {
    return { names: listOf(url.searchParams.get("streams") ?? ""), isCombined: true };
  }
  const names = listOf(decoded(url.pathname)).slice(1).filter((name) => !NUMBER_PATTERN.test(name));
  return { names, isCombined: false };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function serveStreams(
  exchange: Exchange,
  table: StreamTable,
  feedsOf: (exchange: Exchange) => TranslatedFeeds,
): Outcome {
  const url = new URL(exchange.context.req.url);
  const { names, isCombined } = readStreamUrl(url);
  const parameters = parametersOf(exchange, isCombined ? ["streams", "timeUnit"] : ["timeUnit"]);
  if (parameters instanceof Problem) return parameters;
  const time = timeWriterIn(parameters.get("timeUnit") ?? null);
  if (time instanceof Problem) return time;
  const { backend: { reference }, deps: { log, steadyMicros } } = exchange;
  const found = findStreams(names, reference);
  if (typeof found === "string") {
    const error = binanceError(-1100, `Invalid request: ${found}.`);
    return new BinanceProblem(EdgeCode.invalidParameter, error);
  }
  const opened = openSocket(exchange, table, "binance");
  if (opened instanceof Problem) return opened;
  const { socket, response, place } = opened;
  const stream = new SocketStream<StreamItem>(socket, place, {
    textOf: (item) => session.textOf(item),
    // Binance has no message for it.
    farewell: () => null,
  });
  const session = new StreamSession({
    feeds: feedsOf(exchange),
    reference,
    time,
    steadyMicros,
    isCombined,
    log,
    say: (text) => stream.say(text),
    wake: () => stream.flush(),
    end: (reason) => stream.close(reason),
  });
  stream.begin(session);
  place.settle(stream);
  socket.onopen = () => session.begin(names);
  socket.onmessage = ({ data }) => session.take(data);
  socket.onclose = socket.onerror = () => stream.leave();
  return response;
}
