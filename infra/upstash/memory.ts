/**
 * Admission in this process's memory: the embedded default.
 *
 * @module
 */
import {
  type Admission,
  type AdmissionRequest,
  LocalAdmission,
} from "../../core/limits/admission.ts";
import type { Decision } from "../../core/limits/decision.ts";
import type { AdmissionPolicy } from "../../core/limits/policy.ts";

/** Where {@link MemoryAdmission} stands. */
export interface MemoryAdmissionOptions {
  readonly policy: AdmissionPolicy;
  /** Microseconds, never more than a second behind what it said before. */
  readonly nowMicros: () => number;
  /** Subjects of each kind that have buckets; the default is that of {@link LocalAdmission}. */
  readonly subjectsMax?: number;
}

/** {@link LocalAdmission} with a clock. Decides at once, so a request keeps its turn. */
export class MemoryAdmission implements Admission {
  readonly policy: AdmissionPolicy;
  readonly #admission: LocalAdmission;
  readonly #nowMicros: () => number;

  constructor({ policy, nowMicros, subjectsMax }: MemoryAdmissionOptions) {
    this.policy = policy;
    this.#admission = new LocalAdmission(policy, subjectsMax);
    this.#nowMicros = nowMicros;
  }

  /** Decides about one request and charges it when it is admitted. */
  admit(request: AdmissionRequest): Decision {
    return this.#admission.admit(request, this.#nowMicros());
  }

  /** There are no shared counters to be known about. */
  status(): null {
    return null;
  }

  /** Nothing is in hand that could go back. */
  async stop(): Promise<void> {}

  /** Gives back what a request was charged. */
  giveBack({ subject, policy, weight }: AdmissionRequest): void {
    this.#admission.giveBack(subject, policy, weight);
  }
}
