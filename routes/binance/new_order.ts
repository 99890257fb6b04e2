/**
 * `POST /api/v3/order` and `order/test`.
 *
 * An order whose id its client chose, and that came before, is refused with Binance's "Duplicate
 * order sent.", whatever became of the first: Binance's clients expect it, and read the first one by
 * its id. The first outcome in its place would tell a bot which uses its ids again, as Binance lets
 * it once an order is over, that its new order is filled. An order without an id that comes again is
 * the same signed request byte for byte, so it has the first outcome as its answer.
 *
 * @module
 */
import { AdmissionKind } from "../../core/limits/admission_code.ts";
import { formatDecimal } from "../../core/protocol/decimal.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import type { Instrument } from "../../infra/reference/instrument_terms.ts";
import type { EndpointSpec } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { newOrderCommand } from "../orders/order_command.ts";
import { type PlacedOrder, submitOrder } from "../orders/order_placement.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";
import { binanceError, BinanceProblem } from "./binance_error.ts";
import { padded, ZERO } from "./decimal_text.ts";
import { type Answered, type BinanceRequest, signedEndpoint } from "./endpoint_kinds.ts";
import { type BinanceOrder, ORDER_PARAMETERS, readOrder } from "./order_parameters.ts";
import { fillOfOrder, NO_LIST, orderFields } from "./order_text.ts";
import { oneOf } from "./parameters.ts";
import { binanceSymbol } from "./symbols.ts";
import type { TimeWriter } from "./times.ts";

const PPM_DECIMALS = 6;

/** The endpoints. */
export const newOrderEndpoints: readonly EndpointSpec[] = [
  signedEndpoint({
    method: "POST",
    path: "order",
    scope: "trade",
    weight: 1,
    kind: AdmissionKind.order,
    names: ORDER_PARAMETERS,
    handle: placeOrder,
  }),
  signedEndpoint({
    method: "POST",
    path: "order/test",
    scope: "trade",
    weight: 1,
    names: [...ORDER_PARAMETERS, "computeCommissionRates"],
    handle: testOrder,
  }),
];

/** Nobody knows what became of it: never "failed". The breaker need not know either. */
export function outcomeUnknown(): BinanceProblem {
  const msg =
    "Timeout waiting for response from backend server. Send status unknown; execution status unknown.";
  return new BinanceProblem(ResultCode.ok, binanceError(-1007, msg, 504));
}

async function placeOrder({ exchange, parameters, time }: BinanceRequest): Promise<Answered> {
  const order = readOrder(exchange, parameters);
  return order instanceof Problem ? order : await sendOrder(exchange, order, time);
}

/** Sends an order into the log; the answer is as long as it asks for. */
export async function sendOrder(
  exchange: Exchange,
  { order, mode, responseType, isNamed }: BinanceOrder,
  time: TimeWriter,
): Promise<Answered> {
  const placement = await submitOrder(exchange, order);
  if (placement instanceof Problem) return placement;
  if (placement.isPending) return outcomeUnknown();
  if (placement.isDuplicate && isNamed) return new Problem(ResultCode.differentContent);
  if (responseType === "ACK") return acknowledgement(placement, order.clientOrderId, time);
  const { facts, fills, instrument } = placement;
  const transactTime = time(facts.stampMicros);
  const fields = orderFields(
    { ...facts, clientOrderId: order.clientOrderId },
    order.timeInForce,
    instrument,
  );
  return {
    ...fields,
    transactTime,
    workingTime: transactTime,
    selfTradePreventionMode: mode,
    ...(responseType === "FULL" ? { fills: fills.map(fillOfOrder) } : {}),
  };
}

function acknowledgement(
  { facts, instrument }: PlacedOrder,
  clientOrderId: string | null,
  time: TimeWriter,
) {
  return {
    symbol: binanceSymbol(instrument),
    orderId: facts.orderId,
    orderListId: NO_LIST,
    clientOrderId,
    transactTime: time(facts.stampMicros),
  };
}

/** Checks all that the edge checks; the core, which knows funds and book, is not asked. */
function testOrder({ exchange, parameters }: BinanceRequest): Answered {
  const order = readOrder(exchange, parameters);
  if (order instanceof Problem) return order;
  const wantsRates = oneOf(parameters, "computeCommissionRates", "false", ["true", "false"]);
  if (wantsRates instanceof Problem) return wantsRates;
  const command = newOrderCommand(order.order, order.instrument, exchange.identity);
  if (command instanceof Problem) return command;
  if (wantsRates === "false") return {};
  const { standardCommission, ...others } = commissions(order.instrument);
  return { standardCommissionForOrder: standardCommission, ...others };
}

/** Maker's and taker's rate; nothing depends on the side. */
export function ratesOf(
  { makerFeePpm, takerFeePpm }: Pick<Instrument, "makerFeePpm" | "takerFeePpm">,
) {
  return {
    maker: padded(formatDecimal(makerFeePpm, PPM_DECIMALS)),
    taker: padded(formatDecimal(takerFeePpm, PPM_DECIMALS)),
    buyer: ZERO,
    seller: ZERO,
  };
}

/** What an order of the instrument pays: its own rates, and nothing else. */
export function commissions(instrument: Instrument) {
  const none = { maker: ZERO, taker: ZERO, buyer: ZERO, seller: ZERO };
  return {
    standardCommission: ratesOf(instrument),
    specialCommission: none,
    taxCommission: none,
    discount: {
      enabledForAccount: false,
      enabledForSymbol: false,
      discountAsset: "",
      discount: ZERO,
    },
  };
}

/** What there is not. */
export function unsupportedOperation(): BinanceProblem {
  const error = binanceError(-1020, "This operation is not supported.");
  return new BinanceProblem(EdgeCode.notFound, error);
}
