import assert from "node:assert/strict";
import {
  KEPT_BYTES_MAX,
  KEPT_MESSAGES_MAX,
  KeptMessages,
} from "../../../core/market_data/kept_messages.ts";

Deno.test("kept messages: copies, in the order in which they came, handed out once", () => {
  const kept = new KeptMessages();
  const bytes = new Uint8Array([1, 2, 3, 4]);
  kept.keep(bytes.subarray(1, 3));
  bytes.fill(9);
  kept.keep(bytes);
  assert.deepEqual(kept.oldest, new Uint8Array([2, 3]));
  assert.deepEqual(kept.take(), [new Uint8Array([2, 3]), new Uint8Array([9, 9, 9, 9])]);
  assert.deepEqual([kept.take(), kept.oldest], [[], undefined]);
});

Deno.test("kept messages: the oldest go where there are too many", () => {
  const kept = new KeptMessages();
  for (let at = 0; at < KEPT_MESSAGES_MAX + 3; at++) kept.keep(new Uint8Array([at & 255]));
  assert.equal(kept.oldest?.[0], 3);
  assert.equal(kept.take().length, KEPT_MESSAGES_MAX);
});

Deno.test("kept messages: the oldest go where they are too long, but never the newest", () => {
  const kept = new KeptMessages();
  const half = KEPT_BYTES_MAX / 2;
  for (const length of [half, half, 1]) kept.keep(new Uint8Array(length));
  assert.deepEqual(kept.take().map(({ length }) => length), [half, 1]);
  for (const length of [5, KEPT_BYTES_MAX + 1]) kept.keep(new Uint8Array(length));
  assert.deepEqual(kept.take().map(({ length }) => length), [KEPT_BYTES_MAX + 1]);
  for (const length of [half, half]) kept.keep(new Uint8Array(length));
  assert.equal(kept.take().length, 2, "what was handed out does not count any more");
});

Deno.test("kept messages: tells those that are newer than a sequence, and keeps them", () => {
  const kept = new KeptMessages();
  const messages = [3, 5, 9].map((sequence) => {
    const bytes = new Uint8Array(32);
    bytes[8] = sequence;
    return bytes;
  });
  for (const message of messages) kept.keep(message);
  assert.deepEqual(kept.newerThan(3), messages.slice(1));
  assert.deepEqual(kept.newerThan(9), []);
  assert.deepEqual(kept.take(), messages);
});
