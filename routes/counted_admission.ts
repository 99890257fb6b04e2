/**
 * Counts what admission decides, for the metrics.
 *
 * @module
 */
import type { Admission, AdmissionRequest } from "../core/limits/admission.ts";
import { AdmissionCode, type Decision } from "../core/limits/decision.ts";

/** An admission that counts the decisions of another. */
export class CountedAdmission implements Admission {
  readonly #admission: Admission;
  /** Requests that were let in, and those of them that this instance's own share let in. */
  readonly counts = { admitted: 0, degraded: 0 };
  /** Refusals by the limit that refused. */
  readonly refused = new Map<string, number>();

  constructor(admission: Admission) {
    this.#admission = admission;
  }

  /** Decides about one request, as the other does. */
  admit(request: AdmissionRequest): Decision | Promise<Decision> {
    const decision = this.#admission.admit(request);
    return decision instanceof Promise
      ? decision.then((decided) => this.#count(decided))
      : this.#count(decision);
  }

  #count(decision: Decision): Decision {
    if (decision.degraded) this.counts.degraded++;
    if (decision.code === AdmissionCode.admitted) this.counts.admitted++;
    else this.refused.set(decision.policy, (this.refused.get(decision.policy) ?? 0) + 1);
    return decision;
  }
}
