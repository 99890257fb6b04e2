/**
 * Reads messages of the public feeds in binary (feed_frame.ts): checked once, then as numbers.
 *
 * @module
 */
import { Side } from "../protocol/order_record.ts";
import { candleIntervals } from "./candle_intervals.ts";
import type { Candle } from "./candle_record.ts";
import {
  CANDLE_BYTES,
  DEFINITION_TEXTS,
  FEED_HEAD_BYTES,
  FeedDetailCode,
  FeedKind,
  FeedStatus,
  FIXED_BYTES,
  type FrameHead,
  LEVEL_BYTES,
  TRADE_BYTES,
} from "./feed_frame.ts";
import { checkFrame } from "./feed_check.ts";
import type { FeedMessage, Level } from "./feed_messages.ts";
import {
  candleEntry,
  definitionEntry,
  type LotTerms,
  priceText,
  quantityText,
  tickerEntry,
} from "./lot_terms.ts";
import { orderEntry } from "./order_json.ts";
import {
  type OrdersFrame,
  type OrderSnapshotFrame,
  readOrders,
  readOrderSnapshot,
} from "./order_reader.ts";
import type { FeedDetail } from "./shedding.ts";
import type { TickerFigures } from "./ticker.ts";

const TWO_TO_32 = 4294967296;

/** A level: price in ticks and quantity in lots, 0 where the level is gone. */
export type LotLevel = readonly [priceTicks: number, lots: number];

/** One trade. */
export interface LotTrade {
  readonly tradeId: number;
  readonly priceTicks: number;
  readonly lots: number;
  /** Side. */
  readonly takerSide: number;
}

/** A message in ticks and lots. */
export type FeedFrame =
  | FrameHead & { readonly kind: typeof FeedKind.trades; readonly trades: readonly LotTrade[] }
  | FrameHead & {
    readonly kind: typeof FeedKind.bbo;
    readonly bid: LotLevel | null;
    readonly ask: LotLevel | null;
  }
  | FrameHead & {
    /** Levels that changed, or of a `book` all that it has. */
    readonly kind: typeof FeedKind.depth | typeof FeedKind.book;
    readonly bids: readonly LotLevel[];
    readonly asks: readonly LotLevel[];
    readonly checksum: number;
  }
  | FrameHead & {
    readonly kind: typeof FeedKind.status;
    readonly isTrading: boolean;
    readonly detail: FeedDetail;
  }
  | FrameHead & { readonly kind: typeof FeedKind.definition; readonly terms: LotTerms }
  | FrameHead & { readonly kind: typeof FeedKind.ticker; readonly figures: TickerFigures }
  | FrameHead & {
    readonly kind: typeof FeedKind.candles;
    readonly intervalMillis: number;
    readonly candles: readonly Candle[];
  }
  | OrdersFrame
  | OrderSnapshotFrame
  | SnapshotFrame;

/** The answer to a request for a book. */
export interface SnapshotFrame extends FrameHead {
  readonly kind: typeof FeedKind.snapshot;
  readonly bids: readonly LotLevel[];
  readonly asks: readonly LotLevel[];
  readonly checksum: number;
  /** Sequence of the shard's events that it reflects. */
  readonly eventSequence: number;
  readonly levelsAsked: number;
  readonly isTrading: boolean;
}

/**
 * Reads what a message begins with, and checks that it is whole. O(1).
 *
 * @throws {FeedFrameError} naming what is wrong with it
 */
export function readFeedHead(message: Uint8Array): FrameHead & { readonly kind: FeedKind } {
  return { kind: checkFrame(message), ...headOf(viewOf(message)) };
}

/**
 * Reads a message. O(entries).
 *
 * @throws {FeedFrameError} naming what is wrong with it
 */
