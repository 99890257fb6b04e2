/**
 * What a price index does for one side of one book: it finds the level of a price, the best level,
 * and the level behind another. All candidates of the bench do it the same way.
 *
 * @module
 */

/** Levels by price. A price is a whole number from 0 up to 2^30, exclusive. */
export interface PriceIndex {
  /** Puts `level` (not 0) at a price that has none. */
  insert(priceTicks: number, level: number): void;
  /** Level at a price, or 0. */
  find(priceTicks: number): number;
  /** Takes away the level at a price, which is there. */
  remove(priceTicks: number): void;
  /** Level at the lowest price, or 0. */
  lowest(): number;
  /** Level at the highest price, or 0. */
  highest(): number;
  /** Level at the next price above (`upward`) or below, or 0; the price itself needs no level. */
  next(priceTicks: number, upward: boolean): number;
  /** Bytes that the index takes now. */
  readonly byteLength: number;
}
