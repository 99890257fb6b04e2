/**
 * What it costs to write the messages of the feeds: the events of a random market are applied with a
 * sink that writes nothing, one that writes them in binary, one in JSON and one in both; what a sink
 * takes more than the first is the writing.
 *
 * @module
 */
import { EventReader } from "../../core/market_data/event_reader.ts";
import { FeedEncoder } from "../../core/market_data/feed_encoder.ts";
import type {
  FeedSink,
  InstrumentFeed,
  MessageHead,
} from "../../core/market_data/instrument_feed.ts";
import { jsonMessage } from "../../core/market_data/json_message.ts";
import { MarketFeeds } from "../../core/market_data/market_feeds.ts";
import { Side } from "../../core/protocol/order_record.ts";
import type { Feed } from "../../core/protocol/subjects.ts";
import { randomCommands, seededRandom } from "../../tests/core/market_data/random_orders.ts";
import { TestMarket } from "../../tests/core/market_data/test_market.ts";

const SEED = 1;
const APPENDS = 2_000;
const COMMANDS_PER_APPEND = 50;
/** Rounds of all sinks in turn; the fastest of each counts. */
const ROUNDS = 9;

/** What one sink did. */
export interface Encoding {
  /** Levels, orders, trades and best prices written a second. */
  readonly updatesPerSecond: number;
  readonly bytesPerUpdate: number;
}

/** All that is measured. */
export interface EncodingResult {
  readonly binary: Encoding;
  readonly json: Encoding;
  readonly both: Encoding;
  /** Events a second with a sink that writes nothing. */
  readonly appliedPerSecond: number;
  /** Updates in the market. */
  readonly updates: number;
}

/** Takes a message, and says how many bytes it wrote. */
type Writer = (instrument: InstrumentFeed, feed: Feed, head: MessageHead) => number;

/** Measures on this thread. */
export function measureEncoding(): EncodingResult {
  const market = new TestMarket();
  const random = seededRandom(SEED);
  const stream = market.open();
  for (let append = 0; append < APPENDS; append++) {
    stream.push(...market.append(randomCommands(random, COMMANDS_PER_APPEND)));
  }
  const encoder = new FeedEncoder();
  const binary: Writer = (...message) => encoder.encode(...message).length;
  const json: Writer = (...message) => JSON.stringify(jsonMessage(...message)).length;
  const writers: readonly Writer[] = [
    () => 0,
    binary,
    json,
    (...message) => binary(...message) + json(...message),
  ];
  const best = writers.map(() => ({ millis: Infinity, bytes: 0 }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, writer] of writers.entries()) {
      const run = runOnce(market, stream, writer);
      if (run.millis < best[index].millis) best[index] = run;
    }
  }
  const updates = countUpdates(market, stream);
  const [idle, ...written] = best;
  const [first, second, third] = written.map(({ bytes, millis }) => ({
    updatesPerSecond: updates / (millis - idle.millis) * 1_000,
    bytesPerUpdate: bytes / updates,
  }));
  const appliedPerSecond = market.state.events.sequence / idle.millis * 1_000;
  return { binary: first, json: second, both: third, appliedPerSecond, updates };
}

function runOnce(market: TestMarket, stream: readonly Uint8Array[], writer: Writer) {
  let bytes = 0;
  const startedAt = performance.now();
  applyAll(market, stream, (...message) => bytes += writer(...message));
  return { millis: performance.now() - startedAt, bytes };
}

function countUpdates(market: TestMarket, stream: readonly Uint8Array[]): number {
  let updates = 0;
  applyAll(market, stream, (instrument, feed) => {
    const { book, entries, tradesDue } = instrument;
    if (feed === "trades") updates += tradesDue;
    else if (feed === "orders") updates += entries.count;
    else if (feed === "depth") {
      updates += book.touched.of(Side.buy).length + book.touched.of(Side.sell).length;
    } else updates++;
  });
  return updates;
}

function applyAll(market: TestMarket, stream: readonly Uint8Array[], sink: FeedSink): void {
  const feeds = new MarketFeeds();
  for (const reference of market.references) feeds.learn(reference);
  const reader = new EventReader();
  for (const bytes of stream) {
    reader.load(bytes);
    feeds.apply(reader, sink, false);
  }
}
