/**
 * What happens on a market as lines of text: for people where there is no terminal, or as JSON.
 *
 * @module
 */
import type {
  BboMessage,
  FeedMessage,
  Level,
  StatusMessage,
  TradesMessage,
} from "../../core/market_data/feed_messages.ts";
import type { SnapshotAnswer } from "../../core/protocol/queries.ts";
import type { Feed } from "../../core/protocol/subjects.ts";
import { clockTime } from "./watch_screen.ts";

/** Levels of a side in the line about a snapshot. */
const SNAPSHOT_LEVELS = 3;

/**
 * Lines for a message of a feed; none for depth, which only a book makes sense of, and none for what
 * every snapshot has.
 */
export function linesOf(feed: Feed, message: FeedMessage): string[] {
  const head = `${clockTime(message.timeMicros)} ${message.symbol}`;
  switch (feed) {
    case "trades":
      return (message as TradesMessage).trades.map(({ takerSide, quantity, price, tradeId }) =>
        `${head} trade  ${takerSide.padEnd(4)} ${quantity} at ${price}  id ${tradeId}`
      );
    case "bbo": {
      const { bid, ask } = message as BboMessage;
      return [`${head} best   ${levelText(bid)} | ${levelText(ask)}`];
    }
    case "status":
      return [`${head} status ${statusWords(message as StatusMessage)}`];
    default:
      return [];
  }
}

/** A line for a snapshot: the top of the book. */
export function snapshotLine(snapshot: SnapshotAnswer): string {
  const side = (levels: readonly Level[]) =>
    levels.slice(0, SNAPSHOT_LEVELS).map(levelText).join(", ") || "nobody";
  return `${snapshot.symbol} book   as of ${snapshot.sequence}: ` +
    `bids ${side(snapshot.bids)} | asks ${side(snapshot.asks)}`;
}

/** A message as one line of JSON, with the name of its feed. */
export const jsonLine = (feed: Feed | "snapshot", message: object): string =>
  JSON.stringify({ feed, ...message });

function levelText(level: Level | null): string {
  return level === null ? "nobody" : `${level[0]} x ${level[1]}`;
}

/** Whether it trades, and what the feeds leave out. */
function statusWords({ detail, status }: StatusMessage): string {
  return detail === undefined || detail === "full" ? status : `${status}, feeds are ${detail}`;
}
