/**
 * What a feed would say, made of a snapshot: a market may be quiet for long, and a feed says its last
 * message again only now and then (workers/market_data/heartbeats.ts), or has said nothing yet.
 *
 * @module
 */
import type { FeedMessage } from "../../../core/market_data/feed_messages.ts";
import type { SnapshotAnswer } from "../../../core/protocol/queries.ts";
import type { Feed } from "../../../core/protocol/subjects.ts";

/** Makes the message of a snapshot. */
export type Opening = (snapshot: SnapshotAnswer, timeMicros: number) => FeedMessage;

/** Levels of a side in the snapshots that openings are made of. */
export const OPENING_LEVELS = 1;

/** The opening of a feed whose every message is the whole state; `null` of others. */
export function openingOf(feed: Feed): Opening | null {
  if (feed === "bbo") {
    return (snapshot, timeMicros) => {
      const { bids: [bid = null], asks: [ask = null] } = snapshot;
      return { ...headOf(snapshot, timeMicros), bid, ask };
    };
  }
  if (feed !== "ticker") return null;
  return (snapshot, timeMicros) => ({ ...headOf(snapshot, timeMicros), ...snapshot.ticker });
}

function headOf({ symbol, sequence }: SnapshotAnswer, timeMicros: number) {
  return { symbol, sequence, prevSequence: sequence, timeMicros };
}
