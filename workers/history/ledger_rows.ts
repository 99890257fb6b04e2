/**
 * Which runs of reports have movements of money, and how those are read out of them: rows that lead
 * from an account to a run, one for each list that has something of it, under the first report that
 * is in the list.
 *
 * @module
 */
import { Movements, movementsOf } from "../../core/history/movement.ts";
import {
  type HistoryReport,
  type PackedRun,
  type ReportRun,
  unpackReports,
} from "../../core/history/report_run.ts";
import { EventKind } from "../../core/protocol/event_record.ts";

/** Columns of `ledger_of_account`. */
export const LEDGER_COLUMNS = 4;

/** The values of the rows that a run makes. */
export function ledgerRows({ account, firstMovements, lastSequence }: ReportRun) {
  return Array.from(
    firstMovements,
    ([list, sequence]) => [account, Movements[list], sequence, lastSequence],
  );
}

/** Runs with movements, newest first. Takes account, list, sequence (those below it), limit. */
export const RUNS_WITH_LEDGER = "SELECT reports.* FROM ledger_of_account AS l CROSS JOIN reports " +
  "ON reports.account = l.account AND reports.last_sequence = l.last_sequence " +
  "WHERE l.account = ? AND l.movements = ? AND l.first_sequence < ? ORDER BY l.first_sequence DESC LIMIT ?";

/**
 * The newest movements of a list with a sequence below `beforeSequence`, newest first, at most
 * `limit`, out of runs that come newest first.
 */
export function newestMovements(
  runs: readonly PackedRun[],
  list: Movements,
  beforeSequence: number,
  limit: number,
): HistoryReport[] {
  const movements: HistoryReport[] = [];
  for (const run of runs) {
    const own = unpackReports(run).filter(({ event, sequence }) =>
      event[0] === EventKind.ledger && sequence < beforeSequence &&
      (list === "all" || list === movementsOf(event[3]))
    );
    movements.push(...own.reverse());
    if (movements.length >= limit) break;
  }
  return movements.slice(0, limit);
}
