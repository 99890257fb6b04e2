/**
 * A WebSocket with Binance's streams: `/ws`, `/ws/<stream>/<stream>` and `/stream?streams=`.
 *
 * @module
 */
import type { Reference } from "../../../infra/reference/reference.ts";
import { timeWriterOf } from "../times.ts";
import { StreamSession, type Subscribe } from "./stream_session.ts";

/** A connection that says nothing for this long is asked, and then closed. */
export const IDLE_SECONDS_MAX = 120;

const BAD_REQUEST = 400;
const UPGRADE_REQUIRED = 426;
/** Requests are text. */
const CLOSE_UNSUPPORTED = 1_003;

/** What the streams are made of. */
export interface StreamSources {
  readonly subscribe: Subscribe;
  readonly reference: Pick<Reference, "all">;
  /** A clock in microseconds that never goes back. */
  readonly steadyMicros: () => number;
}

/** What a URL asks for. */
export interface StreamUrl {
  readonly names: readonly string[];
  readonly isCombined: boolean;
  /** As `timeUnit` has it. */
  readonly timeUnit: string | null;
}

/** Reads a URL; `null` where it is none of streams. */
export function readStreamUrl(url: URL): StreamUrl | null {
  const timeUnit = url.searchParams.get("timeUnit");
  const listOf = (text: string) => text.split("/").filter((name) => name !== "");
  if (url.pathname === "/stream") {
    const names = listOf(url.searchParams.get("streams") ?? "");
    return { names, isCombined: true, timeUnit };
  }
  const found = /^\/ws(?:\/(.*))?$/.exec(decodePath(url));
  return found && { names: listOf(found[1] ?? ""), isCombined: false, timeUnit };
}

function decodePath({ pathname }: URL): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return "";
  }
}

/** Answers a request for streams: with a WebSocket, or with what is wrong. */
export function serveStreams(request: Request, sources: StreamSources): Response {
  const asked = readStreamUrl(new URL(request.url));
  if (asked === null) return refusal(BAD_REQUEST, "Invalid request: unknown path");
  const time = timeWriterOf(asked.timeUnit);
  if (time === null) return refusal(BAD_REQUEST, "Invalid request: timeUnit");
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    return refusal(UPGRADE_REQUIRED, "Invalid request: not a WebSocket");
  }
  const { names, isCombined } = asked;
  const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: IDLE_SECONDS_MAX });
  const session = new StreamSession({ ...sources, sink: socket, time, isCombined });
  socket.onopen = () => {
    const fault = session.subscribe(names);
    if (fault !== null) socket.close(CLOSE_UNSUPPORTED, fault.slice(0, 100));
  };
  socket.onmessage = ({ data }) => {
    if (typeof data === "string") session.receive(data);
    else socket.close(CLOSE_UNSUPPORTED, "text is wanted");
  };
  // An error is followed by a close.
  socket.onclose = () => session.close();
  return response;
}

function refusal(status: number, msg: string): Response {
  return Response.json({ error: { code: 2, msg } }, { status });
}
