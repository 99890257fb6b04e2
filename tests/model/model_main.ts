/**
 * The model for as long as one likes:
 * `deno run tests/model/model_main.ts --commands 10000000 --seed 42`. Needs no permission.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { runModel } from "./model_run.ts";

const HELP = `Runs random commands through the core and through a naive exchange beside it.

Usage: deno run tests/model/model_main.ts [--commands N] [--seed S] [--help]

  --commands N  run at least this many commands (default 1000000)
  --seed S      begin with this seed (default: the time of day)
  --help        print this text

A difference ends the run with exit code 1, the seed and the shortest script that shows it.`;

/** Time between two lines that say how far the run is. */
const PROGRESS_MILLIS = 10_000;

/** Reads a whole number, or says which option does not hold one. */
function wholeNumber(name: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d{1,16}$/.test(text) && value <= most) return value;
  throw new RangeError(`--${name} ${text} is not a whole number from 0 to ${most}`);
}

function main(args: string[]): number {
  const { values } = parseArgs({
    args,
    options: {
      commands: { type: "string", default: "1000000" },
      seed: { type: "string", default: String(Date.now() % 2 ** 31) },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const commands = wholeNumber("commands", values.commands, Number.MAX_SAFE_INTEGER);
  const seed = wholeNumber("seed", values.seed, 2 ** 31 - 1);
  console.log(`seed ${seed}`);
  const start = performance.now();
  let toldMillis = start;
  const tally = runModel(commands, seed, (sofar) => {
    const nowMillis = performance.now();
    if (nowMillis - toldMillis < PROGRESS_MILLIS) return;
    toldMillis = nowMillis;
    const percent = Math.floor(sofar.commands / commands * 100);
    const rate = Math.round(sofar.commands / (nowMillis - start) * 1000);
    console.log(
      `${sofar.commands} commands (${percent} %), ${rate} a second, no difference so far`,
    );
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(
    `${tally.commands} commands, ${tally.trades} trades, ${tally.scripts} scripts in ${seconds} s: no difference`,
  );
  return 0;
}

try {
  Deno.exit(main(Deno.args));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  if (error instanceof Error && error.cause instanceof Error) console.error(error.cause.message);
  Deno.exit(1);
}
