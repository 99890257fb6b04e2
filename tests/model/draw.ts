/**
 * How scripts of the model draw what they are made of.
 *
 * @module
 */
import fc from "fast-check";

/** One of these, the heavier ones more often. */
export const weighted = <T>(...choices: [number, fc.Arbitrary<T>][]): fc.Arbitrary<T> =>
  fc.oneof(...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })));
/** A whole number. */
export const whole = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
/** One of these. */
export const oneOf = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
/** The usual, and once in a while the rare. */
export const mostly = <T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  weighted([40, usual], [1, rare]);
