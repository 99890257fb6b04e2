import assert from "node:assert/strict";
import fc from "fast-check";
import { type AdmissionRequest, LocalAdmission } from "../../../core/limits/admission.ts";
import { LimitedSubject } from "../../../core/limits/limited_subject.ts";
import { AdmissionCode, AdmissionKind } from "../../../core/limits/admission_code.ts";
import { type AdmissionPolicy, admissionPolicy, keyPolicyOf } from "../../../core/limits/policy.ts";

const START_MICROS = 1_700_000_000_000_000;
const SECOND = 1_000_000;
const { order, read, cancel } = AdmissionKind;

/** Asks of keys and addresses under the limits of `policy`. */
const asking = (policy: AdmissionPolicy) => {
  const ofKey = (more: Partial<AdmissionRequest> = {}): AdmissionRequest => ({
    subject: new LimitedSubject("k1"),
    policy: policy.key,
    weight: 1,
    kind: order,
    ...more,
  });
  const ofAddress = (subject: string): AdmissionRequest => ({
    subject: new LimitedSubject(subject),
    policy: policy.address,
    weight: 1,
    kind: read,
  });
  return { policy, ofKey, ofAddress };
};

const limited = (keyRate: number, addressRate: number) =>
  asking(admissionPolicy(keyRate, addressRate));

/** How many requests in a row are admitted at one instant. */
function admittedAt(admission: LocalAdmission, now: number, request: AdmissionRequest): number {
  for (let count = 0; count < 100_000; count++) {
    if (admission.admit(request, now).code !== AdmissionCode.admitted) return count;
  }
  throw new Error("never refused");
}

Deno.test("a burst enters by its tokens and is smoothed by the leak", () => {
  const { policy, ofKey } = limited(10, 1_000);
  const admission = new LocalAdmission(policy, 16);
  assert.equal(admittedAt(admission, START_MICROS, ofKey()), 10);
  const refused = admission.admit(ofKey(), START_MICROS);
  assert.equal(refused.code, AdmissionCode.keyLeak);
  assert.deepEqual([refused.policy, refused.limit, refused.remaining], ["key-peak", 10, 0]);
  // Half a second at twice the rate: the second half of the burst, and then the tokens are spent.
  assert.equal(admittedAt(admission, START_MICROS + SECOND / 2, ofKey()), 10);
  assert.equal(admittedAt(admission, START_MICROS + SECOND, ofKey()), 10);
  const spent = admission.admit(ofKey(), START_MICROS + SECOND);
  assert.equal(spent.code, AdmissionCode.keyTokens);
});

Deno.test("keys and addresses have limits of their own, and tiers have theirs", () => {
  const policy = admissionPolicy(10, 20, new Map([["maker", 40]]));
  const { ofKey, ofAddress } = asking(policy);
  const admission = new LocalAdmission(policy, 64);
  const maker = ofKey({ subject: new LimitedSubject("k2"), policy: keyPolicyOf(policy, "maker") });
  assert.equal(admittedAt(admission, START_MICROS, ofKey()), 10);
  assert.equal(admittedAt(admission, START_MICROS, ofAddress("192.0.2.1")), 20);
  assert.equal(admittedAt(admission, START_MICROS, ofAddress("192.0.2.2")), 20);
  assert.equal(admittedAt(admission, START_MICROS, maker), 40);
  assert.equal(keyPolicyOf(policy, "unheard-of"), policy.key);
});

Deno.test("a subject that gets another tier keeps what it owes", () => {
  const policy = admissionPolicy(10, 20, new Map([["maker", 40]]));
  const { ofKey } = asking(policy);
  const admission = new LocalAdmission(policy, 64);
  assert.equal(admittedAt(admission, START_MICROS, ofKey()), 10);
  const promoted = ofKey({ policy: keyPolicyOf(policy, "maker") });
  assert.equal(admission.admit(promoted, START_MICROS).code, AdmissionCode.keyLeak);
  const admitted = admittedAt(admission, START_MICROS + SECOND / 4, promoted);
  assert.ok(admitted > 0 && admitted < 40, `${admitted}`);
});

