import assert from "node:assert/strict";
import fc from "fast-check";
import {
  BACK_OFF_LEAST_MICROS,
  BACK_OFF_MOST_MICROS,
  BREAKER_SLOTS,
  BreakerPhase,
  breakerPhase,
  breakerWaitMicros,
  concludeProbe,
  DEPLETED_GAP_MICROS_MAX,
  DEPLETED_MICROS,
  noteDepletion,
  passBreaker,
  PROBE_MICROS_MAX,
  PROBE_SUCCESSES,
  PROBES_MAX,
  settleBreaker,
} from "../../../core/limits/breaker.ts";

const START_MICROS = 1_700_000_000_000_000;
const SECOND = 1_000_000;
const { closed, open, halfOpen } = BreakerPhase;

/** One breaker with a clock, driven the way the limiter of a total drives it. */
class Breaker {
  readonly state = new Float64Array(BREAKER_SLOTS);
  now = START_MICROS;
  jitter = 0;
  get phase(): BreakerPhase {
    return breakerPhase(this.state, 0);
  }
  wait(): number {
    settleBreaker(this.state, 0, this.now, this.jitter);
    return breakerWaitMicros(this.state, 0);
  }
  pass(): boolean {
    if (this.wait() > 0) return false;
    passBreaker(this.state, 0);
    return true;
  }
  deplete(isDepleted = true): void {
    settleBreaker(this.state, 0, this.now, this.jitter);
    noteDepletion(this.state, 0, this.now, isDepleted, this.jitter);
  }
  conclude(isGood: boolean, roundTripMicros = 0): void {
    settleBreaker(this.state, 0, this.now, this.jitter);
    concludeProbe(this.state, 0, this.now, roundTripMicros, isGood, this.jitter);
  }
  /** Makes it open by a depletion. */
  open(): this {
    for (let look = 0; look <= 10; look++) {
      this.deplete();
      if (look < 10) this.now += DEPLETED_MICROS / 10;
    }
    assert.equal(this.phase, open);
    return this;
  }
  /** Waits as told until it is half-open. */
  halfOpen(): this {
    this.now += this.wait();
    assert.equal(this.wait(), 0);
    assert.equal(this.phase, halfOpen);
    return this;
  }
}

Deno.test("a total depleted for five seconds on end opens it, and not a microsecond less", () => {
  assert.equal(DEPLETED_MICROS, 5 * SECOND);
  const breaker = new Breaker();
  for (let look = 0; look < 50; look++) {
    breaker.deplete();
    breaker.now += 100_000;
  }
  breaker.now -= 1;
  breaker.deplete();
  assert.equal(breaker.phase, closed);
  breaker.now += 1;
  breaker.deplete();
  assert.equal(breaker.phase, open);
});

Deno.test("a moment without depletion, or one in which nobody looked, begins the five again", () => {
  for (const isLooking of [true, false]) {
    const breaker = new Breaker();
    for (let look = 0; look < 49; look++) {
      breaker.deplete();
      breaker.now += 100_000;
    }
    if (isLooking) breaker.deplete(false);
    else breaker.now += DEPLETED_GAP_MICROS_MAX + 1;
    for (let look = 0; look < 50; look++) {
      breaker.deplete();
      assert.equal(breaker.phase, closed);
      breaker.now += 100_000;
    }
    breaker.deplete();
    assert.equal(breaker.phase, open);
  }
});

Deno.test("open, it says when to come back: refused until then, let through at it", () => {
  fc.assert(fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (jitter) => {
    const breaker = new Breaker();
    breaker.jitter = jitter;
    breaker.open();
    const wait = breaker.wait();
    assert.ok(wait >= BACK_OFF_LEAST_MICROS && wait <= 2 * BACK_OFF_LEAST_MICROS, `${wait}`);
    breaker.now += wait - 1;
    assert.equal(breaker.wait(), 1);
    breaker.now += 1;
    assert.ok(breaker.pass());
  }));
});

Deno.test("half-open lets a bounded number through and closes after enough successes", () => {
  const breaker = new Breaker().open().halfOpen();
  let passed = 0;
  while (breaker.pass()) passed++;
  assert.equal(passed, PROBES_MAX);
  assert.equal(breaker.wait(), PROBE_MICROS_MAX);
  for (let success = 1; success <= PROBE_SUCCESSES; success++) {
    assert.equal(breaker.phase, halfOpen);
    breaker.conclude(true);
  }
  assert.equal(breaker.phase, closed);
  assert.ok(breaker.state.every((slot) => slot === 0));
});

Deno.test("a failure opens it again with the back-off doubled, up to the longest", () => {
  for (const jitter of [0, 0.999999]) {
    const breaker = new Breaker();
    breaker.jitter = jitter;
    breaker.open();
    const waits = [breaker.wait()];
    for (let failure = 0; failure < 8; failure++) {
      breaker.halfOpen();
      assert.ok(breaker.pass());
      breaker.conclude(false);
      assert.equal(breaker.phase, open);
      waits.push(breaker.wait());
    }
    const seconds = waits.map((wait) => Math.round(wait / SECOND));
    const expected = [1, 2, 4, 8, 15, 15, 15, 15, 15];
    assert.deepEqual(seconds, jitter === 0 ? expected : expected.map((one) => 2 * one));
    assert.ok(waits.every((wait) => wait <= BACK_OFF_MOST_MICROS));
  }
});

