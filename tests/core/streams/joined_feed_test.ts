import assert from "node:assert/strict";
import { JoinedFeed, KEPT_MESSAGES_MAX, type Numbered } from "../../../core/streams/joined_feed.ts";

const message = (prevSequence: number, sequence: number): Numbered => ({ sequence, prevSequence });
const numbers = (messages: readonly Numbered[] | null) =>
  messages?.map(({ sequence }) => sequence) ?? null;

Deno.test("what the answer covers is passed over, and what follows it comes once", () => {
  const feed = new JoinedFeed();
  for (const one of [message(0, 3), message(3, 5), message(5, 9)]) {
    assert.equal(feed.offer(one), "kept");
  }
  assert.deepEqual(numbers(feed.join(5)), [9]);
  assert.deepEqual([feed.isJoined, feed.at], [true, 9]);
  assert.equal(feed.offer(message(5, 9)), "covered");
  assert.equal(feed.offer(message(9, 9)), "covered", "a quiet feed says its number again");
  assert.equal(feed.offer(message(9, 11)), "next");
});

Deno.test("a message that reaches over the answer follows it", () => {
  const feed = new JoinedFeed();
  feed.offer(message(3, 8));
  assert.deepEqual(numbers(feed.join(5)), [8]);
});

Deno.test("an answer that does not reach what was kept has to be asked for again", () => {
  const feed = new JoinedFeed();
  feed.offer(message(7, 9));
  feed.offer(message(9, 10));
  assert.equal(feed.join(5), null);
  assert.equal(feed.isJoined, false);
  assert.deepEqual(numbers(feed.join(8)), [9, 10]);
});

Deno.test("a hole ends the join, and what follows it is kept", () => {
  const feed = new JoinedFeed();
  feed.join(4);
  assert.equal(feed.offer(message(6, 7)), "hole");
  assert.equal(feed.offer(message(7, 8)), "kept");
  assert.deepEqual(numbers(feed.join(6)), [7, 8]);
});

Deno.test("of more than can be kept the oldest go, which shows as a hole", () => {
  const feed = new JoinedFeed();
  for (let at = 0; at <= KEPT_MESSAGES_MAX; at++) feed.offer(message(at, at + 1));
  assert.equal(feed.join(0), null);
  assert.equal(feed.join(1)?.length, KEPT_MESSAGES_MAX);
});
