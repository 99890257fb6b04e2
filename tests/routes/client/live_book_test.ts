import assert from "node:assert/strict";
import type { DepthMessage } from "../../../core/market_data/feed_messages.ts";
import { jsonMessage } from "../../../core/market_data/json_message.ts";
import { MarketFeeds } from "../../../core/market_data/market_feeds.ts";
import { EventReader } from "../../../core/market_data/event_reader.ts";
import { snapshot } from "../../../core/market_data/snapshot.ts";
import { LiveBook } from "../../../routes/client/live_book.ts";
import { newSeed, randomCommands, seededRandom } from "../../core/market_data/random_orders.ts";
import { TestMarket } from "../../core/market_data/test_market.ts";

const CHANNEL = "depth:BTC-USD";

Deno.test("live book: is the market's whenever it is live, whatever is lost and comes twice", () => {
  const seed = newSeed();
  const random = seededRandom(seed);
  const market = new TestMarket();
  const feeds = new MarketFeeds();
  const opening = market.open();
  for (const reference of market.references) feeds.learn(reference);
  const reader = new EventReader();
  const messages: DepthMessage[] = [];
  const apply = (bytes: Uint8Array) => {
    reader.load(bytes);
    feeds.apply(reader, (instrument, feed, head) => {
      if (feed !== "depth" || instrument.terms.symbol !== "BTC-USD") return;
      messages.push(jsonMessage(instrument, feed, head) as DepthMessage);
    }, false);
  };
  for (const bytes of opening) apply(bytes);
  const book = new LiveBook("BTC-USD");
  const whole = () => {
    const feed = feeds.find("BTC-USD");
    assert.ok(feed !== undefined);
    return snapshot(feed, { levels: 1_000, trades: 0, minSequence: 0 }, 0, 0);
  };
  let [checked, renewed] = [0, 0];
  let kept: DepthMessage[] = [];
  for (let round = 0; round < 2_000; round++) {
    for (const bytes of market.append(randomCommands(random, 2))) apply(bytes);
    for (const data of messages.splice(0)) {
      if (random() < 0.05) continue;
      kept = [...kept.slice(-3), data];
      const fits = book.take({ type: "message", channel: CHANNEL, data });
      if (random() < 0.1) {
        book.take({ type: "message", channel: CHANNEL, data: kept[0] });
      }
      if (fits && book.isLive) continue;
      if (!fits) renewed++;
      if (random() < 0.5) book.take({ type: "snapshot", channel: CHANNEL, data: whole() });
    }
    const now = whole();
    if (!book.isLive || book.sequence !== now.sequence) continue;
    checked++;
    assert.deepEqual([book.bids, book.asks], [now.bids, now.asks], `seed ${seed}, round ${round}`);
  }
  assert.ok(checked > 300 && renewed > 20, `seed ${seed}: ${checked} compared, ${renewed} renewed`);
  book.invalidate();
  assert.equal(book.isLive, false);
  assert.equal(book.take({ type: "joined", channel: CHANNEL, data: {} }), true);
});
