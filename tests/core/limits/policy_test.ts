import assert from "node:assert/strict";
import { AdmissionKind } from "../../../core/limits/admission_code.ts";
import {
  admissionPolicy,
  bucketsOf,
  CANCEL_FACTOR,
  costOf,
  PolicyError,
  RATE_MAX,
  shareOf,
  type SubjectPolicy,
} from "../../../core/limits/policy.ts";

Deno.test("rates from 1 to the maximum make a policy, others are refused by name and value", () => {
  for (const rate of [1, 3, 1_000, RATE_MAX]) {
    const { key } = admissionPolicy(rate, 1);
    assert.equal(key.tokens.unitsPerSecond, rate);
    assert.equal(key.cancels.unitsPerSecond, rate * CANCEL_FACTOR);
    assert.equal(key.tokens.windowSeconds, 2);
    assert.equal(key.leak.windowSeconds, 1);
  }
  for (const rate of [0, -1, 0.5, RATE_MAX + 1, NaN]) {
    assert.throws(
      () => admissionPolicy(1, rate),
      (error: unknown) =>
        error instanceof PolicyError && error.field === "address rate" &&
        Object.is(error.value, rate) && error.message.includes(String(RATE_MAX)),
    );
  }
});

Deno.test("a share divides the ordinary rates and keeps all of the cancels", () => {
  const policy = admissionPolicy(100, 2);
  const share = shareOf(policy.key, 4);
  assert.equal(share.tokens.unitsPerSecond, 25);
  assert.equal(share.leak.units, 25);
  assert.equal(shareOf(policy.address, 4).tokens.unitsPerSecond, 1, "never nothing");
  assert.deepEqual(share.cancels, policy.key.cancels);
  assert.equal(share.leak.code, policy.key.leak.code);
});

Deno.test("every request passes the buckets of its kind", () => {
  const policy = admissionPolicy(1, 1);
  const names = (kind: AdmissionKind, subject: SubjectPolicy) =>
    bucketsOf(subject, kind).map(({ name }) => name);
  for (const kind of [AdmissionKind.order, AdmissionKind.amend, AdmissionKind.read]) {
    assert.deepEqual(names(kind, policy.key), ["key", "key-peak"]);
    assert.deepEqual(names(kind, policy.address), ["address", "address-peak"]);
  }
  assert.deepEqual(names(AdmissionKind.cancel, policy.key), ["key-cancel"]);
  assert.deepEqual([costOf(policy.key, 1), costOf(policy.key, 99)], [1, 1]);
});
