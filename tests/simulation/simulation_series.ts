/**
 * Many runs behind each other: what they add up to, and the first that fails.
 *
 * @module
 */
import { SOUND } from "./glue.ts";
import { PLANTS } from "./plants.ts";
import { planOf } from "./simulation_plan.ts";
import { runSimulation } from "./simulation_run.ts";

/** The largest seed. */
export const SEED_MAX = 2 ** 31 - 1;

/** A run that failed. */
export interface FailedRun {
  readonly seed: number;
  readonly message: string;
  /** What repeats it exactly. */
  readonly command: string;
}

/** What runs add up to. */
export interface SeriesResult {
  runs: number;
  commands: number;
  readonly counts: Map<string, number>;
  /** A hash over the traces of all runs. */
  traceHash: string;
  failed: FailedRun | null;
}

/** Which runs to make. */
export interface SeriesRequest {
  readonly from: number;
  readonly seeds: number;
  /** A mistake of plants.ts, or none. */
  readonly plant?: string | undefined;
  /** Told after each run. */
  readonly ran?: (result: SeriesResult) => void;
  /** Told every step. */
  readonly tell?: ((line: () => string) => void) | undefined;
}

/** What is not done to the system, but by it. */
const WORK: ReadonlySet<string> = new Set([
  "append applied by its leader",
  "append followed",
  "append in doubt",
  "append replayed",
  "command repeated by its client",
  "command sent again by its client",
  "damaged snapshot passed over",
  "frame sent again",
  "handover",
  "lease taken",
  "loss forgotten with a process",
  "matcher started again",
  "movement repeated",
  "process stopped loudly",
  "read answered",
  "read sent again by its client",
  "reference used for another movement",
  "replica restored at a start",
  "snapshot restored",
  "snapshot taken",
  "takeover",
]);

/** The counts of faults, or of all else, by kind. */
export function countsOf(
  { counts }: Pick<SeriesResult, "counts">,
  areFaults: boolean,
): [kind: string, count: number][] {
  return [...counts].filter(([kind]) => WORK.has(kind) !== areFaults).sort();
}

/** Makes the runs, until one fails. */
export function runSeries({ from, plant, ran, seeds, tell }: SeriesRequest): SeriesResult {
  const result: SeriesResult = {
    runs: 0,
    commands: 0,
    counts: new Map(),
    traceHash: "00000000",
    failed: null,
  };
  for (let seed = from; seed < from + seeds; seed++) {
    try {
      const glue = plant === undefined ? SOUND : PLANTS[plant]();
      const { commands, counts, traceHash } = runSimulation(planOf(seed), glue, tell);
      result.runs++;
      result.commands += commands;
      result.traceHash = mixed(result.traceHash, traceHash);
      for (const [kind, count] of counts) {
        result.counts.set(kind, (result.counts.get(kind) ?? 0) + count);
      }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const command = `deno task simulate --seeds 1 --from ${seed}` +
        (plant === undefined ? "" : ` --plant ${plant}`);
      result.failed = { seed, message: `${(error as Error).name}: ${message}`, command };
      return result;
    }
    ran?.(result);
  }
  return result;
}

function mixed(one: string, other: string): string {
  const hash = Math.imul(parseInt(one, 16) ^ parseInt(other, 16), 0x01000193);
  return ((hash ^ (hash >>> 13)) >>> 0).toString(16).padStart(8, "0");
}
