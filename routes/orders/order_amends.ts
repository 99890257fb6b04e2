/**
 * `PATCH /v1/orders/{orderId}` and `PATCH /v1/orders/by-client-id/{clientOrderId}`: another price or
 * quantity for an open order.
 *
 * ```text
 * body -> amend_request.ts -> which order: leader, history -> order_command.ts -> the log -> answer
 * ```
 *
 * The body says no symbol, though decimals mean ticks and lots of an instrument only. The order has
 * one, which never changes, so the leader is asked for it before the amend goes into the log: a
 * symbol that the client must repeat could be a wrong one, and would make a wrong price of a right
 * decimal. That is one more question than a new order costs. An order that is over is looked up in
 * history and its amend goes into the log all the same: it may be the repeat of one whose answer got
 * lost, and only the core knows.
 *
 * An amend is recognised by its idempotency key or its signature, as a cancel is. In everything else it counts as a new
 * order, for it can add to what an account risks: its limits are those of orders, and a gateway that
 * has no room for orders has none for amends.
 *
 * The answer is the order after the amend, with the fills that the amend made and not those before
 * it. A repeat is answered with the first outcome; where it left the price as it was and a later
 * amend changed that, the price shown is the later one.
 *
 * @module
 */
import { AdmissionKind } from "../../core/limits/admission_code.ts";
import type { CommandReport } from "../../core/protocol/command_report.ts";
import { EventKind, OrderStatus } from "../../core/protocol/event_record.ts";
import type { FillRow, LiveOrder, OrderRow } from "../../core/protocol/queries.ts";
import type { AmendCommand } from "../../infra/orders/commands.ts";
import { QueryFailedError } from "../../infra/queries/queries.ts";
import type { Instrument } from "../../infra/reference/instrument_terms.ts";
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { Problem } from "../problems/problem.ts";
import { type HeaderFields, jsonReply, type Reply } from "../reply.ts";
import type { Pending } from "../schema/order.ts";
import { type AmendRequest, parseAmendRequest } from "./amend_request.ts";
import { minimalOrder } from "./minimal_order.ts";
import {
  type NamedOrder,
  orderNamedByClientId,
  orderNamedById,
  unknownNamedOrder,
} from "./named_order.ts";
import { amendCommand, howToRepeat, type Sender } from "./order_command.ts";
import { amendByClientIdOperation, amendOrderOperation } from "./order_operations.ts";
import { termsOf } from "./order_reads.ts";
import {
  factsOfAmend,
  factsOfRepeatedAmend,
  factsOfRow,
  fillsOfHistory,
  fillsOfReport,
  fillView,
  orderView,
} from "./order_view.ts";
import type { PreparedCommand } from "./prepared_command.ts";
import { amendRejected, type Rejection } from "./rejection.ts";
import { waitMillisOf } from "./wait_limit.ts";

const shared = {
  method: "PATCH",
  scope: "trade",
  weight: 1,
  kind: AdmissionKind.amend,
  hasBody: true,
} as const;

/** The endpoints. */
export const amendEndpoints: readonly EndpointSpec[] = [
  {
    ...shared,
    path: "/v1/orders/:orderId",
    handle: amendById,
    operation: amendOrderOperation,
  },
  {
    ...shared,
    path: "/v1/orders/by-client-id/:clientOrderId",
    handle: amendByClientId,
    operation: amendByClientIdOperation,
  },
];

/** An amend that may go into the log. */
class Amended implements PreparedCommand {
  constructor(
    readonly exchange: Exchange,
    readonly named: NamedOrder,
    /** The order before the amend, as far as anybody knew. */
    readonly order: LiveOrder,
    readonly instrument: Instrument,
    readonly command: AmendCommand,
  ) {}

  answer(report: CommandReport, isMinimal: boolean): Outcome | Promise<Outcome> {
    return answer(this, report, isMinimal);
  }

  pending(isAsked: boolean): Reply {
    return pending(this, isAsked);
  }
}

function amendById(exchange: Exchange): Outcome | Promise<Outcome> {
  const named = orderNamedById(exchange);
  return named instanceof Problem ? named : amend(exchange, named);
}

function amendByClientId(exchange: Exchange): Outcome | Promise<Outcome> {
  const named = orderNamedByClientId(exchange);
  return named instanceof Problem ? named : amend(exchange, named);
}

async function amend(exchange: Exchange, named: NamedOrder): Promise<Outcome> {
  const { backend } = exchange;
  const request = parseAmendRequest(exchange.body);
  if (request instanceof Problem) return request;
  const amended = await prepareAmend(exchange, named, request, exchange.identity);
  if (amended instanceof Problem) return amended;
  const waitMillis = waitMillisOf(exchange);
  const report = await backend.orders.submit(amended.command, waitMillis);
  if (report === "pending") return pending(amended, waitMillis === 0);
  backend.market.reported(report.sequence);
  return answer(amended, report, false);
}

