import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { RowWriter } from "../../../workers/history/row_writer.ts";

function withTable(use: (database: DatabaseSync, writer: RowWriter) => void): void {
  const database = new DatabaseSync(":memory:");
  database.exec("CREATE TABLE pairs (a INTEGER PRIMARY KEY, b TEXT NOT NULL) STRICT");
  try {
    use(database, new RowWriter(database, "pairs", 2));
  } finally {
    database.close();
  }
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

Deno.test("every row is inserted, however many there are", () => {
  for (const count of [0, 1, 15, 16, 17, 32, 100]) {
    withTable((database, writer) => {
      writer.insert(upTo(count).map((a) => [a, `row ${a}`]));
      const rows = database.prepare("SELECT a, b FROM pairs ORDER BY a").all();
      assert.deepEqual(
        rows.map((row) => ({ ...row })),
        upTo(count).map((a) => ({ a, b: `row ${a}` })),
      );
    });
  }
});

Deno.test("a row that breaks a constraint takes the transaction with it, alone or among others", () => {
  for (const count of [3, 16, 20]) {
    withTable((database, writer) => {
      database.exec("BEGIN; INSERT INTO pairs VALUES (2, 'before')");
      assert.throws(() => writer.insert(upTo(count).map((a) => [a, ""])), /constraint failed/);
      assert.ok(!database.isTransaction);
      assert.equal(database.prepare("SELECT count(*) AS count FROM pairs").get()?.count, 0);
      writer.insert(upTo(count).map((a) => [a, ""]));
      assert.equal(database.prepare("SELECT count(*) AS count FROM pairs").get()?.count, count);
    });
  }
});
