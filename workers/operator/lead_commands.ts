/**
 * `deno task admin handover`: gives the lead of a shard to a standby.
 *
 * @module
 */
import { NatsError } from "nats.ws";
import { handoverSubject } from "../../core/protocol/subjects.ts";
import { queryLeader } from "../../infra/administration/leader_query.ts";
import type { HandoverAnswer } from "../matching/handover.ts";
import {
  type AdminCommand,
  type AdminSession,
  ANSWER_MILLIS_MAX,
  type Outcome,
} from "./admin_command.ts";

/** The client library's code for "nobody listens". */
const NO_RESPONDERS = "503";

/** The lead cannot be handed over. */
export class HandoverError extends Error {
  override readonly name = "HandoverError";
}

/** Commands about who leads. */
export const LEAD_COMMANDS: readonly AdminCommand[] = [
  {
    words: "handover",
    usage: "",
    about: "give the lead to a standby; orders that come meanwhile wait, none is refused",
    values: 0,
    options: {},
    run: handover,
  },
];

async function handover(session: AdminSession): Promise<Outcome> {
  const connection = await session.connection();
  const { shard } = session;
  const state = () => queryLeader(connection, shard, { kind: "state" }, ANSWER_MILLIS_MAX);
  const before = await state();
  const began = performance.now();
  let answer: HandoverAnswer;
  try {
    const timeout = ANSWER_MILLIS_MAX;
    answer = (await connection.request(handoverSubject(shard), "", { timeout })).json();
  } catch (error) {
    const isAlone = error instanceof NatsError && error.code === NO_RESPONDERS;
    throw isAlone ? new HandoverError("no leader runs; see deno task doctor") : error;
  }
  if (!answer.handedOver) throw new HandoverError(answer.reason);
  // The next leader answers; the old one, once it was told, does not any more.
  let after = before;
  while (after.epoch === before.epoch) after = await state();
  const millis = Math.round(performance.now() - began);
  return {
    text: `${after.leader} leads shard ${shard} with epoch ${after.epoch}, ` +
      `${millis} ms after ${before.leader} was asked`,
    json: { from: before.leader, to: after.leader, epoch: after.epoch, millis },
  };
}
