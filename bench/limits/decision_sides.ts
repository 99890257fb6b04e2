/**
 * The sides of the bench of local decisions: each decides about one subject after the other and says
 * how many it admitted. All read the clock for every decision, as a gateway does.
 *
 * @module
 */
import { RateLimiterMemory } from "rate-limiter-flexible";
import { LocalAdmission } from "../../core/limits/admission.ts";
import { AdmissionCode, AdmissionKind } from "../../core/limits/decision.ts";
import { admissionPolicy, type SubjectPolicy } from "../../core/limits/policy.ts";
import { MemoryAdmission } from "../../infra/upstash/memory.ts";
import type { Subjects } from "./subjects.ts";

/** Decides about `count` requests from the place `from` in the order of coming. */
export interface DecisionSide {
  readonly name: string;
  /** Resolves with how many were admitted. */
  readonly run: (subjects: Subjects, from: number, count: number) => Promise<number>;
}

/** Rows of the tables: enough for the largest number of subjects. */
const SUBJECTS_MAX = 131_072;

/** Microseconds of the clock that every side reads. */
const nowMicros = (): number => Date.now() * 1_000;

/** The one place that knows how {@link LocalAdmission} is asked. */
function decideOwn(admission: LocalAdmission, policy: SubjectPolicy, subject: string): boolean {
  const code = admission.decide(subject, policy, 1, AdmissionKind.order, nowMicros());
  return code === AdmissionCode.admitted;
}

/** This project's decision: a token and a leaky bucket, the outcome in fields. */
export function ownDecisions(perSecond: number): DecisionSide {
  const policy = admissionPolicy(perSecond, 1);
  const admission = new LocalAdmission(policy, SUBJECTS_MAX);
  return {
    name: "LocalAdmission.decide",
    run: ({ names, order }, from, count) => {
      let admitted = 0;
      for (let place = from; place < from + count; place++) {
        if (decideOwn(admission, policy.key, names[order[place]])) admitted++;
      }
      return Promise.resolve(admitted);
    },
  };
}

/** The same with all the figures for the response fields, awaited as a handler of requests does. */
export function ownAnswers(perSecond: number): DecisionSide {
  const policy = admissionPolicy(perSecond, 1);
  const admission = new MemoryAdmission({ policy, nowMicros, subjectsMax: SUBJECTS_MAX });
  const kind = AdmissionKind.order;
  return {
    name: "MemoryAdmission.admit, awaited",
    async run({ names, order }, from, count) {
      let admitted = 0;
      for (let place = from; place < from + count; place++) {
        const subject = names[order[place]];
        const { code } = await admission.admit({ subject, policy: policy.key, weight: 1, kind });
        if (code === AdmissionCode.admitted) admitted++;
      }
      return admitted;
    },
  };
}

/** The peer: a counter for each second, without the prefix that it otherwise adds to every name. */
export function flexibleDecisions(perSecond: number): DecisionSide {
  const limiter = new RateLimiterMemory({ points: perSecond, duration: 1, keyPrefix: "" });
  return {
    name: "rate-limiter-flexible RateLimiterMemory.consume",
    async run({ names, order }, from, count) {
      let admitted = 0;
      for (let place = from; place < from + count; place++) {
        try {
          await limiter.consume(names[order[place]]);
          admitted++;
        } catch (refusal) {
          if (refusal instanceof Error) throw refusal;
        }
      }
      return admitted;
    },
  };
}
