/**
 * The whole system in the simulation: the same thousand seeds every time, and some new ones.
 *
 * @module
 */
import assert from "node:assert/strict";
import { planOf } from "./simulation_plan.ts";
import { runSimulation } from "./simulation_run.ts";
import { runSeries, SEED_MAX } from "./simulation_series.ts";

const SEEDS = 1_000;
const SEEDS_AT_ONCE = 250;
const NEW_SEEDS = 50;

/** Runs seeds, and fails with the command that repeats the one that fails. */
function assertSeeds(from: number, seeds: number): void {
  const { failed } = runSeries({ from, seeds });
  if (failed !== null) assert.fail(`seed ${failed.seed}: ${failed.message}\n${failed.command}`);
}

for (let from = 1; from <= SEEDS; from += SEEDS_AT_ONCE) {
  const to = from + SEEDS_AT_ONCE - 1;
  Deno.test(`whatever breaks, everybody is told what the log says, seeds ${from} to ${to}`, () => {
    assertSeeds(from, SEEDS_AT_ONCE);
  });
}

Deno.test("whatever breaks, everybody is told what the log says, with seeds nobody has seen", () => {
  const from = 1 + Math.floor(Math.random() * (SEED_MAX - NEW_SEEDS));
  console.log(`seeds ${from} to ${from + NEW_SEEDS - 1}`);
  assertSeeds(from, NEW_SEEDS);
});

Deno.test("a seed runs the same way every time", () => {
  for (let seed = 1; seed <= 10; seed++) {
    const steps: string[][] = [[], []];
    const hashes = steps.map((lines) =>
      runSimulation(planOf(seed), undefined, (line) => lines.push(line())).traceHash
    );
    assert.equal(hashes[0], hashes[1]);
    assert.deepEqual(steps[0], steps[1]);
  }
});

Deno.test("two seeds run in different ways", () => {
  const hashes = [1, 2, 3, 4].map((seed) => runSimulation(planOf(seed)).traceHash);
  assert.equal(new Set(hashes).size, hashes.length);
});
