/**
 * What the reference says of reading orders.
 *
 * @module
 */
import * as v from "valibot";
import { ResultCode } from "../../core/protocol/result_code.ts";
import type { AnswerDoc, Operation } from "../operation.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { READ_PROBLEMS } from "../problems/problem_groups.ts";
import { type OrderPage, OrderPageSchema, OrderSchema } from "../schema/order.ts";
import {
  CLIENT_ORDER_ID_PARAMETER,
  CURSOR_PARAMETER,
  LIMIT_PARAMETER,
  MIN_SEQUENCE_PARAMETER,
  ORDER_ID_PARAMETER,
  SYMBOL_PARAMETER,
} from "../schema/parameters.ts";
import { RESTING_EXAMPLE } from "./order_operations.ts";

const ONE_ORDER: readonly AnswerDoc[] = [{
  status: 200,
  description: "The order, open or closed.",
  body: { schema: OrderSchema, example: RESTING_EXAMPLE },
}];
const { fills: _fills, duplicate: _duplicate, ...SUMMARY_EXAMPLE } = RESTING_EXAMPLE;

/** `GET /v1/orders/{orderId}`. */
export const readOrderOperation: Operation = {
  id: "getOrder",
  group: "Orders",
  summary: "One of your orders, open or closed",
  parameters: [ORDER_ID_PARAMETER, MIN_SEQUENCE_PARAMETER],
  answers: ONE_ORDER,
  problems: [...READ_PROBLEMS, ResultCode.unknownOrder],
};

/** `GET /v1/orders/by-client-id/{clientOrderId}`. */
export const readByClientIdOperation: Operation = {
  id: "getOrderByClientId",
  group: "Orders",
  summary: "One of your orders by its client order id",
  parameters: [CLIENT_ORDER_ID_PARAMETER, MIN_SEQUENCE_PARAMETER],
  answers: ONE_ORDER,
  problems: [...READ_PROBLEMS, ResultCode.unknownOrder],
};

/** `GET /v1/orders`. */
export const listOrdersOperation: Operation = {
  id: "listOrders",
  group: "Orders",
  summary: "Your orders, in pages",
  description: "Open orders come oldest first, the others newest first.",
  parameters: [
    {
      name: "status",
      in: "query",
      description: "Which ones: `open` if left out.",
      schema: v.picklist(["open", "closed", "all"]),
      example: "open",
    },
    SYMBOL_PARAMETER,
    CURSOR_PARAMETER,
    LIMIT_PARAMETER,
    MIN_SEQUENCE_PARAMETER,
  ],
  answers: [{
    status: 200,
    description: "A page of orders.",
    body: {
      schema: OrderPageSchema,
      example: { items: [SUMMARY_EXAMPLE], nextCursor: null, sequence: "12" } satisfies OrderPage,
    },
  }],
  problems: [...READ_PROBLEMS, EdgeCode.unknownSymbol],
};
