/**
 * What the reference says of cancels.
 *
 * @module
 */
import { ResultCode } from "../../core/protocol/result_code.ts";
import type { Operation } from "../operation.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { COMMAND_PROBLEMS } from "../problems/problem_groups.ts";
import { SideSchema } from "../schema/fields.ts";
import {
  type CanceledOrder,
  type CanceledOrders,
  CanceledOrderSchema,
  CanceledOrdersSchema,
} from "../schema/order.ts";
import {
  CLIENT_ORDER_ID_PARAMETER,
  IDEMPOTENCY_KEY_PARAMETER,
  ORDER_ID_PARAMETER,
  PREFER_PARAMETER,
  SYMBOL_PARAMETER,
} from "../schema/parameters.ts";
import { PENDING_ANSWER } from "./order_operations.ts";

const CANCELED_EXAMPLE: CanceledOrder = {
  orderId: "2",
  symbol: "BTC-USD",
  side: "buy",
  status: "canceled",
  reason: "canceled_by_request",
  price: "40000.00",
  executedQuantity: "0",
  leavesQuantity: "0",
  sequence: "14",
  transactTimeMicros: 1_700_000_000_000_000,
  duplicate: false,
};

const CANCEL: Pick<Operation, "group" | "description" | "problems"> = {
  group: "Orders",
  description:
    "Cancels have limits of their own, and get through when nothing else does. Name the cancel by " +
    "an `Idempotency-Key`, or else the same signed request again is the same cancel.",
  problems: [ResultCode.unknownOrder, ...COMMAND_PROBLEMS],
};

/** `DELETE /v1/orders/{orderId}`. */
export const cancelOrderOperation: Operation = {
  ...CANCEL,
  id: "cancelOrder",
  summary: "Cancel an order",
  parameters: [ORDER_ID_PARAMETER, PREFER_PARAMETER, IDEMPOTENCY_KEY_PARAMETER],
  answers: [
    {
      status: 200,
      description: "It is canceled.",
      body: { schema: CanceledOrderSchema, example: CANCELED_EXAMPLE },
    },
    PENDING_ANSWER,
  ],
};

/** `DELETE /v1/orders/by-client-id/{clientOrderId}`. */
export const cancelByClientIdOperation: Operation = {
  ...CANCEL,
  id: "cancelOrderByClientId",
  summary: "Cancel an order by its client order id",
  parameters: [CLIENT_ORDER_ID_PARAMETER, PREFER_PARAMETER, IDEMPOTENCY_KEY_PARAMETER],
  answers: [
    {
      status: 200,
      description: "It is canceled.",
      body: {
        schema: CanceledOrderSchema,
        example: { ...CANCELED_EXAMPLE, clientOrderId: "first-buy" } satisfies CanceledOrder,
      },
    },
    PENDING_ANSWER,
  ],
};

/** `DELETE /v1/orders`. */
export const cancelAllOperation: Operation = {
  ...CANCEL,
  id: "cancelAllOrders",
  summary: "Cancel all open orders, of one instrument or of all, of one side or of both",
  description: `${CANCEL.description} One command takes them all, at one moment.`,
  parameters: [
    { ...SYMBOL_PARAMETER, description: "Only orders of this instrument." },
    {
      name: "side",
      in: "query",
      description: "Only orders of this side.",
      schema: SideSchema,
      example: "buy",
    },
    PREFER_PARAMETER,
    IDEMPOTENCY_KEY_PARAMETER,
  ],
  answers: [
    {
      status: 200,
      description: "They are canceled.",
      body: {
        schema: CanceledOrdersSchema,
        example: {
          symbol: "BTC-USD",
          side: null,
          canceled: 1,
          sequence: "14",
          transactTimeMicros: 1_700_000_000_000_000,
          duplicate: false,
        } satisfies CanceledOrders,
      },
    },
    PENDING_ANSWER,
  ],
  problems: [EdgeCode.unknownSymbol, ...COMMAND_PROBLEMS],
};
