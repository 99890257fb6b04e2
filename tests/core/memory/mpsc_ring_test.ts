import assert from "node:assert/strict";
import fc from "fast-check";
import {
  makeMpscRing,
  MpscConsumer,
  MpscProducer,
  RUNS_PER_LOOK_MAX,
} from "../../../core/memory/mpsc_ring.ts";
import { RING_FULL, ringFill, RingWord } from "../../../core/memory/ring_layout.ts";

const PRODUCERS = 3;

/** A run in the model. */
interface Run {
  readonly values: number[];
  isPublished: boolean;
}

const steps = fc.array(
  fc.record({
    what: fc.constantFrom("claim", "publish", "release"),
    who: fc.nat({ max: PRODUCERS - 1 }),
    count: fc.integer({ min: 1, max: 5 }),
  }),
  { maxLength: 200, size: "max" },
);
const starts = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.integer({ min: 2 ** 31 - 20, max: 2 ** 31 - 1 }),
  fc.integer({ min: -20, max: 0 }),
);

/** The records at the front that are published. */
function visible(runs: readonly Run[]): number[] {
  const hidden = runs.findIndex((run) => !run.isPublished);
  return runs.slice(0, hidden < 0 ? runs.length : hidden).flatMap((run) => run.values);
}

/** Takes records from the front of a model's runs. */
function drop(runs: Run[], count: number): void {
  for (let left = count; left > 0; left--) {
    runs[0].values.shift();
    if (runs[0].values.length === 0) runs.shift();
  }
}

Deno.test("records come in the order of their claims, and none before it is published", () => {
  const slotCounts = fc.constantFrom(1, 2, 4, 8, 16);
  fc.assert(fc.property(steps, starts, slotCounts, (sequence, start, slotCount) => {
    const memory = makeMpscRing(8, slotCount);
    const header = new Int32Array(memory);
    header[RingWord.produced] = start;
    header[RingWord.released] = start;
    const producers = Array.from({ length: PRODUCERS }, () => new MpscProducer(memory));
    const open: (Run | undefined)[] = producers.map(() => undefined);
    const consumer = new MpscConsumer(memory);
    const runs: Run[] = [];
    let next = 0;
    for (const { what, who, count } of sequence) {
      const producer = producers[who];
      const used = runs.reduce((sum, run) => sum + run.values.length, 0);
      assert.equal(ringFill(header), used);
      if (what === "claim" && open[who] === undefined) {
        const slot = producer.claim(count);
        if (used + count > slotCount) {
          assert.equal(slot, RING_FULL);
          continue;
        }
        assert.equal(slot, producer.slot(0));
        const values = Array.from({ length: count }, () => next++);
        for (const [ahead, value] of values.entries()) {
          producer.doubles[producer.slot(ahead)] = value;
        }
        open[who] = { values, isPublished: false };
        runs.push(open[who]);
      } else if (what === "publish" && open[who] !== undefined) {
        producer.publish();
        open[who].isPublished = true;
        open[who] = undefined;
      } else if (what === "release") {
        const expected = visible(runs);
        const available = consumer.available();
        assert.ok(available <= expected.length);
        assert.equal(available === 0, expected.length === 0);
        for (let ahead = 0; ahead < available; ahead++) {
          assert.equal(consumer.doubles[consumer.slot(ahead)], expected[ahead]);
        }
        const done = Math.min(count, available);
        consumer.release(done);
        drop(runs, done);
      }
    }
  }));
});

Deno.test("a slow producer hides what is behind it, and what is before it not", () => {
  const memory = makeMpscRing(8, 8);
  const [first, slow, last] = [1, 2, 3].map(() => new MpscProducer(memory));
  const consumer = new MpscConsumer(memory);
  first.claim(2);
  slow.claim(1);
  last.claim(3);
  last.publish();
  assert.equal(consumer.available(), 0);
  first.publish();
  assert.equal(consumer.available(), 2);
  consumer.release(2);
  assert.equal(consumer.available(), 0);
  slow.publish();
  assert.equal(consumer.available(), 4);
});

Deno.test("a run word of an earlier lap is not taken for one of this lap", () => {
  const memory = makeMpscRing(8, 4);
  const producer = new MpscProducer(memory);
  const other = new MpscProducer(memory);
  const consumer = new MpscConsumer(memory);
  for (let lap = 0; lap < 3; lap++) {
    for (let slot = 0; slot < 4; slot++) {
      producer.claim(1);
      producer.publish();
    }
    assert.equal(consumer.available(), 4);
    consumer.release(4);
    // Slots 1 to 3 lie within a run now, and their words are of single records of before.
    producer.claim(3);
    assert.equal(other.claim(1), 3);
    other.publish();
    assert.equal(consumer.available(), 0);
    producer.publish();
    assert.equal(consumer.available(), 4);
    consumer.release(4);
  }
});

Deno.test("one look follows a bounded number of runs, the next one goes on", () => {
  const memory = makeMpscRing(8, 256);
  const producer = new MpscProducer(memory);
  const consumer = new MpscConsumer(memory);
  for (let n = 0; n < RUNS_PER_LOOK_MAX + 5; n++) {
    producer.claim(1);
    producer.publish();
  }
  assert.equal(consumer.available(), RUNS_PER_LOOK_MAX);
  consumer.release(RUNS_PER_LOOK_MAX);
  assert.equal(consumer.available(), 5);
});
