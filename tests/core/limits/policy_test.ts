import assert from "node:assert/strict";
import { AdmissionKind } from "../../../core/limits/decision.ts";
import {
  admissionPolicy,
  bucketsOf,
  CANCEL_FACTOR,
  costIn,
  localShare,
  PolicyError,
  RATE_MAX,
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

Deno.test("a local share divides the ordinary rates and keeps all of the cancels", () => {
  const policy = admissionPolicy(100, 2);
  const share = localShare(policy, 4);
  assert.equal(share.key.tokens.unitsPerSecond, 25);
  assert.equal(share.key.leak.units, 25);
  assert.equal(share.address.tokens.unitsPerSecond, 1);
  assert.deepEqual(share.key.cancels, policy.key.cancels);
  assert.equal(share.key.leak.code, policy.key.leak.code);
});

Deno.test("every request passes the buckets of its kind", () => {
  const policy = admissionPolicy(1, 1);
  const names = (kind: AdmissionKind, hasKey: boolean) =>
    bucketsOf(policy, kind, hasKey).map(({ name }) => name);
  assert.deepEqual(names(AdmissionKind.ordinary, true), [
    "key",
    "key-peak",
    "address",
    "address-peak",
  ]);
  assert.deepEqual(names(AdmissionKind.ordinary, false), ["address", "address-peak"]);
  assert.deepEqual(names(AdmissionKind.cancel, true), ["key-cancel", "address-cancel"]);
  assert.deepEqual(names(AdmissionKind.cancel, false), ["address-cancel"]);
  assert.equal(costIn(policy.key.tokens, 1), 1);
  assert.equal(costIn(policy.key.tokens, 99), 2);
});
