import assert from "node:assert/strict";
import fc from "fast-check";
import { LimitedSubject } from "../../../core/limits/limited_subject.ts";
import { AdmissionCode, AdmissionKind } from "../../../core/limits/admission_code.ts";
import { TRIP_MICROS_LEAST } from "../../../core/limits/lease.ts";
import {
  ASKS,
  type LeaseAsk,
  type LeaseCode,
  LeaseTable,
  type Sharing,
} from "../../../core/limits/lease_table.ts";
import { admissionPolicy, type SubjectPolicy } from "../../../core/limits/policy.ts";
import { SharedCounters } from "./shared_counters.ts";

const START_MICROS = 1_700_000_000_000_000;
const SECOND = 1_000_000;
const { order, cancel } = AdmissionKind;

/** One process with its table, and those who wait in it. */
class Process {
  readonly sharing: Sharing = { isShared: true, instances: 1, roundTripMicros: 0 };
  readonly table: LeaseTable;
  readonly waiters: { subject: string; weight: number }[] = [];
  readonly #subjects = new Map<string, LimitedSubject>();
  admitted = 0;
  refused = 0;
  trips = 0;

  constructor(readonly policy: SubjectPolicy, readonly counters: SharedCounters) {
    this.table = new LeaseTable(policy, 1_024, this.sharing);
  }

  decide(subject: string, weight: number, now: number): LeaseCode {
    const code = this.table.decide(this.#of(subject), this.policy, weight, order, now, true);
    if (code === ASKS) this.waiters.push({ subject, weight });
    else this.#count(code, weight);
    return code;
  }

  /** One round trip, if there is anything to ask. */
  trip(now: number, isLost = false): void {
    const asks: LeaseAsk[] = [];
    this.table.collect(asks, 128, now);
    if (asks.length === 0) return;
    this.trips++;
    const answers = isLost ? null : this.counters.ask(this, asks, now);
    this.sharing.isShared = answers !== null;
    if (answers !== null) this.sharing.instances = this.counters.instances;
    asks.forEach((ask, index) => {
      if (answers === null) this.table.failed(ask);
      else this.table.answered(ask, answers[index], now);
    });
    const waiters = this.waiters.splice(0);
    for (const waiter of waiters) {
      const { subject, weight } = waiter;
      const code = this.table.resume(this.#of(subject), this.policy, weight, now, true);
      if (code === ASKS) this.waiters.push(waiter);
      else this.#count(code, weight);
    }
  }

  /** One that is kept, as the record of a key keeps it. */
  #of(name: string): LimitedSubject {
    const known = this.#subjects.get(name);
    if (known !== undefined) return known;
    const subject = new LimitedSubject(name);
    this.#subjects.set(name, subject);
    return subject;
  }

  #count(code: AdmissionCode, weight: number): void {
    if (code === AdmissionCode.admitted) this.admitted += weight;
    else this.refused += weight;
  }
}

const processes = (count: number, policy: SubjectPolicy): Process[] => {
  const counters = new SharedCounters();
  return Array.from({ length: count }, () => new Process(policy, counters));
};

Deno.test("the first request waits for an answer, the next ones are decided out of the hand", () => {
  const { key } = admissionPolicy(1_000, 1);
  const [process] = processes(1, key);
  let now = START_MICROS;
  assert.equal(process.decide("k", 1, now), ASKS);
  process.trip(now += 1_000);
  assert.equal(process.admitted, 1);
  // A thousand a second, evenly: soon enough is in hand for the time of some round trips.
  for (let millis = 0; millis < 3_000; millis++) {
    process.decide("k", 1, now += 1_000);
    if (millis % 55 === 0) process.trip(now);
  }
  assert.equal(process.refused, 0);
  const { trips } = process;
  for (let millis = 0; millis < 3_000; millis++) {
    assert.equal(process.decide("k", 1, now += 1_000), AdmissionCode.admitted, `${millis} ms`);
    if (millis % 55 === 0) process.trip(now);
  }
  const perRequest = (process.trips - trips) / 3_000;
  assert.ok(perRequest <= 0.02, `${perRequest} round trips a request`);
});

Deno.test("many subjects that ask seldom share their round trips, and wait for one at most", () => {
  const { key } = admissionPolicy(10, 1);
  const [process] = processes(1, key);
  let now = START_MICROS;
  for (let millis = 0; millis < 5_000; millis++) {
    process.decide(`phone ${(millis * 7) % 401}`, 1, now += 1_000);
    if (millis % 55 === 54) process.trip(now);
  }
  process.trip(now += 1_000);
  assert.equal(process.refused, 0);
  assert.equal(process.admitted, 5_000);
  assert.ok(process.trips <= 100, `${process.trips} round trips`);
});

Deno.test("what is not spent goes back, and can be spent elsewhere", () => {
  const { key } = admissionPolicy(100, 1);
  const [one, other] = processes(2, key);
  let now = START_MICROS;
  for (let index = 0; index < 60; index++) one.decide("k", 1, now += 5_000);
  one.trip(now);
  for (let step = 0; step < 60; step++) {
    one.decide("k", 1, now += 10_000);
    if (step % 6 === 0) one.trip(now);
  }
  // Two seconds bring all back, if nobody has kept anything.
  for (let step = 0; step < 60; step++) one.trip(now += TRIP_MICROS_LEAST);
  assert.equal(one.table.active, 0, "nothing left to do");
  assert.ok(one.counters.returned > 0, "some of it had been taken ahead of need");
  const { admitted } = other;
  for (let index = 0; index < 100; index++) other.decide("k", 1, now);
  other.trip(now);
  assert.equal(other.admitted - admitted, 100);
});

