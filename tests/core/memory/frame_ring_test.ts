import assert from "node:assert/strict";
import fc from "fast-check";
import {
  FrameRingConsumer,
  FrameRingProducer,
  FRAMES_MISSING,
  makeFrameRing,
} from "../../../core/memory/frame_ring.ts";

const SLEEP_MILLIS = 5_000;

/** A frame whose bytes say which it is. */
function frameOf(place: number, byteLength: number): Uint8Array {
  return Uint8Array.from({ length: byteLength }, (_, index) => place * 31 + index);
}

/** Reads up to `count` frames, and checks the bytes of each. */
function read(consumer: FrameRingConsumer, count: number): (number | typeof FRAMES_MISSING)[] {
  const got: (number | typeof FRAMES_MISSING)[] = [];
  while (got.length < count) {
    const oldest = consumer.oldest();
    if (oldest === null) break;
    if (oldest === FRAMES_MISSING) got.push(FRAMES_MISSING);
    else {
      assert.deepEqual(oldest, frameOf(consumer.place, oldest.length));
      got.push(consumer.place);
    }
    consumer.release();
  }
  return got;
}

Deno.test("frames come out whole and in order, and a mark stands wherever some were left out", () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({ offer: fc.integer({ min: 1, max: 1_500 }) }),
      fc.record({ read: fc.integer({ min: 1, max: 6 }) }),
    ),
    { maxLength: 200, size: "max" },
  );
  const slots = fc.constantFrom(1, 2, 4, 16, 64);
  let marks = 0;
  fc.assert(fc.property(steps, slots, (sequence, slotCount) => {
    const memory = makeFrameRing(slotCount);
    const producer = new FrameRingProducer(memory);
    const consumer = new FrameRingConsumer(memory, SLEEP_MILLIS);
    const expected: (number | typeof FRAMES_MISSING)[] = [];
    let place = 0;
    let isMarked = false;
    for (const step of sequence) {
      if ("offer" in step) {
        place++;
        const slotsNeeded = 1 + Math.ceil(step.offer / 64);
        // One slot behind each frame is the mark's.
        const fits = slotsNeeded < slotCount * (1 - consumer.fill);
        assert.equal(producer.offer(frameOf(place, step.offer), place), fits);
        if (fits || !isMarked) expected.push(fits ? place : FRAMES_MISSING);
        isMarked = !fits;
      } else {
        const got = read(consumer, step.read);
        marks += got.filter((one) => one === FRAMES_MISSING).length;
        assert.deepEqual(got, expected.splice(0, got.length));
      }
    }
    assert.deepEqual(read(consumer, Infinity), expected);
  }));
  assert.ok(marks > 100, `${marks} marks`);
});

Deno.test("a mark is put once, however many frames are left out behind it", () => {
  const memory = makeFrameRing(4);
  const producer = new FrameRingProducer(memory);
  const consumer = new FrameRingConsumer(memory, SLEEP_MILLIS);
  assert.deepEqual([producer.offer(frameOf(1, 100), 1), consumer.fill], [true, 0.75]);
  for (const place of [2, 3, 4]) assert.equal(producer.offer(frameOf(place, 1), place), false);
  assert.equal(consumer.fill, 1);
  assert.deepEqual(read(consumer, 9), [1, FRAMES_MISSING]);
  assert.equal(producer.offer(frameOf(5, 64), 5), true);
  assert.deepEqual(read(consumer, 9), [5]);
});

Deno.test("a sleeper is woken by a frame, by a mark, and by its own thread", async () => {
  const memory = makeFrameRing(1);
  const producer = new FrameRingProducer(memory);
  const consumer = new FrameRingConsumer(memory, SLEEP_MILLIS);
  // Deno does not count the sleep as work.
  const alive = setInterval(() => {}, 1_000);
  const startedAt = performance.now();
  const sleep = consumer.sleep();
  setTimeout(() => producer.offer(frameOf(1, 1), 1), 10);
  await sleep;
  assert.deepEqual(read(consumer, 1), [FRAMES_MISSING], "a ring of one slot has room for the mark");
  const other = consumer.sleep();
  setTimeout(() => consumer.wakeUp(), 10);
  await other;
  assert.equal(consumer.oldest(), null);
  assert.ok(performance.now() - startedAt < SLEEP_MILLIS, "nobody slept until the time was up");
  clearInterval(alive);
});
