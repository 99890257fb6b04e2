/**
 * What became of an order, without what its client knows because he has sent it: the answer to
 * `Prefer: return=minimal`.
 *
 * Fields stand in the order in which plain_batch/write_answers.ts writes them.
 *
 * @module
 */
import { reasonOf } from "../../core/history/reason.ts";
import type { CommandReport } from "../../core/protocol/command_report.ts";
import { OrderStatus } from "../../core/protocol/event_record.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import type { Instrument } from "../../infra/reference/instrument_terms.ts";
import { quantityText, quoteText } from "../amounts.ts";
import type { MinimalOrder } from "../schema/minimal_order.ts";
import type { CanceledOrder } from "../schema/order.ts";
import { type OrderFacts, statusText } from "./order_view.ts";

/**
 * An order that was placed or amended.
 *
 * @param askedLots quantity that the command asked for; 0: it named none
 */
export function minimalOrder(
  facts: OrderFacts,
  askedLots: number,
  isDuplicate: boolean,
  instrument: Instrument,
): MinimalOrder {
  const { code, executedLots, executedTickLots, leavesLots } = facts;
  const isExpected = !isOpen(facts.status) || leavesLots === askedLots - executedLots;
  return {
    orderId: String(facts.orderId),
    status: statusText(facts.status),
    reason: code === 0 ? undefined : reasonOf(code),
    executedQuantity: quantityText(executedLots, instrument),
    executedNotional: executedLots === 0
      ? undefined
      : quoteText(executedTickLots * instrument.quotePerTickLot, instrument),
    leavesQuantity: isExpected ? undefined : quantityText(leavesLots, instrument),
    sequence: String(facts.sequence),
    duplicate: isDuplicate ? true : undefined,
  };
}

/** An order that was canceled, out of its whole answer. */
export function minimalCanceled(
  { orderId, status, executedQuantity, sequence, duplicate }: CanceledOrder,
  { code }: CommandReport,
): MinimalOrder {
  return {
    orderId,
    status,
    reason: code === ResultCode.canceledByRequest ? undefined : reasonOf(code),
    executedQuantity,
    sequence,
    duplicate: duplicate ? true : undefined,
  };
}

/** Whether an order of the status may still trade. */
const isOpen = (status: number): boolean =>
  status === OrderStatus.new || status === OrderStatus.partiallyFilled;