Deno.test("a refusal charges nothing", () => {
  const { policy, ofKey } = limited(10, 15);
  const admission = new LocalAdmission(policy, 16);
  assert.equal(admittedAt(admission, START_MICROS, ofKey({ weight: 4 })), 2);
  for (let repeat = 0; repeat < 100; repeat++) admission.admit(ofKey({ weight: 4 }), START_MICROS);
  assert.equal(admittedAt(admission, START_MICROS, ofKey()), 2);
});

Deno.test("cancels are admitted when orders are refused, and have a bound of their own", () => {
  const { policy, ofKey } = limited(10, 10);
  const admission = new LocalAdmission(policy, 16);
  admittedAt(admission, START_MICROS, ofKey());
  assert.notEqual(admission.admit(ofKey(), START_MICROS).code, AdmissionCode.admitted);
  assert.equal(admittedAt(admission, START_MICROS, ofKey({ kind: cancel })), 100);
  const refused = admission.admit(ofKey({ kind: cancel }), START_MICROS);
  assert.equal(refused.code, AdmissionCode.keyCancels);
  assert.deepEqual(refused.policies.map(({ name }) => name), ["key-cancel"]);
});

Deno.test("spent cancels do not stop orders", () => {
  const { policy, ofKey } = limited(10, 10);
  const admission = new LocalAdmission(policy, 16);
  admittedAt(admission, START_MICROS, ofKey({ kind: cancel }));
  assert.equal(admittedAt(admission, START_MICROS, ofKey()), 10);
});

Deno.test("weights count, and a weight above the smallest bucket needs all of it", () => {
  const { policy, ofKey } = limited(10, 1_000);
  const admission = new LocalAdmission(policy, 16);
  assert.equal(admittedAt(admission, START_MICROS, ofKey({ weight: 4 })), 2);
  const later = START_MICROS + 10 * SECOND;
  assert.equal(admittedAt(admission, later, ofKey({ weight: 500 })), 1);
  assert.equal(admittedAt(admission, later + 10 * SECOND, ofKey({ weight: 500 })), 1);
});

Deno.test("the figures are those of the bucket with less left, and of the slower one", () => {
  const { policy, ofKey } = limited(10, 6);
  const admission = new LocalAdmission(policy, 16);
  const first = admission.admit(ofKey(), START_MICROS);
  assert.deepEqual(
    [first.policy, first.limit, first.remaining, first.resetSeconds],
    ["key-peak", 10, 9, 1],
  );
  assert.deepEqual(first.policies.map(({ name }) => name), ["key", "key-peak"]);
  admittedAt(admission, START_MICROS, ofKey());
  // The leak has run out after half a second, the tokens are back after a whole one.
  const second = admission.admit(ofKey(), START_MICROS + SECOND / 2);
  assert.deepEqual([second.policy, second.remaining, second.resetSeconds], ["key-peak", 9, 1]);
});

Deno.test("what is given back can be spent, and never makes more than a full bucket", () => {
  const { policy, ofKey } = limited(10, 10);
  const admission = new LocalAdmission(policy, 16);
  const later = START_MICROS + SECOND / 2;
  admittedAt(admission, START_MICROS, ofKey());
  admittedAt(admission, later, ofKey());
  for (let index = 0; index < 5; index++) admission.giveBack(ofKey().subject, policy.key, 1);
  // Half a second brings 5 units and the leak has room for 10: 5 and the 5 that came back.
  assert.equal(admittedAt(admission, later + SECOND / 2, ofKey()), 10);
  for (let index = 0; index < 500; index++) admission.giveBack(ofKey().subject, policy.key, 1);
  assert.equal(admittedAt(admission, later + 60 * SECOND, ofKey()), 10, "the leak holds");
  admission.giveBack(new LimitedSubject("never seen"), policy.key, 1);
});

