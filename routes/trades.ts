/**
 * `GET /v1/trades`: the last trades of an instrument, newest first.
 *
 * @module
 */
import type { EndpointSpec, Outcome } from "./endpoint.ts";
import type { Exchange } from "./exchange.ts";
import { readSnapshot } from "./snapshot_request.ts";
import { jsonReply } from "./reply.ts";

/** Trades where the request names no number. */
export const TRADES_DEFAULT = 100;
/** Most trades. */
export const TRADES_MAX = 1_000;

/** The endpoint. */
export const tradesEndpoint: EndpointSpec = {
  method: "GET",
  path: "/v1/trades",
  scope: null,
  weight: 1,
  isPublic: true,
  handle: readTrades,
};

function readTrades(exchange: Exchange): Outcome | Promise<Outcome> {
  const count = { name: "limit", fallback: TRADES_DEFAULT, most: TRADES_MAX };
  return readSnapshot(exchange, count, (trades) => ({ levels: 0, trades }), (snapshot) => {
    const { symbol, sequence, trades } = snapshot;
    return jsonReply(200, { symbol, sequence: String(sequence), trades });
  });
}
