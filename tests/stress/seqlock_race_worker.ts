/**
 * The writer or a reader of a seqlock race. The writer publishes its number in every double; a reader
 * looks whether all are the same, are those of the publish that it was told, and never go back.
 *
 * @module
 */

/// <reference lib="deno.worker" />

import type { RaceJob, RaceReport } from "./race.ts";
import { Referee } from "./referee.ts";

type Seqlock = typeof import("../../core/memory/seqlock.ts");

const DOUBLES = 16;
/** Longest pause between two publishes, in turns: without one no reader would ever be in time. */
const PAUSE_TURNS_MAX = 400;
/** Publishes after which the writer gives its core to the readers. */
const PUBLISHES_BEFORE_PAUSE = 64;

function write(job: RaceJob, seqlock: Seqlock): RaceReport {
  const referee = new Referee(job);
  const writer = new seqlock.SeqlockWriter(job.memory, 0, DOUBLES);
  const idle = new Int32Array(new SharedArrayBuffer(4));
  for (let n = 1; n <= job.count && !referee.isOver; n++) {
    // Both words of the double change.
    writer.doubles.fill(n * (1 + 2 ** 32));
    writer.publish();
    for (let turn = referee.random(PAUSE_TURNS_MAX); turn > 0; turn--) Atomics.load(idle, 0);
    if (n % PUBLISHES_BEFORE_PAUSE === 0) referee.pause();
  }
  return referee.report(job.count);
}

function read(job: RaceJob, seqlock: Seqlock): RaceReport {
  const referee = new Referee(job);
  const reader = new seqlock.SeqlockReader(job.memory, 0, DOUBLES);
  const { doubles } = reader;
  let busy = 0;
  let changes = 0;
  let last = 0;
  while (last < job.count && !referee.isOver) {
    const version = reader.read();
    if (version < 0) {
      busy++;
      if (!referee.mayRetryAfterPause(last)) break;
      continue;
    }
    const expected = version * (1 + 2 ** 32);
    for (let index = 0; index < DOUBLES; index++) {
      if (doubles[index] === expected) continue;
      referee.fail(`double ${index} of publish ${version} is ${doubles[index]}`);
    }
    if (version < last) referee.fail(`publish ${version} came after ${last}`);
    if (version === last && !referee.mayRetryAfterPause(last)) break;
    if (version !== last) changes++;
    last = version;
  }
  return referee.report(last, { busy, changes });
}

self.onmessage = async ({ data: job }: MessageEvent<RaceJob>) => {
  const seqlock: Seqlock = await import(`${job.modules}seqlock.ts`);
  self.postMessage(job.role === "writer" ? write(job, seqlock) : read(job, seqlock));
};
