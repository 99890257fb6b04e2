import assert from "node:assert/strict";
import { LocalAdmission } from "../../../core/limits/admission.ts";
import { LimitedSubject } from "../../../core/limits/limited_subject.ts";
import { AdmissionKind } from "../../../core/limits/admission_code.ts";
import { admissionPolicy } from "../../../core/limits/policy.ts";
import { rateLimitHeaders } from "../../../core/limits/rate_limit_headers.ts";

const policy = admissionPolicy(50, 100);
const REQUEST = {
  subject: new LimitedSubject("k1"),
  policy: policy.key,
  weight: 1,
  kind: AdmissionKind.order,
};

Deno.test("an admitted request is told what is left and the policies", () => {
  const admission = new LocalAdmission(policy, 4);
  assert.deepEqual(rateLimitHeaders(admission.admit(REQUEST, 0)), {
    rateLimit: '"key-peak";r=49;t=1',
    rateLimitPolicy: '"key";q=100;w=2, "key-peak";q=50;w=1',
    retryAfter: null,
  });
});

Deno.test("a refused request is told when to come back, in both fields alike", () => {
  const one = admissionPolicy(1, 100);
  const admission = new LocalAdmission(one, 4);
  admission.admit({ ...REQUEST, policy: one.key }, 0);
  const headers = rateLimitHeaders(admission.admit({ ...REQUEST, policy: one.key }, 0));
  assert.equal(headers.rateLimit, '"key-peak";r=0;t=1');
  assert.equal(headers.retryAfter, "1");
});
