/**
 * Random changes of terms for the model.
 *
 * @module
 */
import fc from "fast-check";
import { mostly, oneOf, weighted, whole } from "./draw.ts";

/** Changes terms of an instrument; or sends the last such command again. */
export interface ChangeTermsDraft {
  readonly do: "changeTerms";
  readonly instrument: number;
  /** What each term becomes; `null`: it is not named. */
  readonly makerFeePpm: number | null;
  readonly takerFeePpm: number | null;
  readonly collarPpm: number | null;
  readonly priceTicksMax: number | null;
  readonly quantityLotsMax: number | null;
  /** Whether what is there is seen as it is. */
  readonly seesWell: boolean;
  readonly again: boolean;
}

const named = (value: fc.Arbitrary<number>): fc.Arbitrary<number | null> =>
  weighted<number | null>([2, fc.constant(null)], [1, value]);
const feePpm = mostly(
  weighted([1, fc.constant(0)], [4, whole(1, 3_000)], [1, whole(0, 100_000)]),
  oneOf(100_001, 2 ** 31, 2 ** 32 - 1),
);

/** A change of terms, up or down. */
export const changeTerms: fc.Arbitrary<ChangeTermsDraft> = fc.record({
  do: fc.constant("changeTerms"),
  instrument: mostly(whole(1, 3), oneOf(0, 4, 5, 8192, 2 ** 32 - 1)),
  makerFeePpm: named(feePpm),
  takerFeePpm: named(feePpm),
  collarPpm: named(mostly(whole(1, 60_000), oneOf(0, 1_000_000, 1_000_001, 2 ** 32 - 1))),
  priceTicksMax: named(mostly(whole(150, 260), oneOf(0, 2 ** 30, 2 ** 30 + 1, 2 ** 53 - 1))),
  quantityLotsMax: named(mostly(whole(10, 80), oneOf(0, 2 ** 45, 2 ** 53 - 1))),
  seesWell: mostly(fc.constant(true), fc.constant(false)),
  again: weighted([8, fc.constant(false)], [1, fc.constant(true)]),
});
