/**
 * Answers to what a session asks when it joins a feed or finds something missing.
 *
 * @module
 */
import { PAGE_ROWS_MAX, type SnapshotAnswer } from "../../core/protocol/queries.ts";
import { SAFE_MAX } from "../../core/protocol/wire_buffer.ts";
import type { Channel } from "../../core/streams/channel.ts";
import type { Answer } from "../../core/streams/stream_session.ts";
import { type Queries, QueryFailedError } from "../../infra/queries/queries.ts";
import { EdgeMessage } from "./edge_message.ts";
import type { JointSnapshots } from "./joint_snapshots.ts";

/** Levels of a side in the snapshot of a depth channel. */
export const SNAPSHOT_LEVELS = 1_000;
/** Trades that a resumed stream reaches back. */
export const TRADES_REACH = 1_000;

/** An answer with messages that streams send. */
export type EdgeAnswer = Answer & { readonly messages: readonly EdgeMessage[] };

/** The book, as one message for all that were given the same snapshot. */
const books = new WeakMap<SnapshotAnswer, Map<string, EdgeMessage>>();

/** The answer about a depth channel: the book. */
export async function joinDepth(
  snapshots: JointSnapshots,
  { name, symbol }: Channel,
): Promise<EdgeAnswer> {
  const answer = await snapshots.take(symbol ?? "", SNAPSHOT_LEVELS, 0);
  const byChannel = books.get(answer) ?? new Map<string, EdgeMessage>();
  books.set(answer, byChannel);
  const { sequence, status, bids, asks } = answer;
  const message = byChannel.get(name) ??
    EdgeMessage.ofFields({ channel: name, symbol, sequence, status, bids, asks });
  byChannel.set(name, message);
  return { sequence, messages: [message], place: 0, isComplete: true, hasMore: false };
}

/**
 * The answer about trades: those behind the client's place, or the last ones where it has none.
 *
 * @param first how many a client without a place is given
 */
export async function joinTrades(
  snapshots: JointSnapshots,
  { name, symbol }: Channel,
  after: number | null,
  first: number,
): Promise<EdgeAnswer> {
  const asked = after === null ? Math.max(first, 1) : TRADES_REACH;
  const { sequence, trades: newestFirst } = await snapshots.take(symbol ?? "", 0, asked);
  const trades = newestFirst.toReversed();
  const ids = trades.map(({ tradeId }) => Number(tradeId));
  const place = ids.at(-1) ?? 0;
  const from = after === null
    ? Math.max(trades.length - first, 0)
    : ids.findLastIndex((id) => id <= after) + 1;
  // Nobody has seen a trade before the first one there ever was.
  const reaches = after === null || from > 0 || (after === 0 && trades.length < asked);
  const isComplete = reaches && (after ?? 0) <= place;
  const missed = trades.slice(from);
  const messages = missed.length === 0
    ? []
    : [EdgeMessage.ofFields({ channel: name, symbol, sequence, trades: missed })];
  return { sequence, messages, place, isComplete, hasMore: false };
}

/** The answer about an account's reports: a page of those behind the client's place. */
export async function joinReports(
  queries: Pick<Queries, "history">,
  account: number,
  after: number | null,
): Promise<EdgeAnswer> {
  const { reports, lastReportSequence } = await queries.history({
    kind: "reports",
    account,
    afterSequence: after ?? SAFE_MAX,
    limit: PAGE_ROWS_MAX,
    minSequence: 0,
  });
  if (after === null || after > lastReportSequence) {
    const isComplete = after === null;
    const place = lastReportSequence;
    return { sequence: place, messages: [], place, isComplete, hasMore: false };
  }
  const messages = reports.map((report) => EdgeMessage.ofFields({ ...report }));
  const place = reports.at(-1)?.sequence ?? after;
  if (messages.length === 0 && place < lastReportSequence) {
    throw new QueryFailedError("history", "behind", `report ${place + 1} is not there yet`);
  }
  const hasMore = place < lastReportSequence;
  return { sequence: place, messages, place, isComplete: true, hasMore };
}
