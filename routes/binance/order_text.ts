/**
 * An order as Binance writes it.
 *
 * @module
 */
import { OrderStatus } from "../../core/protocol/event_record.ts";
import { OrderFlag, OrderType, Side, TimeInForce } from "../../core/protocol/order_record.ts";
import type { FillRow, LiveOrder, OrderRow } from "../../core/protocol/queries.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import type { Instrument } from "../../infra/reference/instrument_terms.ts";
import { factsOfLive, factsOfRow, type OrderFacts } from "../orders/order_view.ts";
import type { FillView } from "../schema/order.ts";
import { padded, priceText, quantityText, quoteText, ZERO } from "./decimal_text.ts";
import { binanceSymbol } from "./symbols.ts";
import type { TimeWriter } from "./times.ts";

/** Stands where Binance names the list that an order is in: there are no lists. */
export const NO_LIST = -1;

/** Why orders ended that the exchange ended by their own rules: EXPIRED, whatever its own status. */
const EXPIRED_CODES: readonly number[] = [
  ResultCode.immediateRemainder,
  ResultCode.fillOrKill,
  ResultCode.marketRemainder,
  ResultCode.fillsPerCommand,
];

/** Status of an order, by what it is and why it ended. */
export function statusText(status: number, code: number): string {
  switch (status) {
    case OrderStatus.new:
      return "NEW";
    case OrderStatus.partiallyFilled:
      return "PARTIALLY_FILLED";
    case OrderStatus.filled:
      return "FILLED";
    case OrderStatus.canceled:
    case OrderStatus.expired:
      if (code === ResultCode.selfTrade) return "EXPIRED_IN_MATCH";
      if (EXPIRED_CODES.includes(code) || status === OrderStatus.expired) return "EXPIRED";
      return "CANCELED";
    default:
      throw new TypeError(`status ${status} is that of no order`);
  }
}

/** Text of a side. */
export const sideText = (side: number): "BUY" | "SELL" => side === Side.buy ? "BUY" : "SELL";

function typeText(orderType: number, flags: number): string {
  if (orderType === OrderType.market) return "MARKET";
  return (flags & OrderFlag.postOnly) === 0 ? "LIMIT" : "LIMIT_MAKER";
}

/** Binance shows GTC for a market order, though none ever rests. */
function timeText(orderType: number, timeInForce: number): string {
  if (orderType === OrderType.market || timeInForce === TimeInForce.gtc) return "GTC";
  return timeInForce === TimeInForce.ioc ? "IOC" : "FOK";
}

/** What every order shows of itself. `timeInForce` is that of TimeInForce. */
export function orderFields(facts: OrderFacts, timeInForce: number, instrument: Instrument) {
  const { orderType, orderFlags, executedLots, executedTickLots, quantity } = facts;
  const hasBudget = (orderFlags & OrderFlag.quoteBudget) !== 0;
  return {
    symbol: binanceSymbol(instrument),
    orderId: facts.orderId,
    orderListId: NO_LIST,
    clientOrderId: facts.clientOrderId ?? "",
    price: orderType === OrderType.market ? ZERO : priceText(facts.priceTicks, instrument),
    origQty: quantityText(hasBudget ? executedLots : quantity, instrument),
    executedQty: quantityText(executedLots, instrument),
    origQuoteOrderQty: hasBudget ? quoteText(quantity, instrument) : ZERO,
    cummulativeQuoteQty: quoteText(executedTickLots * instrument.quotePerTickLot, instrument),
    status: statusText(facts.status, facts.code),
    timeInForce: timeText(orderType, timeInForce),
    type: typeText(orderType, orderFlags),
    side: sideText(facts.side),
  };
}

/** An order in an answer to a query. */
function queriedOrder(
  fields: ReturnType<typeof orderFields>,
  createdMicros: number,
  updatedMicros: number,
  time: TimeWriter,
) {
  return {
    ...fields,
    stopPrice: ZERO,
    icebergQty: ZERO,
    time: time(createdMicros),
    updateTime: time(updatedMicros),
    isWorking: true,
    workingTime: time(createdMicros),
  };
}

/** An order of history, in an answer to a query. */
export function rowView(row: OrderRow, instrument: Instrument, time: TimeWriter) {
  const fields = orderFields(factsOfRow(row, instrument), row.timeInForce, instrument);
  return queriedOrder(fields, row.createdMicros, row.updatedMicros, time);
}

/** An open order as the leader has it, which knows no time but that of its entry. */
export function liveView(order: LiveOrder, instrument: Instrument, time: TimeWriter) {
  const fields = orderFields(factsOfLive(order, 0, instrument), order.timeInForce, instrument);
  return queriedOrder(fields, order.createdMicros, order.createdMicros, time);
}

/** A fill in the answer to an order. */
export function fillOfOrder({ price, quantity, fee, feeAsset, tradeId }: FillView) {
  return {
    price: padded(price),
    qty: padded(quantity),
    commission: padded(fee),
    commissionAsset: feeAsset,
    tradeId: Number(tradeId),
  };
}

/** A fill in the list of an account's. */
export function tradeView(fill: FillRow, instrument: Instrument, time: TimeWriter) {
  const { priceTicks, quantityLots } = fill;
  return {
    symbol: binanceSymbol(instrument),
    id: fill.tradeId,
    orderId: fill.orderId,
    orderListId: NO_LIST,
    price: priceText(priceTicks, instrument),
    qty: quantityText(quantityLots, instrument),
    quoteQty: quoteText(priceTicks * quantityLots * instrument.quotePerTickLot, instrument),
    commission: quoteText(fill.fee, instrument),
    commissionAsset: instrument.quoteName,
    time: time(fill.timeMicros),
    isBuyer: fill.side === Side.buy,
    isMaker: fill.isMaker,
    isBestMatch: true,
  };
}
