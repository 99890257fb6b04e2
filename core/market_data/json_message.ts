/**
 * Messages of the public feeds as JSON (feed_messages.ts), read out of the instrument that they are
 * of.
 *
 * @module
 */
import { Side } from "../protocol/order_record.ts";
import type { Feed } from "../protocol/subjects.ts";
import type { DepthSide } from "./depth_side.ts";
import type { BookMessage, DepthMessage, FeedMessage, Level, TradeEntry } from "./feed_messages.ts";
import type { InstrumentFeed, MessageHead } from "./instrument_feed.ts";
import { candleEntry, definitionEntry, priceText, quantityText, tickerEntry } from "./lot_terms.ts";
import { orderEntries } from "./order_json.ts";
import type { TouchedLevels } from "./touched_levels.ts";

/** The message that the instrument has for a feed at this moment. O(entries). */
export function jsonMessage(
  instrument: InstrumentFeed,
  feed: Feed,
  { sequence, prevSequence, timeMicros }: MessageHead,
): FeedMessage {
  const head = { symbol: instrument.terms.symbol, sequence, prevSequence, timeMicros };
  const { book, detail, status } = instrument;
  switch (feed) {
    case "trades":
      return { ...head, trades: tradesDue(instrument) };
    case "bbo":
      return { ...head, bid: instrument.bestOf(book.bids), ask: instrument.bestOf(book.asks) };
    case "depth":
      return { ...head, ...jsonDepth(instrument, book.touched) };
    case "orders":
      return {
        ...head,
        orders: orderEntries(instrument.terms, instrument.entries),
        checksum: instrument.checksum,
      };
    case "status":
      return { ...head, status: status ?? "halted", detail };
    case "definition":
      return { ...head, ...definitionEntry(instrument.terms) };
    case "ticker":
      return { ...head, ...tickerEntry(instrument.terms, instrument.figures) };
    default: {
      const { interval, bars } = instrument.candlesDue;
      const candles = bars.map((bar) => candleEntry(instrument.terms, bar));
      return { ...head, interval: interval.name, candles };
    }
  }
}

/** Some levels of the instrument as of now, as a message of depth has them. O(levels log levels). */
export function jsonDepth(
  instrument: InstrumentFeed,
  touched: TouchedLevels,
): Pick<DepthMessage, "bids" | "asks" | "checksum"> {
  const { asks, bids } = instrument.book;
  return {
    bids: levels(instrument, touched.of(Side.buy), bids),
    asks: levels(instrument, touched.of(Side.sell), asks),
    checksum: instrument.checksum,
  };
}

/** The best levels of the instrument as of now, at most so many of a side. O(levels). */
export function jsonBook(
  instrument: InstrumentFeed,
  levels: number,
  { sequence, prevSequence, timeMicros }: MessageHead,
): BookMessage {
  const { book: { asks, bids }, terms } = instrument;
  return {
    symbol: terms.symbol,
    sequence,
    prevSequence,
    timeMicros,
    bids: bestLevels(instrument, bids, levels),
    asks: bestLevels(instrument, asks, levels),
    checksum: instrument.checksum,
  };
}

/** The best levels of a side as of now, at most so many. O(levels). */
export function bestLevels(instrument: InstrumentFeed, side: DepthSide, most: number): Level[] {
  const { terms } = instrument;
  const best: Level[] = [];
  for (let level = side.best; level !== 0 && best.length < most; level = side.behind(level)) {
    best.push([priceText(terms, side.priceOf(level)), quantityText(terms, side.quantityOf(level))]);
  }
  return best;
}

function tradesDue(instrument: InstrumentFeed): TradeEntry[] {
  const entries = [];
  for (let age = instrument.tradesDue - 1; age >= 0; age--) {
    entries.push(instrument.tradeEntry(instrument.trades.newest(age)));
  }
  return entries;
}

function levels(instrument: InstrumentFeed, prices: Int32Array, side: DepthSide): Level[] {
  const all: Level[] = [];
  for (const ticks of prices) {
    all.push([instrument.price(ticks), instrument.quantity(side.quantityAt(ticks))]);
  }
  return all;
}
