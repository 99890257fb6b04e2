/**
 * `GET /v1/stream`: market data and private reports as server-sent events. STREAMS.md tells what
 * stands in them.
 *
 * @module
 */
import * as v from "valibot";
import type { Channel } from "../../core/streams/channel.ts";
import { type Cursor, CURSOR_LENGTH_MAX } from "../../core/streams/cursor.ts";
import { HubFullError } from "../../infra/streams/feed_hub.ts";
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import type { Operation } from "../operation.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";
import { SIGNED_PROBLEMS, STREAM_PROBLEMS } from "../problems/problem_groups.ts";
import { type QueryParameters, readParameters, wholeNumber } from "../query_parameters.ts";
import { EventStream } from "./event_stream.ts";
import { TRADES_REACH } from "./join_answers.ts";
import { OwnerWatch } from "./owner_watch.ts";
import { readChannels, readCursor } from "./stream_channels.ts";
import { StreamDriver, type StreamOwner } from "./stream_driver.ts";
import { useTicket, verifyOwner } from "./stream_owner.ts";
import type { StreamTable } from "./stream_table.ts";

/** Media type of the events. */
export const EVENT_STREAM_TYPE = "text/event-stream";
const PARAMETERS = ["channels", "lastEventId", "trades", "ticket"] as const;

/** What the example brings: it is open, the last trade, and a change of the book. */
const EVENTS = `retry: 1500
event: ready
data: {"channels":["trades:BTC-USD","depth:BTC-USD"]}

id: trades:BTC-USD.1
event: snapshot
data: {"channel":"trades:BTC-USD","symbol":"BTC-USD","sequence":14,"trades":[{"tradeId":"1","price":"40000.00","quantity":"0.1000","takerSide":"buy","timeMicros":1700000000000000}]}

id: trades:BTC-USD.1
event: joined
data: {"channel":"trades:BTC-USD"}

event: depth:BTC-USD
data: {"symbol":"BTC-USD","sequence":15,"prevSequence":14,"timeMicros":1700000001000000,"bids":[["40000.00","0.1000"]],"asks":[],"checksum":4232631595}

`;

const OPERATION: Operation = {
  id: "openStream",
  group: "Streams",
  summary: "Market data and private reports as server-sent events",
  description:
    "One stream carries up to 32 channels. `reports` needs a signature, a bearer token or a " +
    "ticket of `POST /v1/stream-tickets`; other channels need nothing. An event's name is its " +
    "channel and its data the JSON message as on NATS; besides there are `ready`, `snapshot`, " +
    "`joined`, `gap` and `dropped`. A stream is resumed by the `id` of its last event.",
  problems: [
    ...SIGNED_PROBLEMS,
    ...STREAM_PROBLEMS,
    EdgeCode.unknownChannel,
    EdgeCode.unknownSymbol,
    EdgeCode.tooManyChannels,
    EdgeCode.invalidCursor,
    EdgeCode.ticketInvalid,
    EdgeCode.streamsUnavailable,
  ],
  parameters: [
    {
      name: "channels",
      in: "query",
      description: "`reports` and feeds with a symbol, with commas between them.",
      schema: v.pipe(v.string(), v.minLength(1)),
      isRequired: true,
      example: "trades:BTC-USD,depth:BTC-USD",
    },
    {
      name: "trades",
      in: "query",
      description: `Last trades that each channel of trades begins with, 0 to ${TRADES_REACH}; ` +
        "0 if left out.",
      schema: v.pipe(v.string(), v.regex(/^\d{1,4}$/)),
      example: "10",
    },
    {
      name: "lastEventId",
      in: "query",
      description: "As the header field `Last-Event-ID`, for whoever cannot set it.",
      schema: v.pipe(v.string(), v.maxLength(CURSOR_LENGTH_MAX)),
      example: "trades:BTC-USD.0",
    },
    {
      name: "ticket",
      in: "query",
      description: "For `reports`, where no header field can be set: good for one stream.",
      schema: v.string(),
      example: "7.3.120.1700000030000000.demo-key.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    },
    {
      name: "Last-Event-ID",
      in: "header",
      description: "The `id` of the last event that was read; a browser sends it by itself.",
      schema: v.pipe(v.string(), v.maxLength(CURSOR_LENGTH_MAX)),
      example: "trades:BTC-USD.0",
    },
  ],
  answers: [{
    status: 200,
    description: "The events, until one side ends.",
    body: {
      contentType: EVENT_STREAM_TYPE,
      schema: null,
      example: EVENTS,
    },
  }],
};

/** The endpoint. */
export const streamEndpoint = (table: StreamTable): EndpointSpec => ({
  method: "GET",
  path: "/v1/stream",
  scope: null,
  weight: 5,
  isPublic: true,
  handle: (exchange) => openStream(exchange, table),
  operation: OPERATION,
});

async function openStream(exchange: Exchange, table: StreamTable): Promise<Outcome> {
  const parameters = readParameters(exchange, PARAMETERS);
  if (parameters instanceof Problem) return parameters;
  const { backend, deps } = exchange;
  const names = (parameters.get("channels") ?? "").split(",").filter((name) => name !== "");
  const channels = readChannels(names, backend.reference);
  if (channels instanceof Problem) return channels;
  const trades = wholeNumber(parameters, "trades", 0, 0, TRADES_REACH);
  if (trades instanceof Problem) return trades;
  const after = cursorOf(exchange, parameters);
  if (after instanceof Problem) return after;
  const owner = await ownerOf(exchange, table, parameters, channels);
  if (owner instanceof Problem) return owner;
  const place = table.enter(exchange, "sse");
  if (place instanceof Problem) return place;
  const stream = new EventStream(place, deps.steadyMicros);
  const driver = new StreamDriver({
    backend,
    snapshots: table.snapshots(backend),
    log: deps.log,
    wake: () => stream.flush(),
    end: (reason) => stream.close(reason),
  });
  if (owner !== null) driver.own(owner);
  try {
    stream.begin(driver, channels.map(({ name }) => name), after);
    for (const channel of channels) driver.open(channel, after, trades);
  } catch (error) {
    driver.end(null);
    place.leave();
    if (error instanceof HubFullError) return new Problem(EdgeCode.streamsFull);
    throw error;
  }
  const watch = new OwnerWatch(deps, backend, table.notes, driver);
  place.settle({
    sweep: (steadyMicros) => {
      stream.sweep(steadyMicros);
      watch.sweep(steadyMicros);
    },
    end: (reason) => stream.end(reason),
  });
  return {
    status: 200,
    body: null,
    stream: stream.body,
    contentType: EVENT_STREAM_TYPE,
    // Proxies that collect answers would keep the events.
    headers: [["x-accel-buffering", "no"]],
  };
}

function cursorOf(exchange: Exchange, parameters: QueryParameters): Cursor | Problem {
  const parameter = parameters.get("lastEventId") ?? null;
  const header = exchange.header("last-event-id");
  // A browser that comes back sends the newer one in the header.
  return header === null || header === ""
    ? readCursor("lastEventId", parameter)
    : readCursor("Last-Event-ID", header);
}

async function ownerOf(
  exchange: Exchange,
  table: StreamTable,
  parameters: QueryParameters,
  channels: readonly Channel[],
): Promise<StreamOwner | null | Problem> {
  if (!channels.some(({ kind }) => kind === "reports")) return null;
  const ticket = parameters.get("ticket");
  return ticket === undefined
    ? await verifyOwner(exchange, table)
    : await useTicket(exchange, table, ticket);
}
