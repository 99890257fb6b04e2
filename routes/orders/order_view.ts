/**
 * An order as clients see it, from whatever knows about it: the report of the command that placed
 * it, the leader's live state, or history.
 *
 * `price` of a market order is its protection: the one it was sent with, or the instrument's collar
 * when it came; `null` where it met an empty book. An order by budget has `quoteQuantity` in the
 * place of its quantity.
 *
 * @module
 */
import { reasonOf } from "../../core/history/reason.ts";
import { type CommandReport, isFinal } from "../../core/protocol/command_report.ts";
import { EventKind, OrderStatus } from "../../core/protocol/event_record.ts";
import { OrderFlag, OrderType, Side } from "../../core/protocol/order_record.ts";
import type { FillRow, LiveOrder, OrderRow } from "../../core/protocol/queries.ts";
import type { AmendCommand, NewOrderCommand } from "../../infra/orders/commands.ts";
import type { Instrument } from "../../infra/reference/instrument_terms.ts";
import { averagePriceText, priceText, quantityText, quoteText } from "../amounts.ts";
import type { FillView, OrderSummary, OrderView } from "../schema/order.ts";

/** What an order is made of, whoever knows it. */
export interface OrderFacts {
  readonly orderId: number;
  readonly clientOrderId: string | null;
  readonly side: number;
  readonly orderType: number;
  readonly orderFlags: number;
  readonly status: number;
  /** Why it ended (ResultCode), or 0. */
  readonly code: number;
  readonly priceTicks: number;
  /** Lots, or minor units of a budget. */
  readonly quantity: number;
  readonly executedLots: number;
  /** Sum of price × quantity over the fills, in ticks × lots. */
  readonly executedTickLots: number;
  readonly leavesLots: number;
  readonly sequence: number;
  readonly stampMicros: number;
}

type StatusText = OrderView["status"];
const STATUSES: Readonly<Record<number, StatusText>> = {
  [OrderStatus.new]: "new",
  [OrderStatus.partiallyFilled]: "partially_filled",
  [OrderStatus.filled]: "filled",
  [OrderStatus.canceled]: "canceled",
  [OrderStatus.expired]: "expired",
};

/** Text of an order's status; a status that no order has is a broken invariant. */
export function statusText(status: number): StatusText {
  const text = STATUSES[status];
  if (text === undefined) throw new TypeError(`status ${status} is that of no order`);
  return text;
}

/** Text of a side. */
export const sideText = (side: number): "buy" | "sell" => side === Side.buy ? "buy" : "sell";

/** The facts of an order that was placed now: its command, and the report of it. */
export function factsOfReport(
  command: NewOrderCommand,
  clientOrderId: string | null,
  report: CommandReport,
  { quotePerTickLot }: Instrument,
): OrderFacts {
  const { orderId, status, code, executedLots, leavesLots, sequence, stampMicros } = report;
  const { side, orderType, flags } = command;
  const executedTickLots = report.executedNotional === 0
    ? report.executedTickLots
    : report.executedNotional / quotePerTickLot;
  return {
    orderId,
    clientOrderId,
    side,
    orderType,
    orderFlags: flags,
    status,
    code,
    // A repeat has other things in the place of the price.
    priceTicks: report.kind === EventKind.accepted ? report.priceTicks : command.priceTicks,
    // Self-trade prevention may have taken something off it.
    quantity: report.kind === EventKind.accepted ? report.quantity : command.quantityLots,
    executedLots,
    executedTickLots,
    leavesLots,
    sequence,
    stampMicros,
  };
}

/**
 * The facts of an order that was amended now: what it was, and the report of the amend. `null` where
 * the two leave out a fill, and history has to say what it was worth.
 */
export function factsOfAmend(
  before: LiveOrder,
  report: CommandReport,
  { quotePerTickLot }: Instrument,
): OrderFacts | null {
  const { fills, executedLots, quantity, priceTicks, leavesLots } = report;
  const { status, code, sequence, stampMicros } = report;
  const lots = fills.reduce((sum, { quantityLots }) => sum + quantityLots, before.executedLots);
  if (!report.fillsComplete || lots !== executedLots) return null;
  const executedTickLots = fills.reduce(
    (sum, fill) => sum + fill.priceTicks * fill.quantityLots,
    before.executedNotional / quotePerTickLot,
  );
  const { orderId, clientOrderId, side, orderType, orderFlags } = before;
  const order = { orderId, clientOrderId, side, orderType, orderFlags, priceTicks, quantity };
  return {
    ...order,
    executedLots,
    executedTickLots,
    leavesLots,
    status,
    code,
    sequence,
    stampMicros,
  };
}

