/**
 * One of the Workers that race for the slots of a shared pool. It takes a few, signs each, and gives
 * them back in another order, if the signature is still its own. The owners' words show a slot that
 * two have.
 *
 * @module
 */

/// <reference lib="deno.worker" />

import type { RaceJob, RaceReport } from "./race.ts";
import { Referee } from "./referee.ts";

type Pool = typeof import("../../core/memory/shared_slot_pool.ts");

const HELD_MAX = 3;

function takeAndRelease(job: RaceJob, pools: Pool): RaceReport {
  const referee = new Referee(job);
  const pool = new pools.SharedSlotPool(job.memory);
  const me = job.number + 1;
  const held: number[] = [];
  const signatures = new Int32Array(pool.capacity);
  let full = 0;

  const take = (signature: number): void => {
    const slot = pool.take();
    if (slot < 0) {
      full++;
      return;
    }
    // Word 0 of a slot names its owner while it has one.
    const owner = Atomics.exchange(pool.integers, slot * 2, me);
    if (owner !== 0) referee.fail(`slot ${slot} was given to ${me} while ${owner} had it`);
    pool.integers[slot * 2 + 1] = signature;
    signatures[slot] = signature;
    held.push(slot);
  };
  const release = (): void => {
    const slot = held.splice(referee.random(held.length), 1)[0];
    if (pool.integers[slot * 2 + 1] !== signatures[slot]) {
      referee.fail(`slot ${slot} of ${me} was written by another`);
    }
    Atomics.store(pool.integers, slot * 2, 0);
    while (!pool.release(slot)) referee.pause();
  };

  for (let n = 0; n < job.count && !(n % 64 === 0 && referee.isOver); n++) {
    if (held.length === 0 || (held.length < HELD_MAX && referee.random(2) === 0)) {
      take(me * job.count + n);
    } else release();
  }
  while (held.length > 0) release();
  return referee.report(0, { full });
}

self.onmessage = async ({ data: job }: MessageEvent<RaceJob>) => {
  const pools: Pool = await import(`${job.modules}shared_slot_pool.ts`);
  self.postMessage(takeAndRelease(job, pools));
};
