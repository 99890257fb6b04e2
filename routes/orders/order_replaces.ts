/**
 * `POST /v1/orders/{orderId}/replace` and `POST /v1/orders/by-client-id/{clientOrderId}/replace`: a
 * cancel, and a new order in the place of the old one.
 *
 * ```text
 * allow_failure    both at once: neighbours in the log, the cancel first
 * stop_on_failure  the cancel, its outcome, and only then the new order
 * ```
 *
 * The second is two steps, for the log has no command that depends on another. What makes it safe to
 * ask for again is that both commands have keys that follow from the new order's client order id: a
 * repeat gets the first outcome of the cancel, and so decides as the first request did, or goes on
 * where that was cut off.
 *
 * @module
 */
import { AdmissionKind } from "../../core/limits/admission_code.ts";
import { requestKeyOfSignedRequest } from "../../core/protocol/request_key.ts";
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import type { Charge } from "../middleware/admit.ts";
import { appliedFields } from "../preferences.ts";
import { Problem } from "../problems/problem.ts";
import { carryOutAll, itemSenders, outcomeText, type PreparedItem } from "./command_group.ts";
import { type NamedOrder, orderNamedByClientId, orderNamedById } from "./named_order.ts";
import { prepareCancel } from "./order_cancels.ts";
import type { Sender } from "./order_command.ts";
import { replaceByClientIdOperation, replaceOrderOperation } from "./order_replace_operations.ts";
import { prepareBatchedOrder } from "./orders.ts";
import type { PreparedCommand } from "./prepared_command.ts";
import { parseReplaceRequest } from "./replace_request.ts";

const CHARGES: readonly Charge[] = [
  { weight: 1, kind: AdmissionKind.order },
  { weight: 1, kind: AdmissionKind.cancel },
];
const DONE = 200;
const shared = {
  method: "POST",
  scope: "trade",
  weight: 1,
  kind: AdmissionKind.order,
  hasBody: true,
  measure: () => CHARGES,
} as const;

/** The endpoints. */
export const replaceEndpoints: readonly EndpointSpec[] = [
  {
    ...shared,
    path: "/v1/orders/:orderId/replace",
    handle: (exchange) => replace(exchange, orderNamedById(exchange)),
    operation: replaceOrderOperation,
  },
  {
    ...shared,
    path: "/v1/orders/by-client-id/:clientOrderId/replace",
    handle: (exchange) => replace(exchange, orderNamedByClientId(exchange)),
    operation: replaceByClientIdOperation,
  },
];

async function replace(exchange: Exchange, named: NamedOrder | Problem): Promise<Outcome> {
  if (named instanceof Problem) return named;
  const request = parseReplaceRequest(exchange.body);
  if (request instanceof Problem) return request;
  const { mode, order } = request;
  const senderOf = itemSenders(exchange.identity);
  const placed = prepareBatchedOrder(exchange, order, senderOf(1));
  if (placed instanceof Problem) return placed;
  const canceling = cancelSender(senderOf(0), order.clientOrderId);
  const cancel = prepareCancel(exchange, named, canceling);
  // Not to wait for the cancel would be not to know whether to go on.
  const { waitMillis } = exchange.deps.settings;
  const carryOut = (items: readonly PreparedItem[]) => carryOutAll(exchange, items, waitMillis);
  if (mode === "allow_failure") {
    const [canceled, outcome] = await carryOut([cancel, placed]);
    return answer(exchange, canceled, outcome);
  }
  const [canceled] = await carryOut([cancel]);
  return answer(exchange, canceled, await placeBehind(canceled, placed, carryOut));
}

/** Places the new order where the cancel has succeeded, now or when the request came first. */
async function placeBehind(
  canceled: Outcome,
  placed: PreparedCommand,
  carryOut: (items: readonly PreparedItem[]) => Promise<readonly Outcome[]>,
): Promise<Outcome | null> {
  if (canceled.status !== DONE) return null;
  const [outcome] = await carryOut([placed]);
  return outcome;
}

/** The cancel's key follows from the new order's name, which the client repeats. */
function cancelSender(sender: Sender, clientOrderId: string | null): Sender {
  if (clientOrderId === null) return sender;
  const itemKey = requestKeyOfSignedRequest(`replace:${sender.account}\n${clientOrderId}`);
  return { ...sender, itemKey };
}

function answer(
  { requestId, preferences: { isMinimal } }: Exchange,
  cancel: Outcome,
  place: Outcome | null,
): Outcome {
  const texts = [cancel, place].map((one) => one === null ? "null" : outcomeText(one, requestId));
  const body = `{"cancel":${texts[0]},"place":${texts[1]}}`;
  const headers = appliedFields({ isAsync: false, isMinimal });
  return { status: 200, body, contentType: "application/json", headers };
}
