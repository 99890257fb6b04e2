/**
 * Writes a table as CSV (RFC 4180, UTF-8, a header, lines that end with CR LF).
 *
 * @module
 */
import { stringify } from "csv-stringify/sync";
import { decimalText } from "./decimal.ts";
import { type Cell, CellError, type Column, integerOf, type TableWriter } from "./table.ts";

/** Rows that are written at once; so many are held. */
const ROWS_AT_ONCE = 4_096;
const OPTIONS = { record_delimiter: "windows" } as const;

/** Begins a CSV file at a path, in the place of one that is there. Finish or abandon it. */
export class CsvTable implements TableWriter {
  readonly #columns: readonly Column[];
  readonly #file: Deno.FsFile;
  readonly #encoder = new TextEncoder();
  #rows: string[][];

  constructor(path: string, columns: readonly Column[]) {
    this.#columns = columns;
    this.#file = Deno.openSync(path, { write: true, create: true, truncate: true });
    this.#rows = [columns.map(({ name }) => name)];
  }

  add(row: readonly Cell[]): void {
    this.#rows.push(this.#columns.map((column, index) => textOf(column, row[index])));
    if (this.#rows.length >= ROWS_AT_ONCE) this.#write();
  }

  finish(): void {
    this.#write();
    this.#file.close();
  }

  #write(): void {
    let bytes = this.#encoder.encode(stringify(this.#rows, OPTIONS));
    while (bytes.length > 0) bytes = bytes.subarray(this.#file.writeSync(bytes));
    this.#rows = [];
  }
}

function textOf(column: Column, cell: Cell): string {
  if (cell === null && column.isOptional === true) return "";
  if (column.type === "text" && typeof cell === "string") return cell;
  if (column.type === "amount") {
    if (cell !== null && typeof cell === "object") return decimalText(cell.units, cell.scale);
  } else if (column.type !== "text") return String(integerOf(column, cell));
  throw new CellError(column, cell);
}
