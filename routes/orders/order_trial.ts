/**
 * `POST /v1/orders/test`: everything that the gateway checks of a new order, and nothing goes into the
 * log.
 *
 * What only the log knows it cannot say: whether the account may trade and has the funds, whether the
 * instrument is halted, whether a post-only order would cross, or a client order id was used before.
 *
 * @module
 */
import { AdmissionKind } from "../../core/limits/admission_code.ts";
import { OrderFlag, OrderType } from "../../core/protocol/order_record.ts";
import { priceText, quantityText, quoteText } from "../amounts.ts";
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";
import { PRICE_AND_QUANTITY_PROBLEMS } from "../problems/problem_groups.ts";
import { readParameters } from "../query_parameters.ts";
import { jsonReply } from "../reply.ts";
import { type NewOrder, NewOrderSchema } from "../schema/order_request.ts";
import { type OrderTrial, OrderTrialSchema } from "../schema/order_trial.ts";
import { prepareOrder } from "./order_placement.ts";
import { parseOrderRequest, selfTradeText, timeInForceText } from "./order_request.ts";
import { sideText } from "./order_view.ts";

/** The endpoint. */
export const orderTrialEndpoint: EndpointSpec = {
  method: "POST",
  path: "/v1/orders/test",
  scope: "trade",
  weight: 1,
  kind: AdmissionKind.read,
  hasBody: true,
  handle: tryOrder,
  operation: {
    id: "testOrder",
    group: "Orders",
    summary: "Check an order without sending it",
    description:
      "Everything that the gateway checks of `POST /v1/orders`: the body, the instrument, tick, lot " +
      "and bounds. Nothing goes into the log, and nothing is remembered. It cannot know what only the " +
      "matching engine knows: whether the account may trade and has the funds, whether the instrument " +
      "is halted, whether a post-only order would trade at once, and whether the `clientOrderId` was " +
      "used before.",
    body: {
      schema: NewOrderSchema,
      example: {
        symbol: "BTC-USD",
        side: "buy",
        type: "limit",
        price: "40000",
        quantity: "0.2",
      } satisfies NewOrder,
    },
    answers: [{
      status: 200,
      description: "The order as it would be sent, with the defaults of what was left out.",
      body: {
        schema: OrderTrialSchema,
        example: {
          symbol: "BTC-USD",
          side: "buy",
          type: "limit",
          price: "40000.00",
          quantity: "0.2000",
          quoteQuantity: null,
          timeInForce: "GTC",
          postOnly: false,
          clientOrderId: null,
          selfTradePrevention: "expire_taker",
        } satisfies OrderTrial,
      },
    }],
    problems: [
      ...PRICE_AND_QUANTITY_PROBLEMS,
      EdgeCode.quoteQuantityTooPrecise,
      EdgeCode.invalidCombination,
      EdgeCode.unknownSymbol,
    ],
  },
};

function tryOrder(exchange: Exchange): Outcome {
  const parameters = readParameters(exchange, []);
  if (parameters instanceof Problem) return parameters;
  const order = parseOrderRequest(exchange.body);
  if (order instanceof Problem) return order;
  const placed = prepareOrder(exchange, order, exchange.identity);
  if (placed instanceof Problem) return placed;
  const { command, instrument, clientOrderId } = placed;
  const { flags, priceTicks, quantityLots } = command;
  const hasBudget = (flags & OrderFlag.quoteBudget) !== 0;
  const trial: OrderTrial = {
    symbol: instrument.symbol,
    side: sideText(command.side),
    type: command.orderType === OrderType.limit ? "limit" : "market",
    price: priceText(priceTicks, instrument),
    quantity: hasBudget ? null : quantityText(quantityLots, instrument),
    quoteQuantity: hasBudget ? quoteText(quantityLots, instrument) : null,
    timeInForce: timeInForceText(command.timeInForce),
    postOnly: (flags & OrderFlag.postOnly) !== 0,
    clientOrderId,
    selfTradePrevention: selfTradeText(command.selfTrade),
  };
  return jsonReply(200, trial);
}
