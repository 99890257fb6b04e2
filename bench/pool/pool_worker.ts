/**
 * The Worker of the pool bench. A turn gives the oldest of the records in hand back and takes a new
 * one, so that records live for a while, as orders do, and are not given back at once.
 *
 * @module
 */

/// <reference lib="deno.worker" />

import { SharedSlotPool } from "../../core/memory/shared_slot_pool.ts";
import { SlotPool } from "../../core/memory/slot_pool.ts";

/** Records in hand. */
const HELD = 1_024;
/** Turns that are timed together, for the slowest of them. */
const BLOCK_TURNS = 1_024;
const DOUBLES = 8;
/** A stamp in microseconds, as a record has: more than 32 bits. */
const STAMP_MICROS = 1_700_000_000_000_000;

/** What is measured; see the functions of these names. */
export type PoolKind =
  | "numbers in slots"
  | "numbers as objects"
  | "records in slots"
  | "records as objects"
  | "shared";

/** Runs the turns from `first` to below `end`; the sum of what it read. */
type Turns = (first: number, end: number) => number;

/** One run. */
export interface PoolRun {
  readonly kind: PoolKind;
  readonly turns: number;
  /** Memory of the shared pool, and two words where its users meet. */
  readonly memory?: SharedArrayBuffer;
  readonly gate?: SharedArrayBuffer;
  /** How many Workers use the shared pool. */
  readonly users?: number;
}

/** What came of a run. */
export interface PoolOutcome {
  readonly nanos: number;
  /** Nanoseconds a turn in the slowest block of 1,024 turns. */
  readonly slowestNanos: number;
  readonly checksum: number;
}

interface Entry {
  orderId: number;
  price: number;
  leaves: number;
  executed: number;
  quantity: number;
  notional: number;
  account: number;
  stampMicros: number;
}

function numbersInSlots(): Turns {
  const pool = new SlotPool(HELD * 2, DOUBLES * 8);
  const doubles = pool.doubles;
  const held = new Int32Array(HELD);
  for (let n = 0; n < HELD; n++) held[n] = pool.take();
  return (first, end) => {
    let checksum = 0;
    for (let n = first; n < end; n++) {
      const index = n & (HELD - 1);
      const oldest = held[index];
      checksum += doubles[oldest * DOUBLES + 1];
      pool.release(oldest);
      const slot = pool.take();
      doubles[slot * DOUBLES + 1] = n & 0xffff;
      held[index] = slot;
    }
    return checksum;
  };
}

function numbersAsObjects(): Turns {
  const held: { price: number }[] = [];
  for (let n = 0; n < HELD; n++) held.push({ price: 0 });
  return (first, end) => {
    let checksum = 0;
    for (let n = first; n < end; n++) {
      const index = n & (HELD - 1);
      checksum += held[index].price;
      held[index] = { price: n & 0xffff };
    }
    return checksum;
  };
}

function recordsInSlots(): Turns {
  const pool = new SlotPool(HELD * 2, DOUBLES * 8);
  const doubles = pool.doubles;
  const held = new Int32Array(HELD);
  for (let n = 0; n < HELD; n++) held[n] = pool.take();
  return (first, end) => {
    let checksum = 0;
    for (let n = first; n < end; n++) {
      const index = n & (HELD - 1);
      const oldest = held[index];
      checksum += doubles[oldest * DOUBLES + 1] + doubles[oldest * DOUBLES + 7];
      pool.release(oldest);
      const slot = pool.take();
      const at = slot * DOUBLES;
      doubles[at] = n;
      doubles[at + 1] = n & 0xffff;
      doubles[at + 2] = 1;
      doubles[at + 3] = 2;
      doubles[at + 4] = 3;
      doubles[at + 5] = 4;
      doubles[at + 6] = 5;
      doubles[at + 7] = STAMP_MICROS + n;
      held[index] = slot;
    }
    return checksum;
  };
}

function recordsAsObjects(): Turns {
  const held: Entry[] = [];
  const entry = (n: number): Entry => ({
    orderId: n,
    price: n & 0xffff,
    leaves: 1,
    executed: 2,
    quantity: 3,
    notional: 4,
    account: 5,
    stampMicros: STAMP_MICROS + n,
  });
  for (let n = 0; n < HELD; n++) held.push({ ...entry(n), price: 0, stampMicros: 0 });
  return (first, end) => {
    let checksum = 0;
    for (let n = first; n < end; n++) {
      const index = n & (HELD - 1);
      const oldest = held[index];
      checksum += oldest.price + oldest.stampMicros;
      held[index] = entry(n);
    }
    return checksum;
  };
}

/** Takes and gives back at once, which is the most contention there can be. */
function shared(memory: SharedArrayBuffer): Turns {
  const pool = new SharedSlotPool(memory);
  return (first, end) => {
    let checksum = 0;
    for (let n = first; n < end; n++) {
      let slot = pool.take();
      while (slot < 0) slot = pool.take();
      checksum += slot;
      while (!pool.release(slot));
    }
    return checksum;
  };
}

function turnsOf({ kind, memory }: PoolRun): Turns {
  if (kind === "numbers in slots") return numbersInSlots();
  if (kind === "numbers as objects") return numbersAsObjects();
  if (kind === "records in slots") return recordsInSlots();
  if (kind === "records as objects") return recordsAsObjects();
  if (memory === undefined) throw new TypeError("a shared pool without memory");
  return shared(memory);
}

function measure(run: PoolRun): PoolOutcome {
  const turns = turnsOf(run);
  if (run.gate !== undefined) {
    const gate = new Int32Array(run.gate);
    Atomics.add(gate, 0, 1);
    while (Atomics.load(gate, 0) < (run.users ?? 1));
  }
  let checksum = 0;
  let slowest = 0;
  const start = performance.now();
  let blockStart = start;
  for (let first = 0; first < run.turns; first += BLOCK_TURNS) {
    checksum += turns(first, first + BLOCK_TURNS);
    const now = performance.now();
    slowest = Math.max(slowest, now - blockStart);
    blockStart = now;
  }
  return {
    checksum,
    nanos: (blockStart - start) * 1e6 / run.turns,
    slowestNanos: slowest * 1e6 / BLOCK_TURNS,
  };
}

self.onmessage = ({ data: run }: MessageEvent<PoolRun>) => {
  self.postMessage(measure(run));
};
