import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { CopiedPages } from "../../../workers/history/copied_pages.ts";
import { HistoryPages, type OrderFilter } from "../../../workers/history/history_pages.ts";
import { HistoryStore } from "../../../workers/history/history_store.ts";
import { SCHEMA } from "../../../workers/history/schema.ts";

/** How SQLite goes about every statement that `use` has prepared. */
function plansOf(use: (database: DatabaseSync) => void): string[] {
  const database = new DatabaseSync(":memory:");
  database.exec(SCHEMA);
  const prepared: string[] = [];
  const recorder = new Proxy(database, {
    get: (target, name) => {
      if (name !== "prepare") return Reflect.get(target, name);
      return (sql: string) => {
        prepared.push(sql);
        return target.prepare(sql);
      };
    },
  });
  use(recorder);
  const plans = prepared.flatMap((sql) =>
    database.prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...Array(sql.split("?").length - 1).fill(1))
      .map((row) => String(row.detail))
  );
  database.close();
  return plans;
}

Deno.test("every page is read by an index of its own, and none is sorted", () => {
  const filters: OrderFilter[] = ["all", "open", "closed"];
  const plans = plansOf((database) => {
    const pages = new HistoryPages(database);
    for (const filter of filters) {
      pages.orders(1, 0, filter, 0, 5);
      pages.orders(1, 2, filter, 0, 5);
    }
    pages.fills(1, 0, 0, 5);
    pages.fills(1, 2, 0, 5);
    pages.fillsOfOrder(1, 1, 5);
    pages.newestFillsOfOrder(1, 1, 0, 5);
    pages.reports(1, 0, 5);
    pages.ledger(1, "transfers", 0, 5);
    pages.orderByClientId(1, "a");
  });
  assert.deepEqual(plans, [
    "SEARCH orders USING PRIMARY KEY (account=? AND order_id<?)",
    "SEARCH orders USING INDEX orders_of_instrument (account=? AND instrument=? AND order_id<?)",
    "SEARCH orders USING INDEX orders_open (account=? AND order_id<?)",
    "SEARCH orders USING INDEX orders_open (account=? AND order_id<?)",
    "SEARCH orders USING PRIMARY KEY (account=? AND order_id<?)",
    "SEARCH orders USING INDEX orders_of_instrument (account=? AND instrument=? AND order_id<?)",
    "SEARCH reports USING INDEX reports_with_fills (account=? AND first_trade_id<?)",
    "SEARCH f USING PRIMARY KEY (account=? AND instrument=? AND first_trade_id<?)",
    "SEARCH reports USING INDEX reports_of_account (account=? AND last_sequence=?)",
    "SEARCH f USING PRIMARY KEY (account=? AND order_id=? AND first_trade_id<?)",
    "SEARCH reports USING INDEX reports_of_account (account=? AND last_sequence=?)",
    "SEARCH f USING PRIMARY KEY (account=? AND order_id=? AND first_trade_id<?)",
    "SEARCH reports USING INDEX reports_of_account (account=? AND last_sequence=?)",
    "SEARCH reports USING INDEX reports_of_account (account=? AND last_sequence>?)",
    "SEARCH l USING PRIMARY KEY (account=? AND movements=? AND first_sequence<?)",
    "SEARCH reports USING INDEX reports_of_account (account=? AND last_sequence=?)",
    "SEARCH orders USING INDEX orders_of_client_id (account=? AND client_order_id=?)",
  ]);
});

Deno.test("what the projection reads and changes is found by its key", () => {
  const plans = plansOf((database) => void new HistoryStore(database));
  assert.deepEqual(plans.filter((plan) => !plan.endsWith("-ROW VALUES CLAUSE")), [
    "SEARCH orders USING PRIMARY KEY (account=? AND order_id=?)",
    "SEARCH orders USING PRIMARY KEY (account=? AND order_id=?)",
    "SEARCH reports USING COVERING INDEX reports_of_account (account=?)",
    "SEARCH reports USING INDEX reports_of_account (account=?)",
    "SEARCH orders USING PRIMARY KEY (account=? AND order_id=?)",
    "SCAN progress",
    // The last run is at the end of the table.
    "SEARCH reports",
    "SEARCH assets USING INTEGER PRIMARY KEY (rowid=?)",
    "SCAN progress",
  ]);
});

Deno.test("a page of the drop copy is found by keys, and is not sorted by SQLite", () => {
  const plans = plansOf((database) => void new CopiedPages(new HistoryStore(database)));
  assert.deepEqual(plans.slice(-3), [
    "SEARCH batches USING INTEGER PRIMARY KEY (rowid<?)",
    "SEARCH batches USING INTEGER PRIMARY KEY (rowid>?)",
    "SEARCH reports USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
  ]);
});
