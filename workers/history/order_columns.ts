/**
 * How an order is written to and read from its row, in the order of the columns in schema.ts.
 *
 * @module
 */
import type { HistoryOrder } from "../../core/history/history_order.ts";

/** Columns of the table. */
export const ORDER_COLUMNS = 20;

/** Brings the row of an order up to date. Takes what {@link progressValues} returns. */
export const UPDATE_ORDER = `
UPDATE orders SET price_ticks = ?, quantity = ?, executed_lots = ?, leaves_lots = ?,
  executed_tick_lots = ?, status = ?, code = ?, entry_sequence = ?, has_rested = ?, sequence = ?,
  updated_micros = ?
WHERE account = ? AND order_id = ?`;

/** The values of an order's row. */
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
    order.hasRested ? 1 : 0,
    order.sequence,
    order.updatedMicros,
  ];
}

/** The values of {@link UPDATE_ORDER}. */
export function progressValues(order: HistoryOrder): number[] {
  return [
    order.priceTicks,
    order.quantity,
    order.executedLots,
    order.leavesLots,
    order.executedTickLots,
    order.status,
    order.code,
    order.entrySequence,
    order.hasRested ? 1 : 0,
    order.sequence,
    order.updatedMicros,
    order.account,
    order.orderId,
  ];
}

/** The order in a row of `SELECT * FROM orders` (see array_rows.ts). */
export function orderOfRow(row: unknown): HistoryOrder {
  const cells = row as readonly number[];
  return {
    orderId: cells[0],
    account: cells[1],
    instrument: cells[2],
    side: cells[3],
    orderType: cells[4],
    timeInForce: cells[5],
    orderFlags: cells[6],
    priceTicks: cells[7],
    quantity: cells[8],
    createdMicros: cells[9],
    clientOrderId: (row as readonly (string | null)[])[10],
    executedLots: cells[11],
    leavesLots: cells[12],
    executedTickLots: cells[13],
    status: cells[14],
    code: cells[15],
    entrySequence: cells[16],
    hasRested: cells[17] === 1,
    sequence: cells[18],
    updatedMicros: cells[19],
  };
}
