/**
 * `POST /v1/orders/batch`: up to a hundred orders, amends and cancels in one request; and
 * `POST /v1/orders/cancel`: up to a hundred cancels by their ids.
 *
 * ```text
 * body -> batch_request.ts -> limits -> each item as the endpoint of its kind prepares it
 *   -> the log, as neighbours -> one wait -> each answer as the endpoint of its kind gives it
 * ```
 *
 * Items stand for themselves: each has its own status, and one that is refused keeps none of the
 * others back. They go into the log in their order, as neighbours as long as there is room in a frame,
 * and nothing of them is atomic. An item without a client order id is recognised by the request and
 * its place in it, so the same request again repeats nothing.
 *
 * An amend says no symbol, so it asks the leader for its order before anything of the request is
 * sent: it finds no order that is placed in the same request.
 *
 * @module
 */
import { AdmissionKind } from "../core/limits/decision.ts";
import { parseBatch, parseCancelList, type RawItem, readItem } from "./batch_request.ts";
import {
  carryOutAll,
  failureProblem,
  itemSenders,
  outcomeText,
  type PreparedItem,
} from "./command_group.ts";
import type { EndpointSpec, Outcome } from "./endpoint.ts";
import type { Exchange } from "./exchange.ts";
import type { Charge } from "./middleware/admit.ts";
import { batchOperation, cancelListOperation } from "./order_batch_operations.ts";
import { prepareAmend } from "./order_amends.ts";
import { prepareCancel } from "./order_cancels.ts";
import type { Sender } from "./order_command.ts";
import { prepareBatchedOrder } from "./orders.ts";
import { readParameters } from "./query_parameters.ts";
import { waitMillisOf } from "./wait_limit.ts";
import { Problem } from "./problem.ts";

const shared = {
  method: "POST",
  scope: "trade",
  weight: 1,
  hasBody: true,
  handle: carryOutBatch,
} as const;

/** The endpoints. */
export const batchEndpoints: readonly EndpointSpec[] = [
  {
    ...shared,
    path: "/v1/orders/batch",
    kind: AdmissionKind.order,
    measure: (exchange) => measure(exchange, parseBatch(exchange.body)),
    operation: batchOperation,
  },
  {
    ...shared,
    path: "/v1/orders/cancel",
    kind: AdmissionKind.cancel,
    measure: (exchange) => measure(exchange, parseCancelList(exchange.body)),
    operation: cancelListOperation,
  },
];

/** The items of a request by their kinds. */
class Batch {
  constructor(readonly items: readonly (RawItem | Problem)[]) {}

  /** What the items cost: cancels by the limits of cancels, all others by those of orders. */
  charges(): Charge[] {
    let orders = 0;
    let amends = 0;
    for (const item of this.items) {
      if (item instanceof Problem || item.kind === "place") orders++;
      else if (item.kind === "amend") amends++;
    }
    const cancels = this.items.length - orders - amends;
    const charges: Charge[] = [];
    const kind = orders > 0 ? AdmissionKind.order : AdmissionKind.amend;
    if (orders + amends > 0) charges.push({ weight: orders + amends, kind });
    if (cancels > 0) charges.push({ weight: cancels, kind: AdmissionKind.cancel });
    return charges;
  }
}

function measure(
  exchange: Exchange,
  items: readonly (RawItem | Problem)[] | Problem,
): readonly Charge[] | Problem {
  const parameters = readParameters(exchange, []);
  if (parameters instanceof Problem) return parameters;
  if (items instanceof Problem) return items;
  const batch = new Batch(items);
  exchange.work = batch;
  return batch.charges();
}

async function carryOutBatch(exchange: Exchange): Promise<Outcome> {
  const { work, identity } = exchange;
  if (!(work instanceof Batch)) throw new TypeError("the batch was not measured");
  const senderOf = itemSenders(identity);
  const prepared = work.items.map((item, index) => prepareItem(exchange, item, senderOf(index)));
  const isReady = (item: PreparedItem | Promise<PreparedItem>): item is PreparedItem =>
    !(item instanceof Promise);
  const ready = prepared.every(isReady) ? prepared : await Promise.all(prepared);
  const outcomes = await carryOutAll(exchange, ready, waitMillisOf(exchange));
  const texts = outcomes.map((outcome) => outcomeText(outcome, exchange.requestId));
  const body = `{"items":[${texts.join(",")}]}`;
  return { status: 200, body, contentType: "application/json", headers: [] };
}

function prepareItem(
  exchange: Exchange,
  raw: RawItem | Problem,
  sender: Sender,
): PreparedItem | Promise<PreparedItem> {
  const item = raw instanceof Problem ? raw : readItem(raw);
  if (item instanceof Problem) return item;
  if (item.kind === "place") return prepareBatchedOrder(exchange, item.order, sender);
  if (item.kind === "cancel") return prepareCancel(exchange, item.named, sender);
  return prepareAmend(exchange, item.named, item.amend, sender).catch(failureProblem);
}