export function readFeedFrame(message: Uint8Array): FeedFrame {
  const kind = checkFrame(message);
  const view = viewOf(message);
  const head = headOf(view);
  const entries = view.getUint16(2, true);
  const at = FEED_HEAD_BYTES;
  switch (kind) {
    case FeedKind.trades:
      return { kind, ...head, trades: readTrades(view, at, entries) };
    case FeedKind.bbo: {
      const bid = best(view.getUint32(at + 16, true), u64(view, at));
      return { kind, ...head, bid, ask: best(view.getUint32(at + 20, true), u64(view, at + 8)) };
    }
    case FeedKind.depth:
    case FeedKind.book:
      return { kind, ...head, ...readSides(view, FIXED_BYTES[kind]) };
    case FeedKind.snapshot:
      return {
        kind,
        ...head,
        ...readSides(view, FIXED_BYTES[kind]),
        eventSequence: u64(view, at + 8),
        levelsAsked: view.getUint32(at + 16, true),
        isTrading: view.getUint32(at + 20, true) === FeedStatus.trading,
      };
    case FeedKind.orders:
      return { ...head, ...readOrders(view, entries) };
    case FeedKind.orderSnapshot:
      return { ...head, ...readOrderSnapshot(view) };
    case FeedKind.status:
      return {
        kind,
        ...head,
        isTrading: view.getUint32(at, true) === FeedStatus.trading,
        detail: detailOf(view.getUint32(at + 4, true)),
      };
    case FeedKind.definition:
      return { kind, ...head, terms: readTerms(view, head.instrument) };
    case FeedKind.ticker:
      return { kind, ...head, figures: readFigures(view, at) };
    case FeedKind.candles: {
      const candles = readCandles(view, FIXED_BYTES[kind], entries);
      return { kind, ...head, intervalMillis: view.getUint32(at, true), candles };
    }
  }
}

/** One that a later version knows leaves out what this one can name at least. */
function detailOf(code: number): FeedDetail {
  if (code === FeedDetailCode.full) return "full";
  return code === FeedDetailCode.merged ? "merged" : "reduced";
}

/** The same message of a feed as JSON has it, by the terms of its instrument. */
export function jsonOfFrame(
  frame: Exclude<FeedFrame, OrderSnapshotFrame | SnapshotFrame>,
  terms: LotTerms,
): FeedMessage {
  const { sequence, prevSequence, timeMicros } = frame;
  const head = { symbol: terms.symbol, sequence, prevSequence, timeMicros };
  const level = ([ticks, lots]: LotLevel): Level => [
    priceText(terms, ticks),
    quantityText(terms, lots),
  ];
  const levelOrNull = (one: LotLevel | null) => one === null ? null : level(one);
  switch (frame.kind) {
    case FeedKind.trades: {
      const trades = frame.trades.map(({ tradeId, priceTicks, lots, takerSide }) => ({
        tradeId: String(tradeId),
        price: priceText(terms, priceTicks),
        quantity: quantityText(terms, lots),
        takerSide: takerSide === Side.buy ? "buy" as const : "sell" as const,
        timeMicros,
      }));
      return { ...head, trades };
    }
    case FeedKind.bbo:
      return { ...head, bid: levelOrNull(frame.bid), ask: levelOrNull(frame.ask) };
    case FeedKind.depth:
    case FeedKind.book: {
      const { asks, bids, checksum } = frame;
      return { ...head, bids: bids.map(level), asks: asks.map(level), checksum };
    }
    case FeedKind.orders: {
      const orders = frame.orders.map((entry) => orderEntry(terms, entry));
      return { ...head, orders, checksum: frame.checksum };
    }
    case FeedKind.status:
      return { ...head, status: frame.isTrading ? "trading" : "halted", detail: frame.detail };
    case FeedKind.definition:
      return { ...head, ...definitionEntry(frame.terms) };
    case FeedKind.ticker:
      return { ...head, ...tickerEntry(terms, frame.figures) };
    case FeedKind.candles: {
      const micros = frame.intervalMillis * 1_000;
      const interval = candleIntervals.find((one) => one.micros === micros)?.name;
      const candles = frame.candles.map((candle) => candleEntry(terms, candle));
      return { ...head, interval: interval ?? `${frame.intervalMillis}ms`, candles };
    }
  }
}

