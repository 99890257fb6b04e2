import assert from "node:assert/strict";
import fc from "fast-check";
import { type AdmissionRequest, LocalAdmission } from "../../../core/limits/admission.ts";
import { AdmissionCode, AdmissionKind } from "../../../core/limits/decision.ts";
import { admissionPolicy } from "../../../core/limits/policy.ts";

const START_MICROS = 1_700_000_000_000_000;
const SECOND = 1_000_000;
const { ordinary, cancel } = AdmissionKind;

const ask = (more: Partial<AdmissionRequest> = {}): AdmissionRequest => ({
  key: "k1",
  address: "192.0.2.1",
  weight: 1,
  kind: ordinary,
  ...more,
});

/** How many requests in a row are admitted at one instant. */
function admittedAt(admission: LocalAdmission, now: number, request: AdmissionRequest): number {
  for (let count = 0; count < 100_000; count++) {
    if (admission.admit(request, now, false).code !== AdmissionCode.admitted) return count;
  }
  throw new Error("never refused");
}

Deno.test("a burst enters by its tokens and is smoothed by the leak", () => {
  const admission = new LocalAdmission(admissionPolicy(10, 1_000), 16);
  assert.equal(admittedAt(admission, START_MICROS, ask()), 10);
  const refused = admission.admit(ask(), START_MICROS, false);
  assert.equal(refused.code, AdmissionCode.keyLeak);
  assert.deepEqual(
    [refused.policy, refused.limit, refused.remaining],
    ["key-peak", 10, 0],
  );
  // Half a second at twice the rate: the second half of the burst, and then the tokens are spent.
  assert.equal(admittedAt(admission, START_MICROS + SECOND / 2, ask()), 10);
  assert.equal(admittedAt(admission, START_MICROS + SECOND, ask()), 10);
  const spent = admission.admit(ask(), START_MICROS + SECOND, false);
  assert.equal(spent.code, AdmissionCode.keyTokens);
});

Deno.test("an address with many keys meets the address's limit", () => {
  const admission = new LocalAdmission(admissionPolicy(10, 20), 64);
  let admitted = 0;
  for (let key = 0; key < 10; key++) {
    admitted += admittedAt(admission, START_MICROS, ask({ key: `k${key}` }));
  }
  assert.equal(admitted, 20);
  const refused = admission.admit(ask({ key: "fresh" }), START_MICROS, false);
  assert.equal(refused.code, AdmissionCode.addressLeak);
  assert.equal(refused.policy, "address-peak");
  const elsewhere = admission.admit(ask({ address: "192.0.2.2" }), START_MICROS, false);
  assert.equal(elsewhere.code, AdmissionCode.keyLeak);
});

Deno.test("a refusal charges nothing, neither the key nor the address", () => {
  const admission = new LocalAdmission(admissionPolicy(10, 15), 16);
  assert.equal(admittedAt(admission, START_MICROS, ask({ key: "greedy" })), 10);
  for (let repeat = 0; repeat < 100; repeat++) {
    admission.admit(ask({ key: "greedy" }), START_MICROS, false);
  }
  assert.equal(admittedAt(admission, START_MICROS, ask({ key: "other" })), 5);
});

Deno.test("cancels are admitted when orders are refused, and have a bound of their own", () => {
  const admission = new LocalAdmission(admissionPolicy(10, 10), 16);
  admittedAt(admission, START_MICROS, ask());
  assert.notEqual(admission.admit(ask(), START_MICROS, false).code, AdmissionCode.admitted);
  assert.equal(admittedAt(admission, START_MICROS, ask({ kind: cancel })), 100);
  const refused = admission.admit(ask({ kind: cancel }), START_MICROS, false);
  assert.equal(refused.code, AdmissionCode.keyCancels);
  assert.deepEqual(refused.policies.map(({ name }) => name), ["key-cancel", "address-cancel"]);
});

Deno.test("spent cancels do not stop orders", () => {
  const admission = new LocalAdmission(admissionPolicy(10, 10), 16);
  admittedAt(admission, START_MICROS, ask({ kind: cancel }));
  assert.equal(admittedAt(admission, START_MICROS, ask()), 10);
});

