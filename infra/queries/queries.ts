/**
 * What a gateway asks the leader, the history and the market-data worker, and how it is told that
 * there is no answer.
 *
 * @module
 */
import type { CandlesQuery } from "../../core/market_data/snapshot.ts";
import type { AccountAnswer, LedgerAnswer } from "../../core/protocol/account_queries.ts";
import type {
  BalancesAnswer,
  HistoryFillsAnswer,
  HistoryOrderAnswer,
  HistoryOrdersAnswer,
  HistoryQuery,
  LeaderQuery,
  OpenOrdersAnswer,
  OrderAnswer,
  ReportsAnswer,
  SnapshotAnswer,
  SnapshotQuery,
  StateAnswer,
} from "../../core/protocol/queries.ts";

/** The leader's answer to each kind of query. */
export interface LeaderAnswers {
  readonly order: OrderAnswer;
  readonly orderByKey: OrderAnswer;
  readonly openOrders: OpenOrdersAnswer;
  readonly balances: BalancesAnswer;
  readonly account: AccountAnswer;
  readonly state: StateAnswer;
}

/** The history's answer to each kind of query. */
export interface HistoryAnswers {
  readonly order: HistoryOrderAnswer;
  readonly orderByClientId: HistoryOrderAnswer;
  readonly orders: HistoryOrdersAnswer;
  readonly fills: HistoryFillsAnswer;
  readonly reports: ReportsAnswer;
  readonly ledger: LedgerAnswer;
}

/** Who answers queries. */
export type QueryService = "leader" | "history" | "marketData";

/**
 * Why there is no answer.
 *
 * - `unreachable`: nobody answers on the subject
 * - `timeout`: no answer in time
 * - `behind`: it does not reflect what the query asks for yet
 * - `starting`: it is being rebuilt from the log
 * - `busy`: too many queries of this gateway wait already
 * - `malformed`: question or answer is not understood: a fault of this project
 */
export type QueryFailure =
  | "unreachable"
  | "timeout"
  | "behind"
  | "starting"
  | "busy"
  | "malformed";

/** A query without an answer. It may be repeated, unless it is `malformed`. */
export class QueryFailedError extends Error {
  override readonly name = "QueryFailedError";
  constructor(readonly service: QueryService, readonly reason: QueryFailure, detail: string) {
    super(`${service} query failed, ${reason}: ${detail}`);
  }
}

/** How a query is asked. */
export interface QueryOptions {
  /** Another shard's leader than that of this gateway. */
  readonly shard?: number;
  /** Longest wait for the answer. */
  readonly millisMax?: number;
}

/** Asks queries. Every method rejects with {@link QueryFailedError} when there is no answer. */
export interface Queries {
  /** Asks the leader. */
  leader<Q extends LeaderQuery>(
    query: Q,
    options?: QueryOptions,
  ): Promise<LeaderAnswers[Q["kind"]]>;
  /** Asks the history. */
  history<Q extends HistoryQuery>(
    query: Q,
    options?: QueryOptions,
  ): Promise<HistoryAnswers[Q["kind"]]>;
  /** Asks the market-data worker about one instrument. */
  snapshot(
    symbol: string,
    query: Required<SnapshotQuery> & CandlesQuery,
    options?: Pick<QueryOptions, "millisMax">,
  ): Promise<SnapshotAnswer>;
}
