import assert from "node:assert/strict";
import { FeedKind } from "../../core/market_data/feed_frame.ts";
import { EventReader } from "../../core/market_data/event_reader.ts";
import { FeedEncoder } from "../../core/market_data/feed_encoder.ts";
import { MarketFeeds } from "../../core/market_data/market_feeds.ts";
import { applyMessages, TestMarket } from "../core/market_data/test_market.ts";
import { sell } from "../support/commands.ts";
import { LossPlan } from "./loss_plan.ts";
import { PipedBook } from "./piped_book.ts";

/** A market, and its messages as the server sends them. */
function marketOperations() {
  const market = new TestMarket();
  const feeds = new MarketFeeds();
  const reader = new EventReader();
  const operation = (subject: string, bytes: Uint8Array) => ({
    bytes: Uint8Array.from(bytes),
    payload: Uint8Array.from(bytes),
    subject,
  });
  const of = (messages: readonly Uint8Array[]) =>
    applyMessages(feeds, reader, messages)
      .filter(({ feed, symbol }) => symbol === "BTC-USD" && !feed.includes("."))
      .map(({ bytes, feed }) => operation(`md.BTC-USD.${feed}.bin`, bytes));
  const opening = market.open();
  for (const reference of market.references) feeds.learn(reference);
  of(opening);
  const snapshot = () => {
    const instrument = feeds.find("BTC-USD");
    assert.ok(instrument !== undefined);
    return operation("_INBOX.x", new FeedEncoder().snapshot(instrument, 10, feeds.lastEvent, 0));
  };
  return { snapshot, of: (price: number) => of(market.append([sell(5, price)])), market, feeds };
}

Deno.test("loss plan: loses one message each time, and none before the book is whole", () => {
  const { of, snapshot } = marketOperations();
  const plan = new LossPlan("BTC-USD", () => 0);
  plan.loseOne();
  assert.ok(of(50).every((message) => !plan.isLost(message)), "there is no book yet");
  assert.ok(!plan.isLost(snapshot()), "a snapshot is never lost");
  const [orders, depth, bbo] = of(49);
  assert.ok(orders !== undefined && depth !== undefined && bbo !== undefined);
  assert.ok(!plan.isLost(orders), "the bot does not read them");
  assert.ok(plan.isLost(depth));
  assert.ok(!plan.isLost(bbo), "one is enough");
  plan.loseOne();
  assert.ok(!plan.isLost(bbo), "the book is not repaired yet");
  assert.ok(!plan.isLost(snapshot()));
  assert.ok(plan.isLost(bbo));
  assert.deepEqual([...plan.losses], [["depth", 1], ["bbo", 1]]);
  assert.deepEqual([plan.count, plan.depthLosses], [2, 1]);
  plan.loseOne();
  plan.stop();
  assert.ok(!plan.isLost(bbo));
});

Deno.test("loss plan: other markets and what is said in JSON pass", () => {
  const { snapshot } = marketOperations();
  const plan = new LossPlan("BTC-USD", () => 0);
  plan.isLost(snapshot());
  plan.loseOne();
  const bytes = new TextEncoder().encode('{"error":"starting"}');
  assert.ok(!plan.isLost({ bytes, payload: bytes, subject: "_INBOX.x" }));
  assert.ok(!plan.isLost({ bytes, payload: new Uint8Array(), subject: "_INBOX.x" }));
  const other = { ...snapshot(), subject: "md.ETH-USD.depth.bin" };
  assert.ok(!plan.isLost(other));
});

Deno.test("piped book: counts gaps and snapshots however the bytes are cut", () => {
  const { of, snapshot } = marketOperations();
  const first = snapshot();
  const [one, two, three] = [of(50), of(51), of(52)].map((messages) =>
    messages.find(({ payload }) => payload[0] === FeedKind.depth)
  );
  assert.ok(one !== undefined && two !== undefined && three !== undefined);
  // The second message of depth is missing, and its repair is a snapshot.
  const sent = [first, one, three, snapshot(), three].map(({ payload }) => payload);
  const bytes = sent.flatMap((payload) => {
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, payload.length, true);
    return [...length, ...payload];
  });
  for (const size of [1, 3, 100, bytes.length]) {
    const piped = new PipedBook();
    for (let at = 0; at < bytes.length; at += size) {
      piped.take(Uint8Array.from(bytes.slice(at, at + size)));
    }
    assert.deepEqual([piped.messages, piped.snapshots, piped.gaps], [5, 2, 1], `by ${size}`);
    assert.ok(piped.sequence > 0);
  }
  assert.throws(() => new PipedBook().take(Uint8Array.of(0, 0, 0, 255)), RangeError);
});
