/**
 * Names of Binance's streams (`btcusd@depth@100ms`), and the feeds that each is made of.
 *
 * @module
 */
import { parseCandleInterval } from "../../../core/market_data/candle_intervals.ts";
import { type Feed, marketDataSubject } from "../../../core/protocol/subjects.ts";
import type { ChannelKind } from "../../../core/streams/channel.ts";
import type { Instrument } from "../../../infra/reference/instrument_terms.ts";
import type { Reference } from "../../../infra/reference/reference.ts";
import { instrumentsByName } from "../symbols.ts";
import { type Opening, openingOf } from "./stream_opening.ts";
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
  /** The same for all names of the same stream. */
  readonly key: string;
  /** What was missed, and what a slow reader gets, as with channels of this kind. */
  readonly kind: Extract<ChannelKind, "depth" | "series" | "state">;
  /** NATS subjects whose messages it is made of. */
  readonly subjects: readonly string[];
  /** Of each of the subjects, the message that it would begin with; `null`: it waits for one. */
  readonly openings: readonly (Opening | null)[];
  /** As its events name it. */
  readonly symbol: string;
  /** As this exchange names it. */
  readonly instrument: string;
  /** Makes a translator, one for all listeners: it remembers what was told. */
  readonly translator: (terms: StreamTerms) => Translator;
}

/** A stream of all markets: an array of what has changed in the streams of each. */
export interface AllMarketsStream {
  /** Its name. */
  readonly key: string;
  readonly kind: "markets";
  /** The stream of each market. */
  readonly each: "miniTicker" | "ticker";
}

const ALL_MARKETS: Readonly<Record<string, AllMarketsStream>> = {
  "!miniTicker@arr": { key: "!miniTicker@arr", kind: "markets", each: "miniTicker" },
  "!ticker@arr": { key: "!ticker@arr", kind: "markets", each: "ticker" },
};

type Kind = Pick<Stream, "kind" | "translator"> & { readonly feeds: readonly Feed[] };

const PLAIN = {
  "trade": { kind: "series", feeds: ["trades"], translator: tradeTranslator },
  "aggTrade": { kind: "series", feeds: ["trades"], translator: aggregateTranslator },
  "depth": { kind: "depth", feeds: ["depth.1s"], translator: depthTranslator },
  "depth@1000ms": { kind: "depth", feeds: ["depth.1s"], translator: depthTranslator },
  "depth@100ms": { kind: "depth", feeds: ["depth.100ms"], translator: depthTranslator },
  "bookTicker": { kind: "state", feeds: ["bbo"], translator: bookTickerTranslator },
  "miniTicker": { kind: "state", feeds: ["ticker"], translator: miniTickerTranslator },
  "ticker": { kind: "state", feeds: ["bbo", "ticker"], translator: tickerTranslator },
} as const satisfies Readonly<Record<string, Kind>>;
const BOOK_PATTERN = /^depth(5|10|20)(?:@(1000|100)ms)?$/;
const KLINE_PREFIX = "kline_";

/** The stream of a name, which is a client's input; `null` where there is none. */
export function parseStreamName(
  name: string,
  reference: Pick<Reference, "all">,
): Stream | AllMarketsStream | null {
  if (name.length > STREAM_NAME_LENGTH_MAX) return null;
  if (Object.hasOwn(ALL_MARKETS, name)) return ALL_MARKETS[name] ?? null;
  const at = name.indexOf("@");
  const symbol = name.slice(0, Math.max(at, 0)).toUpperCase();
  const instrument = instrumentsByName(reference).get(symbol);
  const found = kindOf(name.slice(at + 1));
  if (instrument === undefined || found === null) return null;
  return marketStream(symbol, instrument, name.slice(at), found);
}

/** The ticker of a market, as each of all. */
export function tickerStream(
  symbol: string,
  instrument: Instrument,
  each: AllMarketsStream["each"],
): Stream {
  return marketStream(symbol, instrument, `@${each}`, PLAIN[each]);
}

function marketStream(
  symbol: string,
  instrument: Instrument,
  suffix: string,
  { kind, feeds, translator }: Kind,
): Stream {
  const subjects = feeds.map((feed) => marketDataSubject(instrument.symbol, feed));
  const openings = feeds.map(openingOf);
  const key = `${symbol}${suffix}`;
  return { key, kind, subjects, openings, symbol, instrument: instrument.symbol, translator };
}

function kindOf(text: string): Kind | null {
  if (Object.hasOwn(PLAIN, text)) return PLAIN[text as keyof typeof PLAIN];
  const [, levels, millis] = BOOK_PATTERN.exec(text) ?? [];
  if (levels !== undefined) {
    const feed: Feed = `book.${levels}.${millis === "100" ? "100ms" : "1s"}`;
    return { kind: "state", feeds: [feed], translator: bookTranslator };
  }
  if (!text.startsWith(KLINE_PREFIX)) return null;
  const interval = parseCandleInterval(text.slice(KLINE_PREFIX.length));
  if (interval === null) return null;
  const feed: Feed = `candles.${interval.name}`;
  return { kind: "series", feeds: [feed], translator: klineTranslator };
}
