/**
 * What the reference says of requests with several commands.
 *
 * @module
 */
import { ResultCode } from "../../core/protocol/result_code.ts";
import type { AnswerDoc, Operation } from "../operation.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import {
  BATCH_ITEMS_MAX,
  type BatchAnswerBody,
  BatchAnswerSchema,
  type BatchRequest,
  BatchSchema,
  type CancelList,
  CancelListSchema,
} from "../schema/order_batch.ts";
import { BATCH_PREFER_PARAMETER, IDEMPOTENCY_KEY_PARAMETER } from "../schema/parameters.ts";
import { RESTING_EXAMPLE } from "./order_operations.ts";
import { NOT_OPEN } from "./rejection.ts";

const answersOf = (example: BatchAnswerBody): readonly AnswerDoc[] => [{
  status: 200,
  description:
    "What became of each command. A command that was refused has its status and its problem here, " +
    "and one whose outcome is not known has 202. With `Prefer: return=minimal`, which " +
    "`Preference-Applied` then repeats, each of the others has a `MinimalOrder`.",
  body: { schema: BatchAnswerSchema, example },
}];

const problemsOf = [
  EdgeCode.malformedJson,
  EdgeCode.notAnObject,
  EdgeCode.unknownField,
  EdgeCode.missingField,
  EdgeCode.invalidField,
  EdgeCode.tooManyCommands,
];

/** `POST /v1/orders/batch`. */
export const batchOperation: Operation = {
  id: "sendBatch",
  group: "Orders",
  summary: "Place, amend and cancel orders in one request",
  description:
    `1 to ${BATCH_ITEMS_MAX} commands, signed once, carried out in their order. Each stands for ` +
    "itself: nothing is atomic, and one that is refused keeps none of the others back. The same " +
    "signed request again, or another one with the same signed `Idempotency-Key`, repeats nothing " +
    "and is answered with the first outcomes; an order with a `clientOrderId` is known by that. An " +
    "amend finds no order that is placed in the same request. The request costs a unit for each " +
    "command, cancels by the limits of cancels: where either limit refuses, nothing is carried out. " +
    "When orders are refused, send cancels by themselves.\n\n" +
    "An answer repeats each order, some 370 bytes. With `Prefer: return=minimal` it has only what you " +
    "cannot know, in the order of the commands: order id, status, what was executed, and a sequence.",
  parameters: [BATCH_PREFER_PARAMETER, IDEMPOTENCY_KEY_PARAMETER],
  body: {
    schema: BatchSchema,
    example: {
      items: [
        {
          place: {
            symbol: "BTC-USD",
            side: "buy",
            type: "limit",
            price: "40000.00",
            quantity: "0.2000",
            clientOrderId: "first-buy",
          },
        },
        { cancel: { clientOrderId: "no-such-order" } },
      ],
    } satisfies BatchRequest,
  },
  answers: answersOf({
    items: [
      { status: 201, order: RESTING_EXAMPLE },
      {
        status: 404,
        problem: {
          type: "urn:edgebook:problem:unknown_order",
          title: "The account has no such order",
          status: 404,
          detail: NOT_OPEN,
          code: "unknown_order",
          field: "clientOrderId",
          value: "no-such-order",
          requestId: "4f1c2a90-0001",
        },
      },
    ],
  }),
  problems: problemsOf,
};

/** `POST /v1/orders/cancel`. */
export const cancelListOperation: Operation = {
  id: "cancelOrders",
  group: "Orders",
  summary: "Cancel the orders of a list",
  description:
    `1 to ${BATCH_ITEMS_MAX} ids of either kind together. The answers are in the order of the ids, ` +
    "those of `orderIds` first. It costs a unit of the limits of cancels for each.",
  parameters: [BATCH_PREFER_PARAMETER, IDEMPOTENCY_KEY_PARAMETER],
  body: {
    schema: CancelListSchema,
    example: { orderIds: ["2"], clientOrderIds: ["first-buy"] } satisfies CancelList,
  },
  answers: answersOf({
    items: [{
      status: 200,
      order: {
        orderId: "2",
        symbol: "BTC-USD",
        side: "buy",
        status: "canceled",
        reason: "canceled_by_request",
        price: "40000.00",
        executedQuantity: "0",
        leavesQuantity: "0",
        sequence: "13",
        transactTimeMicros: 1_700_000_000_000_000,
        duplicate: false,
      },
    }, {
      status: 404,
      problem: {
        type: "urn:edgebook:problem:unknown_order",
        title: "The account has no such order",
        status: 404,
        detail: NOT_OPEN,
        code: "unknown_order",
        field: "clientOrderId",
        value: "first-buy",
        requestId: "4f1c2a90-0002",
      },
    }],
  }),
  problems: [...problemsOf, ResultCode.unknownOrder],
};
