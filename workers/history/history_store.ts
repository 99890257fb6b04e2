/**
 * The history database as the projection writes it: one transaction a batch, with how far it got.
 *
 * Owner: the history worker; the only connection to its database.
 *
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type {
  HistoryBatch,
  HistoryReport,
  HistorySource,
} from "../../core/history/history_batch.ts";
import type { HistoryOrder } from "../../core/history/history_order.ts";
import { orderOfRow, orderValues, PUT_ORDER, type Row } from "./order_columns.ts";

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
  readonly #reportSequence: StatementSync;
  readonly #putOrder: StatementSync;
  readonly #putFill: StatementSync;
  readonly #putReport: StatementSync;
  readonly #putAsset: StatementSync;
  readonly #putProgress: StatementSync;
  readonly #asset: StatementSync;
  readonly #newestReports: StatementSync;
  #progress: Progress;

  /** @param database as opened by open_database.ts; the store closes it */
  constructor(database: DatabaseSync) {
    this.#database = database;
    const prepare = (sql: string) => database.prepare(sql);
    this.#order = prepare("SELECT * FROM orders WHERE order_id = ?");
    this.#reportSequence = prepare(
      "SELECT sequence FROM reports WHERE account = ? ORDER BY sequence DESC LIMIT 1",
    );
    this.#putOrder = prepare(PUT_ORDER);
    this.#putFill = prepare("INSERT INTO fills VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    this.#putReport = prepare("INSERT INTO reports VALUES (?, ?, ?, ?, ?, ?)");
    this.#putAsset = prepare("INSERT OR REPLACE INTO assets VALUES (?, ?)");
    this.#putProgress = prepare(
      "UPDATE progress SET event_sequence = ?, stream_sequence = ?, stream_crc = ?, " +
        "published_sequence = ?",
    );
    this.#asset = prepare("SELECT scale FROM assets WHERE asset = ?");
    this.#newestReports = prepare(
      "SELECT * FROM reports WHERE account = ? ORDER BY sequence DESC LIMIT ?",
    );
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

  order(orderId: number): HistoryOrder | null {
    const row = this.#order.get(orderId);
    return row === undefined ? null : orderOfRow(row);
  }

  reportSequence(account: number): number {
    return (this.#reportSequence.get(account)?.sequence as number | undefined) ?? 0;
  }

  /** Scale of an asset, or `null` where it was never defined. */
  assetScale(asset: number): number | null {
    return (this.#asset.get(asset)?.scale as number | undefined) ?? null;
  }

  /** The account's newest reports, at most `limit`, oldest first. */
  newestReports(account: number, limit: number): HistoryReport[] {
    return this.#newestReports.all(account, limit).map(reportOfRow).reverse();
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
    this.#database.exec("BEGIN");
    try {
      for (const order of batch.orders.values()) this.#putOrder.run(...orderValues(order));
      this.#putFills(batch);
      for (const report of batch.reports) {
        this.#putReport.run(
          report.account,
          report.sequence,
          report.eventSequence,
          report.timeMicros,
          report.executedLots,
          report.event,
        );
      }
      for (const [asset, scale] of batch.assetScales) this.#putAsset.run(asset, scale);
      this.#putProgress.run(eventSequence, streamSequence, streamCrc, publishedSequence);
      this.#database.exec("COMMIT");
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

  #putFills(batch: HistoryBatch): void {
    for (const fill of batch.fills) {
      this.#putFill.run(
        fill.account,
        fill.tradeId,
        fill.isMaker ? 0 : 1,
        fill.orderId,
        fill.instrument,
        fill.side,
        fill.priceTicks,
        fill.quantityLots,
        fill.fee,
        fill.timeMicros,
        fill.sequence,
      );
    }
  }
}

/** The report in a row of `SELECT * FROM reports`. */
export function reportOfRow(row: Row): HistoryReport {
  return {
    account: row.account as number,
    sequence: row.sequence as number,
    eventSequence: row.event_sequence as number,
    timeMicros: row.time_micros as number,
    executedLots: row.executed_lots as number,
    event: row.event as Uint8Array,
  };
}
