/**
 * Writes a private report in the form that its account sees: decimal strings, names, ids as text.
 *
 * It is made of the stored event, of its order as the event left it and as it was placed, and of the
 * instrument's terms, none of which ever change: the same report looks the same whenever it is
 * written.
 *
 * @module
 */
import { formatDecimal } from "../protocol/decimal.ts";
import { EventFlag, EventKind, EventWord, OrderStatus } from "../protocol/event_record.ts";
import { CommandKind, Side } from "../protocol/order_record.ts";
import type { PrivateReport } from "../protocol/private_report.ts";
import { clientOrderIdOfKey } from "../protocol/request_key.ts";
import { readU64, WireBuffer } from "../protocol/wire_buffer.ts";
import { BrokenHistoryError, hasBudget, type HistoryOrder } from "./history_order.ts";
import { reasonOf } from "./reason.ts";
import { directionOf, priceOf, quantityOf } from "./report_amounts.ts";
import type { HistoryReport } from "./report_run.ts";
import type { AssetTerms, ReportTerms } from "./report_terms.ts";

/** Where the names and scales of a report come from. */
export interface ReportContext {
  /** The order of an event, stored or about to be, or `null` where the account has no such one. */
  order(account: number, orderId: number): HistoryOrder | null;
  /** Terms of an instrument, or `null` while they are not known. */
  instrument(instrument: number): ReportTerms | null;
  /** Name and scale of an asset; known for every asset that was defined. */
  asset(asset: number): AssetTerms;
}

/** Commands that name an instrument; where an order has it, others have an asset or nothing. */
const OF_INSTRUMENTS: ReadonlySet<number> = new Set([
  CommandKind.newOrder,
  CommandKind.cancelAll,
  CommandKind.cancelAccount,
  CommandKind.cancelInstrument,
  CommandKind.instrumentTerms,
]);

type Kind = PrivateReport["kind"];
type Status = PrivateReport["status"];

const KINDS: Readonly<Record<number, Kind>> = {
  [EventKind.accepted]: "accepted",
  [EventKind.trade]: "trade",
  [EventKind.rested]: "rested",
  [EventKind.amended]: "amended",
  [EventKind.canceled]: "canceled",
  [EventKind.expired]: "expired",
  [EventKind.rejected]: "rejected",
  [EventKind.ledger]: "ledger",
};

const STATUSES: Readonly<Record<number, Status>> = {
  [OrderStatus.new]: "new",
  [OrderStatus.partiallyFilled]: "partially_filled",
  [OrderStatus.filled]: "filled",
  [OrderStatus.canceled]: "canceled",
  [OrderStatus.expired]: "expired",
  [OrderStatus.rejected]: "rejected",
};

/**
 * Writes a report, or returns `null` while the terms of its instrument are not known. O(1).
 *
 * @throws {BrokenHistoryError} when its order is not in history
 */
export function privateReport(stored: HistoryReport, context: ReportContext): PrivateReport | null {
  const event = WireBuffer.copyOf(stored.event);
  switch (event.bytes[0]) {
    case EventKind.rejected:
      return rejection(stored, event, context);
    case EventKind.ledger:
      return ledgerReport(stored, event, context);
    default:
      return orderReport(stored, event, context);
  }
}

function head(stored: HistoryReport, event: WireBuffer) {
  return {
    account: String(stored.account),
    sequence: stored.sequence,
    prevSequence: stored.sequence - 1,
    eventSequence: stored.eventSequence,
    timeMicros: stored.timeMicros,
    kind: KINDS[event.bytes[0]],
  };
}

function orderReport(
  stored: HistoryReport,
  event: WireBuffer,
  context: ReportContext,
): PrivateReport | null {
  const orderId = readU64(event.words, EventWord.orderId);
  const order = context.order(stored.account, orderId);
  if (order === null) {
    throw new BrokenHistoryError(
      `report ${stored.sequence} of account ${stored.account}: no order ${orderId}`,
    );
  }
  const terms = context.instrument(order.instrument);
  if (terms === null) return null;
  const isBudget = hasBudget(order);
  const { executedLots, priceTicks, quantity } = stored;
  const code = event.halves[2];
  return {
    ...head(stored, event),
    orderId: String(orderId),
    clientOrderId: order.clientOrderId,
    symbol: terms.symbol,
    side: order.side === Side.buy ? "buy" : "sell",
    status: STATUSES[event.bytes[2]] ?? null,
    price: priceTicks === 0 ? null : priceOf(priceTicks, terms),
    quantity: isBudget ? null : quantityOf(quantity, terms),
    ...(isBudget ? { quoteQuantity: formatDecimal(quantity, terms.quoteScale) } : {}),
    executedQuantity: quantityOf(executedLots, terms),
    leavesQuantity: quantityOf(isBudget ? 0 : leavesAfter(stored, event), terms),
    ...(event.bytes[0] === EventKind.trade ? tradeOf(event, terms) : {}),
    ...(code === 0 ? {} : { reason: reasonOf(code) }),
  };
}

/** Lots that are in the market after the event. What a budget still buys is not a quantity. */
function leavesAfter(stored: HistoryReport, event: WireBuffer): number {
  switch (event.bytes[0]) {
    case EventKind.accepted:
    case EventKind.amended:
      return stored.quantity - stored.executedLots;
    case EventKind.trade:
    case EventKind.rested:
      return readU64(event.words, EventWord.leaves);
    default:
      return 0;
  }
}

function tradeOf(event: WireBuffer, terms: ReportTerms) {
  const { words } = event;
  const isMaker = (event.bytes[3] & EventFlag.maker) !== 0;
  return {
    tradeId: String(readU64(words, EventWord.last)),
    lastPrice: priceOf(readU64(words, EventWord.price), terms),
    lastQuantity: quantityOf(readU64(words, EventWord.quantity), terms),
    fee: formatDecimal(readU64(words, EventWord.first), terms.quoteScale),
    feeAsset: terms.quoteName,
    liquidity: isMaker ? "maker" as const : "taker" as const,
  };
}

function rejection(
  stored: HistoryReport,
  event: WireBuffer,
  context: ReportContext,
): PrivateReport {
  const { words } = event;
  const code = event.halves[2];
  const terms = OF_INSTRUMENTS.has(words[EventWord.last])
    ? context.instrument(words[EventWord.instrument])
    : null;
  return {
    ...head(stored, event),
    orderId: null,
    clientOrderId: clientOrderIdOfKey(words[EventWord.first], words[EventWord.first + 1]),
    ...(terms === null ? {} : { symbol: terms.symbol }),
    side: null,
    status: "rejected",
    price: null,
    quantity: null,
    reason: reasonOf(code),
  };
}

function ledgerReport(
  stored: HistoryReport,
  event: WireBuffer,
  context: ReportContext,
): PrivateReport {
  const { words } = event;
  const { name, scale } = context.asset(words[EventWord.price]);
  return {
    ...head(stored, event),
    orderId: null,
    clientOrderId: null,
    side: null,
    status: null,
    price: null,
    quantity: null,
    asset: name,
    direction: directionOf(event.bytes[3]),
    amount: formatDecimal(readU64(words, EventWord.quantity), scale),
    total: formatDecimal(readU64(words, EventWord.leaves), scale),
  };
}
