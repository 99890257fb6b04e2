/**
 * Answers queries on `history.<shard>`. A query that asks for a sequence which history has not
 * reached waits for it a bounded time.
 *
 * @module
 */
import type { Msg, NatsConnection, Subscription } from "nats.ws";
import type { HistoryQuery, QueryError } from "../../core/protocol/queries.ts";
import { historySubject } from "../../core/protocol/subjects.ts";
import { isInbox } from "../../infra/nats/inbox.ts";
import type { HistoryAnswer } from "./answer_query.ts";
import { parseHistoryQuery } from "./query_schema.ts";

/** How long a query waits for its `minSequence`. */
export const BEHIND_MILLIS_MAX = 1_000;
/** Queries that wait at once; one more is told at once that history is behind. */
export const WAITING_QUERIES_MAX = 1_024;

/** What the service asks the projection. */
export interface QueryTarget {
  /** Whether history has caught up with the stream since it was opened. */
  readonly isReady: boolean;
  /** Last event that history reflects. */
  readonly eventSequence: number;
  /** Answers a query as of {@link eventSequence}. */
  answer(query: HistoryQuery): HistoryAnswer;
  /** A query has begun to wait for newer events: called at once. */
  awaited(): void;
}

interface Waiter {
  readonly message: Msg;
  readonly query: HistoryQuery;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** The subscription and the queries that wait. */
export class QueryService {
  readonly #target: QueryTarget;
  readonly #waiters = new Set<Waiter>();
  readonly #subscription: Subscription;

  constructor(connection: NatsConnection, shard: number, target: QueryTarget) {
    this.#target = target;
    this.#subscription = connection.subscribe(historySubject(shard), {
      callback: (error, message) => {
        if (error === null && isInbox(message.reply)) this.#take(message);
      },
    });
  }

  /** Whether a query waits for newer events. */
  get isAwaited(): boolean {
    return this.#waiters.size > 0;
  }

  /** Answers the waiting queries that history has reached. Called after each stored batch. */
  advanced(): void {
    for (const waiter of this.#waiters) {
      if (waiter.query.minSequence > this.#target.eventSequence) continue;
      this.#drop(waiter);
      this.#answer(waiter.message, waiter.query);
    }
  }

  /** Takes no more queries; those that wait are told that history is behind. */
  stop(): void {
    this.#subscription.unsubscribe();
    for (const waiter of this.#waiters) {
      this.#drop(waiter);
      this.#sayBehind(waiter.message, waiter.query);
    }
  }

  #take(message: Msg): void {
    const query = parseHistoryQuery(message.data);
    if (typeof query === "string") return this.#fail(message, "malformed", query);
    if (!this.#target.isReady) {
      return this.#fail(message, "starting", "history is reading the events stream");
    }
    if (query.minSequence <= this.#target.eventSequence) return this.#answer(message, query);
    if (this.#waiters.size >= WAITING_QUERIES_MAX) return this.#sayBehind(message, query);
    const timer = setTimeout(() => {
      this.#waiters.delete(waiter);
      this.#sayBehind(message, query);
    }, BEHIND_MILLIS_MAX);
    const waiter = { message, query, timer };
    this.#waiters.add(waiter);
    this.#target.awaited();
  }

  #answer(message: Msg, query: HistoryQuery): void {
    message.respond(JSON.stringify(this.#target.answer(query)));
  }

  #sayBehind(message: Msg, query: HistoryQuery): void {
    const detail = `history is at event ${this.#target.eventSequence}, ` +
      `minSequence is ${query.minSequence}; it waited up to ${BEHIND_MILLIS_MAX} ms`;
    this.#fail(message, "behind", detail);
  }

  #fail(message: Msg, error: QueryError["error"], detail: string): void {
    const answer: QueryError = { error, detail, sequence: this.#target.eventSequence };
    message.respond(JSON.stringify(answer));
  }

  #drop(waiter: Waiter): void {
    clearTimeout(waiter.timer);
    this.#waiters.delete(waiter);
  }
}
