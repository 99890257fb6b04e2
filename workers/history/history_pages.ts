/**
 * Pages of history, each by the index that schema.ts makes for it. O(rows of the page), and for
 * pages of closed orders as many rows more as the account has open ones.
 *
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { HistoryReport } from "../../core/history/history_batch.ts";
import type { HistoryOrder } from "../../core/history/history_order.ts";
import type { FillRow } from "../../core/protocol/queries.ts";
import { orderOfRow, type Row } from "./order_columns.ts";
import { reportOfRow } from "./history_store.ts";
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

/** Index of a page of orders. Named, because SQLite without statistics takes another at times. */
function orderIndex(instrument: number, filter: OrderFilter): string {
  if (filter === "open") return "orders_open";
  return instrument === 0 ? "orders_of_account" : "orders_of_instrument";
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
      "SELECT * FROM orders WHERE account = ? AND client_order_id = ? " +
        "ORDER BY order_id DESC LIMIT 1",
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
  fillsOfOrder(orderId: number, limit: number): FillRow[] {
    return this.#prepare("SELECT * FROM fills WHERE order_id = ? ORDER BY trade_id LIMIT ?")
      .all(orderId, limit).map(fillOfRow);
  }

  /** Fills of an order with a trade id below `beforeTradeId` (0: from the newest), newest first. */
  newestFillsOfOrder(orderId: number, beforeTradeId: number, limit: number): FillRow[] {
    return this.#prepare(
      "SELECT * FROM fills WHERE order_id = ? AND trade_id < ? ORDER BY trade_id DESC LIMIT ?",
    ).all(orderId, beforeTradeId || NEWEST, limit).map(fillOfRow);
  }

  /**
   * Fills of an account, newest first. Where an account traded with itself, the two sides of a
   * trade stay on one page, which then has one row more than `limit`.
   *
   * @param instrument 0: every instrument
   * @param beforeTradeId fills with a trade id below this; 0: from the newest
   */
  fills(account: number, instrument: number, beforeTradeId: number, limit: number): FillRow[] {
    const [from, filters] = instrument === 0 ? ["fills WHERE account = ?", [account]] : [
      "fills INDEXED BY fills_of_instrument WHERE account = ? AND instrument = ?",
      [account, instrument],
    ];
    const rows = this.#prepare(
      `SELECT * FROM ${from} AND trade_id < ? ORDER BY trade_id DESC, is_taker DESC LIMIT ?`,
    ).all(...filters, beforeTradeId || NEWEST, limit + 1).map(fillOfRow);
    if (rows.length > limit && rows[limit].tradeId !== rows[limit - 1].tradeId) rows.pop();
    return rows;
  }

  /** Reports of an account with a sequence above `afterSequence`, oldest first. */
  reports(account: number, afterSequence: number, limit: number): HistoryReport[] {
    return this.#prepare(
      "SELECT * FROM reports WHERE account = ? AND sequence > ? ORDER BY sequence LIMIT ?",
    ).all(account, afterSequence, limit).map(reportOfRow);
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function fillOfRow(row: Row): FillRow {
  return {
    tradeId: row.trade_id as number,
    orderId: row.order_id as number,
    instrument: row.instrument as number,
    side: row.side as number,
    priceTicks: row.price_ticks as number,
    quantityLots: row.quantity_lots as number,
    fee: row.fee as number,
    isMaker: row.is_taker === 0,
    timeMicros: row.time_micros as number,
    sequence: row.sequence as number,
  };
}
