/**
 * Answers queries about the live state, on `query.<shard>`.
 *
 * @module
 */
import type { Msg, NatsConnection } from "nats.ws";
import * as v from "valibot";
import {
  describeAccount,
  findLiveOrder,
  findOrderIdByKey,
  listBalances,
  listOpenOrders,
} from "../../core/matching/inspect.ts";
import type { ShardState } from "../../core/matching/shard_state.ts";
import { type LeaderQuery, PAGE_ROWS_MAX, type QueryError } from "../../core/protocol/queries.ts";
import { querySubject } from "../../core/protocol/subjects.ts";
import type { Sequencer } from "../../core/sequencer/sequencer.ts";

/** How long a query waits for a leader that is not sure, and how many do. */
const WAIT_MILLIS_MAX = 1_500;
const WAITING_MAX = 1_024;
const WAIT_STEP_MILLIS = 10;

const WholeNumber = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const Limit = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(PAGE_ROWS_MAX));

const Query = v.variant("kind", [
  v.strictObject({ kind: v.literal("order"), account: WholeNumber, orderId: WholeNumber }),
  v.strictObject({
    kind: v.literal("orderByKey"),
    account: WholeNumber,
    keyLow: WholeNumber,
    keyHigh: WholeNumber,
  }),
  v.strictObject({
    kind: v.literal("openOrders"),
    account: WholeNumber,
    instrument: WholeNumber,
    afterOrderId: WholeNumber,
    limit: Limit,
  }),
  v.strictObject({ kind: v.literal("balances"), account: WholeNumber }),
  v.strictObject({ kind: v.literal("account"), account: WholeNumber }),
  v.strictObject({ kind: v.literal("state") }),
]);

/** What a leader knows of itself and of others. */
export interface LeaderView {
  readonly name: string;
  /** Names of those that stand by. */
  readonly standbys: () => readonly string[];
  /**
   * Whether nobody else can lead. One that is not sure waits and then says nothing, for another
   * leader may have gone on, and answers.
   */
  readonly isSure: () => boolean;
}

/** Serves the live queries of a shard. */
export function serveLiveQueries(
  connection: NatsConnection,
  shard: number,
  state: ShardState,
  sequencer: Sequencer,
  leader: LeaderView,
): void {
  let waiting = 0;
  connection.subscribe(querySubject(shard), {
    callback: (error, message) => {
      if (error !== null || message.reply === undefined) return;
      if (leader.isSure()) answer(message);
      else if (waiting < WAITING_MAX) void whenSure(message);
    },
  });

  function answer(message: Msg): void {
    const query = readQuery(message);
    const found = "error" in query ? query : answerQuery(query, shard, state, sequencer, leader);
    const timeMicros = Math.max(Date.now() * 1_000, state.stampMicros);
    message.respond(JSON.stringify({ sequence: state.events.sequence, timeMicros, ...found }));
  }

  /** A leader that was cut off for a moment is sure again soon; one that was deposed never is. */
  async function whenSure(message: Msg): Promise<void> {
    const untilMillis = performance.now() + WAIT_MILLIS_MAX;
    waiting++;
    while (!leader.isSure() && performance.now() < untilMillis) {
      await new Promise((resolve) => setTimeout(resolve, WAIT_STEP_MILLIS));
    }
    waiting--;
    if (leader.isSure()) answer(message);
  }
}

function readQuery(message: Msg): LeaderQuery | Omit<QueryError, "sequence"> {
  let json: unknown;
  try {
    json = message.json();
  } catch {
    return { error: "malformed", detail: "the query is not JSON" };
  }
  const parsed = v.safeParse(Query, json);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  return { error: "malformed", detail: `${v.getDotPath(issue) ?? "query"}: ${issue.message}` };
}

function answerQuery(
  query: LeaderQuery,
  shard: number,
  state: ShardState,
  sequencer: Sequencer,
  leader: LeaderView,
): Record<string, unknown> {
  switch (query.kind) {
    case "order":
      return { order: findLiveOrder(state, query.account, query.orderId), orderId: query.orderId };
    case "orderByKey": {
      const orderId = findOrderIdByKey(state, query.account, query.keyLow, query.keyHigh);
      const order = orderId === null ? null : findLiveOrder(state, query.account, orderId);
      return { order, orderId };
    }
    case "openOrders": {
      const { account, instrument, afterOrderId, limit } = query;
      return { orders: listOpenOrders(state, account, instrument, afterOrderId, limit) };
    }
    case "balances":
      return { balances: listBalances(state, query.account) };
    case "account":
      return { ...describeAccount(state, query.account) };
    case "state":
      return {
        shard,
        stateHash: state.events.stateHash,
        journalSequence: sequencer.lastSequence,
        commands: state.commandCount,
        epoch: state.epoch,
        leader: leader.name,
        standbys: leader.standbys(),
        liveOrders: state.orders.liveCount,
        stampMicros: state.stampMicros,
      };
  }
}
