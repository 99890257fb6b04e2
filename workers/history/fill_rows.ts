/**
 * Which runs of reports have fills, and how the fills are read out of them: rows that lead from an
 * instrument or an order of an account to a run, under the first trade that it has of them.
 *
 * @module
 */
import type { PackedRun, ReportRun } from "../../core/history/report_run.ts";
import { type FillFilter, unpackFills } from "../../core/history/run_fills.ts";
import type { FillRow } from "../../core/protocol/queries.ts";

/** Columns of `fills_of_instrument` and of `fills_of_order`. */
export const FILLS_COLUMNS = 4;

/** The values of the rows of `fills_of_instrument` that a run makes. */
export const instrumentRows = (run: ReportRun) => rowsOf(run, run.tradesOfInstruments);

/** The values of the rows of `fills_of_order` that a run makes. */
export const orderRows = (run: ReportRun) => rowsOf(run, run.tradesOfOrders);

function rowsOf({ account, lastSequence }: ReportRun, trades: ReadonlyMap<number, number>) {
  return Array.from(trades, ([of, tradeId]) => [account, of, tradeId, lastSequence]);
}

/** Runs with fills of an account, newest first. Takes account, trade (fills below it), limit. */
export const RUNS_WITH_FILLS = "SELECT * FROM reports INDEXED BY reports_with_fills " +
  "WHERE account = ? AND first_trade_id < ? " +
  "ORDER BY first_trade_id DESC, last_sequence DESC LIMIT ?";

/** Runs with fills of an instrument, newest first. Takes account, instrument, trade, limit. */
export const RUNS_OF_INSTRUMENT = runsOf("fills_of_instrument", "instrument", "DESC");

/** Runs with fills of an order, newest first. Takes account, order id, trade, limit. */
export const RUNS_OF_ORDER = runsOf("fills_of_order", "order_id", "DESC");

/** Runs with fills of an order, oldest first. Takes account, order id, trade, limit. */
export const FIRST_RUNS_OF_ORDER = runsOf("fills_of_order", "order_id", "ASC");

/** A cross join, for SQLite takes its tables in the order in which they stand. */
function runsOf(table: string, column: string, direction: "ASC" | "DESC"): string {
  return `SELECT reports.* FROM ${table} AS f CROSS JOIN reports ` +
    "ON reports.account = f.account AND reports.last_sequence = f.last_sequence " +
    `WHERE f.account = ? AND f.${column} = ? AND f.first_trade_id < ? ` +
    `ORDER BY f.first_trade_id ${direction}, f.last_sequence ${direction} LIMIT ?`;
}

/** The newest fills, newest first, at most `limit`, out of runs that come newest first. */
export function newestFills(
  runs: readonly PackedRun[],
  filter: FillFilter,
  limit: number,
): FillRow[] {
  return take(runs, (run) => unpackFills(run, filter).reverse(), limit);
}

/** The first fills, oldest first, at most `limit`, out of runs that come oldest first. */
export function firstFills(
  runs: readonly PackedRun[],
  filter: FillFilter,
  limit: number,
): FillRow[] {
  return take(runs, (run) => unpackFills(run, filter), limit);
}

function take(
  runs: readonly PackedRun[],
  fillsOf: (run: PackedRun) => FillRow[],
  limit: number,
): FillRow[] {
  const fills: FillRow[] = [];
  for (const run of runs) {
    fills.push(...fillsOf(run));
    if (fills.length >= limit) break;
  }
  return fills.slice(0, limit);
}
