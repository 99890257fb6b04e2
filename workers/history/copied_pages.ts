/**
 * Pages of the drop copy out of the stored history, by the events that they are complete for.
 *
 * @module
 */
import type { StatementSync } from "node:sqlite";
import { copiedReports } from "../../core/history/copied_reports.ts";
import { entriesOfMessage } from "../../core/history/copy_entry.ts";
import { type HistoryReport, PACKED_REPORT_BYTES } from "../../core/history/report_run.ts";
import { prepareArrays } from "./array_rows.ts";
import type { HistoryStore } from "./history_store.ts";
import { runOf } from "./report_rows.ts";

/**
 * A page looks through no further batch once it has seen so many reports, whether they are in the
 * drop copy or not: some 10 ms in which no query is answered. A batch has at most 12,288 events.
 */
export const PAGE_REPORTS_MAX = 16_384;

/** A part of the drop copy. */
export interface CopiedPage {
  /** By ascending event. */
  readonly reports: readonly HistoryReport[];
  /** Nothing is missing up to this event. */
  readonly sequence: number;
}

/** Reads pages from the store's database. Owner: the history worker. */
export class CopiedPages {
  readonly #store: HistoryStore;
  readonly #runBefore: StatementSync;
  readonly #batches: StatementSync;
  readonly #runs: StatementSync;

  constructor(store: HistoryStore) {
    const { database } = store;
    this.#store = store;
    this.#runBefore = database.prepare(
      "SELECT last_run FROM batches WHERE last_event <= ? ORDER BY last_event DESC LIMIT 1",
    );
    this.#batches = prepareArrays(
      database,
      "SELECT last_event, last_run FROM batches WHERE last_event > ? ORDER BY last_event LIMIT 1",
    );
    this.#runs = prepareArrays(
      database,
      "SELECT * FROM reports WHERE run > ? AND run <= ? ORDER BY run",
    );
  }

  /**
   * The first page behind event `afterSequence`, of at most `limit` reports, or one more where the
   * two sides of a trade would part. Empty up to its sequence where nothing was traded or moved.
   *
   * @param toSequence the last event that is asked for
   */
  page(afterSequence: number, toSequence: number, limit: number): CopiedPage {
    const end = Math.min(toSequence, this.#store.progress.eventSequence);
    const reports: HistoryReport[] = [];
    let event = afterSequence;
    let run = (this.#runBefore.get(afterSequence)?.last_run as number | undefined) ?? 0;
    let seen = 0;
    while (event < end && reports.length <= limit && seen < PAGE_REPORTS_MAX) {
      const batch = this.#batches.get(event) as unknown as [number, number] | undefined;
      if (batch === undefined) {
        event = end;
        break;
      }
      const [lastEvent, lastRun] = batch;
      const runs = this.#runs.all(run, lastRun).map(runOf);
      for (const { packed } of runs) seen += packed.length / PACKED_REPORT_BYTES;
      reports.push(...copiedReports(runs, afterSequence, end));
      event = Math.min(lastEvent, end);
      run = lastRun;
    }
    const count = entriesOfMessage(reports, 0, limit);
    const sequence = count < reports.length ? reports[count - 1].eventSequence : event;
    return { reports: reports.slice(0, count), sequence: Math.max(sequence, afterSequence) };
  }
}
