import assert from "node:assert/strict";
import fc from "fast-check";
import {
  SEQLOCK_BUSY,
  SEQLOCK_DOUBLES_MAX,
  seqlockBytes,
  SeqlockReader,
  SeqlockWord,
  SeqlockWriter,
} from "../../../core/memory/seqlock.ts";

Deno.test("a reader gets exactly what was published last, and its number", () => {
  const writes = fc.array(fc.array(fc.double(), { minLength: 3, maxLength: 3 }), { maxLength: 30 });
  fc.assert(fc.property(writes, fc.nat({ max: 2 ** 31 - 1 }), (values, start) => {
    const memory = new SharedArrayBuffer(seqlockBytes(3));
    new Int32Array(memory)[SeqlockWord.sequence] = start * 2;
    const writer = new SeqlockWriter(memory, 0, 3);
    const reader = new SeqlockReader(memory, 0, 3);
    assert.equal(reader.read(), start);
    for (const [index, numbers] of values.entries()) {
      writer.doubles.set(numbers);
      writer.publish();
      const version = (start + index + 1) % 2 ** 31;
      assert.equal(reader.read(), version);
      assert.deepEqual([...reader.integers], [...new Int32Array(new Float64Array(numbers).buffer)]);
      assert.equal(reader.read(), version);
    }
  }));
});

Deno.test("what is not published is not seen", () => {
  const memory = new SharedArrayBuffer(seqlockBytes(2));
  const writer = new SeqlockWriter(memory, 0, 2);
  const reader = new SeqlockReader(memory, 0, 2);
  writer.doubles.set([1, 2]);
  assert.equal(reader.read(), 0);
  assert.deepEqual([...reader.doubles], [0, 0]);
  writer.publish();
  writer.doubles.set([3, 4]);
  assert.equal(reader.read(), 1);
  assert.deepEqual([...reader.doubles], [1, 2]);
});

Deno.test("a reader gives up on a writer that stopped in the middle, and a new one mends it", () => {
  const memory = new SharedArrayBuffer(seqlockBytes(2));
  const words = new Int32Array(memory);
  const writer = new SeqlockWriter(memory, 0, 2);
  const reader = new SeqlockReader(memory, 0, 2);
  writer.doubles.set([1, 2]);
  writer.publish();
  words[SeqlockWord.sequence] |= 1;
  words[SeqlockWord.data] = 99;
  assert.equal(reader.read(), SEQLOCK_BUSY);
  const heir = new SeqlockWriter(memory, 0, 2);
  assert.equal(reader.read(), SEQLOCK_BUSY);
  heir.doubles.set([5, 6]);
  heir.publish();
  assert.equal(reader.read(), 2);
  assert.deepEqual([...reader.doubles], [5, 6]);
});

Deno.test("blocks stand side by side and share no cache line", () => {
  const bytes = seqlockBytes(16);
  assert.equal(bytes, 256);
  assert.equal(seqlockBytes(15), 128);
  const memory = new SharedArrayBuffer(bytes * 2);
  for (const block of [0, 1]) {
    const writer = new SeqlockWriter(memory, block * bytes, 16);
    writer.doubles.fill(block + 1);
    writer.publish();
  }
  const readers = [0, 1].map((block) => new SeqlockReader(memory, block * bytes, 16));
  assert.deepEqual(readers.map((reader) => reader.read()), [1, 1]);
  for (const [block, { doubles }] of readers.entries()) {
    assert.deepEqual([...doubles], Array(16).fill(block + 1));
  }
});

Deno.test("a block that cannot be there is refused with the value that was given", () => {
  const memory = new SharedArrayBuffer(256);
  for (const count of [0, 1.5, NaN, SEQLOCK_DOUBLES_MAX + 1]) {
    assert.throws(() => new SeqlockReader(memory, 0, count), new RegExp(`not ${count}$`));
  }
  for (const at of [8, -128, 256, NaN]) {
    assert.throws(() => new SeqlockWriter(memory, at, 1), new RegExp(`not ${at}$`));
  }
});
