/**
 * A plain batch on its way: its records into the log as they stand, and its answer out of the
 * leader's reports. What is not plain about an answer, the endpoints of the commands say.
 *
 * @module
 */
import type { CommandReport } from "../../../core/protocol/command_report.ts";
import { reportsOf } from "../../../infra/orders/record_reports.ts";
import type { Exchange } from "../../exchange.ts";
import { appliedFields } from "../../preferences.ts";
import type { Reply } from "../../reply.ts";
import { noteReports, outcomesOf, outcomeText } from "../command_group.ts";
import { requestKeyOfItems } from "../order_command.ts";
import type { PreparedCommand } from "../prepared_command.ts";
import type { PlainBatch } from "./plain_batch.ts";
import { isPlain, writeAnswers } from "./write_answers.ts";

/**
 * Sends the commands, waits once for all of them, and writes what became of each.
 *
 * @param prepare makes an item what it would be in any other batch
 * @returns `null` where there is no room for all of them, or for orders at the moment: none was sent
 */
export async function carryOutPlain(
  exchange: Exchange,
  batch: PlainBatch,
  waitMillis: number,
  prepare: (index: number) => PreparedCommand,
): Promise<Reply | null> {
  const { backend: { orders, reference }, identity, requestId, preferences } = exchange;
  const { isMinimal } = preferences;
  const { wire, textAt, count, cancels } = batch;
  if (!orders.takes(count, cancels === count)) return null;
  const { account, deadlineMicros } = identity;
  const key = requestKeyOfItems(identity);
  const records = { wire, textAt, count, cancels, account, deadlineMicros, key };
  const parts = await orders.submitRecords(records, waitMillis);
  const reports = reportsOf(parts, count);
  noteReports(exchange, reports);
  const answers: (CommandReport | string)[] = [];
  const others: number[] = [];
  for (const [index, report] of reports.entries()) {
    const isOther = report === "pending" || !isPlain(report, reference);
    answers.push(isOther ? "" : report);
    if (isOther) others.push(index);
  }
  if (others.length > 0) {
    const told = others.map((index) => reports[index]);
    const outcomes = await outcomesOf(others.map(prepare), told, {
      isAsync: waitMillis === 0,
      isMinimal,
    });
    for (const [at, index] of others.entries()) {
      answers[index] = outcomeText(outcomes[at], requestId);
    }
  }
  const body = writeAnswers(batch, answers, reference, isMinimal);
  const headers = appliedFields(preferences);
  return { status: 200, body, contentType: "application/json", headers };
}
