/**
 * A request that becomes a WebSocket with a place among the streams.
 *
 * @module
 */
import type { Exchange } from "../exchange.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";
import type { StreamPlace, StreamTable, Transport } from "./stream_table.ts";

/** Seconds after which a quiet socket is sent a ping, and closed where none comes back in as many. */
export const SOCKET_IDLE_SECONDS = 30;

/** A socket, the answer that makes it one, and its place. */
export interface OpenedSocket extends Deno.WebSocketUpgrade {
  readonly place: StreamPlace;
}

/** Makes the socket, or says why there is none. What is read off the request is read before. */
export function openSocket(
  exchange: Exchange,
  table: StreamTable,
  transport: Transport,
): OpenedSocket | Problem {
  if (exchange.header("upgrade")?.toLowerCase() !== "websocket") {
    return new Problem(EdgeCode.upgradeRequired, { headers: [["upgrade", "websocket"]] });
  }
  // Asked for before there is a place, so that a missing one leaves none behind.
  void exchange.backend;
  const place = table.enter(exchange, transport);
  if (place instanceof Problem) return place;
  const upgraded = upgrade(exchange.context.req.raw);
  if (upgraded instanceof Problem) {
    place.leave();
    return upgraded;
  }
  upgraded.socket.binaryType = "arraybuffer";
  return { ...upgraded, place };
}

function upgrade(request: Request): Deno.WebSocketUpgrade | Problem {
  try {
    return Deno.upgradeWebSocket(request, { idleTimeout: SOCKET_IDLE_SECONDS });
  } catch (error) {
    return new Problem(EdgeCode.upgradeRequired, {
      detail: error instanceof Error ? error.message : String(error),
    });
  }
}
