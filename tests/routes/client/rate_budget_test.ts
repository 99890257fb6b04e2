import assert from "node:assert/strict";
import { LocalAdmission } from "../../../core/limits/admission.ts";
import { AdmissionKind } from "../../../core/limits/admission_code.ts";
import { LimitedSubject } from "../../../core/limits/limited_subject.ts";
import { admissionPolicy } from "../../../core/limits/policy.ts";
import { rateLimitHeaders } from "../../../core/limits/rate_limit_headers.ts";
import { RateBudget } from "../../../routes/client/rate_budget.ts";

Deno.test("rate budget: waits when nothing is left, each group for itself", () => {
  const budget = new RateBudget();
  budget.told("orders", '"key-peak";r=0;t=2', 1_000);
  assert.equal(budget.waitMillis("orders", 1_500), 1_500);
  assert.equal(budget.waitMillis("orders", 4_000), 0);
  assert.equal(budget.waitMillis("cancels", 1_500), 0);
  budget.told("orders", '"key-peak";r=1;t=2', 1_500);
  assert.equal(budget.waitMillis("orders", 1_500), 0);
});

Deno.test("rate budget: what is no state of a limit changes nothing", () => {
  const budget = new RateBudget();
  budget.told("reads", '"key-peak";r=0;t=2', 0);
  for (const text of [null, "", "nonsense", '"key-peak"', '"key-peak";r=x;t=1']) {
    budget.told("reads", text, 0);
  }
  assert.equal(budget.waitMillis("reads", 0), 2_000);
});

Deno.test("rate budget: whoever waits as it says is never refused", () => {
  const policy = admissionPolicy(5, 10);
  const admission = new LocalAdmission(policy, 16);
  const subject = new LimitedSubject("k1");
  const budget = new RateBudget();
  let nowMicros = 0;
  let waited = 0;
  for (let count = 0; count < 200; count++) {
    const waitMillis = budget.waitMillis("orders", nowMicros / 1_000);
    if (waitMillis > 0) waited++;
    nowMicros += waitMillis * 1_000;
    const request = { subject, policy: policy.key, weight: 1, kind: AdmissionKind.order };
    const decision = admission.admit(request, nowMicros);
    assert.equal(decision.code, 0, `request ${count}`);
    budget.told("orders", rateLimitHeaders(decision).rateLimit, nowMicros / 1_000);
  }
  assert.ok(waited > 20, `${waited} waits`);
});
