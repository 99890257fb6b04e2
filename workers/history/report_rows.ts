/**
 * How private reports are written to and read from their rows: a run of them in each (see
 * core/history/report_run.ts), under its account and its last sequence.
 *
 * @module
 */
import {
  type HistoryReport,
  type PackedRun,
  type ReportRun,
  unpackReports,
} from "../../core/history/report_run.ts";

/** Runs that a page is looked for in at first. */
const RUNS_AT_FIRST = 64;

/** Columns of the table. */
export const RUN_COLUMNS = 5;

/** Runs that have a report of an account above a sequence, oldest first. Takes a limit, too. */
export const RUNS_AFTER =
  "SELECT * FROM reports WHERE account = ? AND last_sequence > ? ORDER BY last_sequence LIMIT ?";

/** Runs of an account, newest first. Takes a limit, too. */
export const NEWEST_RUNS =
  "SELECT * FROM reports WHERE account = ? ORDER BY last_sequence DESC LIMIT ?";

/** Sequence of the account's last report. */
export const LAST_REPORT =
  "SELECT last_sequence FROM reports WHERE account = ? ORDER BY last_sequence DESC LIMIT 1";

/** The values of a run's row; SQLite numbers it. */
export function runValues({ account, firstTradeId, lastSequence, packed }: ReportRun) {
  return [account, lastSequence, firstTradeId, packed, null] as const;
}

/**
 * Reads a page out of runs, each of which has at least one row of it: first out of a few, which is
 * enough for most pages, and where it is not, out of as many as the page may have rows.
 *
 * @param runs the first `count` rows of a query for whole rows of `reports`, as arrays
 * @param read what is on the page of some runs, at most `limit`
 */
export function readPage<T>(
  runs: (count: number) => readonly unknown[],
  read: (runs: readonly PackedRun[]) => T[],
  limit: number,
): T[] {
  const count = Math.min(limit, RUNS_AT_FIRST);
  const few = runs(count).map(runOf);
  const page = read(few);
  const isWhole = page.length === limit || few.length < count || count === limit;
  return isWhole ? page : read(runs(limit).map(runOf));
}

/** Reports with a sequence above `afterSequence`, oldest first, out of runs that come oldest first. */
export function reportsAfter(
  runs: readonly PackedRun[],
  afterSequence: number,
  limit: number,
): HistoryReport[] {
  const reports: HistoryReport[] = [];
  for (const run of runs) {
    reports.push(...unpackReports(run, afterSequence, limit - reports.length));
    if (reports.length === limit) break;
  }
  return reports;
}

/** The newest reports, oldest first, out of runs that come newest first. */
export function newestReports(runs: readonly PackedRun[], limit: number): HistoryReport[] {
  const parts: HistoryReport[][] = [];
  let missing = limit;
  for (const run of runs) {
    const part = unpackReports(run, run.lastSequence - missing);
    parts.push(part);
    missing -= part.length;
    if (missing === 0) break;
  }
  return parts.reverse().flat();
}

/** The run of a whole row of `reports`, as an array. */
export function runOf(row: unknown): PackedRun {
  const [account, lastSequence, , packed] = row as [number, number, number | null, Uint8Array];
  return { account, lastSequence, packed };
}
