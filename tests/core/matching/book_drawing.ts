/**
 * Books drawn as text, one line a price level from the highest price down. An order is
 * `account:leaves`, the oldest of its level first:
 *
 * ```text
 * sell 102 | 3:10
 * sell 101 | 1:5 2:2
 * buy   99 | 2:4
 * ```
 *
 * @module
 */

import { ORDER_DOUBLES, ORDER_INTEGERS, OrderField } from "../../../core/book/order_pool.ts";
import type { ShardState } from "../../../core/matching/shard_state.ts";
import { Side } from "../../../core/protocol/order_record.ts";
import { buy, by, type NewOrder, on, sell } from "../../support/commands.ts";

/** A resting order as the book holds it. */
export interface RestingOrder {
  readonly slot: number;
  readonly orderId: number;
  readonly account: number;
  readonly price: number;
  readonly leaves: number;
}

/** A price level as the book holds it. */
export interface BookLevel {
  readonly price: number;
  readonly total: number;
  readonly count: number;
  readonly orders: readonly RestingOrder[];
}

/** The levels of one side of a book, best first, by walking the links of the book. */
export function levelsOf(state: ShardState, instrument: number, side: number): BookLevel[] {
  const { books, orders } = state;
  const levels: BookLevel[] = [];
  let level = books.bestLevel(instrument, side);
  while (level !== 0) {
    const resting: RestingOrder[] = [];
    let slot = books.levelHead(level);
    while (slot !== 0) {
      resting.push({
        slot,
        orderId: orders.doubles[slot * ORDER_DOUBLES + OrderField.orderId],
        account: orders.integers[slot * ORDER_INTEGERS + OrderField.account],
        price: orders.doubles[slot * ORDER_DOUBLES + OrderField.price],
        leaves: orders.doubles[slot * ORDER_DOUBLES + OrderField.leaves],
      });
      slot = orders.integers[slot * ORDER_INTEGERS + OrderField.next];
    }
    const price = books.levelPrice(level);
    levels.push({
      price,
      total: books.levelTotal(level),
      count: books.levelCount(level),
      orders: resting,
    });
    level = books.levelBehind(instrument, side, level);
  }
  return levels;
}

/** The book of an instrument, drawn. */
export function drawBook(state: ShardState, instrument: number): string {
  const sells = levelsOf(state, instrument, Side.sell).reverse();
  const buys = levelsOf(state, instrument, Side.buy);
  const line = (side: string) => ({ price, orders }: BookLevel) =>
    `${side} ${price} | ${orders.map(({ account, leaves }) => `${account}:${leaves}`).join(" ")}`;
  return [...sells.map(line("sell")), ...buys.map(line("buy"))].join("\n");
}

/** A drawing without its indentation, blank lines and repeated spaces. */
export function tidyDrawing(drawing: string): string {
  return drawing.split("\n").map((line) => line.trim().replaceAll(/ +/g, " "))
    .filter((line) => line !== "").join("\n");
}

/** The orders that make a drawn book, level by level, the oldest of each level first. */
export function ordersOf(drawing: string, instrument: number): NewOrder[] {
  return tidyDrawing(drawing).split("\n").filter((line) => line !== "").flatMap((line) => {
    const [, side, price, queue] = /^(buy|sell) (\d+) \| ([\d: ]+)$/.exec(line) ?? [];
    if (queue === undefined) throw new SyntaxError(`not a level of a book: ${line}`);
    const make = side === "buy" ? buy : sell;
    return queue.split(" ").map((order) => {
      const [account, lots] = order.split(":").map(Number);
      return make(lots, Number(price), by(account), on(instrument));
    });
  });
}
