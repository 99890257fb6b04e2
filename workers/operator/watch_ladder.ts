/**
 * The book as rows: the levels next to the spread, with quantities added up from there.
 *
 * @module
 */
import type { Level } from "../../core/market_data/feed_messages.ts";
import { formatDecimal, parseDecimal } from "../../core/protocol/decimal.ts";

/** One level as it is shown. */
export interface LadderRow {
  readonly price: string;
  readonly quantity: string;
  /** Quantity of this level and those before it. */
  readonly total: string;
  /** The quantity's and the total's share of the largest total of both sides, 0 to 1. */
  readonly quantityShare: number;
  readonly totalShare: number;
}

/** Both sides, best level first. */
export interface Ladder {
  readonly bids: readonly LadderRow[];
  readonly asks: readonly LadderRow[];
  /** `null` where a side is empty. */
  readonly spread: { readonly amount: string; readonly basisPoints: number } | null;
}

/** Decimals of a decimal string. */
export function decimalsOf(text: string): number {
  const point = text.indexOf(".");
  return point < 0 ? 0 : text.length - point - 1;
}

/** The decimal string with its thousands apart: "61234.50" as "61,234.50". */
export function withThousands(text: string): string {
  const point = text.indexOf(".");
  const whole = point < 0 ? text : text.slice(0, point);
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return grouped + text.slice(whole.length);
}

/** At most `count` levels of each side. */
export function ladderOf(bids: readonly Level[], asks: readonly Level[], count: number): Ladder {
  const sums = [addUp(bids.slice(0, count)), addUp(asks.slice(0, count))] as const;
  const largest = Math.max(1, ...sums.map((side) => side.at(-1)?.total ?? 0));
  const [bidRows, askRows] = sums.map((side) =>
    side.map(({ level: [price, quantity], lots, total, scale }) => ({
      price,
      quantity,
      total: formatDecimal(total, scale),
      quantityShare: lots / largest,
      totalShare: total / largest,
    }))
  );
  return { bids: bidRows ?? [], asks: askRows ?? [], spread: spreadOf(bids[0], asks[0]) };
}

function addUp(levels: readonly Level[]) {
  let total = 0;
  return levels.map((level) => {
    const scale = decimalsOf(level[1]);
    const lots = parseDecimal(level[1], scale);
    total += lots;
    return { level, lots, total, scale };
  });
}

function spreadOf(bid: Level | undefined, ask: Level | undefined): Ladder["spread"] {
  if (bid === undefined || ask === undefined) return null;
  const scale = decimalsOf(ask[0]);
  const [low, high] = [parseDecimal(bid[0], scale), parseDecimal(ask[0], scale)];
  // Between a message about one side and one about the other a copy may look crossed.
  const amount = Math.max(0, high - low);
  return { amount: formatDecimal(amount, scale), basisPoints: (amount * 20_000) / (low + high) };
}
