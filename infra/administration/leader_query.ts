/**
 * Questions to the leader and to the projections of a shard, as an operator's program asks them.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import type { AccountAnswer } from "../../core/protocol/account_queries.ts";
import type {
  BalancesAnswer,
  HistoryQuery,
  LeaderQuery,
  OpenOrdersAnswer,
  OrderAnswer,
  QueryError,
  StateAnswer,
} from "../../core/protocol/queries.ts";
import { historySubject, querySubject } from "../../core/protocol/subjects.ts";
import { QueryRefusedError } from "./errors.ts";
import { requestUntil } from "./patient_request.ts";

/** Answer of the leader to each kind of query. */
export interface LeaderAnswers {
  readonly order: OrderAnswer;
  readonly orderByKey: OrderAnswer;
  readonly openOrders: OpenOrdersAnswer;
  readonly balances: BalancesAnswer;
  readonly account: AccountAnswer;
  readonly state: StateAnswer;
}

/**
 * Asks the leader. Reading changes nothing, so it asks again until there is an answer.
 *
 * @param connection of the admin user
 * @throws {NoLeaderError} when there was no answer in `millisMax`
 * @throws {QueryRefusedError} when the query was refused
 */
export function queryLeader<Q extends LeaderQuery>(
  connection: NatsConnection,
  shard: number,
  query: Q,
  millisMax: number,
): Promise<LeaderAnswers[Q["kind"]]> {
  return ask(connection, querySubject(shard), query, millisMax);
}

/**
 * Asks the history projection for what it has of an account, which tells how far it has come.
 *
 * @returns sequence of the last event that the projection reflects
 * @throws as {@link queryLeader}
 */
export async function queryHistorySequence(
  connection: NatsConnection,
  shard: number,
  millisMax: number,
): Promise<number> {
  const query: HistoryQuery = {
    kind: "fills",
    account: 0,
    instrument: 0,
    orderId: 0,
    beforeTradeId: 0,
    limit: 1,
    minSequence: 0,
  };
  const subject = historySubject(shard);
  return (await ask<{ sequence: number }>(connection, subject, query, millisMax)).sequence;
}

async function ask<A extends object>(
  connection: NatsConnection,
  subject: string,
  query: object,
  millisMax: number,
): Promise<A> {
  const message = new TextEncoder().encode(JSON.stringify(query));
  const answer = await requestUntil(connection, subject, message, millisMax, readAnswer<A>);
  if ("error" in answer) {
    const { error, detail } = answer as unknown as QueryError;
    throw new QueryRefusedError(subject, error, detail);
  }
  return answer;
}

function readAnswer<A extends object>(bytes: Uint8Array): A | string {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as A;
  } catch {
    return "an answer that is not JSON";
  }
}
