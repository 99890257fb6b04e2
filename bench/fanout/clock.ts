/**
 * The clock that publisher and subscribers share: microseconds since the epoch, in fractions.
 *
 * @module
 */

const MICROS_PER_MILLI = 1_000;

/** Now. Processes of one machine agree to a few microseconds. */
export const nowMicros = (): number =>
  (performance.timeOrigin + performance.now()) * MICROS_PER_MILLI;
