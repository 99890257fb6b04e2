/**
 * Writes messages of the public feeds in binary (feed_frame.ts), read out of the instrument that they
 * are of.
 *
 * Messages are written one behind the other into chunks of {@link CHUNK_BYTES}, each of which is left
 * to the messages in it when it is full: a message keeps its bytes as long as anybody holds it, and
 * there is one allocation for a thousand messages.
 *
 * Owner: the thread that applies the events.
 *
 * @module
 */
import { Side } from "../protocol/order_record.ts";
import type { Feed } from "../protocol/subjects.ts";
import { padToEight, WireBuffer, writeU64 } from "../protocol/wire_buffer.ts";
import type { DepthSide } from "./depth_side.ts";
import {
  CANDLE_BYTES,
  DEFINITION_TEXTS,
  ENTRY_BYTES,
  FEED_VERSION,
  FeedDetailCode,
  FeedKind,
  FeedStatus,
  FeedWord,
  FIXED_BYTES,
  LEVEL_BYTES,
  TRADE_BYTES,
} from "./feed_frame.ts";
import type { InstrumentFeed, MessageHead } from "./instrument_feed.ts";
import type { OrderPage } from "./order_page.ts";
import { writeOrderEntries, writeOrderPage } from "./order_writer.ts";
import type { TouchedLevels } from "./touched_levels.ts";

/** Bytes of a chunk; a longer message has one of its own. */
export const CHUNK_BYTES = 2 ** 16;

const MICROS_PER_MILLI = 1_000;
const U32_MAX = 2 ** 32 - 1;
const LEVEL_WORDS = LEVEL_BYTES >> 2;
const TRADE_WORDS = TRADE_BYTES >> 2;

/** Writes messages. */
export class FeedEncoder {
  #chunk = WireBuffer.allocate(CHUNK_BYTES);
  #used = 0;

  /**
   * The message that the instrument has for a feed at this moment; its bytes do not change any more.
   * O(entries). They always have room: `HELD_LEVELS_MAX` (instrument_feed.ts) levels and those of one
   * frame of events at most.
   */
  encode(instrument: InstrumentFeed, feed: Feed, head: MessageHead): Uint8Array<ArrayBuffer> {
    switch (feed) {
      case "trades":
        return this.#trades(instrument, head);
      case "bbo":
        return this.#bbo(instrument, head);
      case "depth":
        return this.depth(instrument, instrument.book.touched, head);
      case "orders":
        return this.#orders(instrument, head);
      case "status":
        return this.#status(instrument, head);
      case "definition":
        return this.#definition(instrument, head);
      case "ticker":
        return this.#ticker(instrument, head);
      default:
        return this.#candles(instrument, head);
    }
  }

  /**
   * The book of the instrument as of now. O(levels).
   *
   * @param levels of a side at most, `SNAPSHOT_LEVELS_MAX` (snapshot.ts) at most
   * @param eventSequence of the shard's events that it reflects
   */
  snapshot(
    instrument: InstrumentFeed,
    levels: number,
    eventSequence: number,
    timeMicros: number,
  ): Uint8Array<ArrayBuffer> {
    const { sequence, book: { asks, bids } } = instrument;
    const bidCount = bids.countUpTo(levels);
    const askCount = asks.countUpTo(levels);
    const count = bidCount + askCount;
    const head = { sequence, prevSequence: sequence, timeMicros };
    const word = this.#begin(FeedKind.snapshot, count, instrument, head);
    const { words } = this.#chunk;
    words[word] = bidCount | (askCount << 16);
    words[word + 1] = instrument.checksum;
    writeU64(words, word + 2, eventSequence);
    words[word + 4] = levels;
    words[word + 5] = statusOf(instrument);
    const behind = writeBest(words, word + 6, bids, bidCount);
    writeBest(words, behind, asks, askCount);
    return this.#end(FeedKind.snapshot, count);
  }

  /** The best levels of the instrument as of now, at most so many of a side. O(levels). */
  book(instrument: InstrumentFeed, levels: number, head: MessageHead): Uint8Array<ArrayBuffer> {
    const { book: { asks, bids } } = instrument;
    const bidCount = bids.countUpTo(levels);
    const askCount = asks.countUpTo(levels);
    const word = this.#begin(FeedKind.book, bidCount + askCount, instrument, head);
    const { words } = this.#chunk;
    words[word] = bidCount | (askCount << 16);
    words[word + 1] = instrument.checksum;
    const behind = writeBest(words, word + 2, bids, bidCount);
    writeBest(words, behind, asks, askCount);
    return this.#end(FeedKind.book, bidCount + askCount);
  }

