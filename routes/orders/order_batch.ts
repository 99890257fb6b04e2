/**
 * `POST /v1/orders/batch`: up to a hundred orders, amends and cancels in one request; and
 * `POST /v1/orders/cancel`: up to a hundred cancels by their ids.
 *
 * ```text
 * body -> batch_request.ts -> limits -> each item as the endpoint of its kind prepares it
 *   -> the log, as neighbours -> one wait -> each answer as the endpoint of its kind gives it
 * ```
 *
 * A batch of orders and cancels that are written plainly takes a shorter way to the same records and
 * the same answers (plain_batch/), as long as there is room for all of it.
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
import { AdmissionKind } from "../../core/limits/admission_code.ts";
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import type { Charge } from "../middleware/admit.ts";
import { appliedFields } from "../preferences.ts";
import { Problem } from "../problems/problem.ts";
import { readParameters } from "../query_parameters.ts";
import { parseBatch, parseCancelList, type RawItem, readItem } from "./batch_request.ts";
import {
  carryOutAll,
  failureProblem,
  itemSenders,
  outcomeText,
  type PreparedItem,
} from "./command_group.ts";
import { orderOfClientId, orderOfId } from "./named_order.ts";
import { prepareAmend } from "./order_amends.ts";
import { batchOperation, cancelListOperation } from "./order_batch_operations.ts";
import { prepareCancel } from "./order_cancels.ts";
import type { Sender } from "./order_command.ts";
import { prepareBatchedOrder } from "./orders.ts";
import { carryOutPlain } from "./plain_batch/carry_out_plain.ts";
import { PlainBatch } from "./plain_batch/plain_batch.ts";
import { readPlainBatch } from "./plain_batch/read_plain_batch.ts";
import type { PreparedCommand } from "./prepared_command.ts";
import { waitMillisOf } from "./wait_limit.ts";

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
    measure: measurePlain,
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
    return chargesOf(orders, amends, this.items.length - orders - amends);
  }
}

function chargesOf(orders: number, amends: number, cancels: number): Charge[] {
  const charges: Charge[] = [];
  const kind = orders > 0 ? AdmissionKind.order : AdmissionKind.amend;
  if (orders + amends > 0) charges.push({ weight: orders + amends, kind });
  if (cancels > 0) charges.push({ weight: cancels, kind: AdmissionKind.cancel });
  return charges;
}

/** What a batch costs: most are plain ones. */
function measurePlain(exchange: Exchange): readonly Charge[] | Problem {
  const batch = readPlainBatch(exchange.body, exchange.backend.reference);
  if (batch === null) return measure(exchange, parseBatch(exchange.body));
  const parameters = readParameters(exchange, []);
  if (parameters instanceof Problem) return parameters;
  exchange.work = batch;
  return chargesOf(batch.count - batch.cancels, 0, batch.cancels);
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
  const { work } = exchange;
  const waitMillis = waitMillisOf(exchange);
  if (work instanceof Batch) return carryOutItems(exchange, work.items, waitMillis);
  if (!(work instanceof PlainBatch)) throw new TypeError("the batch was not measured");
  const items = new LazyItems(exchange, work);
  const reply = await carryOutPlain(exchange, work, waitMillis, (index) => items.prepare(index));
  return reply ?? await carryOutItems(exchange, items.all, waitMillis);
}

async function carryOutItems(
  exchange: Exchange,
  items: readonly (RawItem | Problem)[],
  waitMillis: number,
): Promise<Outcome> {
  const senderOf = itemSenders(exchange.identity);
  const prepared = items.map((item, index) => prepareItem(exchange, item, senderOf(index)));
  const isReady = (item: PreparedItem | Promise<PreparedItem>): item is PreparedItem =>
    !(item instanceof Promise);
  const ready = prepared.every(isReady) ? prepared : await Promise.all(prepared);
  const outcomes = await carryOutAll(exchange, ready, waitMillis);
  const texts = outcomes.map((outcome) => outcomeText(outcome, exchange.requestId));
  const body = `{"items":[${texts.join(",")}]}`;
  const headers = appliedFields(exchange.preferences);
  return { status: 200, body, contentType: "application/json", headers };
}

/** The items of a plain batch as those of any other, for what is not plain about their answers. */
class LazyItems {
  #all: readonly (RawItem | Problem)[] | null = null;
  readonly #senderOf;

  constructor(readonly exchange: Exchange, readonly batch: PlainBatch) {
    this.#senderOf = itemSenders(exchange.identity);
  }

  /** All of them, read once. */
  get all(): readonly (RawItem | Problem)[] {
    if (this.#all !== null) return this.#all;
    const items = parseBatch(this.exchange.body);
    if (items instanceof Problem) throw new TypeError("a plain batch is none");
    return this.#all = items;
  }

  /** One that was sent. */
  prepare(index: number): PreparedCommand {
    const { exchange, batch } = this;
    const sender = this.#senderOf(index);
    const item = batch.isCancel(index)
      ? prepareNamed(exchange, batch, index, sender)
      : prepareItem(exchange, this.all[index], sender);
    if (item instanceof Problem || item instanceof Promise) {
      throw new TypeError(`item ${index} was sent, and cannot be read`);
    }
    return item;
  }
}

function prepareNamed(
  exchange: Exchange,
  batch: PlainBatch,
  index: number,
  sender: Sender,
): PreparedItem {
  const id = batch.idText(index);
  const named = batch.isById(index) ? orderOfId(id) : orderOfClientId(id);
  return named instanceof Problem ? named : prepareCancel(exchange, named, sender);
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
