import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { CHECKSUM_LEVELS } from "../../../core/market_data/book_checksum.ts";
import { candleIntervals } from "../../../core/market_data/candle_intervals.ts";
import { EventReader } from "../../../core/market_data/event_reader.ts";
import { CHUNK_BYTES, FeedEncoder } from "../../../core/market_data/feed_encoder.ts";
import { FeedKind } from "../../../core/market_data/feed_frame.ts";
import type { DepthMessage } from "../../../core/market_data/feed_messages.ts";
import { FeedFrameError } from "../../../core/market_data/feed_check.ts";
import { jsonOfFrame, readFeedFrame } from "../../../core/market_data/feed_reader.ts";
import { MarketFeeds } from "../../../core/market_data/market_feeds.ts";
import { buy, by, type Command, halt, sell } from "../../support/commands.ts";
import { newSeed, randomCommands, seededRandom } from "./random_orders.ts";
import { applyMessages, type SentMessage, sinkTo, TestMarket } from "./test_market.ts";

/** A market that is open, and what its appends send. */
function opened() {
  const market = new TestMarket();
  const feeds = new MarketFeeds();
  const reader = new EventReader();
  const opening = market.open();
  for (const reference of market.references) feeds.learn(reference);
  const first = applyMessages(feeds, reader, opening);
  const publish = (commands: readonly Command[]) =>
    applyMessages(feeds, reader, market.append(commands));
  return { first, feeds, publish, market };
}

const DAY_MICROS = 86_400_000_000;
const FEEDS = new Set([
  "depth",
  "orders",
  "bbo",
  "trades",
  "status",
  "definition",
  "ticker",
  ...candleIntervals.map(({ name }) => `candles.${name}`),
]);

const hex = (bytes: Uint8Array) => bytes.toHex().replaceAll(/(.{8})(?=.)/g, "$1 ");

/** The checksum as a stranger would make it from the levels: over bytes, by a library. */
function checksumOf(market: TestMarket, instrument: number): number {
  const levels = [0, 1].flatMap((side) =>
    market.engineLevels(instrument, side).slice(0, CHECKSUM_LEVELS)
  );
  const bytes = new DataView(new ArrayBuffer(levels.length * 12));
  for (const [index, [price, lots]] of levels.entries()) {
    bytes.setUint32(index * 12, price, true);
    bytes.setBigUint64(index * 12 + 4, BigInt(lots), true);
  }
  return crc32(new Uint8Array(bytes.buffer));
}

Deno.test("feed frame: the layout of every kind, byte by byte", () => {
  const { publish } = opened();
  const [, depth, bbo] = publish([buy(10_000, 4_998), sell(2, 5_001), sell(3, 5_002)]);
  const [trades] = publish([buy(5, 5_002, by(2))]);
  const [status] = publish([halt()]);
  const head = (first: string, sequence: string, before: string, time: string) =>
    `${first} 01000000 ${sequence} 00000000 ${before} 00000000 ${time} 250a0600`;
  const checksum = (depth?.message as DepthMessage).checksum;
  const sum = new Uint8Array(new Uint32Array([checksum]).buffer).toHex();
  assert.deepEqual(
    [depth, bbo, trades, status].map((sent) => hex(sent?.bytes ?? new Uint8Array())),
    [
      `${head("03010300", "04000000", "00000000", "d0879695")} 01000200 ${sum} ` +
      "86130000 10270000 00000000 89130000 02000000 00000000 8a130000 03000000 00000000",
      `${head("02010000", "04000000", "00000000", "d0879695")} ` +
      "10270000 00000000 02000000 00000000 86130000 89130000",
      `${head("01010200", "06000000", "00000000", "b88b9695")} ` +
      "01000000 00000000 02000000 00000000 89130000 00000000 " +
      "02000000 00000000 03000000 00000000 8a130000 00000000",
      `${head("04010000", "07000000", "01000000", "a08f9695")} 02000000 00000000`,
    ],
  );
});

Deno.test("feed frame: the layout of a definition, a ticker and a candle, byte by byte", () => {
  const { feeds, first, market, publish } = opened();
  const definition = hex(first[0]?.bytes ?? new Uint8Array());
  assert.equal(
    definition.slice(72),
    "01000000 00000000 01000000 00000000 40420f00 00000000 00ca9a3b 00000000 " +
      "00000000 00000000 50c30000 02040000 " +
      "4254432d 55534400 00000000 00000000 00000000 00000000 " +
      "42544300 00000000 00000000 55534400 00000000 00000000",
  );
  publish([sell(2, 5_001), sell(3, 5_002), buy(5, 5_002, by(2))]);
  const sent: SentMessage[] = [];
  feeds.find("BTC-USD")?.tick(market.stampMicros, sinkTo(sent));
  assert.equal(
    hex(sent.find((one) => one.feed === "ticker")?.bytes ?? new Uint8Array()).slice(72),
    "05000000 00000000 02000000 00000000 8a130000 89130000 8a130000 89130000",
  );
  assert.equal(
    hex(sent.find((one) => one.feed === "candles.5s")?.bytes ?? new Uint8Array()).slice(72),
    "88130000 00000000 00809695 250a0600 05000000 00000000 01000000 00000000 " +
      "02000000 00000000 89130000 8a130000 89130000 8a130000 02000000 00000000",
  );
});

