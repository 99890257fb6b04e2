import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { HistoryPages, type OrderFilter } from "../../../workers/history/history_pages.ts";
import { SCHEMA } from "../../../workers/history/schema.ts";

/** How SQLite goes about every statement that `use` has prepared. */
function plansOf(use: (pages: HistoryPages) => void): string[] {
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
  use(new HistoryPages(recorder));
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
  const plans = plansOf((pages) => {
    for (const filter of filters) {
      pages.orders(1, 0, filter, 0, 5);
      pages.orders(1, 2, filter, 0, 5);
    }
    pages.fills(1, 0, 0, 5);
    pages.fills(1, 2, 0, 5);
    pages.fillsOfOrder(1, 5);
    pages.newestFillsOfOrder(1, 0, 5);
    pages.reports(1, 0, 5);
    pages.orderByClientId(1, "a");
  });
  assert.deepEqual(plans, [
    "SEARCH orders USING INDEX orders_of_account (account=? AND order_id<?)",
    "SEARCH orders USING INDEX orders_of_instrument (account=? AND instrument=? AND order_id<?)",
    "SEARCH orders USING INDEX orders_open (account=? AND order_id<?)",
    "SEARCH orders USING INDEX orders_open (account=? AND order_id<?)",
    "SEARCH orders USING INDEX orders_of_account (account=? AND order_id<?)",
    "SEARCH orders USING INDEX orders_of_instrument (account=? AND instrument=? AND order_id<?)",
    "SEARCH fills USING PRIMARY KEY (account=? AND trade_id<?)",
    "SEARCH fills USING INDEX fills_of_instrument (account=? AND instrument=? AND trade_id<?)",
    "SEARCH fills USING INDEX fills_of_order (order_id=?)",
    "SEARCH fills USING INDEX fills_of_order (order_id=? AND trade_id<?)",
    "SEARCH reports USING PRIMARY KEY (account=? AND sequence>?)",
    "SEARCH orders USING INDEX orders_of_client_id (account=? AND client_order_id=?)",
  ]);
});
