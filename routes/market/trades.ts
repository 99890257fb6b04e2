/**
 * `GET /v1/trades`: the last trades of an instrument, newest first.
 *
 * @module
 */
import * as v from "valibot";
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { SNAPSHOT_PROBLEMS } from "../problems/problem_groups.ts";
import { jsonReply } from "../reply.ts";
import { type Trades, TradesSchema } from "../schema/market.ts";
import { MIN_SEQUENCE_PARAMETER, SYMBOL_PARAMETER } from "../schema/parameters.ts";
import { readSnapshot } from "./snapshot_request.ts";

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
  operation: {
    id: "listTrades",
    group: "Market data",
    summary: "The last trades of an instrument, newest first",
    parameters: [
      { ...SYMBOL_PARAMETER, isRequired: true },
      {
        name: "limit",
        in: "query",
        description: `Trades at most, from 1 to ${TRADES_MAX}; ${TRADES_DEFAULT} if left out.`,
        schema: v.pipe(v.string(), v.regex(/^\d{1,4}$/)),
        example: "10",
      },
      MIN_SEQUENCE_PARAMETER,
    ],
    answers: [{
      status: 200,
      description: "The trades as of `sequence`.",
      body: {
        schema: TradesSchema,
        example: {
          symbol: "BTC-USD",
          sequence: "3",
          trades: [{
            tradeId: "1",
            price: "50000.00",
            quantity: "0.2000",
            takerSide: "buy",
            timeMicros: 1_700_000_000_000_000,
          }],
        } satisfies Trades,
      },
    }],
    problems: SNAPSHOT_PROBLEMS,
  },
};

function readTrades(exchange: Exchange): Outcome | Promise<Outcome> {
  const count = { name: "limit", fallback: TRADES_DEFAULT, most: TRADES_MAX };
  return readSnapshot(exchange, count, (trades) => ({ levels: 0, trades }), (snapshot) => {
    const { symbol, sequence, trades } = snapshot;
    const view: Trades = { symbol, sequence: String(sequence), trades };
    return jsonReply(200, view);
  });
}
