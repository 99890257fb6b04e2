/**
 * What a client is told when something was thrown: the few failures that are expected have a
 * problem of their own, everything else is `internal`, and goes to the log.
 *
 * @module
 */
import { AuthCode } from "../../core/auth/auth_code.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { KeysUnavailableError } from "../../infra/keys/key_cache.ts";
import {
  OrderPathDownError,
  type OrderPathPart,
  OverloadedError,
} from "../../infra/orders/commands.ts";
import {
  QueryFailedError,
  type QueryFailure,
  type QueryService,
} from "../../infra/queries/queries.ts";
import { type Exchange, NoBackendError } from "../exchange.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";
import type { ProblemCode } from "../problems/problems.ts";

/** Unexpected errors that are logged in a second; the rest is counted. */
export const LOGGED_ERRORS_PER_SECOND = 10;

const MICROS_PER_SECOND = 1_000_000;

const UNAVAILABLE: Readonly<Record<QueryService, EdgeCode>> = {
  leader: EdgeCode.leaderUnavailable,
  history: EdgeCode.historyUnavailable,
  marketData: EdgeCode.marketDataUnavailable,
};

const DOWN: Readonly<Record<OrderPathPart, ProblemCode>> = {
  broker: EdgeCode.brokerUnavailable,
  leader: EdgeCode.leaderUnavailable,
  journal: ResultCode.journalUnavailable,
};

/** Turns what was thrown into problems. */
export class ErrorProblems {
  #secondMicros = 0;
  #logged = 0;
  #suppressed = 0;

  /** The problem that `error` is to the client of the exchange. */
  of(error: unknown, exchange: Exchange): Problem {
    const expected = expectedProblem(error);
    if (expected !== null) return expected;
    this.#log(error, exchange);
    return new Problem(EdgeCode.internal);
  }

  #log(error: unknown, { deps, nowMicros, requestId, context }: Exchange): void {
    // Also when the clock was set back.
    if (Math.abs(nowMicros - this.#secondMicros) >= MICROS_PER_SECOND) {
      if (this.#suppressed > 0) {
        deps.log("error", `${this.#suppressed} more errors were not logged`);
      }
      this.#secondMicros = nowMicros;
      this.#logged = 0;
      this.#suppressed = 0;
    }
    if (this.#logged >= LOGGED_ERRORS_PER_SECOND) {
      this.#suppressed++;
      return;
    }
    this.#logged++;
    const { method, path } = context.req;
    const text = error instanceof Error ? error.stack ?? error.message : String(error);
    deps.log("error", `request ${requestId} ${method} ${path}: ${text}`);
  }
}

/** The problem that a failure which is expected is to a client; `null`: it is another one. */
export function expectedProblem(error: unknown): Problem | null {
  if (error instanceof NoBackendError) return new Problem(EdgeCode.starting);
  if (error instanceof OverloadedError) {
    return new Problem(EdgeCode.overloaded, {
      value: `${error.waitingRecords} commands wait`,
      retryAfterSeconds: error.retryAfterSeconds,
    });
  }
  if (error instanceof OrderPathDownError) {
    return new Problem(DOWN[error.part], {
      value: `no answer for ${error.silentMillis} ms`,
      retryAfterSeconds: error.retryAfterSeconds,
    });
  }
  if (error instanceof KeysUnavailableError) return new Problem(AuthCode.keysUnavailable);
  if (error instanceof QueryFailedError && error.reason !== "malformed") {
    return queryProblem(error.service, error.reason);
  }
  return null;
}

function queryProblem(service: QueryService, reason: QueryFailure): Problem {
  if (reason === "behind") return new Problem(EdgeCode.behind);
  if (reason === "busy") return new Problem(EdgeCode.overloaded);
  return new Problem(UNAVAILABLE[service]);
}
