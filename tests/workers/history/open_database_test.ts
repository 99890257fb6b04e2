import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { openDatabase } from "../../../workers/history/open_database.ts";
import { SCHEMA_VERSION } from "../../../workers/history/schema.ts";
import { EventSource, seededRandom } from "../../core/history/event_source.ts";
import { applyAll, inStream, openHistory, randomMessages, withFolder } from "./stored_history.ts";

/** Makes a history with something in it and returns its path. */
function makeHistory(folder: string): string {
  const path = `${folder}/history.db`;
  const history = openHistory(path);
  applyAll(history, inStream(randomMessages(new EventSource(), seededRandom(3), 20)));
  history.store.close();
  return path;
}

function countOrders(database: DatabaseSync): number {
  return database.prepare("SELECT count(*) AS count FROM orders").get()?.count as number;
}

Deno.test("a missing database is made, and found again", () =>
  withFolder((folder) => {
    const path = `${folder}/history.db`;
    const made = openDatabase(path);
    assert.equal(made.rebuiltBecause, null);
    assert.equal(made.byteLength, 0);
    made.database.close();
    const found = openDatabase(path);
    assert.equal(found.rebuiltBecause, null);
    assert.ok(found.byteLength > 0);
    found.database.close();
  }));

Deno.test("a database of an older version is built anew, and says so", () =>
  withFolder((folder) => {
    const path = `${folder}/history.db`;
    const older = new DatabaseSync(path);
    // Of the first version, as much as tells it from this one: the keys of orders and reports.
    older.exec(`
      CREATE TABLE orders (order_id INTEGER PRIMARY KEY, account INTEGER NOT NULL) STRICT;
      CREATE TABLE reports (account INTEGER, sequence INTEGER, PRIMARY KEY (account, sequence));
      CREATE TABLE progress (id INTEGER PRIMARY KEY CHECK (id = 1), event_sequence INTEGER);
      INSERT INTO orders VALUES (1, 1);
      INSERT INTO progress VALUES (1, 7);
      PRAGMA user_version = 1;
    `);
    older.close();
    const { database, rebuiltBecause } = openDatabase(path);
    assert.equal(rebuiltBecause, "its version is 1, this program reads 6");
    database.close();
    const history = openHistory(path);
    const messages = randomMessages(new EventSource(), seededRandom(3), 20);
    applyAll(history, inStream(messages));
    assert.equal(history.store.progress.streamSequence, messages.length);
    assert.ok(countOrders(history.store.database) > 1);
    history.store.close();
  }));

Deno.test("a database of a later version is built anew, and says so", () =>
  withFolder((folder) => {
    const path = makeHistory(folder);
    const later = new DatabaseSync(path);
    later.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    later.close();
    const { database, rebuiltBecause } = openDatabase(path);
    assert.equal(rebuiltBecause, "its version is 7, this program reads 6");
    assert.equal(countOrders(database), 0);
    database.close();
  }));

for (
  const [what, damage] of [
    ["that is no database", (bytes: Uint8Array) => bytes.fill(65)],
    ["with a damaged first page", (bytes: Uint8Array) => bytes.fill(0, 100, 4096)],
    ["with damaged pages in the middle", (bytes: Uint8Array) => bytes.fill(7, 5 * 4096, 20 * 4096)],
    ["that was cut off", (bytes: Uint8Array) => bytes.subarray(0, 8 * 4096 + 100)],
  ] as const
) {
  Deno.test(`a file ${what} is built anew, and says so`, () =>
    withFolder((folder) => {
      const path = makeHistory(folder);
      Deno.writeFileSync(path, damage(Deno.readFileSync(path)));
      const { database, rebuiltBecause } = openDatabase(path);
      assert.equal(typeof rebuiltBecause, "string");
      assert.equal(countOrders(database), 0);
      database.close();
    }));
}

Deno.test("a write-ahead log of another file does no harm", () =>
  withFolder((folder) => {
    const path = makeHistory(folder);
    Deno.writeFileSync(`${path}-wal`, crypto.getRandomValues(new Uint8Array(50_000)));
    const { database, rebuiltBecause } = openDatabase(path);
    assert.equal(rebuiltBecause, null);
    assert.ok(countOrders(database) > 0);
    database.close();
  }));

Deno.test("a database in use is left alone", () =>
  withFolder(async (folder) => {
    const path = makeHistory(folder);
    const { database } = openDatabase(path);
    const module = new URL("../../../workers/history/open_database.ts", import.meta.url);
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "eval",
        `import { openDatabase } from ${JSON.stringify(module.href)};
        openDatabase(${JSON.stringify(path)});`,
      ],
      stdout: "null",
      stderr: "piped",
    }).output();
    assert.equal(code, 1);
    assert.match(new TextDecoder().decode(stderr), /database is locked/);
    assert.ok(countOrders(database) > 0);
    database.close();
  }));

Deno.test("a folder that is not there is an error, not a rebuild", () =>
  withFolder((folder) => {
    assert.throws(() => openDatabase(`${folder}/nowhere/history.db`), /unable to open/);
  }));
