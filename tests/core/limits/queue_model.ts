/**
 * A path with one server, for tests of what follows latency: arrivals at random (Poisson), a fixed
 * distance, one server with a fixed time of service (M/D/1), and whoever waits.
 *
 * @module
 */

/** The model. Time is in microseconds and its own; requests end in the order in which they came. */
export class QueueModel {
  #state: number;
  #nowMicros = 0;
  #freeMicros = 0;
  readonly #ends: { readonly endMicros: number; readonly roundTripMicros: number }[] = [];
  #ended = 0;

  /**
   * @param load requests that arrive in the time in which one is served
   * @param gapMicros mean distance of arrivals where it does not follow from the load
   */
  constructor(
    seed: number,
    readonly serviceMicros: number,
    readonly delayMicros: number,
    load: number,
    readonly gapMicros: number = serviceMicros / load,
  ) {
    this.#state = seed | 0 || 1;
    for (let turn = 0; turn < 10; turn++) this.#random();
  }

  /** Requests under way. */
  get inFlight(): number {
    return this.#ends.length - this.#ended;
  }

  /** The time of the arrival that came last. */
  get nowMicros(): number {
    return this.#nowMicros;
  }

  /** Goes on to the next arrival, and reports what ended before it. */
  nextArrival(ended: (roundTripMicros: number, inFlight: number) => void): void {
    this.#nowMicros -= Math.log(1 - this.#random()) * this.gapMicros;
    while (this.#ended < this.#ends.length) {
      const { endMicros, roundTripMicros } = this.#ends[this.#ended];
      if (endMicros > this.#nowMicros) break;
      ended(roundTripMicros, this.inFlight);
      this.#ended++;
    }
    if (this.#ended > 10_000) this.#ends.splice(0, this.#ended), this.#ended = 0;
  }

  /** Sends the request that has arrived on its way. */
  admit(): void {
    const startMicros = Math.max(this.#freeMicros, this.#nowMicros + this.delayMicros / 2);
    this.#freeMicros = startMicros + this.serviceMicros;
    const endMicros = this.#freeMicros + this.delayMicros / 2;
    this.#ends.push({ endMicros, roundTripMicros: endMicros - this.#nowMicros });
  }

  #random(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) / 2 ** 32;
  }
}
