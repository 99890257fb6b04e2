/**
 * From an account's private reports to the events of Binance's user data stream. Pure.
 *
 * @module
 */
import { reasonOf } from "../../../core/history/reason.ts";
import { parseDecimal } from "../../../core/protocol/decimal.ts";
import { OrderStatus } from "../../../core/protocol/event_record.ts";
import { OrderFlag } from "../../../core/protocol/order_record.ts";
import type { PrivateReport } from "../../../core/protocol/private_report.ts";
import type { BalancesAnswer } from "../../../core/protocol/queries.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import type { Instrument } from "../../../infra/reference/instrument_terms.ts";
import type { OrderFacts } from "../../orders/order_view.ts";
import { decimalText, padded, quoteText, ZERO } from "../decimal_text.ts";
import { NO_LIST, orderFields } from "../order_text.ts";
import type { TimeWriter } from "../times.ts";
import { type KnownOrder, lastTickLots, type OrderReport } from "./known_order.ts";

/** What events are written with. */
export interface EventTerms {
  readonly time: TimeWriter;
  readonly nowMicros: number;
}

const STATUSES: Readonly<Record<string, number>> = {
  new: OrderStatus.new,
  partially_filled: OrderStatus.partiallyFilled,
  filled: OrderStatus.filled,
  canceled: OrderStatus.canceled,
  expired: OrderStatus.expired,
};
const CODES: ReadonlyMap<string, number> = new Map(
  Object.values(ResultCode).map((code) => [reasonOf(code), code]),
);
const NO_TRADE = -1;

/** Whether a report is one that an execution report is made of. */
export function isOrderReport(report: PrivateReport): report is OrderReport {
  // That an order rests was told with "NEW" already.
  return report.orderId !== null && report.kind !== "rested";
}

/** `executionReport`. */
export function executionReport(
  report: OrderReport,
  known: KnownOrder,
  instrument: Instrument,
  { time, nowMicros }: EventTerms,
): object {
  const fields = orderFields(
    factsOf(report, known, instrument),
    known.row.timeInForce,
    instrument,
  );
  const { status } = fields;
  const isWorking = status === "NEW" || status === "PARTIALLY_FILLED";
  const createdAt = time(known.row.createdMicros);
  const execution = executionText(report.kind, status);
  const lastQuote = lastTickLots(report, instrument) * instrument.quotePerTickLot;
  return {
    e: "executionReport",
    E: time(nowMicros),
    s: fields.symbol,
    c: fields.clientOrderId,
    S: fields.side,
    o: fields.type,
    f: fields.timeInForce,
    q: fields.origQty,
    p: fields.price,
    P: ZERO,
    F: ZERO,
    g: NO_LIST,
    // A cancel has no report of its own, so its id is not known here.
    C: execution === "CANCELED" ? fields.clientOrderId : "",
    x: execution,
    X: status,
    r: "NONE",
    i: fields.orderId,
    l: padded(report.lastQuantity ?? null),
    z: fields.executedQty,
    L: padded(report.lastPrice ?? null),
    n: report.fee === undefined ? "0" : padded(report.fee),
    N: report.feeAsset ?? null,
    T: time(report.timeMicros),
    t: report.tradeId === undefined ? NO_TRADE : Number(report.tradeId),
    I: report.sequence,
    w: isWorking,
    m: report.liquidity === "maker",
    M: false,
    O: createdAt,
    Z: fields.cummulativeQuoteQty,
    Y: quoteText(lastQuote, instrument),
    Q: fields.origQuoteOrderQty,
    W: createdAt,
  };
}

function factsOf(
  report: OrderReport,
  { row, executedTickLots }: KnownOrder,
  instrument: Instrument,
): OrderFacts {
  const { priceScale, tickSize, quantityScale, lotSize, quoteScale } = instrument;
  const lotsOf = (text: string | null | undefined) =>
    parseDecimal(text ?? "0", quantityScale) / lotSize;
  const hasBudget = (row.orderFlags & OrderFlag.quoteBudget) !== 0;
  return {
    orderId: row.orderId,
    clientOrderId: row.clientOrderId,
    side: row.side,
    orderType: row.orderType,
    orderFlags: row.orderFlags,
    status: STATUSES[report.status ?? ""] ?? OrderStatus.none,
    code: CODES.get(report.reason ?? "") ?? ResultCode.ok,
    priceTicks: parseDecimal(report.price ?? "0", priceScale) / tickSize,
    quantity: hasBudget
      ? parseDecimal(report.quoteQuantity ?? "0", quoteScale)
      : lotsOf(report.quantity),
    executedLots: lotsOf(report.executedQuantity),
    executedTickLots,
    leavesLots: lotsOf(report.leavesQuantity),
    sequence: report.eventSequence,
    stampMicros: report.timeMicros,
  };
}

/** What happened to the order. */
function executionText(kind: PrivateReport["kind"], status: string): string {
  switch (kind) {
    case "accepted":
      return "NEW";
    case "trade":
      return "TRADE";
    case "amended":
      return "REPLACED";
    default:
      if (status === "EXPIRED_IN_MATCH") return "TRADE_PREVENTION";
      return status === "CANCELED" ? "CANCELED" : "EXPIRED";
  }
}

/** `balanceUpdate`, of a ledger report. */
export function balanceUpdate(report: PrivateReport, { time, nowMicros }: EventTerms): object {
  const isOut = report.direction === "withdrawal" || report.direction === "transfer_out";
  return {
    e: "balanceUpdate",
    E: time(nowMicros),
    a: report.asset,
    d: padded(`${isOut ? "-" : ""}${report.amount}`),
    T: time(report.timeMicros),
  };
}

/** `outboundAccountPosition`: of the assets, what the account has now. */
export function accountPosition(
  assets: ReadonlySet<string>,
  { balances }: BalancesAnswer,
  changedMicros: number,
  { time, nowMicros }: EventTerms,
): object {
  return {
    e: "outboundAccountPosition",
    E: time(nowMicros),
    u: time(changedMicros),
    B: balances.filter(({ asset }) => assets.has(asset))
      .map(({ asset, scale, available, held }) => ({
        a: asset,
        f: decimalText(available, scale),
        l: decimalText(held, scale),
      })),
  };
}

/** `eventStreamTerminated`: nothing follows it. */
export const streamTerminated = ({ time, nowMicros }: EventTerms): object => ({
  e: "eventStreamTerminated",
  E: time(nowMicros),
});

/** Assets whose balances a report may have changed. */
export function touchedAssets(
  report: PrivateReport,
  instrument: Instrument | undefined,
): readonly string[] {
  if (report.kind === "ledger") return [report.asset ?? ""];
  if (report.kind === "rejected" || instrument === undefined) return [];
  return [instrument.baseName, instrument.quoteName];
}
