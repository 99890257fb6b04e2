/**
 * A candle (OHLCV bar), as an object and as a record in a `Float64Array`.
 *
 * ```text
 * offset | bytes | type | field
 *      0 |     8 | f64  | start in microseconds
 *      8 |     8 | f64  | open, ticks
 *     16 |     8 | f64  | high, ticks
 *     24 |     8 | f64  | low, ticks
 *     32 |     8 | f64  | close, ticks
 *     40 |     8 | f64  | volume, lots
 *     48 |     8 | f64  | trades; 0: the fields beside the start mean nothing
 *     56 |     8 | f64  | id of the first trade
 *     64 |     8 | f64  | id of the last trade
 * ```
 *
 * @module
 */
import { SAFE_MAX } from "../protocol/wire_buffer.ts";

/** Doubles of a record. */
export const CANDLE_DOUBLES = 9;

/** Where the fields lie, in doubles. */
export const CandleField = {
  start: 0,
  open: 1,
  high: 2,
  low: 3,
  close: 4,
  volume: 5,
  trades: 6,
  firstTrade: 7,
  lastTrade: 8,
} as const;

/**
 * One bar. It is made of the trades with `startMicros` <= time < `startMicros` + interval; one
 * without trades is flat: its prices are the close before it, its volume and ids are 0.
 *
 * Readers fill one that the caller has, so that a message costs no object for each bar.
 */
export interface Candle {
  startMicros: number;
  openTicks: number;
  highTicks: number;
  lowTicks: number;
  closeTicks: number;
  /** At most `SAFE_MAX`: a sum beyond that stays there. */
  volumeLots: number;
  trades: number;
  firstTradeId: number;
  lastTradeId: number;
  /** Whether its interval has ended; it never changes then. */
  isFinal: boolean;
}

/** A candle to read into. */
export function newCandle(): Candle {
  return {
    startMicros: 0,
    openTicks: 0,
    highTicks: 0,
    lowTicks: 0,
    closeTicks: 0,
    volumeLots: 0,
    trades: 0,
    firstTradeId: 0,
    lastTradeId: 0,
    isFinal: false,
  };
}

/** Makes `into` the flat bar at a price. */
export function fillFlat(into: Candle, startMicros: number, ticks: number, isFinal: boolean): void {
  into.startMicros = startMicros;
  into.openTicks = ticks;
  into.highTicks = ticks;
  into.lowTicks = ticks;
  into.closeTicks = ticks;
  into.volumeLots = 0;
  into.trades = 0;
  into.firstTradeId = 0;
  into.lastTradeId = 0;
  into.isFinal = isFinal;
}

/** Makes `into` the final bar of the record at `at`, which has trades. */
export function fillFinal(into: Candle, records: Float64Array, at: number): void {
  into.startMicros = records[at + CandleField.start];
  into.openTicks = records[at + CandleField.open];
  into.highTicks = records[at + CandleField.high];
  into.lowTicks = records[at + CandleField.low];
  into.closeTicks = records[at + CandleField.close];
  into.volumeLots = records[at + CandleField.volume];
  into.trades = records[at + CandleField.trades];
  into.firstTradeId = records[at + CandleField.firstTrade];
  into.lastTradeId = records[at + CandleField.lastTrade];
  into.isFinal = true;
}

/** Adds the later trades of the record at `at` to a candle, which may be flat so far. */
export function addToCandle(into: Candle, records: Float64Array, at: number): void {
  if (into.trades === 0) {
    into.openTicks = records[at + CandleField.open];
    into.highTicks = records[at + CandleField.high];
    into.lowTicks = records[at + CandleField.low];
    into.firstTradeId = records[at + CandleField.firstTrade];
  } else {
    into.highTicks = Math.max(into.highTicks, records[at + CandleField.high]);
    into.lowTicks = Math.min(into.lowTicks, records[at + CandleField.low]);
  }
  into.closeTicks = records[at + CandleField.close];
  into.volumeLots = addLots(into.volumeLots, records[at + CandleField.volume]);
  into.trades += records[at + CandleField.trades];
  into.lastTradeId = records[at + CandleField.lastTrade];
}

/** Adds the later trades of the record at `from` to the one at `to`, which may have none so far. */
export function addToRecord(records: Float64Array, from: number, to: number): void {
  if (records[to + CandleField.trades] === 0) {
    for (let field = CandleField.open; field < CANDLE_DOUBLES; field++) {
      records[to + field] = records[from + field];
    }
    return;
  }
  const { high, low, volume } = CandleField;
  records[to + high] = Math.max(records[to + high], records[from + high]);
  records[to + low] = Math.min(records[to + low], records[from + low]);
  records[to + CandleField.close] = records[from + CandleField.close];
  records[to + volume] = addLots(records[to + volume], records[from + volume]);
  records[to + CandleField.trades] += records[from + CandleField.trades];
  records[to + CandleField.lastTrade] = records[from + CandleField.lastTrade];
}

/** The sum of two volumes, or `SAFE_MAX` where it is beyond that; so the order of sums is nothing. */
export function addLots(lots: number, more: number): number {
  return Math.min(SAFE_MAX, lots + more);
}
