import assert from "node:assert/strict";
import { EventReader } from "../../../core/market_data/event_reader.ts";
import {
  type DepthMessage,
  HEARTBEAT_SECONDS,
  type OrdersMessage,
  type TickerMessage,
  type TradesMessage,
} from "../../../core/market_data/feed_messages.ts";
import { BookReplica } from "../../../core/market_data/book_replica.ts";
import type { FeedSink } from "../../../core/market_data/instrument_feed.ts";
import { MarketFeeds } from "../../../core/market_data/market_feeds.ts";
import { parseSnapshotQuery, snapshot } from "../../../core/market_data/snapshot.ts";
import { Heartbeats } from "../../../workers/market_data/heartbeats.ts";
import {
  type SentMessage,
  sinkTo,
  START_MICROS,
  TestMarket,
} from "../../core/market_data/test_market.ts";
import { buy, by, type Command, sell } from "../../support/commands.ts";

/**
 * A market whose feeds speak to a log, with turns that the test makes.
 *
 * @param isSilent whether what opened the market was published before, by another worker
 */
function opened(isSilent = false) {
  const market = new TestMarket();
  const feeds = new MarketFeeds();
  const reader = new EventReader();
  const heartbeats = new Heartbeats();
  const sent: SentMessage[] = [];
  const log = sinkTo(sent);
  const sink: FeedSink = (instrument, feed, head) => {
    log(instrument, feed, head);
    heartbeats.spoke(instrument, feed);
  };
  const opening = market.open();
  for (const reference of market.references) feeds.learn(reference);
  let nowMicros = START_MICROS;
  const apply = (messages: readonly Uint8Array[], to: FeedSink | null, isHeld = false) => {
    for (const bytes of messages) {
      reader.load(bytes);
      feeds.apply(reader, to, isHeld);
    }
  };
  apply(opening, isSilent ? null : sink);
  return {
    feeds,
    reader,
    publish: (commands: readonly Command[], isHeld = false) =>
      apply(market.append(commands), sink, isHeld),
    /** Makes turns; gives back what was said in them. */
    turns: (count: number): SentMessage[] => {
      sent.length = 0;
      for (let turn = 0; turn < count; turn++) {
        nowMicros += 1_000_000;
        heartbeats.turn(feeds.instruments, nowMicros, sink);
      }
      return [...sent];
    },
  };
}

const namesOf = (sent: readonly SentMessage[]) =>
  sent.map(({ symbol, feed }) => `${symbol} ${feed}`);

Deno.test("heartbeats: a feed that was quiet says its last number again, one that has none nothing", () => {
  const { publish, turns } = opened();
  publish([sell(5, 5_001), buy(2, 5_001, by(2))]);
  turns(1);
  const said = turns(HEARTBEAT_SECONDS);
  const numbers = said.map(({ symbol, feed, message: { sequence, prevSequence } }) =>
    `${symbol} ${feed} ${prevSequence} ${sequence}`
  );
  assert.deepEqual(numbers.toSorted(), [
    "BTC-USD bbo 3 3",
    "BTC-USD definition 1 1",
    "BTC-USD depth 3 3",
    "BTC-USD orders 3 3",
    "BTC-USD status 1 1",
    "BTC-USD ticker 3 3",
    "BTC-USD trades 3 3",
    "ETH-USD definition 1 1",
    "ETH-USD status 1 1",
  ]);
  const messageOf = (feed: string) => said.find((one) => one.feed === feed)?.message;
  assert.deepEqual((messageOf("trades") as TradesMessage).trades, []);
  const { bids, asks } = messageOf("depth") as DepthMessage;
  assert.deepEqual([bids, asks], [[], []]);
  assert.deepEqual((messageOf("orders") as OrdersMessage).orders, []);
});

Deno.test("heartbeats: a feed that speaks is not quiet", () => {
  const { publish, turns } = opened();
  for (let round = 0; round < 4; round++) {
    publish([sell(5, 5_001 + round)]);
    const names = namesOf(turns(HEARTBEAT_SECONDS - 1));
    assert.ok(!names.includes("BTC-USD depth"), `round ${round}: ${names}`);
  }
});

Deno.test("heartbeats: whoever missed the last message learns of it", () => {
  const { feeds, publish, turns } = opened();
  publish([sell(5, 5_001)]);
  const replica = new BookReplica(100, 1);
  const query = parseSnapshotQuery("");
  assert.ok(typeof query !== "string");
  const feed = feeds.find("BTC-USD");
  assert.ok(feed !== undefined);
  replica.snapshot(snapshot(feed, query, feeds.lastEvent, START_MICROS));
  assert.equal(replica.isLive, true);
  // The replica gets nothing of this.
  publish([sell(5, 5_002)]);
  const beats = turns(HEARTBEAT_SECONDS + 1)
    .filter(({ symbol, feed }) => symbol === "BTC-USD" && feed === "depth");
  assert.deepEqual(beats.map(({ message }) => replica.depth(message as DepthMessage)), ["gap"]);
  replica.snapshot(snapshot(feed, query, feeds.lastEvent, START_MICROS));
  assert.deepEqual(replica.asks.map(([price]) => price), ["50.01", "50.02"]);
});

Deno.test("heartbeats: depth that is held back says nothing before it is said", () => {
  const { publish, turns } = opened();
  publish([sell(5, 5_001)]);
  publish([sell(5, 5_002)], true);
  const names = namesOf(turns(2 * HEARTBEAT_SECONDS));
  assert.ok(!names.includes("BTC-USD depth"), String(names));
  assert.ok(names.includes("BTC-USD status"));
});

Deno.test("heartbeats: a ticker speaks once after trades, and when one falls out of the day", () => {
  const { publish, turns } = opened();
  publish([sell(5, 5_001), buy(2, 5_001, by(2)), buy(1, 5_001, by(3))]);
  const tickers = (count: number) =>
    turns(count).filter(({ feed }) => feed === "ticker").map(({ message }) =>
      message as TickerMessage
    );
  const [first, ...others] = tickers(3);
  assert.deepEqual(others, []);
  const { lastPrice, volume24h, trades24h, prevSequence, sequence } = first;
  assert.deepEqual([lastPrice, volume24h, trades24h, prevSequence, sequence], [
    "50.01",
    "0.0003",
    2,
    0,
    4,
  ]);
  const later = tickers(86_400);
  assert.deepEqual(later.at(-1)?.trades24h, 0);
  assert.equal(later.at(-1)?.lastPrice, "50.01");
});

Deno.test("heartbeats: what was published before a start is said again, not all in one turn", () => {
  const { turns } = opened(true);
  const byTurn = Array.from({ length: HEARTBEAT_SECONDS + 1 }, () => namesOf(turns(1)));
  const turnOf = (name: string) => byTurn.findIndex((names) => names.includes(name));
  const [btc, eth] = [turnOf("BTC-USD status"), turnOf("ETH-USD status")];
  assert.ok(btc >= 0 && eth >= 0 && btc !== eth, `turns ${btc} and ${eth}`);
});
