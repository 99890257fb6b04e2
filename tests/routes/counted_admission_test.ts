import assert from "node:assert/strict";
import { AdmissionKind } from "../../core/limits/admission_code.ts";
import { LimitedSubject } from "../../core/limits/limited_subject.ts";
import { admissionPolicy } from "../../core/limits/policy.ts";
import { MemoryAdmission } from "../../infra/upstash/memory.ts";
import { CountedAdmission } from "../../routes/counted_admission.ts";

Deno.test("what was let in is counted, and a look at what is left is not", async () => {
  const policy = admissionPolicy(100, 100);
  const admission = new CountedAdmission(new MemoryAdmission({ policy, nowMicros: () => 0 }));
  const request = { subject: new LimitedSubject("k"), policy: policy.key };
  const cancel = { ...request, kind: AdmissionKind.cancel };
  await admission.admit({ ...cancel, weight: 1 });
  const { remaining } = await admission.admit({ ...cancel, weight: 0 });
  const again = await admission.admit({ ...cancel, weight: 0 });
  assert.deepEqual([remaining, again.remaining], [999, 999]);
  assert.equal(admission.counts.admitted, 1);
});
