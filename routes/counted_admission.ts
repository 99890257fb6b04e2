/**
 * Counts what admission decides, for the metrics.
 *
 * @module
 */
import type { Admission, AdmissionRequest } from "../core/limits/admission.ts";
import { AdmissionCode } from "../core/limits/admission_code.ts";
import type { Decision } from "../core/limits/decision.ts";
import type { AdmissionPolicy } from "../core/limits/policy.ts";

/** An admission that counts the decisions of another. */
export class CountedAdmission implements Admission {
  readonly policy: AdmissionPolicy;
  readonly #admission: Admission;
  /** Requests that were let in, those that the own share decided, and what was given back. */
  readonly counts = { admitted: 0, degraded: 0, givenBack: 0 };
  /** Refusals by the limit that refused. */
  readonly refused = new Map<string, number>();

  constructor(admission: Admission) {
    this.#admission = admission;
    this.policy = admission.policy;
  }

  /** Decides about one request, as the other does. */
  admit(request: AdmissionRequest): Decision | Promise<Decision> {
    const decision = this.#admission.admit(request);
    if (request.weight === 0) return decision;
    return decision instanceof Promise
      ? decision.then((decided) => this.#count(decided))
      : this.#count(decision);
  }

  /** Gives back what a request was charged, as the other does. */
  giveBack(request: AdmissionRequest): void {
    this.counts.givenBack++;
    this.#admission.giveBack(request);
  }

  #count(decision: Decision): Decision {
    if (decision.degraded) this.counts.degraded++;
    if (decision.code === AdmissionCode.admitted) this.counts.admitted++;
    else this.refused.set(decision.policy, (this.refused.get(decision.policy) ?? 0) + 1);
    return decision;
  }
}
