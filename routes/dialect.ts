/**
 * How clients of one protocol say who sends a request, and how they are told what is wrong with it.
 *
 * Everything else on a request's way (endpoint.ts) is the same in every dialect: room, bans, limits,
 * the gateway's total and the breaker.
 *
 * @module
 */
import type { AdmissionKind } from "../core/limits/admission_code.ts";
import type { Decision } from "../core/limits/decision.ts";
import type { Scope } from "../infra/keys/key_record.ts";
import type { Exchange } from "./exchange.ts";
import type { BodyRule } from "./middleware/body.ts";
import type { Problem } from "./problems/problem.ts";
import type { Reply } from "./reply.ts";

/** One dialect. Its functions see the requests of its own endpoints only. */
export interface Dialect {
  /** Looks at what costs nothing: the head of a request, before its body and its key. */
  readonly checkHead: (exchange: Exchange, rule: BodyRule | null) => Problem | null;
  /** Whether a request that passed {@link checkHead} has a body that is to be read. */
  readonly hasBody: (exchange: Exchange, takesBody: boolean) => boolean;
  /** Verifies who sends the request, and that he may; writes the identity into the exchange. */
  readonly authenticate: (
    exchange: Exchange,
    scope: Scope,
    kind: AdmissionKind,
  ) => Problem | null | Promise<Problem | null>;
  /** A refusal as clients of the dialect read it. */
  readonly write: (problem: Problem, requestId: string) => Reply;
  /** Adds the header fields by which clients of the dialect know their limits. */
  readonly addLimits?: (headers: Headers, decision: Decision, kind: AdmissionKind) => void;
}