/** Makes the command of an amend, or says why it cannot be one. Asks for the order's instrument. */
export async function prepareAmend(
  exchange: Exchange,
  named: NamedOrder,
  request: AmendRequest,
  sender: Sender,
): Promise<Amended | Problem> {
  const order = await findOrder(exchange, named);
  if (order === null) return unknownNamedOrder(named.field, named.text);
  const instrument = termsOf(exchange, order.instrument);
  if (instrument instanceof Problem) return instrument;
  const command = amendCommand(request, order.orderId, instrument, sender);
  if (command instanceof Problem) return command;
  return new Amended(exchange, named, order, instrument, command);
}

/** The order, from the leader's live state or from history; `null` where the account has none. */
async function findOrder(exchange: Exchange, { target, text }: NamedOrder) {
  const { queries } = exchange.backend;
  const { account } = exchange.identity;
  const live = await queries.leader(
    "orderId" in target
      ? { kind: "order", account, orderId: target.orderId }
      : { kind: "orderByKey", account, keyLow: target.key.low, keyHigh: target.key.high },
  );
  if (live.order !== null) return live.order;
  const { orderId, sequence: minSequence } = live;
  const { order } = await queries.history(
    orderId === null
      ? { kind: "orderByClientId", account, clientOrderId: text, minSequence }
      : { kind: "order", account, orderId, minSequence },
  );
  return order;
}

function answer(
  amended: Amended,
  report: CommandReport,
  isMinimal: boolean,
): Outcome | Promise<Outcome> {
  if (report.kind === EventKind.rejected) return rejected(amended, report);
  if (report.kind === EventKind.summary) {
    if (report.status !== OrderStatus.rejected) return answerByHistory(amended, report, isMinimal);
    // The outcome of a rejected command has its limit and value in the place of quantities.
    const { code, executedLots: limit, leavesLots: value, isDuplicate } = report;
    return rejected(amended, { code, limit, value, isDuplicate });
  }
  const { order, instrument, command } = amended;
  const facts = factsOfAmend(order, report, instrument);
  if (facts === null) return answerByHistory(amended, report, isMinimal);
  if (isMinimal) {
    return jsonReply(200, minimalOrder(facts, command.quantityLots, false, instrument));
  }
  const fills = fillsOfReport(report, instrument);
  return jsonReply(200, orderView(facts, fills, true, report.isDuplicate, instrument));
}

function rejected({ named, order, instrument }: Amended, rejection: Rejection): Problem {
  return amendRejected(rejection, order.side, instrument, named.field, named.text);
}

/**
 * What a report does not have: anything of a repeat but the outcome, the worth of fills between the
 * question and the amend, and fills that had no room. Where history does not answer in time, the
 * amend is done all the same, so the answer is 202.
 */
async function answerByHistory(
  amended: Amended,
  report: CommandReport,
  isMinimal: boolean,
): Promise<Outcome> {
  const { exchange, command, instrument } = amended;
  const { orderId, sequence: minSequence } = report;
  const query = { kind: "order", account: command.account, orderId, minSequence } as const;
  let history;
  try {
    history = await exchange.backend.queries.history(query);
  } catch (error) {
    if (!(error instanceof QueryFailedError)) throw error;
    return pending(amended, false);
  }
  const row: OrderRow | null = history.order;
  if (row === null) return pending(amended, false);
  const isRepeat = report.kind === EventKind.summary;
  const facts = isRepeat
    ? factsOfRepeatedAmend(command, report, row, instrument)
    : factsOfRow(row, instrument);
  const { isDuplicate } = report;
  if (isMinimal) {
    return jsonReply(200, minimalOrder(facts, command.quantityLots, isDuplicate, instrument));
  }
  const { areAll } = fillsOfHistory(history.fills, row.executedLots, instrument);
  const fills = fillsOfAmend(history.fills, report).map((fill) => fillView(fill, instrument));
  return jsonReply(200, orderView(facts, fills, areAll, isDuplicate, instrument));
}

/** The fills of the command behind the report: it took, in its own append, which has its time. */
function fillsOfAmend(fills: readonly FillRow[], report: CommandReport): FillRow[] {
  return fills.filter(({ isMaker, timeMicros, sequence }) =>
    !isMaker && timeMicros === report.stampMicros && sequence <= report.sequence
  );
}

/** The outcome is not known, or not asked for: never "failed". */
function pending({ exchange, order, instrument }: Amended, isAsked: boolean): Reply {
  const location = `/v1/orders/${order.orderId}`;
  const headers: HeaderFields = [
    ["location", location],
    ...(isAsked ? [["preference-applied", "respond-async"] as const] : []),
  ];
  const body: Pending = {
    status: "pending",
    orderId: String(order.orderId),
    clientOrderId: order.clientOrderId,
    symbol: instrument.symbol,
    detail: `The outcome is unknown. Query it: GET ${location}. ${howToRepeat(exchange.identity)}`,
  };
  return jsonReply(202, body, headers);
}
