/**
 * `GET /v1/ticker`: an instrument in a few figures.
 *
 * @module
 */
import type { EndpointSpec, Outcome } from "./endpoint.ts";
import type { Exchange } from "./exchange.ts";
import { readSnapshot } from "./snapshot_request.ts";
import { jsonReply } from "./reply.ts";

/** The endpoint. */
export const tickerEndpoint: EndpointSpec = {
  method: "GET",
  path: "/v1/ticker",
  scope: null,
  weight: 1,
  isPublic: true,
  handle: readTicker,
};

function readTicker(exchange: Exchange): Outcome | Promise<Outcome> {
  return readSnapshot(exchange, null, () => ({ levels: 1, trades: 0 }), (snapshot) => {
    const { symbol, sequence, status, bids, asks, ticker } = snapshot;
    const [bidPrice, bidQuantity] = bids[0] ?? [null, "0"];
    const [askPrice, askQuantity] = asks[0] ?? [null, "0"];
    return jsonReply(200, {
      symbol,
      sequence: String(sequence),
      status,
      ...ticker,
      bidPrice,
      bidQuantity,
      askPrice,
      askQuantity,
    });
  });
}
