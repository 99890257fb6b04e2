/**
 * Which runs of reports have movements of money, and how those are read out of them: rows that lead
 * from an account to a run, under the first report that it has of one.
 *
 * @module
 */
import {
  type HistoryReport,
  type PackedRun,
  type ReportRun,
  unpackReports,
} from "../../core/history/report_run.ts";
import { EventKind } from "../../core/protocol/event_record.ts";

/** Columns of `ledger_of_account`. */
export const LEDGER_COLUMNS = 3;

/** The values of the row that a run makes, where it makes one. */
export function ledgerRows({ account, firstLedgerSequence, lastSequence }: ReportRun) {
  return firstLedgerSequence === null ? [] : [[account, firstLedgerSequence, lastSequence]];
}

/** Runs with movements, newest first. Takes account, sequence (those below it), limit. */
export const RUNS_WITH_LEDGER = "SELECT reports.* FROM ledger_of_account AS l CROSS JOIN reports " +
  "ON reports.account = l.account AND reports.last_sequence = l.last_sequence " +
  "WHERE l.account = ? AND l.first_sequence < ? ORDER BY l.first_sequence DESC LIMIT ?";

/**
 * The newest movements with a sequence below `beforeSequence`, newest first, at most `limit`, out of
 * runs that come newest first.
 */
export function newestMovements(
  runs: readonly PackedRun[],
  beforeSequence: number,
  limit: number,
): HistoryReport[] {
  const movements: HistoryReport[] = [];
  for (const run of runs) {
    const own = unpackReports(run).filter(({ event, sequence }) =>
      event[0] === EventKind.ledger && sequence < beforeSequence
    );
    movements.push(...own.reverse());
    if (movements.length >= limit) break;
  }
  return movements.slice(0, limit);
}
