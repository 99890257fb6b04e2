/**
 * What the reference says of placing and amending orders.
 *
 * @module
 */
import { ResultCode } from "../../core/protocol/result_code.ts";
import type { AnswerDoc, Operation } from "../operation.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import {
  COMMAND_PROBLEMS,
  ENTRY_PROBLEMS,
  PRICE_AND_QUANTITY_PROBLEMS,
} from "../problems/problem_groups.ts";
import { OrderSchema, type OrderView, type Pending, PendingSchema } from "../schema/order.ts";
import { type Amend, AmendSchema, type NewOrder, NewOrderSchema } from "../schema/order_request.ts";
import {
  CLIENT_ORDER_ID_PARAMETER,
  IDEMPOTENCY_KEY_PARAMETER,
  ORDER_ID_PARAMETER,
  PREFER_PARAMETER,
} from "../schema/parameters.ts";

/** An order that rests: what most examples are about. */
export const RESTING_EXAMPLE: OrderView = {
  orderId: "2",
  clientOrderId: "first-buy",
  symbol: "BTC-USD",
  side: "buy",
  type: "limit",
  status: "new",
  price: "40000.00",
  quantity: "0.2000",
  executedQuantity: "0",
  executedNotional: "0",
  leavesQuantity: "0.2000",
  averagePrice: null,
  fills: [],
  sequence: "12",
  transactTimeMicros: 1_700_000_000_000_000,
  duplicate: false,
};

/** The answer where the outcome is not known, or not asked for. */
export const PENDING_ANSWER: AnswerDoc = {
  status: 202,
  description:
    "The outcome is not known yet, or was not waited for. It is decided all the same: ask for it, " +
    "or send the same request again.",
  body: {
    schema: PendingSchema,
    example: {
      status: "pending",
      clientOrderId: "first-buy",
      symbol: "BTC-USD",
      detail: "The outcome is unknown. Query it: GET /v1/orders/by-client-id/first-buy",
    } satisfies Pending,
  },
};

/** `POST /v1/orders`. */
export const placeOrderOperation: Operation = {
  id: "placeOrder",
  group: "Orders",
  summary: "Place an order",
  description:
    "The answer is what became of the order at its entry, with its fills. Send a `clientOrderId` " +
    "with every order: the same again is answered 200 with the first outcome and " +
    '`"duplicate":true`, and nothing is done twice. After a time-out or a 503, send the same again. ' +
    "An order that trades at its entry costs nothing of the limits.",
  parameters: [PREFER_PARAMETER, IDEMPOTENCY_KEY_PARAMETER],
  body: {
    schema: NewOrderSchema,
    example: {
      symbol: "BTC-USD",
      side: "buy",
      type: "limit",
      price: "40000.00",
      quantity: "0.2000",
      clientOrderId: "first-buy",
    } satisfies NewOrder,
  },
  answers: [
    {
      status: 201,
      description: "The order was accepted; `status` says what became of it.",
      body: { schema: OrderSchema, example: RESTING_EXAMPLE },
    },
    {
      status: 200,
      description: "It had come before: its first outcome.",
      body: { schema: OrderSchema, example: { ...RESTING_EXAMPLE, duplicate: true } },
    },
    PENDING_ANSWER,
  ],
  problems: [
    ...PRICE_AND_QUANTITY_PROBLEMS,
    EdgeCode.quoteQuantityTooPrecise,
    EdgeCode.invalidCombination,
    EdgeCode.unknownSymbol,
    ...ENTRY_PROBLEMS,
    ResultCode.openOrdersFull,
    ResultCode.unknownInstrument,
    ResultCode.orderPoolFull,
    ...COMMAND_PROBLEMS,
  ],
};

const AMEND: Pick<Operation, "group" | "description" | "body" | "answers" | "problems"> = {
  group: "Orders",
  description:
    "In one step: either the order has its new terms or nothing has changed. Fewer lots at the " +
    "same price keep the order's place in the queue; anything else loses it, and may trade at once. " +
    "`fills` of the answer are those that the amend made.",
  body: {
    schema: AmendSchema,
    example: { price: "40100.00", quantity: "0.1500" } satisfies Amend,
  },
  answers: [
    {
      status: 200,
      description: "The order after the amend.",
      body: {
        schema: OrderSchema,
        example: {
          ...RESTING_EXAMPLE,
          price: "40100.00",
          quantity: "0.1500",
          leavesQuantity: "0.1500",
          sequence: "13",
        } satisfies OrderView,
      },
    },
    PENDING_ANSWER,
  ],
  problems: [
    ...PRICE_AND_QUANTITY_PROBLEMS,
    ResultCode.amendEmpty,
    ResultCode.unknownOrder,
    ResultCode.quantityExecuted,
    ...ENTRY_PROBLEMS,
    ...COMMAND_PROBLEMS,
    EdgeCode.historyUnavailable,
    EdgeCode.instrumentUnknown,
  ],
};

/** `PATCH /v1/orders/{orderId}`. */
export const amendOrderOperation: Operation = {
  ...AMEND,
  id: "amendOrder",
  summary: "Amend an open order: its price, its quantity or both",
  parameters: [ORDER_ID_PARAMETER, PREFER_PARAMETER, IDEMPOTENCY_KEY_PARAMETER],
};

/** `PATCH /v1/orders/by-client-id/{clientOrderId}`. */
export const amendByClientIdOperation: Operation = {
  ...AMEND,
  id: "amendOrderByClientId",
  summary: "Amend an order by its client order id",
  parameters: [CLIENT_ORDER_ID_PARAMETER, PREFER_PARAMETER, IDEMPOTENCY_KEY_PARAMETER],
};
