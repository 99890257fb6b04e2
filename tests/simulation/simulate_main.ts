/**
 * `deno task simulate`: the whole system in one thread and from one seed, with everything that can
 * break breaking, for as many seeds as one likes.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { PLANTS } from "./plants.ts";
import { countsOf, runSeries, SEED_MAX, type SeriesResult } from "./simulation_series.ts";

const HELP = `Runs the whole system in a simulation: clients, gateways, broker, leader, standbys and
snapshots in one thread, while messages are lost and processes die. Each seed is a run of its own.

Usage: deno task simulate --seeds N [--from SEED] [--plant NAME] [--json] [--trace]

  --seeds N     how many seeds (default 100)
  --from SEED   the first one (default: by the time of day)
  --plant NAME  with a mistake that must be found: ${Object.keys(PLANTS).join(", ")}
  --json        print one JSON object instead of a table
  --trace       print every step, for one seed
  --help        print this text

A run that fails ends it with exit code 1, what is wrong, and the command that repeats the run.`;

/** Time between two lines that say how far it is. */
const PROGRESS_MILLIS = 1_500;
const USAGE_CODE = 2;
const KIND_WIDTH = 52;
const COUNT_WIDTH = 12;

/** A command line that is not understood. */
class UsageError extends Error {
  override readonly name = "UsageError";
}

function readArguments(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        seeds: { type: "string", default: "100" },
        from: { type: "string", default: String(1 + Date.now() % (SEED_MAX - 1_000_000)) },
        plant: { type: "string" },
        json: { type: "boolean", default: false },
        trace: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(". ")[0] : String(error);
    throw new UsageError(`${reason}; deno task simulate --help lists what there is`);
  }
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (/^\d{1,10}$/.test(text) && value >= 1 && value <= SEED_MAX) return value;
  throw new UsageError(`--${name} ${text} is not a whole number from 1 to ${SEED_MAX}`);
}

function main(args: string[]): number {
  const values = readArguments(args);
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const seeds = wholeNumber("seeds", values.seeds);
  const from = wholeNumber("from", values.from);
  const { plant } = values;
  if (plant !== undefined && !Object.hasOwn(PLANTS, plant)) {
    throw new UsageError(`--plant ${plant} is none of ${Object.keys(PLANTS).join(", ")}`);
  }
  console.error(`seeds ${from} to ${from + seeds - 1}`);
  const startMillis = performance.now();
  let toldMillis = startMillis;
  const result = runSeries({
    from,
    seeds,
    plant,
    tell: values.trace ? (line) => console.error(line()) : undefined,
    ran: (sofar) => {
      const nowMillis = performance.now();
      if (nowMillis - toldMillis < PROGRESS_MILLIS) return;
      toldMillis = nowMillis;
      console.error(progressLine(sofar, seeds, nowMillis - startMillis));
    },
  });
  const seconds = (performance.now() - startMillis) / 1000;
  if (values.json) console.log(jsonOf(result, from, seeds, seconds));
  else printTable(result, seconds);
  if (result.failed === null) return 0;
  const { command, message, seed } = result.failed;
  console.error(`seed ${seed} failed: ${message}\nrepeat it with: ${command}`);
  return 1;
}

function progressLine(sofar: SeriesResult, seeds: number, millis: number): string {
  const rate = sofar.runs / millis * 1000;
  const left = Math.ceil((seeds - sofar.runs) / rate);
  return `${sofar.runs} of ${seeds} runs, ${
    rate.toFixed(1)
  } a second, ${sofar.commands} commands, ` +
    `${sumOf(countsOf(sofar, true))} faults, ${left} s left`;
}

function jsonOf(result: SeriesResult, from: number, seeds: number, seconds: number): string {
  const { commands, failed, runs, traceHash } = result;
  return JSON.stringify({
    from,
    seeds,
    runs,
    seconds: Number(seconds.toFixed(1)),
    commands,
    traceHash,
    faults: Object.fromEntries(countsOf(result, true)),
    work: Object.fromEntries(countsOf(result, false)),
    failed,
  });
}

function printTable(result: SeriesResult, seconds: number): void {
  const row = (name: string, count: number | string) =>
    console.log(name.padEnd(KIND_WIDTH) + String(count).padStart(COUNT_WIDTH));
  row("runs", result.runs);
  row("runs a second", (result.runs / seconds).toFixed(1));
  row("commands", result.commands);
  row("trace hash", result.traceHash);
  const faults = countsOf(result, true);
  console.log("\nwhat was done to the system");
  for (const [kind, count] of faults) row(`  ${kind}`, count);
  row("  faults in all", sumOf(faults));
  console.log("\nwhat it did");
  for (const [kind, count] of countsOf(result, false)) row(`  ${kind}`, count);
}

function sumOf(counts: readonly [string, number][]): number {
  return counts.reduce((sum, [, count]) => sum + count, 0);
}

try {
  Deno.exit(main(Deno.args));
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  Deno.exit(error instanceof UsageError ? USAGE_CODE : 1);
}
