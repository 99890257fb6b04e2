import assert from "node:assert/strict";
import { type Mutation, REAL_MODULES, withMutant } from "./mutant.ts";
import { errorsOf, race, type RaceReport } from "./race.ts";

const ROUNDS = 20_000;

/** Lets two Workers hand a number to and fro. */
function raceToAndFro(modules: string): Promise<RaceReport[]> {
  const worker = { role: "worker", count: ROUNDS };
  const memory = new SharedArrayBuffer(96 * 4);
  return race("wait_race_worker.ts", modules, memory, [worker, worker]);
}

const ANNOUNCED = "Atomics.store(this.#words, this.#word, SLEEPING);\n    return false;";
/** A pause before the announcement, so that the other's publish falls there. */
const PAUSE = "pauseSometimes(); ";

Deno.test("stress: two Workers that sleep in turn lose no wake", async () => {
  const reports = await raceToAndFro(REAL_MODULES);
  assert.deepEqual(errorsOf(reports), []);
  assert.deepEqual(reports.map(({ checksum }) => checksum), [ROUNDS, ROUNDS]);
  assert.ok(reports.some(({ counts }) => Number(counts?.sleeps) > 0));
});

Deno.test("stress: nor when there is a pause before the announcement", async () => {
  const pause: Mutation = { file: "wait_strategy.ts", text: ANNOUNCED, by: PAUSE + ANNOUNCED };
  assert.deepEqual(errorsOf(await withMutant([pause], raceToAndFro)), []);
});

Deno.test("stress: it shows when a Worker sleeps without a last look", async () => {
  const noLook: Mutation = {
    file: "wait_strategy.ts",
    text: ANNOUNCED,
    by: PAUSE + ANNOUNCED.replace("false", "true"),
  };
  const errors = errorsOf(await withMutant([noLook], raceToAndFro));
  assert.match(errors.join("; "), /a wake was lost/);
});