  /** Some levels of the instrument as of now, all of them at most. O(levels log levels). */
  depth(
    instrument: InstrumentFeed,
    touched: TouchedLevels,
    head: MessageHead,
  ): Uint8Array<ArrayBuffer> {
    const { book } = instrument;
    const bids = touched.of(Side.buy);
    const asks = touched.of(Side.sell);
    const count = bids.length + asks.length;
    const word = this.#begin(FeedKind.depth, count, instrument, head);
    const { words } = this.#chunk;
    words[word] = bids.length | (asks.length << 16);
    words[word + 1] = instrument.checksum;
    const behind = writeLevels(words, word + 2, bids, book.bids);
    writeLevels(words, behind, asks, book.asks);
    return this.#end(FeedKind.depth, count);
  }

  /** A page of the orders of the instrument as of now. O(orders and levels of the page). */
  orderSnapshot(
    instrument: InstrumentFeed,
    page: OrderPage,
    eventSequence: number,
    timeMicros: number,
  ): Uint8Array<ArrayBuffer> {
    const { ordersSequence, sequence } = instrument;
    const count = page.bids.length + page.asks.length;
    const head = { sequence, prevSequence: ordersSequence, timeMicros };
    const word = this.#begin(FeedKind.orderSnapshot, count, instrument, head);
    const { words } = this.#chunk;
    words[word] = page.bids.length | (page.asks.length << 16);
    words[word + 1] = instrument.checksum;
    writeU64(words, word + 2, eventSequence);
    words[word + 4] = statusOf(instrument);
    writeOrderPage(words, word + 5, page);
    return this.#end(FeedKind.orderSnapshot, count);
  }

