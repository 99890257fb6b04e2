/**
 * The sides of the bench of local decisions: each decides about one subject after the other and says
 * how many it admitted.
 *
 * This project's decisions are handed the time, which a gateway has read for the request anyway; here
 * it goes on by a microsecond each. The peer reads a clock of its own, as does the side that says so.
 *
 * @module
 */
import { RateLimiterMemory } from "rate-limiter-flexible";
import { LocalAdmission } from "../../core/limits/admission.ts";
import { AdmissionCode, AdmissionKind } from "../../core/limits/admission_code.ts";
import { LeaseTable } from "../../core/limits/lease_table.ts";
import { LimitedSubject } from "../../core/limits/limited_subject.ts";
import { admissionPolicy } from "../../core/limits/policy.ts";
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

/**
 * This project's decision: a token and a leaky bucket. The row of a subject is found as a gateway
 * finds it, through what it has in hand: the record of the key.
 */
export function ownDecisions(perSecond: number): DecisionSide {
  const policy = admissionPolicy(perSecond, 1);
  const admission = new LocalAdmission(policy, SUBJECTS_MAX);
  const kind = AdmissionKind.order;
  return {
    name: "LocalAdmission.decide",
    run: ({ subjects, order }, from, count) => {
      let admitted = 0;
      let now = nowMicros();
      for (let place = from; place < from + count; place++) {
        const subject = subjects[order[place]];
        if (admission.decide(subject, policy.key, 1, kind, now++)) admitted++;
      }
      return Promise.resolve(admitted);
    },
  };
}

/** The same for subjects that nobody has in hand: the row is found by the name, as the peer does. */
export function namedDecisions(perSecond: number): DecisionSide {
  const policy = admissionPolicy(perSecond, 1);
  const admission = new LocalAdmission(policy, SUBJECTS_MAX);
  const kind = AdmissionKind.order;
  return {
    name: "LocalAdmission.decide, by name",
    run: ({ names, order }, from, count) => {
      let admitted = 0;
      let now = nowMicros();
      for (let place = from; place < from + count; place++) {
        const subject = new LimitedSubject(names[order[place]]);
        if (admission.decide(subject, policy.key, 1, kind, now++)) admitted++;
      }
      return Promise.resolve(admitted);
    },
  };
}

/** The decision out of a lease of shared units, which is what a gateway over Upstash does. */
export function leasedDecisions(perSecond: number): DecisionSide {
  const policy = admissionPolicy(perSecond, 1).key;
  const sharing = { isShared: true, instances: 1, roundTripMicros: 0 };
  const table = new LeaseTable(policy, SUBJECTS_MAX, sharing);
  const kind = AdmissionKind.order;
  return {
    name: "LeaseTable.decide, out of the hand",
    run: ({ subjects, order }, from, count) => {
      for (const subject of subjects) {
        // A cancel asks for nothing, and makes the row that the units go into.
        table.decide(subject, policy, 1, AdmissionKind.cancel, nowMicros(), false);
        table.giveBack(subject, policy, policy.costMax, nowMicros());
      }
      let admitted = 0;
      let now = nowMicros();
      for (let place = from; place < from + count; place++) {
        const subject = subjects[order[place]];
        const code = table.decide(subject, policy, 1, kind, now++, true);
        if (code === AdmissionCode.admitted) admitted++;
      }
      return Promise.resolve(admitted);
    },
  };
}

/** Decisions with all the figures for the response fields, awaited as a handler of requests does. */
export function ownAnswers(perSecond: number): DecisionSide {
  const policy = admissionPolicy(perSecond, 1);
  const admission = new MemoryAdmission({ policy, nowMicros, subjectsMax: SUBJECTS_MAX });
  const kind = AdmissionKind.order;
  return {
    name: "MemoryAdmission.admit, awaited, with a clock and all figures",
    async run({ subjects, order }, from, count) {
      let admitted = 0;
      for (let place = from; place < from + count; place++) {
        const subject = subjects[order[place]];
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
