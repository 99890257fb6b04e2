/**
 * `GET /v1/limits`: the limits of whoever asks, and what is left of them now.
 *
 * The request is charged as any other read of weight 1; what that left is what it answers. Cancels
 * have a bucket of their own, which is looked at and not charged.
 *
 * @module
 */
import { AdmissionKind } from "../../core/limits/admission_code.ts";
import type { Decision } from "../../core/limits/decision.ts";
import { bucketsOf, keyPolicyOf } from "../../core/limits/policy.ts";
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { Problem } from "../problems/problem.ts";
import { readParameters } from "../query_parameters.ts";
import { jsonReply } from "../reply.ts";
import { type Limits, LimitsSchema } from "../schema/account.ts";

const KINDS = ["cancel", "amend", "order", "read"] as const;

/** The endpoint. */
export const limitsEndpoint: EndpointSpec = {
  method: "GET",
  path: "/v1/limits",
  scope: "read",
  weight: 1,
  handle: readLimits,
  operation: {
    id: "getLimits",
    group: "Account",
    summary: "The limits of the key or token, and what is left of them",
    description: "By kind of request. Orders, amends and reads share their limits; cancels have " +
      "one of their own. The request costs 1 unit and says what is left behind it.",
    answers: [{
      status: 200,
      description: "The limits as of now.",
      body: {
        schema: LimitsSchema,
        example: {
          tier: null,
          kinds: [{
            kind: "cancel",
            limits: [
              { policy: "key-cancel", limit: 1_000, unitsPerSecond: 500, windowSeconds: 2 },
            ],
            decidedBy: "key-cancel",
            remaining: 1_000,
            resetSeconds: 0,
          }, {
            kind: "order",
            limits: [
              { policy: "key", limit: 200, unitsPerSecond: 100, windowSeconds: 2 },
              { policy: "key-peak", limit: 100, unitsPerSecond: 200, windowSeconds: 1 },
            ],
            decidedBy: "key-peak",
            remaining: 99,
            resetSeconds: 1,
          }],
          degraded: false,
        } satisfies Limits,
      },
    }],
  },
};

async function readLimits(exchange: Exchange): Promise<Outcome> {
  const parameters = readParameters(exchange, []);
  if (parameters instanceof Problem) return parameters;
  const { decision: ordinary, deps: { admission }, identity: { subject, tier } } = exchange;
  if (ordinary === null) throw new TypeError("the request was not admitted");
  const policy = keyPolicyOf(admission.policy, tier);
  const kind = AdmissionKind.cancel;
  const cancels = await admission.admit({ subject, policy, weight: 0, kind });
  const kinds = KINDS.map((name) => {
    const limits = bucketsOf(policy, AdmissionKind[name]).map((bucket) => ({
      policy: bucket.name,
      limit: bucket.units,
      unitsPerSecond: bucket.unitsPerSecond,
      windowSeconds: bucket.windowSeconds,
    }));
    return { kind: name, limits, ...stateOf(name === "cancel" ? cancels : ordinary) };
  });
  return jsonReply(200, { tier, kinds, degraded: ordinary.degraded } satisfies Limits);
}

function stateOf({ policy, remaining, resetSeconds }: Decision) {
  return { decidedBy: policy, remaining, resetSeconds };
}
