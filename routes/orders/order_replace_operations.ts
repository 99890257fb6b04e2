/**
 * What the reference says of cancel-replaces.
 *
 * @module
 */
import { ResultCode } from "../../core/protocol/result_code.ts";
import type { Operation } from "../operation.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { PRICE_AND_QUANTITY_PROBLEMS } from "../problems/problem_groups.ts";
import {
  type ReplaceAnswerBody,
  ReplaceAnswerSchema,
  type ReplaceBody,
  ReplaceSchema,
} from "../schema/order_replace.ts";
import {
  CLIENT_ORDER_ID_PARAMETER,
  IDEMPOTENCY_KEY_PARAMETER,
  ORDER_ID_PARAMETER,
  PREFER_MINIMAL_PARAMETER,
} from "../schema/parameters.ts";
import { RESTING_EXAMPLE } from "./order_operations.ts";

const REPLACE: Omit<Operation, "id" | "summary"> = {
  group: "Orders",
  description:
    "Cancels the order and places a new one. An amend does the same in one step, and keeps the order " +
    "id; this is for what an amend cannot change: side, type, instrument, time in force.\n\n" +
    "`stop_on_failure`, the default, sends the new order once the cancel has succeeded. The two are " +
    "not atomic: others may trade between them, and where the way is lost between them the order is " +
    "canceled and the new one is not there. The same request again then places it. `allow_failure` " +
    "sends both at once, as neighbours in the log with the cancel first.\n\n" +
    "Both are recognised by the new order's `clientOrderId` when they come again, else by the signed " +
    "request, and are then answered with their first outcomes. A request costs a unit of the limits " +
    "of orders and one of those of cancels. What is wrong with the new order at the gateway is told " +
    "before anything is sent.",
  body: {
    schema: ReplaceSchema,
    example: {
      symbol: "BTC-USD",
      side: "buy",
      type: "limit",
      price: "40000.00",
      quantity: "0.2000",
      clientOrderId: "second-buy",
      mode: "allow_failure",
    } satisfies ReplaceBody,
  },
  answers: [{
    status: 200,
    description: "What became of each of the two.",
    body: {
      schema: ReplaceAnswerSchema,
      example: {
        cancel: {
          status: 200,
          order: {
            orderId: "1",
            symbol: "BTC-USD",
            side: "buy",
            status: "canceled",
            reason: "canceled_by_request",
            price: "39000.00",
            executedQuantity: "0",
            leavesQuantity: "0",
            sequence: "11",
            transactTimeMicros: 1_700_000_000_000_000,
            duplicate: false,
          },
        },
        place: {
          status: 201,
          order: { ...RESTING_EXAMPLE, orderId: "2", clientOrderId: "second-buy" },
        },
      } satisfies ReplaceAnswerBody,
    },
  }],
  problems: [
    ...PRICE_AND_QUANTITY_PROBLEMS,
    EdgeCode.quoteQuantityTooPrecise,
    EdgeCode.invalidCombination,
    EdgeCode.unknownSymbol,
    ResultCode.unknownOrder,
  ],
};

/** `POST /v1/orders/{orderId}/replace`. */
export const replaceOrderOperation: Operation = {
  ...REPLACE,
  id: "replaceOrder",
  summary: "Cancel an order and place another in its place",
  parameters: [ORDER_ID_PARAMETER, PREFER_MINIMAL_PARAMETER, IDEMPOTENCY_KEY_PARAMETER],
};

/** `POST /v1/orders/by-client-id/{clientOrderId}/replace`. */
export const replaceByClientIdOperation: Operation = {
  ...REPLACE,
  id: "replaceOrderByClientId",
  summary: "Cancel an order, named by its client order id, and place another in its place",
  parameters: [CLIENT_ORDER_ID_PARAMETER, PREFER_MINIMAL_PARAMETER, IDEMPOTENCY_KEY_PARAMETER],
};