Deno.test("whoever waits as told is admitted, whatever came before", () => {
  const requests = fc.array(
    fc.record({
      stepMicros: fc.nat(400_000),
      subject: fc.constantFrom("k1", "k2", "k3").map((name) => new LimitedSubject(name)),
      weight: fc.integer({ min: 1, max: 12 }),
      kind: fc.constantFrom(order, read, cancel),
    }),
    { minLength: 50, maxLength: 300 },
  );
  fc.assert(fc.property(requests, (sequence) => {
    const { policy, ofKey } = limited(7, 11);
    const admission = new LocalAdmission(policy, 16);
    let now = START_MICROS;
    for (const { stepMicros, ...more } of sequence) {
      now += stepMicros;
      const request = ofKey(more);
      const decision = admission.admit(request, now);
      assert.ok(decision.remaining >= 0 && decision.remaining <= decision.limit);
      if (decision.code === AdmissionCode.admitted) {
        assert.equal(decision.retryAfterSeconds, 0);
        continue;
      }
      assert.ok(decision.retryAfterSeconds >= 1);
      assert.equal(decision.resetSeconds, decision.retryAfterSeconds);
      now += decision.retryAfterSeconds * SECOND;
      assert.equal(admission.admit(request, now).code, AdmissionCode.admitted);
    }
  }));
});

Deno.test("whoever spends what is left, and all when it is back, is never refused", () => {
  const weights = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 50, maxLength: 400 });
  fc.assert(fc.property(fc.integer({ min: 3, max: 40 }), weights, (rate, sequence) => {
    const { policy, ofKey } = limited(rate, 1);
    const admission = new LocalAdmission(policy, 16);
    let now = START_MICROS;
    let left = policy.key.costMax;
    let resetSeconds = 0;
    for (const weight of sequence) {
      const cost = Math.min(weight, policy.key.costMax);
      if (cost > left) {
        now += resetSeconds * SECOND;
        left = policy.key.costMax;
      }
      const decision = admission.admit(ofKey({ weight }), now);
      assert.equal(decision.code, AdmissionCode.admitted);
      ({ remaining: left, resetSeconds } = decision);
      now += 1_000;
    }
  }));
});

Deno.test("one key never gets more than rate x time + burst, however it mixes its requests", () => {
  const requests = fc.array(
    fc.record({ stepMicros: fc.nat(200_000), weight: fc.integer({ min: 1, max: 9 }) }),
    { minLength: 50, maxLength: 400 },
  );
  fc.assert(fc.property(requests, (sequence) => {
    const { policy, ofKey } = limited(9, 1_000);
    const admission = new LocalAdmission(policy, 16);
    let now = START_MICROS;
    let units = 0;
    for (const { stepMicros, weight } of sequence) {
      now += stepMicros;
      if (admission.admit(ofKey({ weight }), now).code === AdmissionCode.admitted) units += weight;
      assert.ok(units <= 18 + (9 * (now - START_MICROS)) / SECOND);
    }
  }));
});

Deno.test("a client that keeps to its rate is never refused, whatever the others do", () => {
  const others = fc.array(fc.nat(30), { minLength: 20, maxLength: 60 });
  fc.assert(fc.property(fc.integer({ min: 1, max: 50 }), others, (rate, bursts) => {
    const { policy, ofKey } = limited(rate, 1_000);
    const admission = new LocalAdmission(policy, 64);
    let now = START_MICROS;
    for (const burst of bursts) {
      const obedient = admission.admit(ofKey({ subject: new LimitedSubject("obedient") }), now);
      assert.equal(obedient.code, AdmissionCode.admitted);
      for (let index = 0; index < burst; index++) {
        admission.admit(ofKey({ subject: new LimitedSubject("greedy") }), now);
      }
      now += Math.ceil(SECOND / rate);
    }
  }));
});
