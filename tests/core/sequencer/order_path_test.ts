/**
 * The order path as a whole, batcher against sequencer, in a simulated world that fails in every way
 * it can. fast-check prints the plan of a failure, and shrinks it; tests/simulation has the world.
 *
 * @module
 */
import fc from "fast-check";
import { HEALTHY } from "../../simulation/simulated_world.ts";
import { type Accident, ACCIDENTS, type SimulationPlan } from "../../simulation/simulation_plan.ts";
import { runSimulation } from "../../simulation/simulation_run.ts";

const SPAN_MILLIS = 3_000;
const RUNS = 60;

const accident: fc.Arbitrary<Accident> = fc.record({
  atMillis: fc.integer({ min: 0, max: SPAN_MILLIS }),
  kind: fc.constantFrom(...ACCIDENTS, "lead usurped" as const),
  millis: fc.integer({ min: 1, max: 2_500 }),
});

const plan: fc.Arbitrary<SimulationPlan> = fc.record({
  seed: fc.integer(),
  faults: fc.record({
    lossShare: fc.constantFrom(0, 0.01, 0.1, 0.3),
    repeatShare: fc.constantFrom(0, 0.05, 0.3),
    delayMicrosMost: fc.constantFrom(200, 3_000, 40_000, 400_000),
  }),
  matchers: fc.integer({ min: 2, max: 3 }),
  gateways: fc.constant(2),
  clients: fc.integer({ min: 1, max: 4 }),
  commandsEach: fc.integer({ min: 1, max: 60 }),
  spanMillis: fc.constant(SPAN_MILLIS),
  frameRecords: fc.constantFrom(1, 4, 64),
  driftMost: fc.constant(0.02),
  offsetMicrosMost: fc.constant(200_000),
  accidents: fc.array(accident, { maxLength: 8 }),
  loss: fc.constant(null),
});

const CALM: SimulationPlan = {
  seed: 0,
  faults: HEALTHY,
  matchers: 3,
  gateways: 2,
  clients: 4,
  commandsEach: 50,
  spanMillis: 1_500,
  frameRecords: 4,
  driftMost: 0.02,
  offsetMicrosMost: 200_000,
  accidents: [],
  loss: null,
};

Deno.test("every order enters the log once and is answered, whatever breaks on the way", () => {
  fc.assert(fc.property(plan, (one) => void runSimulation(one)), { numRuns: RUNS });
});

Deno.test("two leaders that start at once end as one", () => {
  const accidents: Accident[] = [];
  for (let atMillis = 0; atMillis < 1_000; atMillis += 100) {
    accidents.push({ atMillis, kind: "lead usurped", millis: 1 });
    accidents.push({ atMillis, kind: "lead usurped", millis: 1 });
  }
  for (let seed = 1; seed <= 10; seed++) runSimulation({ ...CALM, seed, accidents });
});

Deno.test("a leader that wakes behind its successor writes nothing", () => {
  const accidents: Accident[] = [{ atMillis: 200, kind: "leader stopped", millis: 1_500 }];
  const faults = { ...HEALTHY, delayMicrosMost: 5_000 };
  for (let seed = 1; seed <= 20; seed++) runSimulation({ ...CALM, seed, faults, accidents });
});
