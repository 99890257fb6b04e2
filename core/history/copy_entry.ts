/**
 * Writes an entry of the drop copy (see drop_copy.ts) out of a stored report.
 *
 * Like a private report it is made of what never changes, so the same event gives the same entry
 * whenever and by whomever it is written, but for an asset's name that is not known yet.
 *
 * @module
 */
import { formatDecimal } from "../protocol/decimal.ts";
import {
  type CopyEntry,
  DROP_COPY_ENTRIES_MAX,
  type ExecutionCopy,
  type MovementCopy,
} from "../protocol/drop_copy.ts";
import { EventFlag, EventKind, EventWord } from "../protocol/event_record.ts";
import { Side } from "../protocol/order_record.ts";
import { readU64, WireBuffer } from "../protocol/wire_buffer.ts";
import { BrokenHistoryError } from "./history_order.ts";
import type { ReportContext } from "./private_report.ts";
import { directionOf, priceOf, quantityOf } from "./report_amounts.ts";
import type { HistoryReport } from "./report_run.ts";

/** Where the names and scales of an entry come from. */
export interface CopyContext extends Pick<ReportContext, "instrument" | "asset"> {
  /** Client order id of an order, or `undefined` where the account has no such one. */
  clientOrderId(account: number, orderId: number): string | null | undefined;
}

/** Whether a kind of event is in the drop copy. */
export const isCopied = (kind: number): boolean =>
  kind === EventKind.trade || kind === EventKind.ledger;

/**
 * The entry of a report whose kind {@link isCopied}, or `null` while the terms of its instrument are
 * not known. O(1).
 *
 * @throws {BrokenHistoryError} when its order is not in history
 */
export function copyEntry(stored: HistoryReport, context: CopyContext): CopyEntry | null {
  const event = WireBuffer.copyOf(stored.event);
  return event.bytes[0] === EventKind.trade
    ? execution(stored, event, context)
    : movement(stored, event, context);
}

/**
 * How many of the copied reports behind `from`, which come by ascending event, make a message of at
 * most `limit`: so many, or one more where the two sides of a trade would part. O(1).
 */
export function entriesOfMessage(
  reports: readonly HistoryReport[],
  from: number,
  limit: number = DROP_COPY_ENTRIES_MAX,
): number {
  const rest = reports.length - from;
  if (rest <= limit) return rest;
  const { bytes } = WireBuffer.copyOf(reports[from + limit - 1].event);
  const isMaker = bytes[0] === EventKind.trade && (bytes[3] & EventFlag.maker) !== 0;
  return isMaker ? limit + 1 : limit;
}

function execution(
  stored: HistoryReport,
  { bytes, words }: WireBuffer,
  context: CopyContext,
): ExecutionCopy | null {
  const orderId = readU64(words, EventWord.orderId);
  const terms = context.instrument(words[EventWord.instrument]);
  if (terms === null) return null;
  const clientOrderId = context.clientOrderId(stored.account, orderId);
  if (clientOrderId === undefined) {
    throw new BrokenHistoryError(
      `event ${stored.eventSequence} of account ${stored.account}: no order ${orderId}`,
    );
  }
  return {
    kind: "execution",
    sequence: stored.eventSequence,
    timeMicros: stored.timeMicros,
    tradeId: String(readU64(words, EventWord.last)),
    symbol: terms.symbol,
    account: String(stored.account),
    orderId: String(orderId),
    clientOrderId,
    side: bytes[1] === Side.buy ? "buy" : "sell",
    liquidity: (bytes[3] & EventFlag.maker) === 0 ? "taker" : "maker",
    price: priceOf(readU64(words, EventWord.price), terms),
    quantity: quantityOf(readU64(words, EventWord.quantity), terms),
    fee: formatDecimal(readU64(words, EventWord.first), terms.quoteScale),
    feeAsset: terms.quoteName,
  };
}

function movement(
  stored: HistoryReport,
  { bytes, words }: WireBuffer,
  context: CopyContext,
): MovementCopy {
  const asset = words[EventWord.price];
  const { name, scale } = context.asset(asset);
  return {
    kind: "movement",
    sequence: stored.eventSequence,
    timeMicros: stored.timeMicros,
    account: String(stored.account),
    assetId: String(asset),
    asset: name,
    direction: directionOf(bytes[3]),
    amount: formatDecimal(readU64(words, EventWord.quantity), scale),
    total: formatDecimal(readU64(words, EventWord.leaves), scale),
  };
}
