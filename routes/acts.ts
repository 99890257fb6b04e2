/**
 * Hands a signed request on to the registrar, which alone has the rights that it needs, and shows its
 * answer. The registrar verifies the signature once more; what has been found out here is not sent.
 *
 * @module
 */
import type { ActAnswer, ActRefusal, ActRefusalName } from "../core/protocol/act.ts";
import { isActRefusal } from "../core/protocol/act.ts";
import { ActUnansweredError } from "../infra/registrar/nats_acts.ts";
import type { Outcome } from "./endpoint.ts";
import type { Exchange } from "./exchange.ts";
import { EdgeCode } from "./problems/edge_code.ts";
import { Problem, type ProblemDetails } from "./problems/problem.ts";
import type { ProblemCode } from "./problems/problems.ts";
import { readParameters } from "./query_parameters.ts";
import { jsonReply } from "./reply.ts";

const NAMED: Readonly<Record<ActRefusalName, EdgeCode>> = {
  malformedBody: EdgeCode.malformedJson,
  invalidField: EdgeCode.invalidField,
  invalidParameter: EdgeCode.invalidParameter,
  unknownAct: EdgeCode.notFound,
  unknownSymbol: EdgeCode.unknownSymbol,
  keyNotFound: EdgeCode.keyNotFound,
  keyBeyondOwn: EdgeCode.keyBeyondOwn,
  keysFull: EdgeCode.keysFull,
  keyKindRefused: EdgeCode.keyKindRefused,
  leaderUnavailable: EdgeCode.leaderUnavailable,
  busy: EdgeCode.overloaded,
};

/** Problems that any act may end with, for the reference. */
export const ACT_PROBLEMS: readonly ProblemCode[] = [
  EdgeCode.signatureRequired,
  EdgeCode.registrarUnavailable,
  EdgeCode.actUnanswered,
  EdgeCode.leaderUnavailable,
];

/**
 * Has the request carried out as it was signed.
 *
 * @param parameters that its query may have
 */
export async function carryOut(
  exchange: Exchange,
  parameters: readonly string[] = [],
): Promise<Outcome> {
  const refused = readParameters(exchange, parameters);
  if (refused instanceof Problem) return refused;
  const { backend, body, context, credentials, identity, pathWithQuery } = exchange;
  // A token's issuer vouches to this gateway; nobody behind it could tell who has asked.
  if (credentials === null || !("signature" in credentials)) {
    return new Problem(EdgeCode.signatureRequired);
  }
  const { keyId, recvWindowMillis, signature, timestampMillis } = credentials;
  const { method } = context.req;
  const idempotencyKey = identity.isNameVouchedFor ? identity.idempotencyKey : null;
  const signed = { keyId, timestampMillis, recvWindowMillis, signature, idempotencyKey };
  try {
    const answer = await backend.acts.carryOut({ ...signed, method, pathWithQuery, body });
    return shown(exchange, answer);
  } catch (error) {
    if (!(error instanceof ActUnansweredError)) throw error;
    const { isUnknown, message } = error;
    exchange.deps.log("warn", `request ${exchange.requestId}: ${message}`);
    if (!isUnknown || method === "GET") return new Problem(EdgeCode.registrarUnavailable);
    const detail = "Whether it was carried out is not known. Send the very same signed request " +
      "again, within its receive window or with the same signed Idempotency-Key: it is never " +
      "carried out twice.";
    return new Problem(EdgeCode.actUnanswered, { detail });
  }
}

function shown({ backend }: Exchange, answer: ActAnswer): Outcome {
  if (isActRefusal(answer)) return refusal(answer);
  // What comes next through this gateway reflects it.
  const { sequence } = answer.body as { readonly sequence?: string };
  if (sequence !== undefined) backend.market.reported(Number(sequence));
  return jsonReply(answer.status, answer.body);
}

function refusal({ refused, ...details }: ActRefusal): Problem {
  const code = typeof refused === "number" ? refused : NAMED[refused] ?? EdgeCode.internal;
  return new Problem(code, details satisfies ProblemDetails);
}
