/**
 * `POST /api/v3/order/cancelReplace`: a cancel and then a new order, in one request.
 *
 * They are two commands in the log, one behind the other, and not one: between them others may trade.
 * What is wrong with the new order's parameters is found before anything is canceled. An amend
 * (`order/amend/keepPriority`, or `PATCH /v1/orders`) is one command.
 *
 * @module
 */
import { AdmissionKind } from "../../core/limits/admission_code.ts";
import { CLIENT_ORDER_ID_PATTERN } from "../../core/protocol/request_key.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import type { EndpointSpec } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { ErrorProblems } from "../middleware/errors.ts";
import { newOrderCommand } from "../orders/order_command.ts";
import { Problem } from "../problems/problem.ts";
import { binanceError, BinanceProblem } from "./binance_error.ts";
import { sendCancel } from "./cancel_order.ts";
import { type Answered, type BinanceRequest, signedEndpoint } from "./endpoint_kinds.ts";
import { errorOf } from "./error_table.ts";
import { outcomeUnknown, sendOrder, unsupportedOperation } from "./new_order.ts";
import { readOrderName } from "./order_lookup.ts";
import { badId, ORDER_PARAMETERS, readOrder } from "./order_parameters.ts";
import { missingParameter, oneOf } from "./parameters.ts";

const MODES = ["STOP_ON_FAILURE", "ALLOW_FAILURE"] as const;
/** A cancel and an order. */
const WEIGHT = 2;
const PARTLY_FAILED = 409;

/** The endpoint. */
export const cancelReplaceEndpoint: EndpointSpec = signedEndpoint({
  method: "POST",
  path: "order/cancelReplace",
  scope: "trade",
  weight: WEIGHT,
  kind: AdmissionKind.order,
  names: [
    ...ORDER_PARAMETERS,
    "cancelReplaceMode",
    "cancelOrderId",
    "cancelOrigClientOrderId",
    "cancelNewClientOrderId",
    "cancelRestrictions",
    "orderRateLimitExceededMode",
  ],
  handle: cancelReplace,
});

const errors = new ErrorProblems();

async function cancelReplace(request: BinanceRequest): Promise<Answered> {
  const { exchange, parameters, time } = request;
  const order = readOrder(exchange, parameters);
  if (order instanceof Problem) return order;
  const command = newOrderCommand(order.order, order.instrument, exchange.identity);
  if (command instanceof Problem) return command;
  if (!parameters.has("cancelReplaceMode")) return missingParameter("cancelReplaceMode");
  const mode = oneOf(parameters, "cancelReplaceMode", MODES[0], MODES);
  if (mode instanceof Problem) return mode;
  const name = readOrderName(parameters, "cancelOrderId", "cancelOrigClientOrderId");
  if (name instanceof Problem) return name;
  const limitMode = parameters.get("orderRateLimitExceededMode") ?? "DO_NOTHING";
  if (parameters.has("cancelRestrictions") || limitMode !== "DO_NOTHING") {
    return unsupportedOperation();
  }
  const cancelId = parameters.get("cancelNewClientOrderId");
  if (cancelId !== undefined && !CLIENT_ORDER_ID_PATTERN.test(cancelId)) {
    return badId("cancelNewClientOrderId");
  }
  const canceled = await attempt(
    exchange,
    sendCancel(exchange, order.instrument, name, cancelId, time),
  );
  if (isUnknown(canceled)) return canceled;
  if (canceled instanceof Problem && mode === "STOP_ON_FAILURE") {
    return failed(canceled, "NOT_ATTEMPTED");
  }
  const placed = await attempt(exchange, sendOrder(exchange, order, time));
  if (isUnknown(placed)) return placed;
  if (canceled instanceof Problem || placed instanceof Problem) return failed(canceled, placed);
  return {
    cancelResult: "SUCCESS",
    newOrderResult: "SUCCESS",
    cancelResponse: canceled,
    newOrderResponse: placed,
  };
}

/** What is thrown in one half must not hide what came of the other. */
async function attempt(exchange: Exchange, half: Promise<Answered>): Promise<Answered> {
  try {
    return await half;
  } catch (error) {
    return errors.of(error, exchange);
  }
}

/** Whether nobody knows what became of it: then nobody knows what became of the whole. */
function isUnknown(answered: Answered): answered is Problem {
  return answered instanceof BinanceProblem && answered.error.code === outcomeUnknown().error.code;
}

function failed(canceled: Answered, placed: Answered | "NOT_ATTEMPTED"): Problem {
  const isPartly = !(canceled instanceof Problem) ||
    (placed !== "NOT_ATTEMPTED" && !(placed instanceof Problem));
  const error = isPartly
    ? binanceError(-2021, "Order cancel-replace partially failed.", PARTLY_FAILED)
    : binanceError(-2022, "Order cancel-replace failed.");
  const data = {
    cancelResult: resultOf(canceled),
    newOrderResult: placed === "NOT_ATTEMPTED" ? placed : resultOf(placed),
    cancelResponse: responseOf(canceled),
    newOrderResponse: placed === "NOT_ATTEMPTED" ? null : responseOf(placed),
  };
  const code = canceled instanceof Problem
    ? canceled.code
    : placed instanceof Problem
    ? placed.code
    : ResultCode.ok;
  return new BinanceProblem(code, { ...error, data });
}

const resultOf = (answered: Answered) => answered instanceof Problem ? "FAILURE" : "SUCCESS";

function responseOf(answered: Answered): object {
  if (!(answered instanceof Problem)) return answered;
  const { code, msg } = errorOf(answered);
  return { code, msg };
}
