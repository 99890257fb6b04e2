/**
 * Admission: does this request enter?
 *
 * A request has one subject: the key that vouched for it, or the address of whoever showed none. It
 * passes the subject's tokens (may a burst enter?) and its leak (does it go on evenly?); a cancel
 * passes a bucket of its own instead.
 *
 * @module
 */
import { AdmissionKind } from "./admission_code.ts";
import { type Decision, decisionBy } from "./decision.ts";
import * as dualBucket from "./dual_bucket.ts";
import { Figures } from "./figures.ts";
import type { LimitedSubject } from "./limited_subject.ts";
import { type AdmissionPolicy, bucketsOf, costOf, type SubjectPolicy } from "./policy.ts";
import { LEAK, TOKENS } from "./subject_row.ts";
import { SubjectTable } from "./subject_table.ts";
import { giveToTokenBucket } from "./token_bucket.ts";

// Under a name of this module's own, for it runs for each request (ARCHITECTURE, decision 17).
const { takeFromDualBucket } = dualBucket;
const CANCEL = AdmissionKind.cancel;

/** Rows of each of the two tables, of keys and of addresses, when nobody says otherwise. */
export const SUBJECTS_DEFAULT = 65_536;

/** What asks to enter. */
export interface AdmissionRequest {
  readonly subject: LimitedSubject;
  /** What the subject may do. */
  readonly policy: SubjectPolicy;
  /**
   * Units that the request costs, a whole number from 1; more than a bucket holds needs it all. A
   * cancel of 0 only looks at what is left for cancels.
   */
  readonly weight: number;
  readonly kind: AdmissionKind;
}

/** Whatever decides about requests: in memory, or over shared counters. Never rejects. */
export interface Admission {
  /** The limits that apply. */
  readonly policy: AdmissionPolicy;
  /** Decides about one request and charges it when it is admitted. */
  admit(request: AdmissionRequest): Decision | Promise<Decision>;
  /** Gives back what a request was charged: it has earned it. */
  giveBack(request: AdmissionRequest): void;
}

/**
 * Admission over tables in memory. {@link decide} allocates nothing for a subject that has a row.
 * Single writer.
 */
export class LocalAdmission {
  /** What the last decision goes by, once {@link admit} has read it. */
  readonly figures: Figures;
  /** An invented address never pushes out a key. */
  readonly #keys: SubjectTable;
  readonly #addresses: SubjectTable;

  /** @throws {RangeError} when `subjectsMax` is out of the range of {@link SubjectTable}. */
  constructor(policy: AdmissionPolicy, subjectsMax = SUBJECTS_DEFAULT) {
    this.#keys = new SubjectTable(policy.key, subjectsMax);
    this.#addresses = new SubjectTable(policy.address, subjectsMax);
    this.figures = new Figures(policy.key);
  }

  /** Decides about one request and charges it when it is admitted. @returns whether it is */
  decide(
    subject: LimitedSubject,
    policy: SubjectPolicy,
    weight: number,
    kind: AdmissionKind,
    nowMicros: number,
  ): boolean {
    const table = policy.kind === "key" ? this.#keys : this.#addresses;
    const at = table.rowOf(subject, policy, nowMicros);
    const cost = weight < policy.costMax ? weight : policy.costMax;
    return kind === CANCEL
      ? this.figures.takeCancel(table.state, at, policy, cost, nowMicros)
      : takeFromDualBucket(table.state, at, policy, cost, nowMicros);
  }

  /** {@link decide}, with the figures copied into a decision of its own. */
  admit({ subject, policy, weight, kind }: AdmissionRequest, nowMicros: number): Decision {
    const isAdmitted = this.decide(subject, policy, weight, kind, nowMicros);
    if (kind !== AdmissionKind.cancel) {
      const table = this.#tableOf(policy);
      const at = table.rowOf(subject, policy, nowMicros);
      const { figures } = this;
      if (isAdmitted) {
        figures.readOrdinary(table.state, at + TOKENS, at + LEAK, policy, nowMicros);
      } else {
        const cost = costOf(policy, weight);
        figures.lookOrdinary(table.state, at + TOKENS, at + LEAK, policy, cost, nowMicros);
      }
    }
    return decisionBy(this.figures, bucketsOf(policy, kind), false);
  }

  /** Gives back the tokens that an ordinary request of `weight` was charged. O(1). */
  giveBack(subject: LimitedSubject, policy: SubjectPolicy, weight: number): void {
    const table = this.#tableOf(policy);
    const at = table.find(subject.name);
    if (at >= 0) giveToTokenBucket(table.state, at + TOKENS, costOf(policy, weight));
  }

  #tableOf(policy: SubjectPolicy): SubjectTable {
    return policy.kind === "key" ? this.#keys : this.#addresses;
  }
}
