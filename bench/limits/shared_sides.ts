/**
 * The sides of the bench of limits over many processes: whatever asks a Redis behind the Upstash
 * protocol whether a request may enter.
 *
 * @module
 */
import { Ratelimit } from "@upstash/ratelimit";
import { Redis } from "@upstash/redis/cloudflare";
import { AdmissionCode, AdmissionKind } from "../../core/limits/admission_code.ts";
import { LimitedSubject } from "../../core/limits/limited_subject.ts";
import { admissionPolicy } from "../../core/limits/policy.ts";
import { UpstashAdmission } from "../../infra/upstash/limiter.ts";
import { withPlainLua } from "./plain_lua.ts";

/** Where the counters are. */
export interface SharedCounters {
  readonly url: string;
  readonly token: string;
}

/** Decides over shared counters. Dispose of it to end what it has under way. */
export interface SharedSide extends AsyncDisposable {
  readonly name: string;
  /** Whether a request of the subject may enter. */
  readonly admit: (subject: string) => Promise<boolean>;
}

/** This project's limiter, which takes units from the counters ahead of need. */
export function createLeasedSide({ url, token }: SharedCounters, perSecond: number): SharedSide {
  const limits = admissionPolicy(perSecond, 1);
  const nowMicros = () => Math.floor(performance.now() * 1_000);
  const admission = new UpstashAdmission({ url, token, policy: limits, nowMicros, instances: 1 });
  return {
    name: "leases over Upstash",
    async admit(name) {
      const subject = new LimitedSubject(name);
      const request = { subject, policy: limits.key, weight: 1, kind: AdmissionKind.order };
      const { code, degraded } = await admission.admit(request);
      if (degraded) throw new Error(`decided without the counters: ${describe(admission)}`);
      return code === AdmissionCode.admitted;
    },
    [Symbol.asyncDispose]: () => admission.stop(),
  };
}

/** The peer's algorithms. */
export type PeerAlgorithm = "slidingWindow" | "tokenBucket";

/** `@upstash/ratelimit` as its README has it. */
export function createPeerSide(
  { url, token }: SharedCounters,
  perSecond: number,
  algorithm: PeerAlgorithm,
): SharedSide {
  const limiter = algorithm === "tokenBucket"
    ? Ratelimit.tokenBucket(perSecond, "1 s", 2 * perSecond)
    : Ratelimit.slidingWindow(perSecond, "1 s");
  const redis = withPlainLua(new Redis({ url, token, enableTelemetry: false }));
  const ratelimit = new Ratelimit({ redis, limiter, prefix: algorithm });
  return {
    name: `@upstash/ratelimit ${algorithm}`,
    async admit(subject) {
      const { success, reason } = await ratelimit.limit(subject);
      if (reason === "timeout") throw new Error("@upstash/ratelimit let in what took too long");
      return success;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function describe(admission: UpstashAdmission): string {
  return admission.status().lastFailure ?? "no failure known";
}
