/**
 * One side of an MPSC race. Each record holds its producer and its number in every field. The
 * consumer looks at each field, counts each producer's records, and spoils the slot before it gives
 * it back.
 *
 * @module
 */

/// <reference lib="deno.worker" />

import type { RaceJob, RaceReport } from "./race.ts";
import { Referee } from "./referee.ts";

type Ring = typeof import("../../core/memory/mpsc_ring.ts");
type Waiting = typeof import("../../core/memory/wait_strategy.ts");
type Layout = typeof import("../../core/memory/ring_layout.ts");

const FIELDS = 4;
const RUN_MAX = 5;
const SPOILT = -1;
/** Distance between the records of two producers. */
const PRODUCER_STRIDE = 1e9;
const PRODUCERS_MAX = 8;

function produce(job: RaceJob, ring: Ring, waiting: Waiting, layout: Layout): RaceReport {
  const referee = new Referee(job);
  const producer = new ring.MpscProducer(job.memory);
  let checksum = 0;
  for (let n = 0; n < job.count;) {
    const run = Math.min(1 + referee.random(RUN_MAX), job.count - n);
    if (producer.claim(run) < 0) {
      if (!referee.mayRetryAfterPause(n)) break;
      continue;
    }
    for (let ahead = 0; ahead < run; ahead++, n++) {
      const at = producer.slot(ahead) * FIELDS;
      const value = job.number * PRODUCER_STRIDE + n;
      for (let field = 0; field < FIELDS; field++) producer.doubles[at + field] = value;
      checksum += value;
    }
    producer.publish();
    waiting.wake(producer.header, layout.RingWord.consumerSleeping);
  }
  return referee.report(checksum);
}

function consume(job: RaceJob, ring: Ring, waiting: Waiting, layout: Layout): RaceReport {
  const referee = new Referee(job);
  const consumer = new ring.MpscConsumer(job.memory);
  const strategy = new waiting.WaitStrategy(consumer.header, layout.RingWord.consumerSleeping);
  const next = new Float64Array(PRODUCERS_MAX);
  let checksum = 0;
  for (let n = 0; n < job.count;) {
    const available = consumer.available();
    if (available === 0) {
      strategy.idle();
      if (!referee.mayRetry(n)) break;
      continue;
    }
    strategy.reset();
    for (let ahead = 0; ahead < available; ahead++, n++) {
      const at = consumer.slot(ahead) * FIELDS;
      const value = consumer.doubles[at];
      const who = Math.floor(value / PRODUCER_STRIDE);
      if (value < 0 || value % PRODUCER_STRIDE !== next[who]) {
        referee.fail(`record ${value} came where producer ${who} was at ${next[who]}`);
      }
      next[who]++;
      checksum += value;
      for (let field = 0; field < FIELDS; field++) {
        if (consumer.doubles[at + field] !== value) referee.fail(`record ${value} is torn`);
        consumer.doubles[at + field] = SPOILT;
      }
    }
    consumer.release(available);
    if (referee.isOver) break;
  }
  return referee.report(checksum);
}

self.onmessage = async ({ data: job }: MessageEvent<RaceJob>) => {
  const ring: Ring = await import(`${job.modules}mpsc_ring.ts`);
  const waiting: Waiting = await import(`${job.modules}wait_strategy.ts`);
  const layout: Layout = await import(`${job.modules}ring_layout.ts`);
  const side = job.role === "producer" ? produce : consume;
  self.postMessage(side(job, ring, waiting, layout));
};
