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
import { derivedKeyOfItem } from "../core/protocol/request_key.ts";
import type { BatchAnswer } from "../infra/orders/commands.ts";
import { parseBatch, parseCancelList, type RawItem, readItem } from "./batch_request.ts";
import type { EndpointSpec, Outcome } from "./endpoint.ts";
import type { Exchange } from "./exchange.ts";
import type { Charge } from "./middleware/admit.ts";
import { expectedProblem } from "./middleware/errors.ts";
import { batchOperation, cancelListOperation } from "./order_batch_operations.ts";
import { prepareAmend } from "./order_amends.ts";
import { prepareCancel } from "./order_cancels.ts";
import { requestKeyOfItems, type Sender } from "./order_command.ts";
import { hasTraded, prepareOrder, waitMillisOf } from "./orders.ts";
import type { PreparedCommand } from "./prepared_command.ts";
import { Problem } from "./problem.ts";
import type { Reply } from "./reply.ts";

/** An item that is ready to be sent, or why it is not. */
export type PreparedItem = PreparedCommand | Problem;

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
  return await sendItems(exchange, ready);
}

/** Who sends each of the commands of a request, by its place in it. */
export function itemSenders(sender: Sender): (index: number) => Sender {
  const key = requestKeyOfItems(sender);
  const { account, keyId, deadlineMicros, signature, idempotencyKey, isNameVouchedFor } = sender;
  return (index) => ({
    account,
    keyId,
    deadlineMicros,
    signature,
    idempotencyKey,
    isNameVouchedFor,
    itemKey: derivedKeyOfItem(key, index),
  });
}

function prepareItem(
  exchange: Exchange,
  raw: RawItem | Problem,
  sender: Sender,
): PreparedItem | Promise<PreparedItem> {
  const item = raw instanceof Problem ? raw : readItem(raw);
  if (item instanceof Problem) return item;
  if (item.kind === "place") return prepareOrder(exchange, item.order, sender);
  if (item.kind === "cancel") return prepareCancel(exchange, item.named, sender);
  return prepareAmend(exchange, item.named, item.amend, sender).catch(problemOf);
}

/** Sends the items that are ready, in their order, and answers for all of them. */
export async function sendItems(
  exchange: Exchange,
  items: readonly PreparedItem[],
): Promise<Reply> {
  const { backend, requestId } = exchange;
  const commands = [];
  for (const item of items) if (!(item instanceof Problem)) commands.push(item.command);
  const waitMillis = waitMillisOf(exchange);
  const answers = await backend.orders.submitAll(commands, waitMillis);
  noteReports(exchange, answers);
  const outcomes: Outcome[] = [];
  const waiting: Promise<void>[] = [];
  let next = 0;
  for (const [index, item] of items.entries()) {
    const outcome = item instanceof Problem
      ? item
      : outcomeOf(item, answers[next++], waitMillis === 0);
    if (!(outcome instanceof Promise)) outcomes[index] = outcome;
    else {
      waiting.push(
        outcome.catch(problemOf).then((settled) => void (outcomes[index] = settled)),
      );
    }
  }
  if (waiting.length > 0) await Promise.all(waiting);
  const texts = outcomes.map((outcome) => itemText(outcome, requestId));
  const body = `{"items":[${texts.join(",")}]}`;
  return { status: 200, body, contentType: "application/json", headers: [] };
}

function outcomeOf(
  item: PreparedCommand,
  answer: BatchAnswer,
  isAsked: boolean,
): Outcome | Promise<Outcome> {
  if (answer === "pending") return item.pending(isAsked);
  return answer instanceof Error ? problemOf(answer) : item.answer(answer);
}

/** What is known now of the shard, and of the orders that cost nothing because they traded. */
function noteReports(exchange: Exchange, answers: readonly BatchAnswer[]): void {
  let traded = 0;
  let sequence = 0;
  for (const answer of answers) {
    if (answer === "pending" || answer instanceof Error) continue;
    sequence = Math.max(sequence, answer.sequence);
    if (hasTraded(answer)) traded++;
  }
  exchange.backend.market.reported(sequence);
  if (traded === 0 || exchange.charged === null) return;
  exchange.deps.admission.giveBack({ ...exchange.charged, weight: traded });
}

/** An item of the answer, in JSON. */
function itemText(outcome: Outcome, requestId: string): string {
  return outcome instanceof Problem
    ? `{"status":${outcome.status},"problem":${outcome.reply(requestId).body}}`
    : `{"status":${outcome.status},"order":${outcome.body}}`;
}

/** A failure of one item, where it is one that is expected. */
function problemOf(error: unknown): Problem {
  const problem = expectedProblem(error);
  if (problem === null) throw error;
  return problem;
}
