import assert from "node:assert/strict";
import { CsvTable } from "../../../workers/back_office/csv_table.ts";
import { ParquetTable, ROW_GROUP_ROWS } from "../../../workers/back_office/parquet_table.ts";
import { type Cell, CellError, type Column } from "../../../workers/back_office/table.ts";
import { withFolder } from "../history/stored_history.ts";
import { parquetShape, readCsv, readParquet } from "./read_table.ts";

const COLUMNS: readonly Column[] = [
  { name: "id", type: "integer" },
  { name: "time_micros", type: "time" },
  { name: "symbol", type: "text" },
  { name: "price", type: "amount", isOptional: true },
];
const MOST = 2n ** 63n - 1n;

function write(folder: string, rows: readonly (readonly Cell[])[]): void {
  const tables = [
    new CsvTable(`${folder}/t.csv`, COLUMNS),
    new ParquetTable(`${folder}/t.parquet`, COLUMNS),
  ];
  for (const row of rows) for (const table of tables) table.add(row);
  for (const table of tables) table.finish();
}

Deno.test("amounts are exact in both formats, as far as 64 bits go", () =>
  withFolder(async (folder) => {
    write(folder, [
      [1, 1_700_000_000_000_001, "BTC-USD", { units: 5n, scale: 2 }],
      [2n ** 60n, 0, "", { units: MOST, scale: 12 }],
      [-3, 1, "A-B", { units: -MOST - 1n, scale: 0 }],
      [0, 2, "A-B", null],
    ]);
    const { columns, rows } = readCsv(`${folder}/t.csv`);
    assert.deepEqual(columns, ["id", "time_micros", "symbol", "price"]);
    assert.deepEqual(rows.map((row) => Object.values(row).join(" ")), [
      "1 1700000000000001 BTC-USD 0.05",
      "1152921504606846976 0  9223372.036854775807",
      "-3 1 A-B -9223372036854775808",
      "0 2 A-B ",
    ]);
    assert.deepEqual(await readParquet(`${folder}/t.parquet`), rows);
    assert.deepEqual(parquetShape(`${folder}/t.parquet`).columns, [
      ["id", "INT64"],
      ["time_micros", "INT64"],
      ["symbol", "BYTE_ARRAY"],
      ["price", "INT64"],
      ["price_scale", "INT32"],
    ]);
  }));

Deno.test("what CSV must quote is quoted", () =>
  withFolder((folder) => {
    write(folder, [[1, 1, 'say "a", b\nc', null]]);
    assert.equal(
      Deno.readTextFileSync(`${folder}/t.csv`),
      'id,time_micros,symbol,price\r\n1,1,"say ""a"", b\nc",\r\n',
    );
  }));

Deno.test("a table without rows has its columns", () =>
  withFolder(async (folder) => {
    write(folder, []);
    assert.equal(Deno.readTextFileSync(`${folder}/t.csv`), "id,time_micros,symbol,price\r\n");
    assert.deepEqual(await readParquet(`${folder}/t.parquet`), []);
    assert.equal(parquetShape(`${folder}/t.parquet`).columns.length, 5);
  }));

Deno.test("a long table is written a part at a time, and none of it is lost between two", () =>
  withFolder(async (folder) => {
    const count = 2 * ROW_GROUP_ROWS + 3;
    const rows = Array.from(
      { length: count },
      (
        _,
        at,
      ): Cell[] => [at, at, `S${at % 7}`, at % 5 === 0 ? null : { units: BigInt(at), scale: 3 }],
    );
    write(folder, rows);
    const csv = readCsv(`${folder}/t.csv`).rows;
    assert.equal(csv.length, count);
    assert.deepEqual(await readParquet(`${folder}/t.parquet`), csv);
    const { groups } = parquetShape(`${folder}/t.parquet`);
    assert.deepEqual(groups, [ROW_GROUP_ROWS, ROW_GROUP_ROWS, 3]);
  }));

Deno.test("a cell that does not fit its column is refused, and not rounded or cut", () =>
  withFolder((folder) => {
    const good: Cell[] = [1, 1, "A-B", null];
    const bad: [number, Cell][] = [
      [0, 0.5],
      [0, 2 ** 53],
      [0, MOST + 1n],
      [0, null],
      [0, "1"],
      [1, -MOST - 2n],
      [2, 1],
      [2, null],
      [3, 1],
      [3, "0.05"],
    ];
    for (const [at, cell] of bad) {
      const row = good.with(at, cell);
      const csv = new CsvTable(`${folder}/t.csv`, COLUMNS);
      assert.throws(() => csv.add(row), CellError, `csv ${at} ${cell}`);
      csv.finish();
      const parquet = new ParquetTable(`${folder}/t.parquet`, COLUMNS);
      assert.throws(() => parquet.add(row), CellError, `parquet ${at} ${cell}`);
    }
    const large = new ParquetTable(`${folder}/t.parquet`, COLUMNS);
    assert.throws(() => large.add(good.with(3, { units: MOST + 1n, scale: 2 })), {
      name: "CellError",
      message: "column price (amount) takes no bigint 9223372036854775808",
    });
  }));
