/**
 * What it costs to turn the leader's events into books: each frame goes into the ring of events and
 * out of it, and is applied to the books by level and order by order, on one thread.
 *
 * @module
 */
import {
  FrameRingConsumer,
  FrameRingProducer,
  FRAMES_MISSING,
  makeFrameRing,
} from "../../core/memory/frame_ring.ts";
import { EventReader } from "../../core/market_data/event_reader.ts";
import { MarketFeeds } from "../../core/market_data/market_feeds.ts";
import { randomCommands, seededRandom } from "../../tests/core/market_data/random_orders.ts";
import { TestMarket } from "../../tests/core/market_data/test_market.ts";

const SEED = 1;
const APPENDS = 2_000;
const COMMANDS_PER_APPEND = 50;
const ROUNDS = 9;
const RING_SLOTS = 2 ** 12;

/** Changes of books a second, of the fastest of {@link ROUNDS} rounds. */
export function measureAggregation(): number {
  const market = new TestMarket();
  const random = seededRandom(SEED);
  const stream = market.open();
  for (let append = 0; append < APPENDS; append++) {
    stream.push(...market.append(randomCommands(random, COMMANDS_PER_APPEND)));
  }
  let best = 0;
  for (let round = 0; round < ROUNDS; round++) {
    best = Math.max(best, aggregateAll(market, stream));
  }
  return best;
}

function aggregateAll(market: TestMarket, stream: readonly Uint8Array[]): number {
  const feeds = new MarketFeeds();
  for (const reference of market.references) feeds.learn(reference);
  const reader = new EventReader();
  const memory = makeFrameRing(RING_SLOTS);
  const producer = new FrameRingProducer(memory);
  const consumer = new FrameRingConsumer(memory, 0);
  const startedAt = performance.now();
  for (const [index, bytes] of stream.entries()) {
    producer.offer(bytes, index + 1);
    const frame = consumer.oldest();
    if (frame === null || frame === FRAMES_MISSING) throw new Error("the ring lost a frame");
    reader.load(frame);
    feeds.apply(reader, null, false);
    consumer.release();
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  let changes = 0;
  for (const { sequence } of feeds.instruments) changes += sequence;
  return changes / seconds;
}
