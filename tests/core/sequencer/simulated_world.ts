/**
 * The world outside the state machines, in one thread and from one seed: time, a network that loses,
 * delays, doubles and reorders, and a broker that stores and can be killed.
 *
 * Everything goes through the broker, as in NATS: what is on its way when it dies is lost.
 *
 * @module
 */
import { WRONG_LAST_SEQUENCE } from "../../../infra/journal/journal_stream.ts";

/** Steps that a run may take, so that one that never ends fails. */
const STEPS_MAX = 400_000;

/** What a network does to messages: shares from 0 to 1, delays in microseconds. */
export interface NetworkFaults {
  readonly lossShare: number;
  readonly repeatShare: number;
  readonly delayMicrosMost: number;
}

/** A network without faults. */
export const HEALTHY: NetworkFaults = { lossShare: 0, repeatShare: 0, delayMicrosMost: 500 };

/** What the broker says of an append. */
export type SimulatedAnswer =
  | { readonly kind: "stored"; readonly sequence: number }
  | { readonly kind: "refused"; readonly code: number };

/** One stored message, and who wrote it. */
export interface StoredAppend {
  readonly message: Uint8Array;
  readonly writer: number;
}

/** Time, network and broker. */
export class SimulatedWorld {
  nowMicros = 1_700_000_000_000_000;
  faults: NetworkFaults;
  readonly random: () => number;
  /** The stream: message `n` has the sequence `n + 1`. */
  readonly stream: StoredAppend[] = [];
  /** Called at each client some time after the broker came back. */
  readonly reconnected: (() => void)[] = [];
  #brokerLife = 0;
  #isBrokerDown = false;
  /** A binary heap by time, then by number. */
  readonly #events: {
    readonly micros: number;
    readonly order: number;
    readonly run: () => void;
  }[] = [];
  #order = 0;

  constructor(random: () => number, faults: NetworkFaults) {
    this.random = random;
    this.faults = faults;
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

  /** Lets time pass until `done` holds. Fails when that takes too many steps, or nothing happens. */
  runUntil(done: () => boolean, whatFor: string): void {
    for (let steps = 0; !done(); steps++) {
      const next = this.#take();
      if (next === undefined) throw new Error(`nothing happens any more: ${whatFor}`);
      if (steps === STEPS_MAX) throw new Error(`not done in ${STEPS_MAX} steps: ${whatFor}`);
      this.nowMicros = next.micros;
      next.run();
    }
  }

  /** Carries a message through the broker, or not; `deliver` runs when and as often as it arrives. */
  carry(deliver: () => void): void {
    const { delayMicrosMost, lossShare, repeatShare } = this.faults;
    const copies = this.random() < repeatShare ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (this.#isBrokerDown || this.random() < lossShare) continue;
      const life = this.#brokerLife;
      this.after(20 + this.random() * delayMicrosMost, () => {
        if (life === this.#brokerLife) deliver();
      });
    }
  }

  /** Appends behind `expected`, and carries the answer back. The message is copied on the way. */
  append(
    message: Uint8Array,
    expected: number,
    writer: number,
    answer: (answer: SimulatedAnswer) => void,
  ): void {
    const copy = message.slice();
    this.carry(() => {
      if (this.stream.length !== expected) {
        this.carry(() => answer({ kind: "refused", code: WRONG_LAST_SEQUENCE }));
        return;
      }
      const sequence = this.stream.push({ message: copy, writer });
      this.carry(() => answer({ kind: "stored", sequence }));
    });
  }

  /** Reads the last message, and carries the answer back. */
  readLast(answer: (sequence: number, message: Uint8Array | null) => void): void {
    this.carry(() => {
      const sequence = this.stream.length;
      const message = this.stream.at(-1)?.message ?? null;
      this.carry(() => answer(sequence, message));
    });
  }

  /** Kills the broker and starts it again: what is stored stays, what is on its way is lost. */
  restartBroker(downMicros: number): void {
    if (this.#isBrokerDown) return;
    this.#isBrokerDown = true;
    this.#brokerLife++;
    this.after(downMicros, () => {
      this.#isBrokerDown = false;
      for (const client of this.reconnected) this.after(this.random() * 200_000, client);
    });
  }

  #take(): { readonly micros: number; readonly run: () => void } | undefined {
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
}

function isBefore(one: Timed, other: Timed): boolean {
  return one.micros < other.micros || (one.micros === other.micros && one.order < other.order);
}
