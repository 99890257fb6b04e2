/**
 * Pages of history, each by the index that schema.ts makes for it. O(rows of the page), and for
 * pages of closed orders as many rows more as the account has open ones; a page of fills looks
 * through the runs of reports that they are in, each of which has at least one.
 *
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { HistoryOrder } from "../../core/history/history_order.ts";
import type { HistoryReport } from "../../core/history/report_run.ts";
import type { FillRow } from "../../core/protocol/queries.ts";
import { prepareArrays } from "./array_rows.ts";
import {
  FIRST_RUNS_OF_ORDER,
  firstFills,
  newestFills,
  RUNS_OF_INSTRUMENT,
  RUNS_OF_ORDER,
  RUNS_WITH_FILLS,
} from "./fill_rows.ts";
import { Movements } from "../../core/history/movement.ts";
import { newestMovements, RUNS_WITH_LEDGER } from "./ledger_rows.ts";
import { orderOfRow } from "./order_columns.ts";
import { readPage, reportsAfter, RUNS_AFTER } from "./report_rows.ts";
import { OPEN_CONDITION } from "./schema.ts";

/** Bound of a page that begins with the newest row. */
const NEWEST = Number.MAX_SAFE_INTEGER;

/** Which orders a page has. */
export type OrderFilter = "open" | "closed" | "all";

const ORDER_CONDITIONS: Readonly<Record<OrderFilter, string>> = {
  all: "",
  open: `AND ${OPEN_CONDITION}`,
  closed: `AND NOT (${OPEN_CONDITION})`,
};

/** What SQLite calls the primary key of the orders. */
const PRIMARY_KEY = "sqlite_autoindex_orders_1";

/** Index of a page of orders. Named, because SQLite without statistics takes another at times. */
function orderIndex(instrument: number, filter: OrderFilter): string {
  if (filter === "open") return "orders_open";
  return instrument === 0 ? PRIMARY_KEY : "orders_of_instrument";
}

/** Reads pages from the database that the projection writes. Owner: the history worker. */
export class HistoryPages {
  readonly #database: DatabaseSync;
  /** Prepared statements by their text: as many as there are combinations of filters. */
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** The newest order of the account that was placed with this client order id, or `null`. */
  orderByClientId(account: number, clientOrderId: string): HistoryOrder | null {
    const row = this.#prepare(
      "SELECT * FROM orders INDEXED BY orders_of_client_id " +
        "WHERE account = ? AND client_order_id = ? ORDER BY order_id DESC LIMIT 1",
    ).get(account, clientOrderId);
    return row === undefined ? null : orderOfRow(row);
  }

  /**
   * Orders of an account, newest first.
   *
   * @param instrument 0: every instrument
   * @param beforeOrderId orders with an id below this; 0: from the newest
   */
  orders(
    account: number,
    instrument: number,
    filter: OrderFilter,
    beforeOrderId: number,
    limit: number,
  ): HistoryOrder[] {
    const ofInstrument = instrument === 0 ? "" : "AND instrument = ?";
    const statement = this.#prepare(
      `SELECT * FROM orders INDEXED BY ${orderIndex(instrument, filter)} ` +
        `WHERE account = ? ${ofInstrument} ${ORDER_CONDITIONS[filter]} ` +
        "AND order_id < ? ORDER BY order_id DESC LIMIT ?",
    );
    const filters = instrument === 0 ? [account] : [account, instrument];
    return statement.all(...filters, beforeOrderId || NEWEST, limit).map(orderOfRow);
  }

  /** The first fills of an order, oldest first. */
  fillsOfOrder(account: number, orderId: number, limit: number): FillRow[] {
    const filter = { orderId, instrument: 0, beforeTradeId: 0 };
    const statement = this.#prepare(FIRST_RUNS_OF_ORDER);
    const runs = (count: number) => statement.all(account, orderId, NEWEST, count);
    return readPage(runs, (some) => firstFills(some, filter, limit), limit);
  }

  /** Fills of an order with a trade id below `beforeTradeId` (0: from the newest), newest first. */
  newestFillsOfOrder(
    account: number,
    orderId: number,
    beforeTradeId: number,
    limit: number,
  ): FillRow[] {
    const filter = { orderId, instrument: 0, beforeTradeId };
    const statement = this.#prepare(RUNS_OF_ORDER);
    const before = beforeTradeId || NEWEST;
    const runs = (count: number) => statement.all(account, orderId, before, count);
    return readPage(runs, (some) => newestFills(some, filter, limit), limit);
  }

  /**
   * Fills of an account, newest first. Where an account traded with itself, the two sides of a
   * trade stay on one page, which then has one row more than `limit`.
   *
   * @param instrument 0: every instrument
   * @param beforeTradeId fills with a trade id below this; 0: from the newest
   */
  fills(account: number, instrument: number, beforeTradeId: number, limit: number): FillRow[] {
    const filter = { orderId: 0, instrument, beforeTradeId };
    const statement = this.#prepare(instrument === 0 ? RUNS_WITH_FILLS : RUNS_OF_INSTRUMENT);
    const key = instrument === 0 ? [account] : [account, instrument];
    const before = beforeTradeId || NEWEST;
    const runs = (count: number) => statement.all(...key, before, count);
    const rows = readPage(runs, (some) => newestFills(some, filter, limit + 1), limit + 1);
    if (rows.length > limit && rows[limit].tradeId !== rows[limit - 1].tradeId) rows.pop();
    return rows;
  }

  /** Reports of an account with a sequence above `afterSequence`, oldest first. */
  reports(account: number, afterSequence: number, limit: number): HistoryReport[] {
    const statement = this.#prepare(RUNS_AFTER);
    const runs = (count: number) => statement.all(account, afterSequence, count);
    return readPage(runs, (some) => reportsAfter(some, afterSequence, limit), limit);
  }

  /** Movements of money of an account with a sequence below `beforeSequence` (0: all), newest first. */
  ledger(
    account: number,
    list: Movements,
    beforeSequence: number,
    limit: number,
  ): HistoryReport[] {
    const statement = this.#prepare(RUNS_WITH_LEDGER);
    const before = beforeSequence || NEWEST;
    const runs = (count: number) => statement.all(account, Movements[list], before, count);
    return readPage(runs, (some) => newestMovements(some, list, before, limit), limit);
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = prepareArrays(this.#database, sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
