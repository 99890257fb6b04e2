import assert from "node:assert/strict";
import fc from "fast-check";
import { RING_FULL, ringFill, RingWord } from "../../../core/memory/ring_layout.ts";
import { makeSpscRing, SpscConsumer, SpscProducer } from "../../../core/memory/spsc_ring.ts";

const SLOT_DOUBLES = 2;

/** A ring whose cursors have come to `start`. */
function ringAt(start: number, slotCount: number): SharedArrayBuffer {
  const memory = makeSpscRing(SLOT_DOUBLES * 8, slotCount);
  const header = new Int32Array(memory);
  header[RingWord.produced] = start;
  header[RingWord.released] = start;
  return memory;
}

const steps = fc.array(
  fc.tuple(
    fc.constantFrom("claim", "publish", "release", "reopen"),
    fc.integer({ min: 1, max: 5 }),
  ),
  { maxLength: 200, size: "max" },
);
/** Also where a cursor passes from the highest to the lowest number, and through 0. */
const starts = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.integer({ min: 2 ** 31 - 20, max: 2 ** 31 - 1 }),
  fc.integer({ min: -20, max: 0 }),
);
const slotCounts = fc.constantFrom(1, 2, 4, 8, 16);

Deno.test("the consumer gets every published record once, in order, as from a plain queue", () => {
  fc.assert(fc.property(steps, starts, slotCounts, (sequence, start, slotCount) => {
    const memory = ringAt(start, slotCount);
    const producer = new SpscProducer(memory);
    let consumer = new SpscConsumer(memory);
    const claimed: number[] = [];
    const published: number[] = [];
    let next = 0;
    for (const [what, count] of sequence) {
      if (what === "claim") {
        const slot = producer.claim(count);
        if (published.length + claimed.length + count > slotCount) {
          assert.equal(slot, RING_FULL);
          continue;
        }
        assert.equal(slot, producer.slot(0));
        for (let ahead = 0; ahead < count; ahead++) {
          const at = producer.slot(ahead) * SLOT_DOUBLES;
          producer.doubles[at] = next;
          producer.doubles[at + 1] = -next;
          claimed.push(next++);
        }
      } else if (what === "publish") {
        producer.publish();
        published.push(...claimed.splice(0));
      } else if (what === "reopen") consumer = new SpscConsumer(memory);
      else {
        const available = consumer.available();
        assert.ok(available <= published.length);
        assert.equal(available === 0, published.length === 0);
        for (let ahead = 0; ahead < available; ahead++) {
          const at = consumer.slot(ahead) * SLOT_DOUBLES;
          assert.equal(consumer.doubles[at], published[ahead]);
          assert.equal(consumer.doubles[at + 1], -published[ahead]);
        }
        const done = Math.min(count, available);
        consumer.release(done);
        published.splice(0, done);
      }
      assert.equal(ringFill(producer.header), published.length);
    }
  }));
});

Deno.test("nothing is visible before it is published, and a full ring takes nothing", () => {
  const memory = makeSpscRing(8, 4);
  const producer = new SpscProducer(memory);
  const consumer = new SpscConsumer(memory);
  for (let n = 0; n < 4; n++) assert.equal(producer.claim(1), n);
  assert.equal(producer.claim(1), RING_FULL);
  assert.equal(consumer.available(), 0);
  producer.publish();
  assert.equal(consumer.available(), 4);
  assert.equal(producer.claim(1), RING_FULL);
  consumer.release(2);
  assert.equal(producer.claim(3), RING_FULL);
  assert.equal(producer.claim(2), 0);
  assert.equal(producer.claim(1), RING_FULL);
});

Deno.test("a producer that is made anew goes on behind what was published", () => {
  const memory = makeSpscRing(8, 4);
  const former = new SpscProducer(memory);
  former.doubles[former.claim(1)] = 1;
  former.publish();
  former.doubles[former.claim(1)] = 2;
  const producer = new SpscProducer(memory);
  producer.doubles[producer.claim(1)] = 3;
  producer.publish();
  const consumer = new SpscConsumer(memory);
  assert.equal(consumer.available(), 2);
  assert.deepEqual([0, 1].map((ahead) => consumer.doubles[consumer.slot(ahead)]), [1, 3]);
});

Deno.test("doubles, integers and bytes are the same slots", () => {
  const memory = makeSpscRing(64, 4);
  const producer = new SpscProducer(memory);
  const consumer = new SpscConsumer(memory);
  const slot = producer.claim(2) + 1;
  producer.doubles[slot * 8] = 1;
  producer.integers[slot * 16 + 2] = 0x0a0b0c0d;
  assert.equal(consumer.integers[slot * 16 + 1], 0x3ff00000);
  assert.equal(consumer.bytes[slot * 64 + 8], 0x0d);
  assert.equal(consumer.bytes.length, 4 * 64);
});
