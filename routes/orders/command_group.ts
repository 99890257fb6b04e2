/**
 * Commands of one request that are sent together: who sends each, and what became of it.
 *
 * @module
 */
import { derivedKeyOfItem } from "../../core/protocol/request_key.ts";
import type { BatchAnswer } from "../../infra/orders/commands.ts";
import type { Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { expectedProblem } from "../middleware/errors.ts";
import type { Preferences } from "../preferences.ts";
import { Problem } from "../problems/problem.ts";
import { requestKeyOfItems, type Sender } from "./order_command.ts";
import { hasTraded } from "./order_placement.ts";
import type { PreparedCommand } from "./prepared_command.ts";

/** An item that is ready to be sent, or why it is not. */
export type PreparedItem = PreparedCommand | Problem;

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

/** Sends the items that are ready, in their order, and waits once for all of them. */
export async function carryOutAll(
  exchange: Exchange,
  items: readonly PreparedItem[],
  waitMillis: number,
): Promise<readonly Outcome[]> {
  const { backend } = exchange;
  const commands = [];
  for (const item of items) if (!(item instanceof Problem)) commands.push(item.command);
  const answers = await backend.orders.submitAll(commands, waitMillis);
  noteReports(exchange, answers);
  const { isMinimal } = exchange.preferences;
  return await outcomesOf(items, answers, { isAsync: waitMillis === 0, isMinimal });
}

/**
 * What became of the items, those included that history has to say more about.
 *
 * @param answers to those that were sent, in their order
 * @param preferences whether the client asked not to wait, and to be told no more than he needs
 */
export async function outcomesOf(
  items: readonly PreparedItem[],
  answers: readonly BatchAnswer[],
  preferences: Preferences,
): Promise<readonly Outcome[]> {
  let next = 0;
  const outcomes = items.map((item) =>
    item instanceof Problem ? item : outcomeOf(item, answers[next++], preferences)
  );
  const isThere = (outcome: Outcome | Promise<Outcome>): outcome is Outcome =>
    !(outcome instanceof Promise);
  if (outcomes.every(isThere)) return outcomes;
  return await Promise.all(
    outcomes.map((outcome) => isThere(outcome) ? outcome : outcome.catch(failureProblem)),
  );
}

function outcomeOf(
  item: PreparedCommand,
  answer: BatchAnswer,
  { isAsync, isMinimal }: Preferences,
): Outcome | Promise<Outcome> {
  if (answer === "pending") return item.pending(isAsync);
  return answer instanceof Error ? failureProblem(answer) : item.answer(answer, isMinimal);
}

/** What is known now of the shard, and of the orders that cost nothing because they traded. */
export function noteReports(exchange: Exchange, answers: readonly BatchAnswer[]): void {
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

/** What became of a command, as it stands in an answer about several. */
export function outcomeText(outcome: Outcome, requestId: string): string {
  return outcome instanceof Problem
    ? `{"status":${outcome.status},"problem":${outcome.reply(requestId).body}}`
    : `{"status":${outcome.status},"order":${outcome.body}}`;
}

/** A failure of one item, where it is one that is expected. */
export function failureProblem(error: unknown): Problem {
  const problem = expectedProblem(error);
  if (problem === null) throw error;
  return problem;
}
