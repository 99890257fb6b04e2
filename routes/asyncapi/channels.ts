/**
 * The NATS subjects that outsiders may use, as channels of the AsyncAPI document.
 *
 * @module
 */
import { candleIntervals } from "../../core/market_data/candle_intervals.ts";
import type { Schema } from "../operation.ts";
import * as feeds from "../schema/feeds.ts";
import { ReportSchema } from "../schema/report.ts";
import { SnapshotErrorSchema, SnapshotRequestSchema, SnapshotSchema } from "../schema/snapshot.ts";

/** A message of a channel. */
export interface MessageDoc {
  readonly name: string;
  readonly summary: string;
  readonly schema: Schema;
}

/** A subject, or a family of them. */
export interface ChannelDoc {
  readonly name: string;
  /** With parameters in braces. */
  readonly address: string;
  readonly title: string;
  readonly description: string;
  readonly messages: readonly MessageDoc[];
  /** What answers a request on it; `undefined`: the venue sends, and nobody asks. */
  readonly replies?: readonly MessageDoc[];
}

/** Values that a part of a subject may have. */
export const SUBJECT_PARAMETERS: Readonly<
  Record<string, { readonly description: string; readonly enum?: readonly string[] }>
> = {
  symbol: { description: "The instrument, `BASE-QUOTE`." },
  account: { description: "Number of the account that the credentials are of." },
  candleInterval: {
    description: "Length of a candle.",
    enum: candleIntervals.map(({ name }) => name),
  },
  interval: {
    description: "One message in this time at most.",
    enum: ["20ms", "100ms", "1s"],
  },
  levels: { description: "Levels of a side.", enum: ["5", "10", "20", "50"] },
};

/** A feed with one kind of messages. */
function feed(
  name: string,
  tokens: string,
  title: string,
  schema: Schema,
  description: string,
): ChannelDoc {
  const messages = [{ name, summary: title, schema }];
  return { name, address: `md.{symbol}.${tokens}.json`, title, description, messages };
}

/** All of them. */
export const CHANNELS: readonly ChannelDoc[] = [
  feed(
    "trades",
    "trades",
    "Trades, oldest first",
    feeds.TradesMessageSchema,
    "Never conflated. After a gap the last thousand are in a snapshot.",
  ),
  feed(
    "depth",
    "depth",
    "Changes of the book by level",
    feeds.DepthMessageSchema,
    "A message whose `prevSequence` is above the sequence of your book follows a gap: ask for a " +
      "snapshot, and go on from there.",
  ),
  feed(
    "conflatedDepth",
    "depth.{interval}",
    "Changes of the book since the message before",
    feeds.DepthMessageSchema,
    "As `depth`. Nothing is sent while nobody listens; the first message may be empty.",
  ),
  feed(
    "book",
    "book.{levels}.{interval}",
    "The best levels as they are",
    feeds.BookMessageSchema,
    "Whole messages: there is nothing to repair.",
  ),
  feed(
    "orders",
    "orders",
    "Changes of the book order by order",
    feeds.OrdersMessageSchema,
    "Never conflated. After a gap ask for a snapshot with `orders`.",
  ),
  feed(
    "bbo",
    "bbo",
    "Best bid and best ask, after one changed",
    feeds.BboMessageSchema,
    "Whole messages: there is nothing to repair.",
  ),
  feed(
    "conflatedBbo",
    "bbo.100ms",
    "Best bid and best ask, once in 100 ms",
    feeds.BboMessageSchema,
    "Whole messages: there is nothing to repair.",
  ),
  feed(
    "status",
    "status",
    "Whether the instrument trades, after it changed",
    feeds.StatusMessageSchema,
    "`detail` says what the feeds leave out at present.",
  ),
  feed(
    "ticker",
    "ticker",
    "Figures of the last 24 hours, once a second at most",
    feeds.TickerMessageSchema,
    "Whole messages: there is nothing to repair.",
  ),
  feed(
    "definition",
    "definition",
    "The terms of the instrument",
    feeds.DefinitionMessageSchema,
    "They never change; they are said again every 15 seconds.",
  ),
  feed(
    "candles",
    "candles.{candleInterval}",
    "Candles, oldest first",
    feeds.CandlesMessageSchema,
    "Those that ended, once each, and the open one once a second. A candle is known by its start.",
  ),
  {
    name: "snapshot",
    address: "md.snapshot.{symbol}",
    title: "Request: the book, the last trades, the ticker and the terms",
    description:
      "The answer comes to the reply subject of the request, which must be under the inbox prefix " +
      "of the credentials. Subscribe to the feeds first and ask then.",
    messages: [{
      name: "snapshotRequest",
      summary: "What the answer is to have; an empty request is one without fields",
      schema: SnapshotRequestSchema,
    }],
    replies: [
      { name: "snapshotAnswer", summary: "The snapshot", schema: SnapshotSchema },
      { name: "snapshotError", summary: "Why there is none", schema: SnapshotErrorSchema },
    ],
  },
  {
    name: "reports",
    address: "user.{account}.reports",
    title: "Execution reports of one account",
    description:
      "Takes the credentials of `POST /v1/stream-credentials`. `sequence` counts without gaps; " +
      "after one read your orders and fills over REST with `minSequence`.",
    messages: [{ name: "report", summary: "What one event meant to you", schema: ReportSchema }],
  },
];
