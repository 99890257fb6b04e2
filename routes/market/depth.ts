/**
 * `GET /v1/depth`: the best levels of a book.
 *
 * @module
 */
import * as v from "valibot";
import { SNAPSHOT_LEVELS_MAX } from "../../core/market_data/snapshot.ts";
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { SNAPSHOT_PROBLEMS } from "../problems/problem_groups.ts";
import { jsonReply } from "../reply.ts";
import { type Depth, DepthSchema } from "../schema/depth.ts";
import { MIN_SEQUENCE_PARAMETER, SYMBOL_PARAMETER } from "../schema/parameters.ts";
import { readSnapshot } from "./snapshot_request.ts";

/** Levels of a side where the request names no number. */
export const LEVELS_DEFAULT = 20;
/** Most levels of a side: as many as a snapshot of market data has. */
export const LEVELS_MAX = SNAPSHOT_LEVELS_MAX;

/**
 * What so many levels of a side cost, in the proportions that Binance has: a whole book is a hundred
 * times as long as what most ask for, and is sent to whoever asks.
 */
const WEIGHTS = [
  { levelsMax: 100, weight: 1 },
  { levelsMax: 500, weight: 5 },
  { levelsMax: 1_000, weight: 10 },
  { levelsMax: LEVELS_MAX, weight: 50 },
] as const;

/** The endpoint. */
export const depthEndpoint: EndpointSpec = {
  method: "GET",
  path: "/v1/depth",
  scope: null,
  weight: WEIGHTS[0].weight,
  weightOf,
  isPublic: true,
  handle: readDepth,
  operation: {
    id: "getDepth",
    group: "Market data",
    summary: "The best levels of a book",
    description: `Costs by the levels of a side that it asks for: ${
      WEIGHTS.map(({ levelsMax, weight }) => `${weight} up to ${levelsMax}`).join(", ")
    }.`,
    parameters: [
      { ...SYMBOL_PARAMETER, isRequired: true },
      {
        name: "levels",
        in: "query",
        description:
          `Levels of a side at most, from 1 to ${LEVELS_MAX}; ${LEVELS_DEFAULT} if left out. ` +
          `A side with fewer is whole: so is every book of up to ${LEVELS_MAX} levels a side.`,
        schema: v.pipe(v.string(), v.regex(/^\d{1,4}$/)),
        example: "5",
      },
      MIN_SEQUENCE_PARAMETER,
    ],
    answers: [{
      status: 200,
      description: "The book as of `sequence`.",
      body: {
        schema: DepthSchema,
        example: {
          symbol: "BTC-USD",
          sequence: "1290",
          bids: [["49999.50", "0.2000"]],
          asks: [["50000.50", "0.1500"]],
        } satisfies Depth,
      },
    }],
    problems: SNAPSHOT_PROBLEMS,
  },
};

/** A request that will be refused costs the least. */
function weightOf(exchange: Exchange): number {
  const text = new URLSearchParams(exchange.query).get("levels") ?? "";
  const levels = /^\d{1,4}$/.test(text) ? Number(text) : LEVELS_DEFAULT;
  return levels > LEVELS_MAX ? WEIGHTS[0].weight : depthWeight(levels);
}

/** What so many levels of a side cost; more than there are cost what all do. */
export function depthWeight(levels: number): number {
  return (WEIGHTS.find(({ levelsMax }) => levels <= levelsMax) ?? WEIGHTS[3]).weight;
}

function readDepth(exchange: Exchange): Outcome | Promise<Outcome> {
  const count = { name: "levels", fallback: LEVELS_DEFAULT, most: LEVELS_MAX };
  return readSnapshot(exchange, count, (levels) => ({ levels, trades: 0 }), (snapshot) => {
    const { symbol, sequence, bids, asks } = snapshot;
    const depth = { symbol, sequence: String(sequence), bids, asks };
    return jsonReply(200, depth);
  });
}
