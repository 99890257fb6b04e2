/**
 * Reads what V8 prints with `--trace-gc`: a line for each collection.
 *
 * @module
 */
import type { Span } from "./offered_load.ts";

/** A collection: when it ended, in milliseconds of the trace, and how long its pause was. */
const COLLECTION = /^\[\d+:0x[0-9a-f]+\]\s+(\d+) ms: .*?, (\d+(?:\.\d+)?) \/ /;
/** Why there was a collection that `gc()` asked for. */
const ASKED_FOR = /\btesting;/;
/** How far the trace's clock and the process's may be apart, in milliseconds. */
const TOLERANCE_MILLIS = 2;

/** Collections, and their pauses together. */
export interface Collections {
  readonly count: number;
  readonly millis: number;
}

/**
 * The collections of a trace that came in one of the spans.
 *
 * @param collectedMillis when the first collection that was asked for ended, in the spans' time
 * @throws {RangeError} when the trace has none that was asked for: it was cut, or is none
 */
export function collectionsWithin(
  trace: string,
  spans: readonly Span[],
  collectedMillis: number,
): Collections {
  const lines = trace.split("\n").filter((line) => COLLECTION.test(line));
  const asked = lines.find((line) => ASKED_FOR.test(line));
  if (asked === undefined) throw new RangeError("the trace has no collection that was asked for");
  const shiftMillis = collectedMillis - endOf(asked);
  const within = lines.filter((line) => {
    const at = endOf(line) + shiftMillis;
    return spans.some(([from, to]) => at > from - TOLERANCE_MILLIS && at < to + TOLERANCE_MILLIS);
  });
  return { count: within.length, millis: within.reduce((sum, line) => sum + pauseOf(line), 0) };
}

function endOf(line: string): number {
  return Number(COLLECTION.exec(line)?.[1]);
}

function pauseOf(line: string): number {
  return Number(COLLECTION.exec(line)?.[2]);
}
