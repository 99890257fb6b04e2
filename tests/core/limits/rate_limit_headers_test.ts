import assert from "node:assert/strict";
import { LocalAdmission } from "../../../core/limits/admission.ts";
import { AdmissionKind } from "../../../core/limits/decision.ts";
import { admissionPolicy } from "../../../core/limits/policy.ts";
import { rateLimitHeaders } from "../../../core/limits/rate_limit_headers.ts";

const REQUEST = { key: "k1", address: "192.0.2.1", weight: 1, kind: AdmissionKind.ordinary };

Deno.test("an admitted request is told what is left and the policies", () => {
  const admission = new LocalAdmission(admissionPolicy(50, 100), 4);
  assert.deepEqual(rateLimitHeaders(admission.admit(REQUEST, 0, false)), {
    rateLimit: '"key";r=99;t=1',
    rateLimitPolicy:
      '"key";q=100;w=2, "key-peak";q=50;w=1, "address";q=200;w=2, "address-peak";q=100;w=1',
    retryAfter: null,
  });
});

Deno.test("a refused request is told when to come back, in both fields alike", () => {
  const admission = new LocalAdmission(admissionPolicy(1, 100), 4);
  admission.admit(REQUEST, 0, false);
  const headers = rateLimitHeaders(admission.admit({ ...REQUEST, weight: 2 }, 0, false));
  assert.equal(headers.rateLimit, '"key";r=1;t=1');
  assert.equal(headers.retryAfter, "1");
});
