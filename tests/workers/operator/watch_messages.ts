/**
 * Messages and snapshots of a market, for tests of the watcher.
 *
 * @module
 */

import type {
  DepthMessage,
  Level,
  TradeEntry,
  TradesMessage,
} from "../../../core/market_data/feed_messages.ts";
import { BTC_USD } from "../../support/btc_usd.ts";
import type { SnapshotAnswer } from "../../../core/protocol/queries.ts";

/** Noon by this machine's clock, so that times of day are the same everywhere. */
export const NOON_MICROS = new Date(2024, 0, 2, 12, 0, 0).getTime() * 1_000;

/** A message of the depth feed. */
export function depth(
  prevSequence: number,
  sequence: number,
  bids: readonly Level[] = [],
  asks: readonly Level[] = [],
): DepthMessage {
  return {
    symbol: "BTC-USD",
    prevSequence,
    sequence,
    timeMicros: NOON_MICROS,
    bids,
    asks,
    checksum: 0,
  };
}

/** A trade at a price, a second after the one with the id before it. */
export function trade(id: number, price: string, takerSide: "buy" | "sell" = "buy"): TradeEntry {
  const timeMicros = NOON_MICROS + id * 1_000_000;
  return { tradeId: String(id), price, quantity: "0.5000", takerSide, timeMicros };
}

/** A message of the trades feed. */
export function trades(
  prevSequence: number,
  sequence: number,
  ...entries: TradeEntry[]
): TradesMessage {
  const timeMicros = NOON_MICROS;
  return { symbol: "BTC-USD", prevSequence, sequence, timeMicros, trades: entries };
}

/** A snapshot; `newestFirst` are its trades. */
export function snapshotAnswer(
  sequence: number,
  bids: readonly Level[] = [],
  asks: readonly Level[] = [],
  newestFirst: readonly TradeEntry[] = [],
): SnapshotAnswer {
  return {
    symbol: "BTC-USD",
    sequence,
    eventSequence: sequence * 3,
    status: "trading",
    bids,
    asks,
    trades: newestFirst,
    ticker: {
      lastPrice: newestFirst[0]?.price ?? null,
      open24h: newestFirst.length === 0 ? null : "60000.00",
      high24h: newestFirst.length === 0 ? null : "62000.00",
      low24h: newestFirst.length === 0 ? null : "59000.00",
      volume24h: "1234.5000",
      trades24h: newestFirst.length,
    },
    definition: BTC_USD,
  };
}
