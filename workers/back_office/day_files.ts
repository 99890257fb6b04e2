/**
 * Writes what an end of day found: three tables in each format, and the reconciliation.
 *
 * @module
 */
import { CsvTable } from "./csv_table.ts";
import {
  ACCOUNT_COLUMNS,
  accountRows,
  STATISTICS_COLUMNS,
  statisticsRows,
  TRADE_COLUMNS,
  tradeRow,
} from "./day_tables.ts";
import type { DayTrade } from "./day_events.ts";
import type { DayTerms } from "./day_terms.ts";
import type { DayResult } from "./end_of_day.ts";
import { ParquetTable } from "./parquet_table.ts";
import { reconciliationText } from "./reconciliation_file.ts";
import type { Cell, Column, TableFormat, TableWriter } from "./table.ts";
import type { TradingWindow } from "./trading_window.ts";
import { WholeFiles, type WrittenFile } from "./whole_files.ts";

const WRITERS: Readonly<
  Record<TableFormat, new (path: string, columns: readonly Column[]) => TableWriter>
> = { csv: CsvTable, parquet: ParquetTable };

/** The files of one end of day. */
export class DayFiles {
  readonly #files: WholeFiles;
  readonly #formats: readonly TableFormat[];
  readonly #window: TradingWindow;
  readonly #trades: TableWriter[];

  /** Begins the table of trades. {@link write} or {@link abandon} it. */
  constructor(directory: string, formats: readonly TableFormat[], window: TradingWindow) {
    this.#files = new WholeFiles(directory);
    this.#formats = formats;
    this.#window = window;
    this.#trades = this.#open("trades", TRADE_COLUMNS);
  }

  /** Adds a trade. */
  trade(trade: DayTrade, terms: DayTerms, notional: bigint): void {
    const row = tradeRow(trade, terms, notional);
    for (const table of this.#trades) table.add(row);
  }

  /**
   * Writes everything else and gives all files their names.
   *
   * @throws {OtherContentError} when there are others and `mayReplace` is false
   */
  write(shard: number, result: DayResult, mayReplace: boolean): WrittenFile[] {
    for (const table of this.#trades.splice(0)) table.finish();
    const { journal, opening, state, statistics, terms } = result.books;
    this.#table("statistics", STATISTICS_COLUMNS, statisticsRows(terms, statistics));
    this.#table("accounts", ACCOUNT_COLUMNS, accountRows(state, terms, opening, journal));
    const path = this.#files.draft(`reconciliation.${this.#window.label}.json`);
    Deno.writeTextFileSync(path, reconciliationText(shard, this.#window, result));
    return this.#files.commit(mayReplace);
  }

  /** Removes what was written. After {@link write} there is nothing left to remove. */
  abandon(): void {
    for (const table of this.#trades.splice(0)) table.finish();
    this.#files.abandon();
  }

  #table(name: string, columns: readonly Column[], rows: Iterable<Cell[]>): void {
    const tables = this.#open(name, columns);
    for (const row of rows) for (const table of tables) table.add(row);
    for (const table of tables) table.finish();
  }

  #open(name: string, columns: readonly Column[]): TableWriter[] {
    return this.#formats.map((format) => {
      const path = this.#files.draft(`${name}.${this.#window.label}.${format}`);
      return new WRITERS[format](path, columns);
    });
  }
}
