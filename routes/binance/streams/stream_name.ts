/**
 * Names of Binance's streams (`btcusd@depth@100ms`), and the feeds that each is made of.
 *
 * @module
 */
import { parseCandleInterval } from "../../../core/market_data/candle_intervals.ts";
import { type Feed, marketDataSubject } from "../../../core/protocol/subjects.ts";
import type { Reference } from "../../../infra/reference/reference.ts";
import { instrumentsByName } from "../symbols.ts";
import {
  aggregateTranslator,
  bookTickerTranslator,
  bookTranslator,
  depthTranslator,
  klineTranslator,
  miniTickerTranslator,
  type StreamTerms,
  tickerTranslator,
  tradeTranslator,
  type Translator,
} from "./stream_event.ts";

/** Longest name of a stream that is looked at. */
export const STREAM_NAME_LENGTH_MAX = 64;

/** One stream that somebody may listen to. */
export interface Stream {
  /** NATS subjects whose messages it is made of. */
  readonly subjects: readonly string[];
  /** As its events name it. */
  readonly symbol: string;
  /** Makes a translator, one for each listener: it remembers what was told. */
  readonly translator: (terms: StreamTerms) => Translator;
}

type Kind = Pick<Stream, "translator"> & { readonly feeds: readonly Feed[] };

const PLAIN: Readonly<Record<string, Kind>> = {
  "trade": { feeds: ["trades"], translator: tradeTranslator },
  "aggTrade": { feeds: ["trades"], translator: aggregateTranslator },
  "depth": { feeds: ["depth.1s"], translator: depthTranslator },
  "depth@1000ms": { feeds: ["depth.1s"], translator: depthTranslator },
  "depth@100ms": { feeds: ["depth.100ms"], translator: depthTranslator },
  "bookTicker": { feeds: ["bbo"], translator: bookTickerTranslator },
  "miniTicker": { feeds: ["ticker"], translator: miniTickerTranslator },
  "ticker": { feeds: ["bbo", "ticker"], translator: tickerTranslator },
};
const BOOK_PATTERN = /^depth(5|10|20)(?:@(1000|100)ms)?$/;
const KLINE_PREFIX = "kline_";

/** The stream of a name, which is a client's input; `null` where there is none. */
export function parseStreamName(name: string, reference: Pick<Reference, "all">): Stream | null {
  if (name.length > STREAM_NAME_LENGTH_MAX) return null;
  const at = name.indexOf("@");
  const symbol = name.slice(0, Math.max(at, 0)).toUpperCase();
  const instrument = instrumentsByName(reference).get(symbol);
  const kind = kindOf(name.slice(at + 1));
  if (instrument === undefined || kind === null) return null;
  const { feeds, translator } = kind;
  const subjects = feeds.map((feed) => marketDataSubject(instrument.symbol, feed));
  return { subjects, symbol, translator };
}

function kindOf(text: string): Kind | null {
  if (Object.hasOwn(PLAIN, text)) return PLAIN[text] ?? null;
  const [, levels, millis] = BOOK_PATTERN.exec(text) ?? [];
  if (levels !== undefined) {
    const feed: Feed = `book.${levels}.${millis === "100" ? "100ms" : "1s"}`;
    return { feeds: [feed], translator: bookTranslator };
  }
  if (!text.startsWith(KLINE_PREFIX)) return null;
  const interval = parseCandleInterval(text.slice(KLINE_PREFIX.length));
  if (interval === null) return null;
  return { feeds: [`candles.${interval.name}`], translator: klineTranslator };
}
