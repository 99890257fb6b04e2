/**
 * The history database as the projection writes it: one transaction a batch, with how far it got.
 *
 * Owner: the history worker; the only connection to its database.
 *
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { HistoryBatch, HistorySource } from "../../core/history/history_batch.ts";
import type { HistoryOrder } from "../../core/history/history_order.ts";
import type { HistoryReport } from "../../core/history/report_run.ts";
import { prepareArrays } from "./array_rows.ts";
import { FILLS_COLUMNS, instrumentRows, orderRows } from "./fill_rows.ts";
import { LEDGER_COLUMNS, ledgerRows } from "./ledger_rows.ts";
import {
  ORDER_COLUMNS,
  orderOfRow,
  orderValues,
  progressValues,
  UPDATE_ORDER,
} from "./order_columns.ts";
import {
  LAST_REPORT,
  NEWEST_RUNS,
  newestReports,
  readPage,
  RUN_COLUMNS,
  runValues,
} from "./report_rows.ts";
import { RowWriter } from "./row_writer.ts";
import type { Row } from "./schema.ts";

/** How far the stored history got. */
export interface Progress {
  /** Last event that it reflects. */
  readonly eventSequence: number;
  /** Message of the events stream up to which every event is in it; 0: none. */
  readonly streamSequence: number;
  /** CRC-32 in the header of that message: tells this stream from another one. */
  readonly streamCrc: number;
  /** Every report of an event up to this one was published, where someone listened. */
  readonly publishedSequence: number;
}

/** Stored orders, fills and reports. */
export class HistoryStore implements HistorySource {
  readonly #database: DatabaseSync;
  readonly #order: StatementSync;
  readonly #clientOrderId: StatementSync;
  readonly #lastReport: StatementSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #orders: RowWriter;
  readonly #updateOrder: StatementSync;
  readonly #runs: RowWriter;
  readonly #instrumentFills: RowWriter;
  readonly #orderFills: RowWriter;
  readonly #ledger: RowWriter;
  readonly #putAsset: StatementSync;
  readonly #putProgress: StatementSync;
  readonly #putBatch: StatementSync;
  readonly #asset: StatementSync;
  readonly #newestRuns: StatementSync;
  #progress: Progress;

  /** @param database as opened by open_database.ts; the store closes it */
  constructor(database: DatabaseSync) {
    this.#database = database;
    const prepare = (sql: string) => database.prepare(sql);
    this.#order = prepareArrays(
      database,
      "SELECT * FROM orders WHERE account = ? AND order_id = ?",
    );
    this.#clientOrderId = prepareArrays(
      database,
      "SELECT client_order_id FROM orders WHERE account = ? AND order_id = ?",
    );
    this.#lastReport = prepare(LAST_REPORT);
    this.#newestRuns = prepareArrays(database, NEWEST_RUNS);
    this.#begin = prepare("BEGIN");
    this.#commit = prepare("COMMIT");
    this.#orders = new RowWriter(database, "orders", ORDER_COLUMNS);
    this.#updateOrder = prepare(UPDATE_ORDER);
    this.#runs = new RowWriter(database, "reports", RUN_COLUMNS);
    this.#instrumentFills = new RowWriter(database, "fills_of_instrument", FILLS_COLUMNS);
    this.#orderFills = new RowWriter(database, "fills_of_order", FILLS_COLUMNS);
    this.#ledger = new RowWriter(database, "ledger_of_account", LEDGER_COLUMNS);
    this.#putAsset = prepare("INSERT OR REPLACE INTO assets VALUES (?, ?)");
    this.#putProgress = prepare(
      "UPDATE progress SET event_sequence = ?, stream_sequence = ?, stream_crc = ?, " +
        "published_sequence = ?",
    );
    this.#putBatch = prepare("INSERT INTO batches SELECT ?, max(run) FROM reports");
    this.#asset = prepare("SELECT scale FROM assets WHERE asset = ?");
    const row = prepare("SELECT * FROM progress").get() as Row;
    this.#progress = {
      eventSequence: row.event_sequence as number,
      streamSequence: row.stream_sequence as number,
      streamCrc: row.stream_crc as number,
      publishedSequence: row.published_sequence as number,
    };
  }

  /** How far the last stored batch got. */
  get progress(): Progress {
    return this.#progress;
  }

  /** The database, for the queries of history_pages.ts. */
  get database(): DatabaseSync {
    return this.#database;
  }

  order(account: number, orderId: number): HistoryOrder | null {
    const row = this.#order.get(account, orderId);
    return row === undefined ? null : orderOfRow(row);
  }

  /** Client order id of a stored order, or `undefined`: a quarter of the work of the whole order. */
  clientOrderId(account: number, orderId: number): string | null | undefined {
    const row = this.#clientOrderId.get(account, orderId) as unknown as [string | null] | undefined;
    return row?.[0];
  }

  reportSequence(account: number): number {
    return (this.#lastReport.get(account)?.last_sequence as number | undefined) ?? 0;
  }

  /** Scale of an asset, or `null` where it was never defined. */
  assetScale(asset: number): number | null {
    return (this.#asset.get(asset)?.scale as number | undefined) ?? null;
  }

  /** The account's newest reports, at most `limit`, oldest first. */
  newestReports(account: number, limit: number): HistoryReport[] {
    const runs = (count: number) => this.#newestRuns.all(account, count);
    return readPage(runs, (some) => newestReports(some, limit), limit);
  }

  /**
   * Stores a batch and how far it got, or nothing of it.
   *
   * @throws {Error} of SQLite: nothing was stored, and the batch is to be thrown away
   */
  commit(
    batch: HistoryBatch,
    streamSequence: number,
    streamCrc: number,
    publishedSequence: number,
  ): void {
    const { eventSequence } = batch;
    this.#begin.run();
    try {
      this.#orders.insert(Array.from(batch.newOrders.values(), orderValues));
      for (const order of batch.changedOrders.values()) {
        this.#updateOrder.run(...progressValues(order));
      }
      this.#runs.insert(batch.reportRuns.map(runValues));
      this.#instrumentFills.insert(batch.reportRuns.flatMap(instrumentRows));
      this.#orderFills.insert(batch.reportRuns.flatMap(orderRows));
      this.#ledger.insert(batch.reportRuns.flatMap(ledgerRows));
      if (batch.reportRuns.length > 0) this.#putBatch.run(eventSequence);
      for (const [asset, scale] of batch.assetScales) this.#putAsset.run(asset, scale);
      this.#putProgress.run(eventSequence, streamSequence, streamCrc, publishedSequence);
      this.#commit.run();
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
    this.#progress = { eventSequence, streamSequence, streamCrc, publishedSequence };
  }

  /** Stores that the reports of events up to `publishedSequence` went out. */
  storePublished(publishedSequence: number): void {
    this.#database.prepare("UPDATE progress SET published_sequence = ?").run(publishedSequence);
    this.#progress = { ...this.#progress, publishedSequence };
  }

  /** Closes the database; what was stored stays. */
  close(): void {
    this.#database.close();
  }
}
