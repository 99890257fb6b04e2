import assert from "node:assert/strict";
import {
  LINE_BYTES,
  makeRing,
  openRing,
  RING_BYTES_MAX,
  RING_HEADER_BYTES,
  RING_SLOTS_MAX,
  ringFill,
  RingKind,
  RingWord,
} from "../../../core/memory/ring_layout.ts";

Deno.test("words that different threads write stand two cache lines apart, before the slots", () => {
  const { producerSleeping, produced, released, consumerSleeping, ...once } = RingWord;
  const live = [produced, released, consumerSleeping, producerSleeping];
  for (const [index, word] of live.entries()) {
    assert.ok(word * 4 - Math.max(...Object.values(once)) * 4 >= LINE_BYTES - 8);
    if (index > 0) assert.equal((word - live[index - 1]) * 4, LINE_BYTES);
  }
  assert.equal(RING_HEADER_BYTES - producerSleeping * 4, LINE_BYTES);
  assert.equal(RING_HEADER_BYTES % 8, 0);
});

Deno.test("a shape that a ring cannot have is refused with the value that was given", () => {
  const refuse = (slotBytes: number, slotCount: number, value: number) =>
    assert.throws(
      () => makeRing(RingKind.spsc, slotBytes, slotCount, 0),
      (error) => error instanceof RangeError && error.message.includes(String(value)),
    );
  for (const slotBytes of [0, -8, 4, 12, 8.5, NaN]) refuse(slotBytes, 16, slotBytes);
  for (const slotCount of [0, -1, 3, 12, 1.5, NaN, RING_SLOTS_MAX * 2]) {
    refuse(8, slotCount, slotCount);
  }
  refuse(1_024, RING_SLOTS_MAX, RING_HEADER_BYTES + 1_024 * RING_SLOTS_MAX);
  refuse(1_024, RING_SLOTS_MAX, RING_BYTES_MAX);
});

Deno.test("a ring of one kind is not opened as another, nor is anything else", () => {
  const memory = makeRing(RingKind.spsc, 8, 2, 0);
  assert.equal(openRing(memory, RingKind.spsc)[RingWord.slotCount], 2);
  assert.throws(() => openRing(memory, RingKind.mpsc), TypeError);
  assert.throws(() => openRing(new SharedArrayBuffer(8), RingKind.spsc), TypeError);
  assert.throws(() => openRing(new SharedArrayBuffer(4_096), RingKind.spsc), TypeError);
});

Deno.test("the fill is right over the wrap of the cursors and never outside of the ring", () => {
  const header = openRing(makeRing(RingKind.spsc, 8, 8, 0), RingKind.spsc);
  const fill = (produced: number, released: number) => {
    header[RingWord.produced] = produced;
    header[RingWord.released] = released;
    return ringFill(header);
  };
  assert.equal(fill(5, 2), 3);
  assert.equal(fill(-(2 ** 31) + 1, 2 ** 31 - 3), 4);
  assert.equal(fill(1, -2), 3);
  // As read by a thread that was stopped between the two loads.
  assert.equal(fill(2, 5), 0);
  assert.equal(fill(30, 2), 8);
});
