/**
 * How an order is written to and read from its row.
 *
 * @module
 */
import type { HistoryOrder } from "../../core/history/history_order.ts";

/** A row as SQLite hands it out. */
export type Row = Readonly<Record<string, unknown>>;

/** Inserts an order, or replaces it. Takes what {@link orderValues} returns. */
export const PUT_ORDER = `
INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (order_id) DO UPDATE SET
  executed_lots = excluded.executed_lots,
  leaves_lots = excluded.leaves_lots,
  executed_tick_lots = excluded.executed_tick_lots,
  status = excluded.status,
  code = excluded.code,
  entry_sequence = excluded.entry_sequence,
  sequence = excluded.sequence,
  updated_micros = excluded.updated_micros`;

/** The values of {@link PUT_ORDER}. */
export function orderValues(order: HistoryOrder): (number | string | null)[] {
  return [
    order.orderId,
    order.account,
    order.instrument,
    order.side,
    order.orderType,
    order.timeInForce,
    order.orderFlags,
    order.priceTicks,
    order.quantity,
    order.createdMicros,
    order.clientOrderId,
    order.executedLots,
    order.leavesLots,
    order.executedTickLots,
    order.status,
    order.code,
    order.entrySequence,
    order.sequence,
    order.updatedMicros,
  ];
}

/** The order in a row of `SELECT * FROM orders`. */
export function orderOfRow(row: Row): HistoryOrder {
  return {
    orderId: row.order_id as number,
    account: row.account as number,
    instrument: row.instrument as number,
    side: row.side as number,
    orderType: row.order_type as number,
    timeInForce: row.time_in_force as number,
    orderFlags: row.order_flags as number,
    priceTicks: row.price_ticks as number,
    quantity: row.quantity as number,
    createdMicros: row.created_micros as number,
    clientOrderId: row.client_order_id as string | null,
    executedLots: row.executed_lots as number,
    leavesLots: row.leaves_lots as number,
    executedTickLots: row.executed_tick_lots as number,
    status: row.status as number,
    code: row.code as number,
    entrySequence: row.entry_sequence as number,
    sequence: row.sequence as number,
    updatedMicros: row.updated_micros as number,
  };
}