Deno.test("feed frame: a snapshot has the best levels, and the checksum of the whole book", () => {
  const { feeds, market, publish } = opened();
  publish([buy(1, 4_998), buy(2, 4_997), buy(3, 4_996), sell(2, 5_001)]);
  const feed = feeds.find("BTC-USD");
  assert.ok(feed !== undefined);
  const bytes = new FeedEncoder().snapshot(feed, 2, feeds.lastEvent, 17);
  assert.deepEqual(readFeedFrame(bytes), {
    kind: FeedKind.snapshot,
    instrument: 1,
    sequence: feed.sequence,
    prevSequence: feed.sequence,
    timeMicros: 17,
    bids: [[4_998, 1], [4_997, 2]],
    asks: [[5_001, 2]],
    checksum: checksumOf(market, 1),
    eventSequence: feeds.lastEvent,
    levelsAsked: 2,
    isTrading: true,
  });
  assert.equal(bytes.length, 32 + 24 + 3 * 12);
});

Deno.test("feed frame: binary says what JSON says, whatever is traded", () => {
  const seed = newSeed();
  const random = seededRandom(seed);
  const { first, feeds, publish, market } = opened();
  const terms = new Map(market.references.map((one) => [one.instrument, one]));
  const all = [...first];
  for (let append = 0; append < 400; append++) {
    // Sometimes candles end, and sometimes so many that some are left out.
    if (random() < 0.2) market.stampMicros += Math.floor(random() ** 4 * DAY_MICROS);
    const sent = publish(randomCommands(random, 1 + Math.floor(random() * 40)));
    all.push(...sent);
    for (const feed of feeds.instruments) feed.tick(market.stampMicros, sinkTo(all));
    for (const { feed, message, symbol } of sent) {
      if (feed !== "depth") continue;
      const instrument = symbol === "BTC-USD" ? 1 : 2;
      const { checksum } = message as DepthMessage;
      assert.equal(checksum, checksumOf(market, instrument), `seed ${seed}, append ${append}`);
    }
  }
  // Only now: no message has changed when those behind it were written.
  for (const { bytes, message } of all) {
    const frame = readFeedFrame(bytes);
    const reference = terms.get(frame.instrument);
    assert.ok(reference !== undefined);
    assert.ok(frame.kind !== FeedKind.snapshot && frame.kind !== FeedKind.orderSnapshot);
    assert.deepEqual(jsonOfFrame(frame, reference), message, `seed ${seed}`);
  }
  const written = all.reduce((sum, { bytes }) => sum + bytes.length, 0);
  assert.ok(written > 2 * CHUNK_BYTES, `${written} bytes are more than two chunks`);
  assert.deepEqual(
    new Set(all.map(({ feed }) => feed)),
    FEEDS,
  );
});

Deno.test("feed frame: it is read at any alignment", () => {
  const { publish } = opened();
  for (const { bytes } of publish([buy(10_000, 4_998), sell(2, 5_001)])) {
    for (const offset of [1, 2, 3, 5]) {
      const shifted = new Uint8Array(bytes.length + offset);
      shifted.set(bytes, offset);
      assert.deepEqual(readFeedFrame(shifted.subarray(offset)), readFeedFrame(bytes));
    }
  }
});

Deno.test("feed frame: what is no message is refused with field, limit and value", () => {
  const { publish } = opened();
  const [orders, depth, bbo] = publish([buy(10_000, 4_998), sell(2, 5_001)]);
  const with_ = (sent: SentMessage | undefined, at: number, byte: number) => {
    const bytes = Uint8Array.from(sent?.bytes ?? []);
    bytes[at] = byte;
    return bytes;
  };
  const cases: [Uint8Array, string][] = [
    [new Uint8Array(31), "length is 31; it takes 32 bytes at least"],
    [with_(bbo, 0, 12), "kind is 12; it takes 1 to 11"],
    [with_(bbo, 0, 0), "kind is 0; it takes 1 to 11"],
    [with_(bbo, 1, 2), "version is 2; it takes 1"],
    [with_(depth, 2, 3), "length is 64; it takes 76 bytes with 3 entries"],
    [with_(orders, 2, 3), "length is 96; it takes 120 bytes with 3 entries"],
    [with_(depth, 32, 2), "bids and asks is 3; it takes 2 levels together"],
    [with_(bbo, 0, FeedKind.status), "length is 56; it takes 40 bytes with 0 entries"],
  ];
  for (const [bytes, message] of cases) {
    assert.throws(() => readFeedFrame(bytes), { name: "FeedFrameError", message });
  }
});

Deno.test("feed frame: any bytes are read or refused, and nothing outside is touched", () => {
  const { publish } = opened();
  const sent = [
    ...publish([buy(10_000, 4_998), sell(2, 5_001), sell(3, 5_002)]),
    ...publish([buy(5, 5_002, by(2))]),
  ];
  const changes = fc.array(fc.record({ at: fc.nat(80), byte: fc.nat(255) }), { maxLength: 4 });
  fc.assert(
    fc.property(fc.constantFrom(...sent), changes, fc.nat(90), ({ bytes }, all, length) => {
      const changed = Uint8Array.from(bytes).subarray(0, Math.min(length, bytes.length));
      for (const { at, byte } of all) if (at < changed.length) changed[at] = byte;
      try {
        readFeedFrame(changed);
      } catch (error) {
        assert.ok(error instanceof FeedFrameError, String(error));
      }
    }),
    { numRuns: 2_000 },
  );
});
