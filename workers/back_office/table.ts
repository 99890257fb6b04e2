/**
 * Tables as the back office gets them, whatever the format of the file.
 *
 * An amount is exact in both: in CSV a decimal string, in Parquet two columns, NAME with the amount
 * in its smallest units (INT64) and NAME_scale with how many of its digits are decimals (INT32).
 * Parquet's own DECIMAL has one scale for a column, but here each instrument and each asset has its
 * own, and a common one for all of them takes more than 64 bits, which readers turn into doubles.
 *
 * @module
 */
import type { Decimal } from "./decimal.ts";

/** What a cell holds. Integers are below 2^63. */
export type Cell = number | bigint | string | Decimal | null;

/** A column. */
export interface Column {
  readonly name: string;
  /** `time`: microseconds since the epoch, which Parquet readers see as a timestamp. */
  readonly type: "integer" | "time" | "text" | "amount";
  /** Whether a cell may be `null`: empty in CSV. */
  readonly isOptional?: boolean;
}

/** A file that is being written. */
export interface TableWriter {
  /** Adds a row, a cell for each column. */
  add(row: readonly Cell[]): void;
  /** Writes what is left; nothing can be added any more. */
  finish(): void;
}

/** Formats of a table; also how their files end. */
export const TABLE_FORMATS = ["parquet", "csv"] as const;
/** One of {@link TABLE_FORMATS}. */
export type TableFormat = (typeof TABLE_FORMATS)[number];

/** A cell does not fit its column. */
export class CellError extends TypeError {
  override readonly name = "CellError";
  constructor(column: Column, cell: Cell) {
    const text = cell !== null && typeof cell === "object" ? String(cell.units) : String(cell);
    super(`column ${column.name} (${column.type}) takes no ${typeof cell} ${text}`);
  }
}

/** The integer of a cell, if it is one that fits 64 bits. */
export function integerOf(column: Column, cell: Cell): bigint {
  const value = typeof cell === "number" && Number.isSafeInteger(cell) ? BigInt(cell) : cell;
  if (typeof value === "bigint" && BigInt.asIntN(64, value) === value) return value;
  throw new CellError(column, cell);
}
