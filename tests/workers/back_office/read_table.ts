/**
 * Reads the tables of an end of day back: Parquet with another library than the writer's own checks,
 * CSV by hand.
 *
 * @module
 */
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { decimalText } from "../../../workers/back_office/decimal.ts";

/** A row by the names of its columns. */
export type TableRow = Readonly<Record<string, string>>;

/** The rows of a CSV file without quotes in it, and its columns. */
export function readCsv(path: string): { columns: string[]; rows: TableRow[] } {
  const text = Deno.readTextFileSync(path);
  const lines = text.split("\r\n");
  if (lines.pop() !== "") throw new Error(`${path} does not end with a line's end`);
  const [columns, ...rows] = lines.map((line) => line.split(","));
  return {
    columns,
    rows: rows.map((cells) => Object.fromEntries(columns.map((name, at) => [name, cells[at]]))),
  };
}

/** The rows of a Parquet file, with amounts as the decimal strings that CSV has. */
export async function readParquet(path: string): Promise<TableRow[]> {
  const file = Deno.readFileSync(path).buffer;
  // Microseconds as they are: the reader's dates have milliseconds.
  const parsers = { ...DEFAULT_PARSERS, timestampFromMicroseconds: (micros: bigint) => micros };
  const rows = await parquetReadObjects({ file, parsers });
  return rows.map((row) => {
    const cells = Object.keys(row).filter((name) => !name.endsWith("_scale"));
    return Object.fromEntries(cells.map((name) => {
      const scale = row[`${name}_scale`];
      if (row[name] === null || row[name] === undefined) return [name, ""];
      return [name, scale === undefined ? String(row[name]) : decimalText(row[name], scale)];
    }));
  });
}

/** Names and physical types of a Parquet file's columns, and how many rows each row group has. */
export function parquetShape(path: string): { columns: [string, string][]; groups: number[] } {
  const { row_groups, schema } = parquetMetadata(Deno.readFileSync(path).buffer);
  return {
    columns: schema.slice(1).map(({ name, type }) => [name, String(type)]),
    groups: row_groups.map(({ num_rows }) => Number(num_rows)),
  };
}

/** A column's amounts added up, in units of its decimals, which must be the same in all rows. */
export function sumOf(rows: readonly TableRow[], column: string): bigint {
  return rows.reduce((sum, row) => sum + BigInt(row[column].replace(".", "")), 0n);
}
