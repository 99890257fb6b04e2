/**
 * Fees, exact in integers.
 *
 * A fee is `notional × rate`, with the rate in parts per million, rounded up to the minor unit over
 * the life of an order: what rounding took too much from one fill is credited to the next. The
 * credit is kept with the order, in millionths of a minor unit, from 0 to 999,999. So many small
 * fills pay what one large fill pays, and the reserve that is made at entry always suffices.
 *
 * @module
 */

const PARTS = 1_000_000;

/** Highest fee rate: ten per cent. Keeps every product below within the safe integers. */
export const FEE_PPM_MAX = 100_000;

/**
 * Fee in minor units for `notional` at `ratePpm`, less `credit`. O(1), exact for every safe
 * integer: the notional is split so that no product leaves the safe range.
 */
export function feeOf(notional: number, ratePpm: number, credit: number): number {
  let millions = Math.floor(notional / PARTS);
  let rest = notional - millions * PARTS;
  if (rest < 0) {
    millions--;
    rest += PARTS;
  }
  return millions * ratePpm + Math.ceil((rest * ratePpm - credit) / PARTS);
}

/** Credit that remains after `fee` was charged for `notional` at `ratePpm` with `credit` before. */
export function creditAfter(
  notional: number,
  ratePpm: number,
  credit: number,
  fee: number,
): number {
  let millions = Math.floor(notional / PARTS);
  let rest = notional - millions * PARTS;
  if (rest < 0) {
    millions--;
    rest += PARTS;
  }
  return credit + (fee - millions * ratePpm) * PARTS - rest * ratePpm;
}