Deno.test("once closed, the next back-off is a short one again", () => {
  const breaker = new Breaker().open().halfOpen();
  breaker.conclude(false);
  breaker.halfOpen();
  for (let success = 0; success < PROBE_SUCCESSES; success++) breaker.conclude(true);
  assert.equal(breaker.phase, closed);
  assert.equal(breaker.open().wait(), BACK_OFF_LEAST_MICROS);
});

Deno.test("probes that are not heard of are a failure; without probes, or with some, they go on", () => {
  const silent = new Breaker().open().halfOpen();
  assert.ok(silent.pass());
  silent.now += PROBE_MICROS_MAX;
  assert.equal(silent.wait(), 2 * BACK_OFF_LEAST_MICROS);
  assert.equal(silent.phase, open);

  const idle = new Breaker().open().halfOpen();
  idle.now += 10 * PROBE_MICROS_MAX;
  assert.ok(idle.pass());

  const heard = new Breaker().open().halfOpen();
  while (heard.pass());
  heard.conclude(true);
  heard.now += PROBE_MICROS_MAX;
  assert.ok(heard.pass());
  for (let success = 1; success < PROBE_SUCCESSES; success++) heard.conclude(true);
  assert.equal(heard.phase, closed);
});

Deno.test("successes count since it is half-open, what is heard since the round began", () => {
  const failing = new Breaker().open().halfOpen();
  for (let success = 1; success < PROBE_SUCCESSES; success++) failing.conclude(true);
  failing.conclude(false);
  failing.halfOpen().conclude(true);
  assert.equal(failing.phase, halfOpen);

  const falling = new Breaker().open().halfOpen();
  assert.ok(falling.pass());
  falling.conclude(true);
  falling.now += PROBE_MICROS_MAX;
  assert.ok(falling.pass());
  falling.now += PROBE_MICROS_MAX;
  assert.ok(falling.wait() > 0);
  assert.equal(falling.phase, open);
});

Deno.test("a round trip that began before it was half-open says nothing", () => {
  const breaker = new Breaker().open().halfOpen();
  breaker.now += 1_000;
  breaker.conclude(false, 1_001);
  for (let late = 0; late < 20; late++) breaker.conclude(true, 1_001);
  assert.equal(breaker.phase, halfOpen);
  breaker.conclude(true, NaN);
  breaker.conclude(false, 1_000);
  assert.equal(breaker.phase, open);
});

const events = fc.array(
  fc.record({
    stepMicros: fc.oneof(
      fc.integer({ min: 0, max: 900_000 }),
      fc.integer({ min: -1_000_000, max: 900_000 }),
      fc.integer({ min: -86_400_000_000, max: 10_000_000 }),
    ),
    isDepleted: fc.constantFrom(true, true, true, true, true, true, false),
    isGood: fc.boolean(),
    isProbe: fc.boolean(),
    jitter: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  }),
  { minLength: 50, maxLength: 400 },
);

Deno.test("it refuses for no longer than the longest back-off, however the clock steps", () => {
  fc.assert(fc.property(events, (sequence) => {
    const breaker = new Breaker();
    /** Time that went forward since it opened, and since a half-open round was used up. */
    let openMicros = 0;
    for (const { stepMicros, isDepleted, isGood, isProbe, jitter } of sequence) {
      breaker.now += stepMicros;
      breaker.jitter = jitter;
      const before = breaker.phase;
      const wait = breaker.wait();
      assert.ok(Number.isInteger(wait) && wait >= 0 && wait <= BACK_OFF_MOST_MICROS, `${wait}`);
      assert.ok(breaker.state.every(Number.isFinite));
      openMicros = breaker.phase === open && before === open
        ? openMicros + Math.max(0, stepMicros)
        : 0;
      assert.ok(openMicros < BACK_OFF_MOST_MICROS);
      if (wait > 0) {
        // Whoever waits as told finds it open for probes, or for others' failure longer.
        const copy = new Breaker();
        copy.state.set(breaker.state);
        copy.now = breaker.now + wait;
        if (copy.wait() > 0) assert.equal(breaker.phase, halfOpen);
        continue;
      }
      breaker.deplete(isDepleted);
      if (isProbe && breaker.phase === halfOpen) {
        breaker.pass();
        breaker.conclude(isGood);
      }
    }
  }));
});

Deno.test("probes during one step back of the clock still close it", () => {
  for (const backMicros of [500_000, 3_600 * SECOND]) {
    const breaker = new Breaker().open().halfOpen();
    breaker.now -= backMicros;
    for (let probe = 0; probe < PROBE_SUCCESSES; probe++) {
      assert.ok(breaker.pass());
      breaker.now += 2_000;
      breaker.conclude(true, 2_000);
    }
    assert.equal(breaker.phase, closed);
  }
});

Deno.test("no more than the probes of a round pass in a round, whatever comes back", () => {
  fc.assert(fc.property(events, (sequence) => {
    const breaker = new Breaker().open().halfOpen();
    let passed = 0;
    let micros = 0;
    for (const { stepMicros, isProbe } of sequence) {
      const step = Math.abs(stepMicros) % 300_000;
      breaker.now += step;
      micros += step;
      if (isProbe) breaker.conclude(true, 400_000 * PROBE_MICROS_MAX);
      if (breaker.pass()) passed++;
      assert.ok(passed <= PROBES_MAX * (1 + Math.floor(micros / PROBE_MICROS_MAX)), `${passed}`);
    }
  }));
});