function viewOf({ buffer, byteLength, byteOffset }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function headOf(view: DataView): FrameHead {
  return {
    instrument: view.getUint32(4, true),
    sequence: u64(view, 8),
    prevSequence: u64(view, 16),
    timeMicros: u64(view, 24),
  };
}

/** Both sides of a book, whose counts and checksum stand behind the head. */
function readSides(view: DataView, levelsAt: number) {
  const bidCount = view.getUint16(FEED_HEAD_BYTES, true);
  const askCount = view.getUint16(FEED_HEAD_BYTES + 2, true);
  return {
    bids: readLevels(view, levelsAt, bidCount),
    asks: readLevels(view, levelsAt + bidCount * LEVEL_BYTES, askCount),
    checksum: view.getUint32(FEED_HEAD_BYTES + 4, true),
  };
}

function readTerms(view: DataView, instrument: number): LotTerms {
  const at = FEED_HEAD_BYTES;
  const texts = DEFINITION_TEXTS.map(({ field, at: from, byteLength }) => {
    const codes = Array.from({ length: byteLength }, (_, index) => view.getUint8(from + index));
    return [field, String.fromCharCode(...codes.filter((code) => code !== 0))] as const;
  });
  const { symbol, baseName, quoteName } = Object.fromEntries(texts);
  return {
    instrument,
    symbol,
    baseName,
    quoteName,
    tickSize: u64(view, at),
    lotSize: u64(view, at + 8),
    priceTicksMax: u64(view, at + 16),
    quantityLotsMax: u64(view, at + 24),
    makerFeePpm: view.getUint32(at + 32, true),
    takerFeePpm: view.getUint32(at + 36, true),
    collarPpm: view.getUint32(at + 40, true),
    priceScale: view.getUint8(at + 44),
    quantityScale: view.getUint8(at + 45),
  };
}

function readFigures(view: DataView, at: number): TickerFigures {
  return {
    volumeLots: u64(view, at),
    trades: u64(view, at + 8),
    lastTicks: view.getUint32(at + 16, true),
    openTicks: view.getUint32(at + 20, true),
    highTicks: view.getUint32(at + 24, true),
    lowTicks: view.getUint32(at + 28, true),
  };
}

function readCandles(view: DataView, from: number, count: number): Candle[] {
  return Array.from({ length: count }, (_, index) => {
    const at = from + index * CANDLE_BYTES;
    return {
      startMicros: u64(view, at),
      volumeLots: u64(view, at + 8),
      firstTradeId: u64(view, at + 16),
      lastTradeId: u64(view, at + 24),
      openTicks: view.getUint32(at + 32, true),
      highTicks: view.getUint32(at + 36, true),
      lowTicks: view.getUint32(at + 40, true),
      closeTicks: view.getUint32(at + 44, true),
      trades: view.getUint32(at + 48, true),
      isFinal: view.getUint32(at + 52, true) === 1,
    };
  });
}

function readTrades(view: DataView, from: number, count: number): LotTrade[] {
  return Array.from({ length: count }, (_, index) => {
    const at = from + index * TRADE_BYTES;
    return {
      tradeId: u64(view, at),
      lots: u64(view, at + 8),
      priceTicks: view.getUint32(at + 16, true),
      takerSide: view.getUint32(at + 20, true),
    };
  });
}

function readLevels(view: DataView, from: number, count: number): LotLevel[] {
  return Array.from({ length: count }, (_, index) => {
    const at = from + index * LEVEL_BYTES;
    return [view.getUint32(at, true), u64(view, at + 4)] as const;
  });
}

const best = (priceTicks: number, lots: number): LotLevel | null =>
  lots === 0 ? null : [priceTicks, lots];

function u64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * TWO_TO_32 + view.getUint32(at, true);
}
