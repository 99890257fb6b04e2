/**
 * Runs several sides over one flow, in turns, after having seen that they make the same trades.
 *
 * @module
 */
import type { Contender, Loaded } from "./contender.ts";
import { type Flow, totalsAfter } from "./flow.ts";
import { isSame, totalsText, TradeSum } from "./trade_sum.ts";

/** Runs of each side before those that count. */
const WARM_UP_RUNS = 4;

/** A side, and how much of the flow it is given. */
export interface Entry {
  readonly contender: Contender;
  /** Measured operations that it gets, at most all of the flow's. */
  readonly operations: number;
  /** Runs that count, on a fresh book each; 0: the run that checks its trades counts. */
  readonly rounds: number;
}

/** How fast a side was. */
export interface Timing {
  readonly name: string;
  readonly operations: number;
  /** Of each round. */
  readonly perSecond: readonly number[];
  /** The median over the rounds. */
  readonly median: number;
}

/**
 * Measures the sides. The first run of each is told every trade: a side that trades otherwise than
 * the flow's maker fails the bench. With {@link WARM_UP_RUNS} more it is its warm-up: the compiler
 * needs some hundred milliseconds of a side before it has seen enough to inline what is hot.
 */
export function compare(
  flow: Flow,
  entries: readonly Entry[],
  say: (line: string) => void,
): Timing[] {
  const { name } = flow.shape;
  const sides = entries.map((entry) => {
    const loaded = entry.contender.load(flow, entry.operations);
    const perSecond: number[] = [];
    const first = checkedRun(flow, entry, loaded, say);
    if (entry.rounds === 0) perSecond.push(first);
    return { entry, loaded, perSecond };
  });
  const rounds = Math.max(...entries.map((entry) => entry.rounds));
  for (let round = -WARM_UP_RUNS; round < rounds; round++) {
    for (const { entry, loaded, perSecond } of sides) {
      if (round >= entry.rounds || entry.rounds === 0) continue;
      const run = loaded.open(null);
      const startMillis = performance.now();
      run.apply();
      const rate = entry.operations / (performance.now() - startMillis) * 1_000;
      if (round >= 0) perSecond.push(rate);
      run.check?.();
    }
  }
  return sides.map(({ entry, perSecond }) => {
    const timing = {
      name: entry.contender.name,
      operations: entry.operations,
      perSecond,
      median: medianOf(perSecond),
    };
    say(`${name}: ${timing.name} ${millions(timing.median)} M/s (${perSecond.map(millions)})`);
    return timing;
  });
}

/** The median of some figures. */
export function medianOf(figures: readonly number[]): number {
  const sorted = [...figures].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Operations a second, in millions, to three digits. */
export function millions(perSecond: number): string {
  return (perSecond / 1e6).toPrecision(3);
}

function checkedRun(
  flow: Flow,
  { contender, operations }: Entry,
  loaded: Loaded,
  say: (line: string) => void,
): number {
  const sum = new TradeSum();
  const run = loaded.open(sum);
  const startMillis = performance.now();
  run.apply();
  const millis = performance.now() - startMillis;
  run.check?.();
  const expected = totalsAfter(flow, operations);
  const { name } = flow.shape;
  if (!isSame(sum.totals, expected)) {
    throw new Error(
      `${contender.name} trades otherwise on the flow "${name}" of ${operations} operations: ` +
        `${totalsText(sum.totals)}; expected ${totalsText(expected)}`,
    );
  }
  say(
    `${name}: ${contender.name}, ${operations.toLocaleString("en-US")} operations: ` +
      totalsText(sum.totals),
  );
  return operations / millis * 1_000;
}