Deno.test("a subject that got less than it needed is refused at once until a trip is worth it", () => {
  const { key } = admissionPolicy(100, 1);
  const [process] = processes(1, key);
  let now = START_MICROS;
  for (let index = 0; index < 500; index++) process.decide("k", 1, now);
  process.trip(now);
  assert.equal(process.admitted, 100, "what the leak lets in at once");
  const { trips } = process;
  let seconds = 0;
  for (; seconds < 10; seconds++) {
    for (let millis = 0; millis < 1_000; millis++) {
      process.decide("k", 1, now += 1_000);
      if (millis % 55 === 0) process.trip(now);
    }
  }
  const most = 200 + 100 * seconds;
  assert.ok(process.admitted <= most && process.admitted >= most - 110, `${process.admitted}`);
  const perRequest = (process.trips - trips) / process.admitted;
  assert.ok(perRequest < 0.03, `${perRequest} round trips an admitted request`);
});

Deno.test("cancels are decided without the counters, also when they are lost", () => {
  const { key } = admissionPolicy(10, 1);
  const [process] = processes(1, key);
  for (const isShared of [true, false]) {
    process.sharing.isShared = isShared;
    for (let index = 0; index < 40; index++) {
      const code = process.table.decide(
        new LimitedSubject("k"),
        key,
        1,
        cancel,
        START_MICROS,
        true,
      );
      assert.equal(code, AdmissionCode.admitted);
    }
  }
  assert.equal(process.table.active, 0);
});

Deno.test("when the counters are lost each gives out its share, and pays for it afterwards", () => {
  const { key } = admissionPolicy(100, 1);
  const all = processes(4, key);
  let now = START_MICROS;
  for (let round = 0; round < 3; round++) {
    for (const process of all) {
      process.decide("k", 1, now);
      process.trip(now += 1_000);
    }
  }
  const before = all.reduce((sum, process) => sum + process.admitted, 0);
  const began = now;
  for (let millis = 0; millis < 10_000; millis++) {
    now += 1_000;
    for (const process of all) {
      process.decide("k", 1, now);
      if (millis % 55 === 0) process.trip(now, true);
    }
  }
  const lost = all.reduce((sum, process) => sum + process.admitted, 0) - before;
  const fair = 100 * (now - began) / SECOND;
  // A quarter of a burst, and what each had in hand.
  const most = fair + 200 / 4 + 4 * 5;
  assert.ok(lost >= fair * 0.9 && lost <= most, `${lost} of ${fair}`);
  // The counters filled up meanwhile; what was given out is taken from them all the same.
  for (const process of all) process.trip(now += TRIP_MICROS_LEAST);
  const left = all[0].counters.left("k");
  assert.ok(left <= 10, `${left} left`);
});

Deno.test("a round trip that failed gives nobody anything twice", () => {
  const { key } = admissionPolicy(10, 1);
  const [process] = processes(1, key);
  let now = START_MICROS;
  process.decide("k", 1, now);
  process.trip(now, true);
  assert.equal(process.admitted, 1, "by the own share");
  process.trip(now += 1_000);
  for (let index = 0; index < 30; index++) {
    process.decide("k", 1, now);
    process.trip(now);
  }
  assert.equal(process.admitted, 10);
});

Deno.test("over any number of processes a subject gets no more than rate x time + burst", () => {
  const steps = fc.array(
    fc.record({
      process: fc.nat(7),
      requests: fc.nat(40),
      weight: fc.integer({ min: 1, max: 5 }),
      stepMicros: fc.nat(120_000),
      isKilled: fc.nat(40).map((value) => value === 0),
    }),
    { minLength: 60, maxLength: 200 },
  );
  fc.assert(
    fc.property(fc.constantFrom(5, 50, 1_000), steps, (rate, sequence) => {
      const { key } = admissionPolicy(rate, 1);
      const all = processes(8, key);
      let now = START_MICROS;
      let dead = 0;
      for (const { process, requests, weight, stepMicros, isKilled } of sequence) {
        now += stepMicros;
        for (let index = 0; index < requests; index++) all[process].decide("k", weight, now);
        all[process].trip(now);
        if (isKilled) {
          dead += all[process].admitted;
          all[process] = new Process(key, all[process].counters);
        }
        const admitted = all.reduce((sum, one) => sum + one.admitted, dead);
        assert.ok(admitted <= 2 * rate + rate * (now - START_MICROS) / SECOND, `${admitted}`);
      }
    }),
    { numRuns: 60 },
  );
});

Deno.test("whoever keeps to what one process says is never refused by it", () => {
  const weights = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 50, maxLength: 300 });
  fc.assert(
    fc.property(fc.constantFrom(3, 20, 300), weights, (rate, sequence) => {
      const { key } = admissionPolicy(rate, 1);
      const [process] = processes(1, key);
      let now = START_MICROS;
      let left = key.costMax;
      let fullMicros = 0;
      for (const weight of sequence) {
        const cost = Math.min(weight, key.costMax);
        if (cost > left) {
          now += Math.ceil(fullMicros / SECOND) * SECOND;
          process.trip(now);
          left = key.costMax;
        }
        const code = process.decide("k", weight, now);
        if (code === ASKS) process.trip(now);
        assert.equal(process.refused, 0, `weight ${weight}, ${left} left`);
        process.table.read(new LimitedSubject("k"), key, now);
        ({ remaining: left, fullMicros } = process.table.figures);
        now += 1_000;
      }
    }),
  );
});
