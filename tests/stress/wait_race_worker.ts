/**
 * One of two Workers that hand a number to and fro, each asleep while the other has it.
 *
 * @module
 */

/// <reference lib="deno.worker" />

import type { RaceJob, RaceReport } from "./race.ts";
import { Referee } from "./referee.ts";

type Waiting = typeof import("../../core/memory/wait_strategy.ts");

/** Longer than any machine is too busy to run a Worker that was woken. */
const SLEEP_MILLIS = 2_000;
/** Turns before the sleep, at random: the announcement must meet the other's publish. */
const SPINS_MAX = 64;
/** Words of the memory: the number, then one sleeping word for each Worker, 128 bytes apart. */
const NUMBER = 0;
const SLEEPING = [32, 64];

/** Worker 0 makes even numbers odd, Worker 1 odd ones even. */
function handOver(job: RaceJob, waiting: Waiting): RaceReport {
  const referee = new Referee(job);
  const words = new Int32Array(job.memory);
  const me = job.number;
  let sleeps = 0;
  for (let round = 0; round < job.count; round++) {
    const spins = referee.random(SPINS_MAX);
    const strategy = new waiting.WaitStrategy(words, SLEEPING[me], spins, SLEEP_MILLIS);
    const mine = round * 2 + me;
    while (Atomics.load(words, NUMBER) !== mine) {
      const step = strategy.idle();
      if (step === waiting.WaitStep.woken) sleeps++;
      if (step === waiting.WaitStep.timedOut && !referee.isOver) referee.fail("a wake was lost");
      if (!referee.mayRetry(round) || referee.isOver) return referee.report(round, { sleeps });
    }
    strategy.reset();
    Atomics.store(words, NUMBER, mine + 1);
    waiting.wake(words, SLEEPING[1 - me]);
  }
  return referee.report(job.count, { sleeps });
}

self.onmessage = async ({ data: job }: MessageEvent<RaceJob>) => {
  const waiting: Waiting = await import(`${job.modules}wait_strategy.ts`);
  self.postMessage(handOver(job, waiting));
};