Deno.test("weights count, and a weight above the bucket needs all of it", () => {
  const admission = new LocalAdmission(admissionPolicy(10, 1_000), 16);
  assert.equal(admittedAt(admission, START_MICROS, ask({ weight: 4 })), 2);
  const later = START_MICROS + 10 * SECOND;
  assert.equal(admittedAt(admission, later, ask({ weight: 500 })), 1);
  assert.equal(admittedAt(admission, later + 10 * SECOND, ask({ weight: 500 })), 1);
});

Deno.test("the figures are those of the emptier bucket, or of the one that refused", () => {
  const admission = new LocalAdmission(admissionPolicy(10, 6), 16);
  const byAddress = admission.admit(ask(), START_MICROS, false);
  assert.deepEqual(
    [byAddress.policy, byAddress.limit, byAddress.remaining, byAddress.resetSeconds],
    ["address", 12, 11, 1],
  );
  const publicRead = admission.admit(ask({ key: null }), START_MICROS, true);
  assert.deepEqual(publicRead.policies.map(({ name }) => name), ["address", "address-peak"]);
  assert.equal(publicRead.degraded, true);
});

Deno.test("whoever waits as told is admitted, whatever came before", () => {
  const requests = fc.array(
    fc.record({
      stepMicros: fc.nat(400_000),
      key: fc.constantFrom("k1", "k2", "k3", null),
      address: fc.constantFrom("a1", "a2"),
      weight: fc.integer({ min: 1, max: 12 }),
      kind: fc.constantFrom(ordinary, cancel),
    }),
    { minLength: 50, maxLength: 300 },
  );
  fc.assert(fc.property(requests, (sequence) => {
    const admission = new LocalAdmission(admissionPolicy(7, 11), 16);
    let now = START_MICROS;
    for (const { stepMicros, ...request } of sequence) {
      now += stepMicros;
      const decision = admission.admit(request, now, false);
      assert.ok(decision.remaining >= 0 && decision.remaining <= decision.limit);
      if (decision.code === AdmissionCode.admitted) {
        assert.equal(decision.retryAfterSeconds, 0);
        continue;
      }
      assert.ok(decision.retryAfterSeconds >= 1);
      assert.equal(decision.resetSeconds, decision.retryAfterSeconds);
      now += decision.retryAfterSeconds * SECOND;
      assert.equal(admission.admit(request, now, false).code, AdmissionCode.admitted);
    }
  }));
});

Deno.test("one key never gets more than rate x time + burst, however it mixes its requests", () => {
  const requests = fc.array(
    fc.record({ stepMicros: fc.nat(200_000), weight: fc.integer({ min: 1, max: 9 }) }),
    { minLength: 50, maxLength: 400 },
  );
  fc.assert(fc.property(requests, (sequence) => {
    const admission = new LocalAdmission(admissionPolicy(9, 1_000), 16);
    let now = START_MICROS;
    let units = 0;
    for (const [index, { stepMicros, weight }] of sequence.entries()) {
      now += stepMicros;
      const request = ask({ weight, address: `a${index % 5}` });
      if (admission.admit(request, now, false).code === AdmissionCode.admitted) units += weight;
      assert.ok(units <= 18 + (9 * (now - START_MICROS)) / SECOND);
    }
  }));
});

Deno.test("a client that keeps to its rate is never refused, whatever the others do", () => {
  const others = fc.array(fc.nat(30), { minLength: 20, maxLength: 60 });
  fc.assert(fc.property(fc.integer({ min: 1, max: 50 }), others, (rate, bursts) => {
    const admission = new LocalAdmission(admissionPolicy(rate, 1_000), 64);
    let now = START_MICROS;
    for (const burst of bursts) {
      const obedient = admission.admit(ask({ key: "obedient", address: "a1" }), now, false);
      assert.equal(obedient.code, AdmissionCode.admitted);
      for (let index = 0; index < burst; index++) {
        admission.admit(ask({ key: "greedy", address: "a2" }), now, false);
      }
      now += Math.ceil(SECOND / rate);
    }
  }));
});
