/**
 * The world outside the state machines, in one thread and from one seed: time, chance, a network
 * that loses, delays, doubles and reorders, and a count of everything that was done to the processes
 * in it.
 *
 * @module
 */
import { seededRandom } from "../core/market_data/random_orders.ts";

/** Steps that a run may take, so that one that never ends fails. */
const STEPS_MAX = 1_500_000;
/** Simulated time at the beginning. */
export const START_MICROS = 1_700_000_000_000_000;

/** What a network does to messages: shares from 0 to 1, delays in microseconds. */
export interface NetworkFaults {
  readonly lossShare: number;
  readonly repeatShare: number;
  readonly delayMicrosMost: number;
}

/** A network without faults. */
export const HEALTHY: NetworkFaults = { lossShare: 0, repeatShare: 0, delayMicrosMost: 500 };

/** A way that messages go, and when the last of them arrives. */
export interface Lane {
  dueMicros: number;
}

/** A run has come to something that must never be; the message says what. */
export class SimulationError extends Error {
  override readonly name = "SimulationError";
}

/** Time, chance and network. */
export class SimulatedWorld {
  nowMicros = START_MICROS;
  /** How far the time of day is ahead of that, everywhere: nights pass at once. */
  leapMicros = 0;
  faults: NetworkFaults = HEALTHY;
  readonly random: () => number;
  /** What was done to the system, and what it did, by kind. */
  readonly counts = new Map<string, number>();
  /** A binary heap by time, then by number. */
  readonly #events: Timed[] = [];
  #order = 0;
  #steps = 0;
  #traceHash = 0x811c9dc5 | 0;
  /** Tells every step of the run, for whoever wants to read it. */
  tell: (line: () => string) => void = () => {};

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  /** A hash over everything that happened, in its order. */
  get traceHash(): string {
    return (this.#traceHash >>> 0).toString(16).padStart(8, "0");
  }

  /** Milliseconds since the run began. */
  get millis(): number {
    return (this.nowMicros - START_MICROS) / 1000;
  }

  /** A random whole number below `most`. */
  below(most: number): number {
    return Math.floor(this.random() * most);
  }

  /** Counts something, and puts it into the trace. */
  count(kind: string, by = 1): void {
    this.#add(kind, by);
    this.trace(kind);
  }

  /** Puts a text into the trace. */
  trace(text: string): void {
    for (let at = 0; at < text.length; at++) this.#mix(text.charCodeAt(at));
    this.tell(() => `${this.millis.toFixed(3)} ms ${text}`);
  }

  /** Runs something later. */
  after(delayMicros: number, run: () => void): void {
    const events = this.#events;
    const event = { micros: this.nowMicros + Math.max(0, delayMicros), order: this.#order++, run };
    let at = events.push(event) - 1;
    while (at > 0 && isBefore(event, events[(at - 1) >> 1])) {
      events[at] = events[(at - 1) >> 1];
      at = (at - 1) >> 1;
    }
    events[at] = event;
  }

  /**
   * Lets time pass until `done` holds, or until a moment is reached.
   *
   * @throws {SimulationError} when it takes too many steps, or nothing happens any more
   */
  runUntil(done: () => boolean, untilMicros: number, whatFor: () => string): void {
    while (!done() && this.nowMicros < untilMicros) {
      const next = this.#take();
      if (next === undefined) throw new SimulationError(`nothing happens any more: ${whatFor()}`);
      if (this.#steps++ === STEPS_MAX) {
        throw new SimulationError(`not done in ${STEPS_MAX} steps: ${whatFor()}`);
      }
      this.nowMicros = next.micros;
      this.#mix(next.order);
      this.#mix(next.micros % 1e9);
      next.run();
    }
  }

  /** Carries a message, or not; `deliver` runs when and as often as it arrives. */
  carry(lane: Lane, deliver: () => void): void {
    const { delayMicrosMost, lossShare, repeatShare } = this.faults;
    const isRepeated = repeatShare > 0 && this.random() < repeatShare;
    if (isRepeated) this.#add("message doubled", 1);
    for (let copy = isRepeated ? 2 : 1; copy > 0; copy--) {
      if (lossShare > 0 && this.random() < lossShare) this.#add("message lost", 1);
      else {
        const delayMicros = 20 + this.random() * delayMicrosMost;
        if (this.nowMicros + delayMicros < lane.dueMicros) this.#add("message overtook another", 1);
        else lane.dueMicros = this.nowMicros + delayMicros;
        this.after(delayMicros, deliver);
      }
    }
  }

  #add(kind: string, by: number): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + by);
  }

  #mix(value: number): void {
    const mixed = Math.imul(this.#traceHash ^ value, 0x01000193);
    this.#traceHash = mixed ^ (mixed >>> 15);
  }

  #take(): Timed | undefined {
    const events = this.#events;
    const [first] = events;
    const last = events.pop();
    if (last === undefined || events.length === 0) return first;
    let at = 0;
    for (let child = 1; child < events.length; child = at * 2 + 1) {
      if (child + 1 < events.length && isBefore(events[child + 1], events[child])) child++;
      if (!isBefore(events[child], last)) break;
      events[at] = events[child];
      at = child;
    }
    events[at] = last;
    return first;
  }
}

interface Timed {
  readonly micros: number;
  readonly order: number;
  readonly run: () => void;
}

function isBefore(one: Timed, other: Timed): boolean {
  return one.micros < other.micros || (one.micros === other.micros && one.order < other.order);
}
