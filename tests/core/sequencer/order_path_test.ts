/**
 * The order path as a whole, batcher against sequencer, in a simulated world that fails in every way
 * it can. fast-check prints the seed and the plan of a failure, and shrinks it.
 *
 * @module
 */
import fc from "fast-check";
import { type Accident, runOrderPath, type RunPlan } from "./order_path_run.ts";
import { HEALTHY } from "./simulated_world.ts";

const SPAN_MILLIS = 3_000;
const RUNS = 150;

const accident: fc.Arbitrary<Accident> = fc.record({
  atMillis: fc.integer({ min: 0, max: SPAN_MILLIS }),
  kind: fc.constantFrom("killBroker", "killLeader", "stallLeader", "takeOver"),
  millis: fc.integer({ min: 1, max: 2_500 }),
});

const plan: fc.Arbitrary<RunPlan> = fc.record({
  seed: fc.integer(),
  faults: fc.record({
    lossShare: fc.constantFrom(0, 0.01, 0.1, 0.3),
    repeatShare: fc.constantFrom(0, 0.05, 0.3),
    delayMicrosMost: fc.constantFrom(200, 3_000, 40_000, 400_000),
  }),
  orders: fc.integer({ min: 1, max: 300 }),
  spanMillis: fc.constant(SPAN_MILLIS),
  frameRecords: fc.constantFrom(1, 4, 64),
  accidents: fc.array(accident, { maxLength: 8 }),
});

Deno.test("every order enters the log once and is answered, whatever breaks on the way", () => {
  fc.assert(fc.property(plan, runOrderPath), { numRuns: RUNS });
});

Deno.test("two leaders that start at once end as one", () => {
  const accidents: Accident[] = [];
  for (let atMillis = 0; atMillis < 1_000; atMillis += 100) {
    accidents.push({ atMillis, kind: "takeOver", millis: 1 });
    accidents.push({ atMillis, kind: "takeOver", millis: 1 });
  }
  const base = { orders: 200, spanMillis: 1_500, frameRecords: 4, accidents };
  for (let seed = 1; seed <= 10; seed++) runOrderPath({ ...base, seed, faults: HEALTHY });
});

Deno.test("a leader that wakes behind its successor writes nothing", () => {
  for (let seed = 1; seed <= 20; seed++) {
    runOrderPath({
      seed,
      faults: { ...HEALTHY, delayMicrosMost: 5_000 },
      orders: 200,
      spanMillis: 1_500,
      frameRecords: 4,
      accidents: [
        { atMillis: 200, kind: "stallLeader", millis: 700 },
        { atMillis: 300, kind: "takeOver", millis: 1 },
      ],
    });
  }
});
