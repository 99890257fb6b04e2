/**
 * The exchange's clock as a gateway knows it: its own, corrected by how far it is off the leader's.
 *
 * The leader's clock stamps the log and judges deadlines, and it leads only where the broker's
 * agrees with it. So a gateway whose clock disagrees is the one that is wrong, and it follows. It
 * asks for the leader's time now and then; the answer was true at some moment between question and
 * answer, which bounds the offset from both sides:
 *
 * ```text
 * leader - received <= offset <= leader - sent
 * ```
 *
 * An offset that may be less than {@link CLOCK_TOLERANCE_MICROS} is taken for none: clocks that are
 * kept differ by some milliseconds, and a correction that comes and goes would be worse.
 *
 * @module
 */

/** How far a clock may be off the leader's and still be used as it is, in microseconds. */
export const CLOCK_TOLERANCE_MICROS = 500_000;
/** Longest way from question to answer that says enough, in microseconds. */
export const CLOCK_ROUND_TRIP_MICROS_MAX = 1_000_000;

/** A gateway's clock. O(1), no allocation. */
export class LeaderClock {
  #correctionMicros = 0;

  /** What is added to the own clock, in microseconds; 0 where the two agree or none was asked. */
  get correctionMicros(): number {
    return this.#correctionMicros;
  }

  /** The time of the exchange when the own clock says `ownMicros`. */
  at(ownMicros: number): number {
    return ownMicros + this.#correctionMicros;
  }

  /**
   * Learns the leader's time. All are microseconds since the epoch; those of the question and of
   * the answer by the own clock, without correction.
   *
   * @returns whether the correction has changed
   */
  observe(sentMicros: number, receivedMicros: number, leaderMicros: number): boolean {
    const roundTripMicros = receivedMicros - sentMicros;
    // Below zero the own clock was set back meanwhile: the next answer will tell.
    if (roundTripMicros < 0 || roundTripMicros > CLOCK_ROUND_TRIP_MICROS_MAX) return false;
    const least = leaderMicros - receivedMicros;
    const most = leaderMicros - sentMicros;
    const correction = this.#correctionMicros;
    const isStillTrue = correction >= least - CLOCK_TOLERANCE_MICROS &&
      correction <= most + CLOCK_TOLERANCE_MICROS;
    const mayBeNone = least <= CLOCK_TOLERANCE_MICROS && most >= -CLOCK_TOLERANCE_MICROS;
    if (mayBeNone ? correction === 0 : isStillTrue) return false;
    this.#correctionMicros = mayBeNone ? 0 : Math.round((least + most) / 2);
    return true;
  }
}
