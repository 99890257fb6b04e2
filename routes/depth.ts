/**
 * `GET /v1/depth`: the best levels of a book.
 *
 * @module
 */
import type { EndpointSpec, Outcome } from "./endpoint.ts";
import type { Exchange } from "./exchange.ts";
import { readSnapshot } from "./snapshot_request.ts";
import { jsonReply } from "./reply.ts";

/** Levels of a side where the request names no number. */
export const LEVELS_DEFAULT = 20;
/** Most levels of a side. */
export const LEVELS_MAX = 1_000;

/** The endpoint. */
export const depthEndpoint: EndpointSpec = {
  method: "GET",
  path: "/v1/depth",
  scope: null,
  weight: 1,
  isPublic: true,
  handle: readDepth,
};

function readDepth(exchange: Exchange): Outcome | Promise<Outcome> {
  const count = { name: "levels", fallback: LEVELS_DEFAULT, most: LEVELS_MAX };
  return readSnapshot(exchange, count, (levels) => ({ levels, trades: 0 }), (snapshot) => {
    const { symbol, sequence, bids, asks } = snapshot;
    return jsonReply(200, { symbol, sequence: String(sequence), bids, asks });
  });
}
