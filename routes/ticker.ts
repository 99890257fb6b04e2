/**
 * `GET /v1/ticker`: an instrument in a few figures.
 *
 * @module
 */
import type { EndpointSpec, Outcome } from "./endpoint.ts";
import type { Exchange } from "./exchange.ts";
import { readSnapshot } from "./snapshot_request.ts";
import { SNAPSHOT_PROBLEMS } from "./problem_groups.ts";
import { jsonReply } from "./reply.ts";
import { type Ticker, TickerSchema } from "./schema/market.ts";
import { MIN_SEQUENCE_PARAMETER, SYMBOL_PARAMETER } from "./schema/parameters.ts";

/** The endpoint. */
export const tickerEndpoint: EndpointSpec = {
  method: "GET",
  path: "/v1/ticker",
  scope: null,
  weight: 1,
  isPublic: true,
  handle: readTicker,
  operation: {
    id: "getTicker",
    group: "Market data",
    summary: "An instrument in a few figures",
    parameters: [{ ...SYMBOL_PARAMETER, isRequired: true }, MIN_SEQUENCE_PARAMETER],
    answers: [{
      status: 200,
      description: "Figures of the last 24 hours, and the best prices.",
      body: {
        schema: TickerSchema,
        example: {
          symbol: "BTC-USD",
          sequence: "3",
          status: "trading",
          lastPrice: "50000.00",
          open24h: "50000.00",
          high24h: "50000.00",
          low24h: "50000.00",
          volume24h: "0.2000",
          trades24h: 1,
          bidPrice: null,
          bidQuantity: "0",
          askPrice: "50000.00",
          askQuantity: "0.3000",
        } satisfies Ticker,
      },
    }],
    problems: SNAPSHOT_PROBLEMS,
  },
};

function readTicker(exchange: Exchange): Outcome | Promise<Outcome> {
  return readSnapshot(exchange, null, () => ({ levels: 1, trades: 0 }), (snapshot) => {
    const { symbol, sequence, status, bids, asks, ticker } = snapshot;
    const [bidPrice, bidQuantity] = bids[0] ?? [null, "0"];
    const [askPrice, askQuantity] = asks[0] ?? [null, "0"];
    const view: Ticker = {
      symbol,
      sequence: String(sequence),
      status,
      ...ticker,
      bidPrice,
      bidQuantity,
      askPrice,
      askQuantity,
    };
    return jsonReply(200, view);
  });
}