  #orders(instrument: InstrumentFeed, head: MessageHead): Uint8Array<ArrayBuffer> {
    const { entries } = instrument;
    const { count } = entries;
    const word = this.#begin(FeedKind.orders, count, instrument, head);
    const { words } = this.#chunk;
    words[word] = instrument.checksum;
    words[word + 1] = 0;
    writeU64(words, word + 2, entries.firstTradeId);
    writeOrderEntries(words, word + 4, entries);
    return this.#end(FeedKind.orders, count);
  }

  #trades(instrument: InstrumentFeed, head: MessageHead): Uint8Array<ArrayBuffer> {
    const { trades, tradesDue } = instrument;
    let word = this.#begin(FeedKind.trades, tradesDue, instrument, head);
    const { words } = this.#chunk;
    for (let age = tradesDue - 1; age >= 0; age--) {
      writeU64(words, word, trades.tradeIdOf(age));
      writeU64(words, word + 2, trades.quantityLotsOf(age));
      words[word + 4] = trades.priceTicksOf(age);
      words[word + 5] = trades.takerSideOf(age);
      word += TRADE_WORDS;
    }
    return this.#end(FeedKind.trades, tradesDue);
  }

  #bbo(instrument: InstrumentFeed, head: MessageHead): Uint8Array<ArrayBuffer> {
    const { asks, bids } = instrument.book;
    const word = this.#begin(FeedKind.bbo, 0, instrument, head);
    const { words } = this.#chunk;
    const bid = bids.best;
    const ask = asks.best;
    writeU64(words, word, bids.quantityOf(bid));
    writeU64(words, word + 2, asks.quantityOf(ask));
    words[word + 4] = bids.priceOf(bid);
    words[word + 5] = asks.priceOf(ask);
    return this.#end(FeedKind.bbo, 0);
  }

  #status(instrument: InstrumentFeed, head: MessageHead): Uint8Array<ArrayBuffer> {
    const word = this.#begin(FeedKind.status, 0, instrument, head);
    const { words } = this.#chunk;
    words[word] = statusOf(instrument);
    words[word + 1] = FeedDetailCode[instrument.detail];
    return this.#end(FeedKind.status, 0);
  }

  #definition(instrument: InstrumentFeed, head: MessageHead): Uint8Array<ArrayBuffer> {
    const { terms } = instrument;
    const word = this.#begin(FeedKind.definition, 0, instrument, head);
    const from = this.#used;
    const { bytes, words } = this.#chunk;
    writeU64(words, word, terms.tickSize);
    writeU64(words, word + 2, terms.lotSize);
    writeU64(words, word + 4, terms.priceTicksMax);
    writeU64(words, word + 6, terms.quantityLotsMax);
    words[word + 8] = terms.makerFeePpm;
    words[word + 9] = terms.takerFeePpm;
    words[word + 10] = terms.collarPpm;
    words[word + 11] = terms.priceScale | (terms.quantityScale << 8);
    for (const { field, at, byteLength } of DEFINITION_TEXTS) {
      const text = terms[field];
      for (let index = 0; index < byteLength; index++) {
        bytes[from + at + index] = index < text.length ? text.charCodeAt(index) : 0;
      }
    }
    return this.#end(FeedKind.definition, 0);
  }

  #candles(instrument: InstrumentFeed, head: MessageHead): Uint8Array<ArrayBuffer> {
    const { interval, bars } = instrument.candlesDue;
    let word = this.#begin(FeedKind.candles, bars.length, instrument, head);
    const { words } = this.#chunk;
    words[word] = interval.micros / MICROS_PER_MILLI;
    words[word + 1] = 0;
    word += 2;
    for (const bar of bars) {
      writeU64(words, word, bar.startMicros);
      writeU64(words, word + 2, bar.volumeLots);
      writeU64(words, word + 4, bar.firstTradeId);
      writeU64(words, word + 6, bar.lastTradeId);
      words[word + 8] = bar.openTicks;
      words[word + 9] = bar.highTicks;
      words[word + 10] = bar.lowTicks;
      words[word + 11] = bar.closeTicks;
      words[word + 12] = Math.min(bar.trades, U32_MAX);
      words[word + 13] = bar.isFinal ? 1 : 0;
      word += CANDLE_BYTES >> 2;
    }
    return this.#end(FeedKind.candles, bars.length);
  }

  #ticker(instrument: InstrumentFeed, head: MessageHead): Uint8Array<ArrayBuffer> {
    const word = this.#begin(FeedKind.ticker, 0, instrument, head);
    const { words } = this.#chunk;
    const { figures } = instrument;
    writeU64(words, word, figures.volumeLots);
    writeU64(words, word + 2, figures.trades);
    words[word + 4] = figures.lastTicks;
    words[word + 5] = figures.openTicks;
    words[word + 6] = figures.highTicks;
    words[word + 7] = figures.lowTicks;
    return this.#end(FeedKind.ticker, 0);
  }

  /** Makes room and writes the head; returns the word behind it. */
  #begin(
    kind: FeedKind,
    entries: number,
    { terms }: InstrumentFeed,
    { sequence, prevSequence, timeMicros }: MessageHead,
  ): number {
    const length = FIXED_BYTES[kind] + entries * ENTRY_BYTES[kind];
    if (this.#used + length > this.#chunk.bytes.length) {
      this.#chunk = WireBuffer.allocate(Math.max(CHUNK_BYTES, length));
      this.#used = 0;
    }
    const { words } = this.#chunk;
    const word = this.#used >> 2;
    words[word] = kind | (FEED_VERSION << 8) | (entries << 16);
    words[word + FeedWord.instrument] = terms.instrument;
    writeU64(words, word + FeedWord.sequence, sequence);
    writeU64(words, word + FeedWord.prevSequence, prevSequence);
    writeU64(words, word + FeedWord.timeMicros, timeMicros);
    return word + FeedWord.fixed;
  }

  #end(kind: FeedKind, entries: number): Uint8Array<ArrayBuffer> {
    const from = this.#used;
    const to = from + FIXED_BYTES[kind] + entries * ENTRY_BYTES[kind];
    this.#used = padToEight(to);
    return this.#chunk.bytes.subarray(from, to);
  }
}

function statusOf({ status }: InstrumentFeed): number {
  return status === "trading" ? FeedStatus.trading : FeedStatus.halted;
}

function writeBest(words: Uint32Array, from: number, side: DepthSide, count: number): number {
  let word = from;
  let level = side.best;
  for (let rank = 0; rank < count; rank++) {
    words[word] = side.priceOf(level);
    writeU64(words, word + 1, side.quantityOf(level));
    word += LEVEL_WORDS;
    level = side.behind(level);
  }
  return word;
}

function writeLevels(
  words: Uint32Array,
  from: number,
  prices: Int32Array,
  side: DepthSide,
): number {
  let word = from;
  for (let index = 0; index < prices.length; index++) {
    words[word] = prices[index];
    writeU64(words, word + 1, side.quantityAt(prices[index]));
    word += LEVEL_WORDS;
  }
  return word;
}
