/**
 * A snapshot of a book in ticks and lots, made from the answer to `md.snapshot.<symbol>`.
 *
 * @module
 */
import { DecimalError, parseDecimal } from "../protocol/decimal.ts";
import type { InstrumentReference, SnapshotAnswer } from "../protocol/queries.ts";
import { SAFE_MAX } from "../protocol/wire_buffer.ts";
import type { LotLevel } from "./feed_reader.ts";

/** Highest price that a level of a message has room for. */
const TICKS_MAX = 0xffffffff;

/** The best levels of a book as of a sequence. */
export interface LotSnapshot {
  readonly sequence: number;
  /** Levels of a side that were asked for: a side with as many may go on behind them. */
  readonly levelsAsked: number;
  /** Highest price first. */
  readonly bids: readonly LotLevel[];
  /** Lowest price first. */
  readonly asks: readonly LotLevel[];
}

/** A snapshot that is none: the field, what it takes, and what it is. */
export class LotSnapshotError extends RangeError {
  override readonly name = "LotSnapshotError";
  constructor(readonly field: string, readonly limit: string, readonly value: string | number) {
    super(`${field} is ${value}; it takes ${limit}`);
  }
}

/**
 * The answer in the units of its instrument. Exact: decimals are read digit by digit.
 *
 * @param terms of the answer's instrument
 * @param levelsAsked levels of a side that the query asked for
 * @throws {LotSnapshotError} when the answer does not fit the terms
 */
export function lotSnapshot(
  answer: SnapshotAnswer,
  terms: InstrumentReference,
  levelsAsked: number,
): LotSnapshot {
  const { symbol, tickSize, lotSize, priceScale, quantityScale } = terms;
  if (answer.symbol !== symbol) throw new LotSnapshotError("symbol", symbol, answer.symbol);
  const level = ([price, quantity]: readonly [string, string]): LotLevel => [
    unitsOf("price", price, priceScale, tickSize),
    unitsOf("quantity", quantity, quantityScale, lotSize),
  ];
  const { sequence, bids, asks } = answer;
  return { sequence, levelsAsked, bids: bids.map(level), asks: asks.map(level) };
}

/**
 * Checks what a book could not do with: numbers out of range, and levels that are not best first.
 * O(levels).
 *
 * @throws {LotSnapshotError} naming what is wrong with it
 */
export function checkLotSnapshot({ sequence, bids, asks }: LotSnapshot): void {
  checkNumber("sequence", sequence, 0, SAFE_MAX);
  checkSide("bids", bids, -1);
  checkSide("asks", asks, 1);
}

function checkSide(name: string, levels: readonly LotLevel[], direction: number): void {
  for (const [rank, [priceTicks, lots]] of levels.entries()) {
    checkNumber(`price of ${name}[${rank}]`, priceTicks, 1, TICKS_MAX);
    checkNumber(`lots of ${name}[${rank}]`, lots, 1, SAFE_MAX);
    if (rank === 0) continue;
    const [before] = levels[rank - 1];
    if ((priceTicks - before) * direction > 0) continue;
    const limit = `one worse than ${before}, the one before it`;
    throw new LotSnapshotError(`price of ${name}[${rank}]`, limit, priceTicks);
  }
}

function checkNumber(field: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new LotSnapshotError(field, `a whole number from ${least} to ${most}`, value);
}

function unitsOf(field: string, text: string, scale: number, size: number): number {
  const value = parseDecimal(text, scale);
  if (value >= 0 && value % size === 0) return value / size;
  const limit = value === DecimalError.malformed || value === DecimalError.range
    ? "a decimal number of 2^53 units at most"
    : `a multiple of ${size} at scale ${scale}`;
  throw new LotSnapshotError(field, limit, text.slice(0, 32));
}
