/**
 * What a stream at the edge can carry: channels, named as clients name them, each of one subject.
 *
 * | kind | channels | what was missed | slow reader |
 * | --- | --- | --- | --- |
 * | `reports` | `reports` | is asked for again, exactly | is dropped |
 * | `trades` | `trades:<symbol>` | is asked for again, as far as the last trades reach | is dropped |
 * | `depth` | `depth:<symbol>`, `depth.<interval>:<symbol>` | a new snapshot | is dropped |
 * | `series` | `candles.<interval>`, `status`, `definition` | is told | is dropped |
 * | `state` | `bbo`, `bbo.100ms`, `ticker`, `book.<levels>.<interval>` | nothing is | gets the last one |
 *
 * @module
 */
import { candleIntervals } from "../market_data/candle_intervals.ts";
import { conflatedClasses } from "../market_data/conflated_classes.ts";
import { type Feed, SYMBOL_PATTERN } from "../protocol/subjects.ts";

/** How a channel is joined, and what becomes of it when its reader is slow. */
export type ChannelKind = "reports" | "trades" | "depth" | "series" | "state";

/** A channel. */
export interface Channel {
  /** As clients name it. */
  readonly name: string;
  readonly kind: ChannelKind;
  /** `null`: that of an account, not of an instrument. */
  readonly symbol: string | null;
  /** Feed of the instrument; `null` of reports. */
  readonly feed: Feed | null;
}

/** Longest name of a channel. */
export const CHANNEL_LENGTH_MAX = 48;
/** The channel of the account's private reports. */
export const REPORTS_CHANNEL: Channel = {
  name: "reports",
  kind: "reports",
  symbol: null,
  feed: null,
};

const KINDS: ReadonlyMap<string, ChannelKind> = new Map<string, ChannelKind>([
  ["trades", "trades"],
  ["depth", "depth"],
  ["bbo", "state"],
  ["ticker", "state"],
  ["status", "series"],
  ["definition", "series"],
  ...candleIntervals.map(({ name }) => [`candles.${name}`, "series"] as const),
  // The book order by order has no short form: it is read from NATS.
  ...conflatedClasses.filter(({ kind }) => kind !== "orders")
    .map(({ feed, kind }) => [feed, kind === "depth" ? "depth" : "state"] as const),
]);

/** The feeds of which there are channels. */
export const CHANNEL_FEEDS: readonly string[] = [...KINDS.keys()];

/**
 * Reads the name of a channel.
 *
 * @returns `null` where there is none of this name; whether there is such an instrument, others know
 *
 * @example
 * ```ts
 * import { parseChannel } from "./channel.ts";
 * console.log(parseChannel("depth:BTC-USD")?.kind); // depth
 * ```
 */
export function parseChannel(name: string): Channel | null {
  if (name === REPORTS_CHANNEL.name) return REPORTS_CHANNEL;
  if (name.length > CHANNEL_LENGTH_MAX) return null;
  const colon = name.indexOf(":");
  const feed = name.slice(0, colon);
  const symbol = name.slice(colon + 1);
  const kind = colon < 0 ? undefined : KINDS.get(feed);
  if (kind === undefined || !SYMBOL_PATTERN.test(symbol)) return null;
  return { name, kind, symbol, feed: feed as Feed };
}
