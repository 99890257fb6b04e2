/**
 * Writes a table as Parquet, row group by row group.
 *
 * @module
 */
import { fileWriter, ParquetWriter, type SchemaElement } from "hyparquet-writer";
import { type Cell, CellError, type Column, integerOf, type TableWriter } from "./table.ts";

/** Rows of a row group; so many are held. Of the widest table that is some 15 MB. */
export const ROW_GROUP_ROWS = 32_768;

/** Begins a Parquet file at a path, in the place of one that is there. Finish it. */
export class ParquetTable implements TableWriter {
  readonly #columns: readonly Column[];
  readonly #schema: readonly SchemaElement[];
  readonly #writer: ParquetWriter;
  /** A list of cells for each column of the file. */
  #data: (bigint | number | string | null)[][];

  constructor(path: string, columns: readonly Column[]) {
    this.#columns = columns;
    this.#schema = columns.flatMap(elementsOf);
    this.#data = this.#schema.map(() => []);
    const root = { name: "table", num_children: this.#schema.length };
    const schema = [root, ...this.#schema];
    this.#writer = new ParquetWriter({ writer: fileWriter(path), schema, createdBy: "edgebook" });
  }

  add(row: readonly Cell[]): void {
    let at = 0;
    for (const [index, column] of this.#columns.entries()) {
      for (const value of valuesOf(column, row[index])) this.#data[at++].push(value);
    }
    if (this.#data[0].length >= ROW_GROUP_ROWS) this.#write();
  }

  finish(): void {
    if (this.#data[0].length > 0) this.#write();
    this.#writer.finish();
  }

  #write(): void {
    const columnData = this.#schema.map(({ name }, index) => ({ name, data: this.#data[index] }));
    this.#writer.write({ columnData, rowGroupSize: ROW_GROUP_ROWS });
    this.#data = this.#schema.map(() => []);
  }
}

/** The columns of the file that a column makes. */
function elementsOf({ isOptional = false, name, type }: Column): SchemaElement[] {
  const repetition_type = isOptional ? "OPTIONAL" : "REQUIRED";
  switch (type) {
    case "text":
      return [{ name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type }];
    case "integer":
      return [{ name, type: "INT64", repetition_type }];
    case "time":
      return [{ name, type: "INT64", converted_type: "TIMESTAMP_MICROS", repetition_type }];
    case "amount":
      return [
        { name, type: "INT64", repetition_type },
        { name: `${name}_scale`, type: "INT32", repetition_type },
      ];
  }
}

function valuesOf(column: Column, cell: Cell): (bigint | number | string | null)[] {
  const isNothing = cell === null && column.isOptional === true;
  if (column.type === "amount") {
    if (isNothing) return [null, null];
    if (cell === null || typeof cell !== "object") throw new CellError(column, cell);
    return [integerOf(column, cell.units), cell.scale];
  }
  if (isNothing) return [null];
  if (column.type !== "text") return [integerOf(column, cell)];
  if (typeof cell !== "string") throw new CellError(column, cell);
  return [cell];
}
