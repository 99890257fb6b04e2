/**
 * Queries over NATS request/reply.
 *
 * @module
 */
import { ErrorCode, type Msg, type NatsConnection, NatsError } from "nats.ws";
import type { CandlesQuery } from "../../core/market_data/snapshot.ts";
import {
  type HistoryQuery,
  type LeaderQuery,
  QUERY_BYTES_MAX,
  type QueryError,
  type SnapshotAnswer,
  type SnapshotQuery,
} from "../../core/protocol/queries.ts";
import { historySubject, querySubject, snapshotSubject } from "../../core/protocol/subjects.ts";
import {
  type HistoryAnswers,
  type LeaderAnswers,
  type Queries,
  QueryFailedError,
  type QueryOptions,
  type QueryService,
} from "./queries.ts";

/** Longest wait for an answer. */
export const QUERY_MILLIS_MAX = 3_000;
/** Queries of one gateway that may wait for their answers. */
export const QUERIES_WAITING_MAX = 1_024;

/** The queries of one gateway. Closes with its connection. */
export class NatsQueries implements Queries {
  #waiting = 0;

  constructor(readonly connection: NatsConnection, readonly shard: number) {}

  /** Queries that wait for their answers. */
  get waiting(): number {
    return this.#waiting;
  }

  leader<Q extends LeaderQuery>(
    query: Q,
    options: QueryOptions = {},
  ): Promise<LeaderAnswers[Q["kind"]]> {
    const subject = querySubject(options.shard ?? this.shard);
    return this.#ask("leader", subject, query, options.millisMax);
  }

  history<Q extends HistoryQuery>(
    query: Q,
    options: QueryOptions = {},
  ): Promise<HistoryAnswers[Q["kind"]]> {
    const subject = historySubject(options.shard ?? this.shard);
    return this.#ask("history", subject, query, options.millisMax);
  }

  snapshot(
    symbol: string,
    query: Required<SnapshotQuery> & CandlesQuery,
    options: Pick<QueryOptions, "millisMax"> = {},
  ): Promise<SnapshotAnswer> {
    return this.#ask("marketData", snapshotSubject(symbol), query, options.millisMax);
  }

  async #ask<A extends object>(
    service: QueryService,
    subject: string,
    query: object,
    millisMax: number = QUERY_MILLIS_MAX,
  ): Promise<A> {
    if (this.#waiting >= QUERIES_WAITING_MAX) {
      const detail = `${this.#waiting} queries wait already; the most is ${QUERIES_WAITING_MAX}`;
      throw new QueryFailedError(service, "busy", detail);
    }
    this.#waiting++;
    let answer: Msg;
    try {
      answer = await this.connection.request(subject, JSON.stringify(query), {
        timeout: millisMax,
      });
    } catch (error) {
      throw failureOf(service, subject, error);
    } finally {
      this.#waiting--;
    }
    return readAnswer<A>(service, answer.data);
  }
}

/**
 * Reads an answer.
 *
 * @throws {QueryFailedError} when it says that there is none, or cannot be read
 */
export function readAnswer<A extends object>(service: QueryService, data: Uint8Array): A {
  if (data.length > QUERY_BYTES_MAX) {
    const detail = `the answer has ${data.length} bytes; the most is ${QUERY_BYTES_MAX}`;
    throw new QueryFailedError(service, "malformed", detail);
  }
  let answer: A | QueryError;
  try {
    answer = JSON.parse(new TextDecoder().decode(data));
  } catch {
    throw new QueryFailedError(service, "malformed", "the answer is not JSON");
  }
  if ("error" in answer) throw new QueryFailedError(service, answer.error, answer.detail);
  return answer;
}

function failureOf(service: QueryService, subject: string, error: unknown): QueryFailedError {
  const code = error instanceof NatsError ? error.code : "";
  if (code === ErrorCode.NoResponders) {
    return new QueryFailedError(service, "unreachable", `nobody answers on ${subject}`);
  }
  if (code === ErrorCode.Timeout) {
    return new QueryFailedError(service, "timeout", `no answer on ${subject} in time`);
  }
  const detail = error instanceof Error ? error.message : String(error);
  return new QueryFailedError(service, "unreachable", `${subject}: ${code} ${detail}`);
}
