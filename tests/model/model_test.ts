import assert from "node:assert/strict";
import { type ModelTally, runModel } from "./model_run.ts";

/** Commands of an ordinary test run; model_main.ts runs as many as one likes. */
const COMMANDS = 200_000;

Deno.test("model: the core does what the naive exchange does, command by command", () => {
  const seed = Date.now() % 2 ** 31;
  let tally: ModelTally;
  try {
    tally = runModel(COMMANDS, seed);
  } catch (error) {
    console.error(`seed ${seed}`);
    throw error;
  }
  assert.ok(tally.commands >= COMMANDS);
  assert.ok(tally.trades > tally.commands / 20, `only ${tally.trades} trades: seed ${seed}`);
});
