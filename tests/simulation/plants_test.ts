/**
 * Each planted mistake is found, and how soon.
 *
 * @module
 */
import assert from "node:assert/strict";
import { PLANTS } from "./plants.ts";
import { runSeries } from "./simulation_series.ts";

/** Seeds within which a mistake must be found. */
const SEEDS_MAX = 1_000;
/** What a checker fails with: anything else would be a mistake of the simulation's own. */
const BY_A_CHECKER = /^(?:SimulationError|AssertionError)/;

for (const plant of Object.keys(PLANTS)) {
  Deno.test(`the mistake "${plant}" is found`, () => {
    const { failed } = runSeries({ from: 1, seeds: SEEDS_MAX, plant });
    assert.ok(failed !== null, `"${plant}" is not found within ${SEEDS_MAX} seeds`);
    assert.match(failed.message, BY_A_CHECKER);
    console.log(`${plant} is found at seed ${failed.seed}: ${failed.message.split("\n")[0]}`);
  });
}