/** The facts of an order as an amend left it that comes again. */
export function factsOfRepeatedAmend(
  command: AmendCommand,
  report: CommandReport,
  row: OrderRow,
  instrument: Instrument,
): OrderFacts {
  const { status, code, executedLots, leavesLots, sequence, stampMicros } = report;
  return {
    ...factsOfRow(row, instrument),
    priceTicks: command.priceTicks === 0 ? row.priceTicks : command.priceTicks,
    quantity: quantityAtEntry(report, row),
    executedLots,
    executedTickLots: report.executedNotional / instrument.quotePerTickLot,
    leavesLots,
    status,
    code,
    sequence,
    stampMicros,
  };
}

/**
 * Quantity of an order after a command that comes again. An order that was open then may have been
 * amended since; one that was over has what it had.
 */
export function quantityAtEntry(report: CommandReport, row: OrderRow): number {
  return isFinal(report) ? row.quantityLots : report.executedLots + report.leavesLots;
}

/** The facts of an order in history. */
export function factsOfRow(row: OrderRow, { quotePerTickLot }: Instrument): OrderFacts {
  const { executedNotional, quantityLots, updatedMicros } = row;
  const executedTickLots = executedNotional / quotePerTickLot;
  return { ...row, quantity: quantityLots, executedTickLots, stampMicros: updatedMicros };
}

/** The facts of an open order, as of the leader's `sequence`. */
export function factsOfLive(
  order: LiveOrder,
  sequence: number,
  { quotePerTickLot }: Instrument,
): OrderFacts {
  return {
    ...order,
    status: order.executedLots === 0 ? OrderStatus.new : OrderStatus.partiallyFilled,
    code: 0,
    quantity: order.quantityLots,
    executedTickLots: order.executedNotional / quotePerTickLot,
    sequence,
    stampMicros: order.createdMicros,
  };
}

/** An order as it stands in a list. */
export function orderSummary(facts: OrderFacts, instrument: Instrument): OrderSummary {
  return viewOf(facts, undefined, true, undefined, instrument);
}

/** An order on its own, with its fills. */
export function orderView(
  facts: OrderFacts,
  fills: readonly FillView[],
  areAll: boolean,
  duplicate: boolean,
  instrument: Instrument,
): OrderView {
  return viewOf(facts, fills, areAll, duplicate, instrument);
}

/**
 * One object of one shape, whatever is known: JSON leaves out what is undefined, and making it of
 * parts costs more than the rest of it.
 */
function viewOf<F extends OrderView["fills"] | undefined, D extends boolean | undefined>(
  facts: OrderFacts,
  fills: F,
  areAll: boolean,
  duplicate: D,
  instrument: Instrument,
): OrderSummary & {
  readonly fills: F;
  readonly fillsTruncated: true | undefined;
  readonly duplicate: D;
} {
  const { clientOrderId, code, executedLots, executedTickLots, quantity } = facts;
  const hasBudget = (facts.orderFlags & OrderFlag.quoteBudget) !== 0;
  return {
    orderId: String(facts.orderId),
    clientOrderId,
    symbol: instrument.symbol,
    side: sideText(facts.side),
    type: facts.orderType === OrderType.limit ? "limit" : "market",
    status: statusText(facts.status),
    reason: code === 0 ? undefined : reasonOf(code),
    price: priceText(facts.priceTicks, instrument),
    quantity: hasBudget ? null : quantityText(quantity, instrument),
    quoteQuantity: hasBudget ? quoteText(quantity, instrument) : undefined,
    executedQuantity: quantityText(executedLots, instrument),
    executedNotional: quoteText(executedTickLots * instrument.quotePerTickLot, instrument),
    // What a budget still buys is no quantity; and it never rests.
    leavesQuantity: hasBudget ? "0" : quantityText(facts.leavesLots, instrument),
    averagePrice: averagePriceText(executedTickLots, executedLots, instrument),
    fills,
    fillsTruncated: areAll ? undefined : true,
    sequence: String(facts.sequence),
    transactTimeMicros: facts.stampMicros,
    duplicate,
  };
}

/** The fills in a report: those of an aggressor, which takes. */
export function fillsOfReport(report: CommandReport, instrument: Instrument): FillView[] {
  return report.fills.map((fill) => fillView({ ...fill, isMaker: false }, instrument));
}

/** The fills that history has of an order; `areAll` where they come to what was executed. */
export function fillsOfHistory(
  rows: readonly FillRow[],
  executedLots: number,
  instrument: Instrument,
): { readonly fills: FillView[]; readonly areAll: boolean } {
  const lots = rows.reduce((sum, row) => sum + row.quantityLots, 0);
  return { fills: rows.map((row) => fillView(row, instrument)), areAll: lots === executedLots };
}

/** One fill. */
export function fillView(
  fill: Pick<FillRow, "tradeId" | "priceTicks" | "quantityLots" | "fee" | "isMaker">,
  instrument: Instrument,
): FillView {
  return {
    tradeId: String(fill.tradeId),
    price: priceText(fill.priceTicks, instrument),
    quantity: quantityText(fill.quantityLots, instrument),
    fee: quoteText(fill.fee, instrument),
    feeAsset: instrument.quoteName,
    liquidity: fill.isMaker ? "maker" : "taker",
  };
}
