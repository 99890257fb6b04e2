/**
 * `bench:price-index`: what an operation on the price index costs, for the trie of core/book and
 * for what could stand in its place, at 100 to 100,000 levels.
 *
 * @module
 */
import type { BenchResult } from "../result.ts";
import { CANDIDATES } from "./candidates.ts";
import type { IndexTask } from "./index_worker.ts";
import { medianOf } from "../matching/compare.ts";
import { type IndexFigures, type Operation, OPERATIONS } from "./measure_index.ts";

/** Numbers of levels. The result's value is of the second. */
const LEVELS = [100, 1_000, 10_000, 100_000] as const;
const VALUE_LEVELS = LEVELS[1];
/** Runs of each candidate that count, in turns; one more before them warms it up. */
const ROUNDS = 5;

/** Runs the bench. */
export async function priceIndexBench(say: (line: string) => void): Promise<BenchResult> {
  const workers = CANDIDATES.map(() =>
    new Worker(new URL("./index_worker.ts", import.meta.url), { type: "module" })
  );
  const details: Record<string, number | string> = {};
  let perSecond: readonly number[] = [];
  try {
    // The compilers have the most to learn in the first run, whatever it runs over.
    for (const [candidate, worker] of workers.entries()) {
      await ask(worker, { candidate, levels: VALUE_LEVELS });
    }
    for (const levels of LEVELS) {
      const figures = await measureAll(workers, levels);
      const cycles = figures.map(cycleNanos);
      for (const [candidate, { name }] of CANDIDATES.entries()) {
        const line = lineOf(figures[candidate]);
        say(`${levels} levels: ${name}: ${line}`);
        details[`${levels} levels, ${name}`] = line;
      }
      const best = cycles.indexOf(Math.min(...cycles));
      details[`${levels} levels, the winner`] = CANDIDATES[best].name;
      say(`${levels} levels: the winner is the ${CANDIDATES[best].name}`);
      if (levels === VALUE_LEVELS) {
        perSecond = cycles.map((nanos) => Math.round(1e9 * OPERATIONS.length / nanos));
      }
    }
  } finally {
    for (const worker of workers) worker.terminate();
  }
  return {
    name: "price-index",
    value: perSecond[0],
    unit: `operations/s at ${VALUE_LEVELS} levels, as many of each kind`,
    peers: CANDIDATES.slice(1).map(({ name }, at) => ({ name, value: perSecond[at + 1] })),
    ratio: perSecond[0] / perSecond[1],
    details,
  };
}

/** The figures of each candidate: of each operation the median by itself. */
async function measureAll(
  workers: readonly Worker[],
  levels: number,
): Promise<IndexFigures[]> {
  const runs: IndexFigures[][] = workers.map(() => []);
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [candidate, worker] of workers.entries()) {
      const figures = await ask(worker, { candidate, levels });
      if (round > 0) runs[candidate].push(figures);
    }
  }
  const [{ checksum }] = runs[0];
  for (const [candidate, [first]] of runs.entries()) {
    if (first.checksum !== checksum) {
      throw new Error(`${CANDIDATES[candidate].name} found other levels than the first candidate`);
    }
  }
  return runs.map((figures) => {
    const medians = OPERATIONS.map((operation): [Operation, number] => [
      operation,
      medianOf(figures.map(({ nanos }) => nanos[operation])),
    ]);
    return { ...figures[0], nanos: Object.fromEntries(medians) as IndexFigures["nanos"] };
  });
}

function ask(worker: Worker, task: IndexTask): Promise<IndexFigures> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<IndexFigures>) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(task);
  });
}

/** One operation of each kind. */
function cycleNanos({ nanos }: IndexFigures): number {
  return OPERATIONS.reduce((sum, operation) => sum + nanos[operation], 0);
}

function lineOf({ nanos, byteLength }: IndexFigures): string {
  const figures = OPERATIONS.map((operation) => `${operation} ${nanos[operation].toFixed(1)}`);
  return `${figures.join(", ")} ns; ${Math.ceil(byteLength / 1024).toLocaleString("en-US")} KiB`;
}
