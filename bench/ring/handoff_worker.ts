/**
 * One of the two Workers that hand a number to and fro over two rings, for the latency of a
 * hand-over by how the receiver waits. The first one measures; it ends both with a number below 0.
 *
 * @module
 */

/// <reference lib="deno.worker" />

import { RingWord } from "../../core/memory/ring_layout.ts";
import { SpscConsumer, SpscProducer } from "../../core/memory/spsc_ring.ts";
import * as waiting from "../../core/memory/wait_strategy.ts";

const { wake, WaitStrategy } = waiting;
const { consumerSleeping } = RingWord;
const END = -1;

/** One run, as both Workers get it; `inbound` and `outbound` are the other way round there. */
export interface HandoffRun {
  readonly inbound: SharedArrayBuffer;
  readonly outbound: SharedArrayBuffer;
  /** Turns before the receiver sleeps: 0 to sleep at once, Infinity never to. */
  readonly spins: number;
  /** Whether the receiver sleeps by Atomics.waitAsync. */
  readonly isAsync: boolean;
  /** Round trips at most; 0 for the Worker that answers. */
  readonly roundTrips: number;
  /** Time at most: spinning Workers that share a core are slow. */
  readonly millisMax: number;
}

/** Half of a round trip, in microseconds. */
export interface HandoffOutcome {
  readonly p50Micros: number;
  readonly p99Micros: number;
  readonly roundTrips: number;
}

/** Both ends of one Worker. */
class Ends {
  readonly #consumer: SpscConsumer;
  readonly #producer: SpscProducer;
  readonly #strategy: waiting.WaitStrategy;

  constructor({ inbound, outbound, spins }: HandoffRun) {
    this.#consumer = new SpscConsumer(inbound);
    this.#producer = new SpscProducer(outbound);
    this.#strategy = new WaitStrategy(this.#consumer.header, consumerSleeping, spins);
  }

  send(value: number): void {
    const slot = this.#producer.claim(1);
    if (slot < 0) throw new Error("a ring of which one slot is used is full");
    this.#producer.doubles[slot] = value;
    this.#producer.publish();
    wake(this.#producer.header, consumerSleeping);
  }

  receive(): number {
    while (this.#consumer.available() === 0) this.#strategy.idle();
    return this.#take();
  }

  async receiveAsync(): Promise<number> {
    while (this.#consumer.available() === 0) {
      if (this.#strategy.prepare()) await this.#strategy.sleepAsync();
    }
    return this.#take();
  }

  #take(): number {
    this.#strategy.reset();
    const value = this.#consumer.doubles[this.#consumer.slot(0)];
    this.#consumer.release(1);
    return value;
  }
}

async function answer(run: HandoffRun): Promise<void> {
  const ends = new Ends(run);
  for (;;) {
    const value = run.isAsync ? await ends.receiveAsync() : ends.receive();
    if (value === END) return;
    ends.send(value);
  }
}

async function measure(run: HandoffRun): Promise<HandoffOutcome> {
  const ends = new Ends(run);
  const micros = new Float64Array(run.roundTrips);
  const endMillis = performance.now() + run.millisMax;
  let count = 0;
  for (let start = performance.now(); count < run.roundTrips && start < endMillis; count++) {
    ends.send(count);
    const value = run.isAsync ? await ends.receiveAsync() : ends.receive();
    const now = performance.now();
    if (value !== count) throw new Error(`${count} came back as ${value}`);
    micros[count] = (now - start) * 1_000 / 2;
    start = now;
  }
  ends.send(END);
  const sorted = micros.subarray(0, count).sort();
  const at = (share: number): number => sorted[Math.floor((count - 1) * share)];
  return { p50Micros: at(0.5), p99Micros: at(0.99), roundTrips: count };
}

self.onmessage = async ({ data: run }: MessageEvent<HandoffRun>) => {
  self.postMessage(run.roundTrips === 0 ? await answer(run) : await measure(run));
};
