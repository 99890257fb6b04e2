/**
 * How many frames a gateway may have in flight, from the round trip it sees.
 *
 * On one machine one frame in flight is best: while it is on its way the next collects, and more in
 * flight only make smaller frames. Where the round trip is long, one frame would leave the way
 * empty, so there is one for every {@link FRAME_INTERVAL_MICROS} of it. Full frames need not wait
 * for each other: up to {@link WINDOW_RECORDS_LEAST} records may always be in flight, so that the
 * leader's next append fills while one is stored.
 *
 * @module
 */

/** Round trip that one frame in flight fills; also the longest that a record waits for company. */
export const FRAME_INTERVAL_MICROS = 2_000;
/** Frames in flight at most. */
export const WINDOW_FRAMES_MAX = 64;
/** Records in full frames that may be in flight whatever the round trip: two appends of the leader. */
export const WINDOW_RECORDS_LEAST = 16_384;
/** How long a shortest round trip counts before it must be seen again. */
const SHORTEST_HORIZON_MICROS = 10_000_000;

/** Follows the shortest round trip of late. */
export class SendWindow {
  #shortestMicros = FRAME_INTERVAL_MICROS;
  #seenMicros = -SHORTEST_HORIZON_MICROS;
  /** Round trip, smoothed (1/8 of each sample), for time-outs. */
  smoothedMicros = FRAME_INTERVAL_MICROS;
  readonly #windowRecords: number;

  /** @param windowRecords records in full frames that may be in flight whatever the round trip */
  constructor(windowRecords: number = WINDOW_RECORDS_LEAST) {
    this.#windowRecords = windowRecords;
  }

  /** Takes the round trip of a frame that was answered at its first attempt. */
  observe(roundTripMicros: number, nowMicros: number): void {
    this.smoothedMicros += (roundTripMicros - this.smoothedMicros) / 8;
    const isStale = nowMicros - this.#seenMicros > SHORTEST_HORIZON_MICROS;
    if (isStale || roundTripMicros <= this.#shortestMicros) {
      this.#shortestMicros = roundTripMicros;
      this.#seenMicros = nowMicros;
    }
  }

  /** Shortest round trip of late. */
  get shortestMicros(): number {
    return this.#shortestMicros;
  }

  /** Frames that may be in flight, full or not. */
  get frames(): number {
    const wanted = Math.ceil(this.#shortestMicros / FRAME_INTERVAL_MICROS);
    return Math.min(WINDOW_FRAMES_MAX, Math.max(1, wanted));
  }

  /** Whether one more full frame may go beside this many records in flight. */
  mayAddFull(recordsInFlight: number, frameRecords: number): boolean {
    return recordsInFlight + frameRecords <=
      Math.max(this.#windowRecords, this.frames * frameRecords);
  }
}
