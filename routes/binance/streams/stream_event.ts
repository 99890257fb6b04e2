/**
 * From the public feeds of this exchange to the events of Binance's streams. Pure: what a stream has
 * to remember, its translator does.
 *
 * A feed that was quiet says its last number again (feed_messages.ts); Binance's streams do not, so
 * what was told already is passed over.
 *
 * @module
 */
import { parseCandleInterval } from "../../../core/market_data/candle_intervals.ts";
import type {
  BboMessage,
  BookMessage,
  CandleEntry,
  CandlesMessage,
  DepthMessage,
  FeedHead,
  FeedMessage,
  TickerMessage,
  TradeEntry,
  TradesMessage,
} from "../../../core/market_data/feed_messages.ts";
import { differenceText, padded, percentText, ZERO } from "../decimal_text.ts";
import { closeTime } from "../klines.ts";
import { aggregateView, paddedLevels } from "../market_reads.ts";
import type { TimeWriter } from "../times.ts";

const DAY_MICROS = 86_400_000_000;

/** What a translator is told about its stream. */
export interface StreamTerms {
  /** As events name it: `BTCUSD`. */
  readonly symbol: string;
  readonly time: TimeWriter;
}

/** Makes the events of one stream out of the messages of its feeds, none or more of each. */
export type Translator = (message: FeedMessage) => readonly object[];

/** Passes on what is news: each message once, by the numbers of its feed. */
function once<M extends FeedHead>(translate: (message: M) => readonly object[]): Translator {
  let last = -1;
  return (message) => {
    if (message.sequence <= last) return [];
    last = message.sequence;
    return translate(message as FeedMessage & M);
  };
}

/** Passes on each trade once, whichever message it comes in. */
function onceEach(translate: (trade: TradeEntry, sentMicros: number) => object): Translator {
  let lastId = 0;
  return (message) => {
    const { trades, timeMicros } = message as TradesMessage;
    const news = trades.filter(({ tradeId }) => Number(tradeId) > lastId);
    lastId = Number(news.at(-1)?.tradeId ?? lastId);
    return news.map((trade) => translate(trade, timeMicros));
  };
}

/** `@trade`, from `trades`. */
export function tradeTranslator({ symbol: s, time }: StreamTerms): Translator {
  return onceEach((trade, sentMicros) => ({
    e: "trade",
    E: time(sentMicros),
    s,
    t: Number(trade.tradeId),
    p: padded(trade.price),
    q: padded(trade.quantity),
    T: time(trade.timeMicros),
    m: trade.takerSide === "sell",
    M: true,
  }));
}

/** `@aggTrade`, from `trades`: each its own aggregate. */
export function aggregateTranslator({ symbol: s, time }: StreamTerms): Translator {
  return onceEach((trade, sentMicros) => ({
    e: "aggTrade",
    E: time(sentMicros),
    s,
    ...aggregateView(trade, time),
  }));
}

/**
 * `@depth`, from `depth.<interval>`. Numbers are those of `GET /api/v3/depth`, and each event begins
 * behind the one before it, so Binance's rules for a local book hold.
 */
export function depthTranslator({ symbol: s, time }: StreamTerms): Translator {
  let isFirst = true;
  return once<DepthMessage>(({ bids, asks, sequence, prevSequence, timeMicros }) => {
    const isRepeated = isFirst && bids.length === 0 && asks.length === 0;
    isFirst = false;
    if (isRepeated) return [];
    return [{
      e: "depthUpdate",
      E: time(timeMicros),
      s,
      U: prevSequence + 1,
      u: sequence,
      // A level that is gone has the quantity zero, here as there.
      b: paddedLevels(bids),
      a: paddedLevels(asks),
    }];
  });
}

/** `@depth5`, `@depth10` and `@depth20`, from `book.<levels>.<interval>`. */
export function bookTranslator(_terms: StreamTerms): Translator {
  return once<BookMessage>(({ bids, asks, sequence }) => [
    { lastUpdateId: sequence, bids: paddedLevels(bids), asks: paddedLevels(asks) },
  ]);
}

/** `@bookTicker`, from `bbo`. */
export function bookTickerTranslator({ symbol: s }: StreamTerms): Translator {
  return once<BboMessage>((message) => [{ u: message.sequence, s, ...bestOf(message) }]);
}

/** The best of both sides; zeros where a side is empty. */
function bestOf({ bid, ask }: Pick<BboMessage, "bid" | "ask">) {
  return {
    b: padded(bid?.[0] ?? null),
    B: padded(bid?.[1] ?? null),
    a: padded(ask?.[0] ?? null),
    A: padded(ask?.[1] ?? null),
  };
}

/**
 * `@miniTicker`, from `ticker`. What is not kept is zero. Its figures move with the clock as well, so
 * every message is told.
 */
export function miniTickerTranslator(terms: StreamTerms): Translator {
  return (message) => [
    { e: "24hrMiniTicker", ...miniFields(message as TickerMessage, terms) },
  ];
}

function miniFields(message: TickerMessage, { symbol: s, time }: StreamTerms) {
  return {
    E: time(message.timeMicros),
    s,
    c: padded(message.lastPrice),
    o: padded(message.open24h),
    h: padded(message.high24h),
    l: padded(message.low24h),
    v: padded(message.volume24h),
    q: ZERO,
  };
}

/** `@ticker`, from `ticker`, with the best prices that `bbo` said last. What is not kept is zero. */
export function tickerTranslator(terms: StreamTerms): Translator {
  let best: Pick<BboMessage, "bid" | "ask"> = { bid: null, ask: null };
  const { time } = terms;
  const ticker = (message: TickerMessage) => {
    const { lastPrice, open24h, timeMicros } = message;
    const hasChange = lastPrice !== null && open24h !== null;
    return [{
      e: "24hrTicker",
      ...miniFields(message, terms),
      p: hasChange ? differenceText(lastPrice, open24h) : ZERO,
      P: hasChange ? percentText(open24h, lastPrice) : "0.000",
      w: ZERO,
      x: padded(open24h),
      Q: ZERO,
      ...bestOf(best),
      O: time(timeMicros - DAY_MICROS),
      C: time(timeMicros),
      F: -1,
      L: -1,
      n: message.trades24h,
    }];
  };
  return (message) => {
    if (!("bid" in message)) return ticker(message as TickerMessage);
    best = message;
    return [];
  };
}

/** `@kline_<interval>`, from `candles.<interval>`: open ones, and each once more when it is final. */
export function klineTranslator({ symbol: s, time }: StreamTerms): Translator {
  // A candle is known by its start and comes again, so there is no number to go by.
  return (message) => {
    const { candles, interval, timeMicros } = message as CandlesMessage;
    const E = time(timeMicros);
    return candles.map((candle) => ({
      e: "kline",
      E,
      s,
      k: klineFields(candle, interval, s, time),
    }));
  };
}

function klineFields(candle: CandleEntry, interval: string, s: string, time: TimeWriter) {
  const { startMicros } = candle;
  return {
    t: time(startMicros),
    T: closeTime(startMicros, parseCandleInterval(interval)?.micros ?? 0, time),
    s,
    i: interval,
    f: Number(candle.firstTradeId ?? -1),
    L: Number(candle.lastTradeId ?? -1),
    o: padded(candle.open),
    c: padded(candle.close),
    h: padded(candle.high),
    l: padded(candle.low),
    v: padded(candle.volume),
    n: candle.trades,
    x: candle.isFinal,
    q: ZERO,
    V: ZERO,
    Q: ZERO,
    B: "0",
  };
}
