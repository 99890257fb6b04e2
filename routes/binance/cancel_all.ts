/**
 * `DELETE /api/v3/openOrders`: every open order of one symbol, canceled by one command.
 *
 * The command's report says how many orders there were, and Binance shows them. So they are read
 * before, and in history after: canceled at the very moment of the command, which no others are.
 *
 * @module
 */
import { AdmissionKind } from "../../core/limits/admission_code.ts";
import type { CommandReport } from "../../core/protocol/command_report.ts";
import { isDone } from "../../core/protocol/command_report.ts";
import { OrderStatus } from "../../core/protocol/event_record.ts";
import type { LiveOrder } from "../../core/protocol/queries.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { QueryFailedError } from "../../infra/queries/queries.ts";
import type { Instrument } from "../../infra/reference/instrument_terms.ts";
import type { EndpointSpec } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { factsOfLive, factsOfRow, type OrderFacts } from "../orders/order_view.ts";
import { cancelRejected } from "../orders/rejection.ts";
import { Problem } from "../problems/problem.ts";
import { submitNamed, unknownOrder } from "./cancel_order.ts";
import { type Answered, type BinanceRequest, signedEndpoint } from "./endpoint_kinds.ts";
import { walkBack } from "./history_walk.ts";
import { outcomeUnknown } from "./new_order.ts";
import { derivedOrderId } from "./order_parameters.ts";
import { openOrders, orderSource } from "./order_reads.ts";
import { orderFields } from "./order_text.ts";
import { requiredInstrument } from "./symbols.ts";

/** The endpoint. */
export const cancelAllEndpoint: EndpointSpec = signedEndpoint({
  method: "DELETE",
  path: "openOrders",
  scope: "trade",
  weight: 1,
  kind: AdmissionKind.cancel,
  names: ["symbol"],
  handle: cancelAll,
});

/** A canceled order, and what its facts leave out. */
interface Canceled {
  readonly facts: OrderFacts;
  readonly timeInForce: number;
}

async function cancelAll({ exchange, parameters, time }: BinanceRequest): Promise<Answered> {
  const instrument = requiredInstrument(parameters, exchange.backend.reference);
  if (instrument instanceof Problem) return instrument;
  const before = await openOrders(exchange, instrument.instrument);
  const report = await submitNamed(exchange, (head) => ({
    ...head,
    kind: "cancelAll",
    instrument: instrument.instrument,
  }));
  if (report === "pending") return outcomeUnknown();
  if (!isDone(report)) return cancelRejected(report, "symbol", instrument.symbol);
  if (report.executedLots === 0) return unknownOrder();
  const canceled = await canceledOrders(exchange, instrument, before, report);
  const clientOrderId = derivedOrderId(exchange.identity);
  return canceled.map(({ facts, timeInForce }) => {
    const fields = orderFields(facts, timeInForce, instrument);
    const transactTime = time(report.stampMicros);
    return { ...fields, origClientOrderId: fields.clientOrderId, clientOrderId, transactTime };
  });
}

/** Those that the command canceled; without an answer of history those that were open before it. */
async function canceledOrders(
  exchange: Exchange,
  instrument: Instrument,
  before: readonly LiveOrder[],
  { sequence, stampMicros }: CommandReport,
): Promise<readonly Canceled[]> {
  const { canceled: status } = OrderStatus;
  const code = ResultCode.canceledByRequest;
  const known = before.map((order) => ({
    facts: { ...factsOfLive(order, sequence, instrument), status, code },
    timeInForce: order.timeInForce,
  }));
  try {
    const rows = await walkBack(orderSource(exchange, instrument, sequence), {
      fromId: before[0]?.orderId ?? 0,
      span: { startMicros: 0, endMicros: Infinity },
      limit: Infinity,
      isFromStart: false,
    });
    if (rows instanceof Problem) return known;
    return rows
      .filter((row) => row.updatedMicros === stampMicros && row.code === code)
      .map((row) => ({ facts: factsOfRow(row, instrument), timeInForce: row.timeInForce }));
  } catch (error) {
    if (error instanceof QueryFailedError) return known;
    throw error;
  }
}
