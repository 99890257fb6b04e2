/**
 * Admission in this process's memory: the embedded default, and the fallback of the shared one.
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
  /** Mark of the decisions: true where this stands in for shared counters. */
  readonly degraded?: boolean;
}

/** {@link LocalAdmission} with a clock. Decides at once, so a request keeps its turn. */
export class MemoryAdmission implements Admission {
  readonly #admission: LocalAdmission;
  readonly #nowMicros: () => number;
  readonly #degraded: boolean;

  constructor(options: MemoryAdmissionOptions) {
    this.#admission = new LocalAdmission(options.policy, options.subjectsMax);
    this.#nowMicros = options.nowMicros;
    this.#degraded = options.degraded ?? false;
  }

  /** Decides about one request and charges it when it is admitted. */
  admit(request: AdmissionRequest): Decision {
    return this.#admission.admit(request, this.#nowMicros(), this.#degraded);
  }
}
