/**
 * One side of an SPSC race. Each record holds its number in every field. The consumer looks at each
 * field, then spoils the slot before it gives it back, so that a slot that is read too early or
 * written too early shows.
 *
 * @module
 */

/// <reference lib="deno.worker" />

import type { RaceJob, RaceReport } from "./race.ts";
import { Referee } from "./referee.ts";

type Ring = typeof import("../../core/memory/spsc_ring.ts");
type Waiting = typeof import("../../core/memory/wait_strategy.ts");
type Layout = typeof import("../../core/memory/ring_layout.ts");

const FIELDS = 8;
const BATCH_MAX = 7;
const SPOILT = -1;

function produce(job: RaceJob, ring: Ring, waiting: Waiting, layout: Layout): RaceReport {
  const referee = new Referee(job);
  const producer = new ring.SpscProducer(job.memory);
  const { consumerSleeping, producerSleeping } = layout.RingWord;
  const strategy = new waiting.WaitStrategy(producer.header, producerSleeping);
  let checksum = 0;
  let full = 0;
  for (let n = 0; n < job.count;) {
    const batch = Math.min(1 + referee.random(BATCH_MAX), job.count - n);
    if (producer.claim(batch) < 0) {
      full++;
      strategy.idle();
      if (!referee.mayRetry(n)) break;
      continue;
    }
    strategy.reset();
    for (let ahead = 0; ahead < batch; ahead++, n++) {
      const at = producer.slot(ahead) * FIELDS;
      for (let field = 0; field < FIELDS; field++) producer.doubles[at + field] = n;
      checksum += n;
    }
    producer.publish();
    waiting.wake(producer.header, consumerSleeping);
  }
  return referee.report(checksum, { full });
}

function consume(job: RaceJob, ring: Ring, waiting: Waiting, layout: Layout): RaceReport {
  const referee = new Referee(job);
  const consumer = new ring.SpscConsumer(job.memory);
  const { consumerSleeping, producerSleeping } = layout.RingWord;
  const strategy = new waiting.WaitStrategy(consumer.header, consumerSleeping);
  let checksum = 0;
  let empty = 0;
  for (let n = 0; n < job.count;) {
    const available = consumer.available();
    if (available === 0) {
      empty++;
      strategy.idle();
      if (!referee.mayRetry(n)) break;
      continue;
    }
    strategy.reset();
    const batch = Math.min(available, 1 + referee.random(BATCH_MAX));
    for (let ahead = 0; ahead < batch; ahead++, n++) {
      const at = consumer.slot(ahead) * FIELDS;
      for (let field = 0; field < FIELDS; field++) {
        const found = consumer.doubles[at + field];
        if (found !== n) referee.fail(`field ${field} of record ${n} is ${found}`);
        consumer.doubles[at + field] = SPOILT;
      }
      checksum += n;
    }
    consumer.release(batch);
    waiting.wake(consumer.header, producerSleeping);
    if (referee.isOver) break;
  }
  return referee.report(checksum, { empty });
}

self.onmessage = async ({ data: job }: MessageEvent<RaceJob>) => {
  const ring: Ring = await import(`${job.modules}spsc_ring.ts`);
  const waiting: Waiting = await import(`${job.modules}wait_strategy.ts`);
  const layout: Layout = await import(`${job.modules}ring_layout.ts`);
  const side = job.role === "producer" ? produce : consume;
  self.postMessage(side(job, ring, waiting, layout));
};
