/**
 * What holds of a shard between any two commands, whatever the commands were.
 *
 * @module
 */

import assert from "node:assert/strict";
import { ORDER_DOUBLES, ORDER_INTEGERS, OrderField } from "../../../core/book/order_pool.ts";
import { ASSETS_MAX } from "../../../core/ledger/balances.ts";
import type { ShardState } from "../../../core/matching/shard_state.ts";
import { OrderFlag, Side } from "../../../core/protocol/order_record.ts";
import { type BookLevel, levelsOf, type RestingOrder } from "./book_drawing.ts";

const MILLION = 1_000_000n;

/** Fails with what and where; text is only made of it when it fails, for this runs very often. */
function must(holds: boolean, what: string, where: number | string = ""): void {
  if (!holds) assert.fail(`${what} ${where}`);
}

/** Asserts every invariant. O(everything that is in the shard). */
export function checkInvariants(state: ShardState): void {
  const resting: RestingOrder[] = [];
  for (const instrument of state.instruments.terms.keys()) {
    const buys = levelsOf(state, instrument, Side.buy);
    const sells = levelsOf(state, instrument, Side.sell);
    checkLevels(buys, -1);
    checkLevels(sells, 1);
    if (buys.length > 0 && sells.length > 0) {
      must(buys[0].price < sells[0].price, "no crossed book", instrument);
    }
    for (const level of [...buys, ...sells]) resting.push(...level.orders);
  }
  checkIndexes(state, resting);
  checkMoney(state, resting);
}

/** Levels from the best on, none empty, totals and counts those of their orders. */
function checkLevels(levels: readonly BookLevel[], direction: 1 | -1): void {
  let previous: number | undefined;
  for (const { price, total, count, orders } of levels) {
    if (previous !== undefined) must((price - previous) * direction > 0, "best level first", price);
    previous = price;
    must(orders.length > 0, "no empty level", price);
    must(count === orders.length, "a level's count is that of its orders", price);
    let sum = 0;
    for (const { orderId, leaves, price: orderPrice } of orders) {
      must(leaves > 0 && orderPrice === price, "an order stands at its price", orderId);
      sum += leaves;
    }
    must(total === sum, "a level's total is that of its orders", price);
  }
}

/** Every resting order, and no other, is in the pool, in the index and in its account's list. */
function checkIndexes(state: ShardState, resting: readonly RestingOrder[]): void {
  must(state.orders.liveCount === resting.length, "only resting orders hold a slot");
  const byAccount = new Map<number, Set<number>>();
  for (const { slot, orderId, account, leaves } of resting) {
    const number = (field: number) => state.orders.doubles[slot * ORDER_DOUBLES + field];
    const executed = number(OrderField.executed);
    must(number(OrderField.quantity) === executed + leaves, "a quantity is whole", orderId);
    must(state.orderIndex.find(orderId) === slot, "the index finds each order", orderId);
    byAccount.set(account, (byAccount.get(account) ?? new Set()).add(slot));
  }
  const none = new Set<number>();
  for (let account = 0; account <= state.accounts.last; account++) {
    const slots = byAccount.get(account) ?? none;
    must(state.accounts.openCount(account) === slots.size, "count of open orders", account);
    let listed = 0;
    let slot = state.accounts.firstOpen(account);
    while (slot !== 0) {
      must(slots.has(slot) && listed < slots.size, "an account lists its own orders", account);
      listed++;
      slot = state.orders.integers[slot * ORDER_INTEGERS + OrderField.accountNext];
    }
    must(listed === slots.size, "an account lists all its orders", account);
  }
}

/** Nothing below zero, each asset's sum its supply, and what is held what the orders need. */
function checkMoney(state: ShardState, resting: readonly RestingOrder[]): void {
  const { balances, instruments } = state;
  const needed = new Map<number, bigint>();
  for (const { slot, account } of resting) {
    const instrument = state.orders.integers[slot * ORDER_INTEGERS + OrderField.instrument];
    const isSell = state.orders.integers[slot * ORDER_INTEGERS + OrderField.side] === Side.sell;
    const asset = isSell ? instruments.baseAsset[instrument] : instruments.quoteAsset[instrument];
    const at = account * ASSETS_MAX + asset;
    needed.set(at, (needed.get(at) ?? 0n) + needOf(state, slot, instrument, isSell));
  }
  const sums = new Map<number, number>();
  for (let slot = 1; slot <= balances.count; slot++) {
    const account = balances.accountOf(slot);
    const asset = balances.assetOf(slot);
    const available = balances.availableOf(slot);
    const held = balances.heldOf(slot);
    must(Number.isSafeInteger(available) && available >= 0, "available is an amount", available);
    must(Number.isSafeInteger(held) && held >= 0, "held is an amount", held);
    const sum = (sums.get(asset) ?? 0) + available + held;
    must(Number.isSafeInteger(sum), "an asset's sum is a safe integer", asset);
    sums.set(asset, sum);
    const at = account * ASSETS_MAX + asset;
    must(BigInt(held) === (needed.get(at) ?? 0n), "held is what the orders need", account);
    needed.delete(at);
  }
  must(needed.size === 0, "every order has a balance that holds for it");
  for (const asset of instruments.assets.keys()) {
    must((sums.get(asset) ?? 0) === balances.supply[asset], "an asset's sum is its supply", asset);
  }
  must(balances.availableOf(0) === 0 && balances.heldOf(0) === 0, "no balance is empty");
}

/** What a resting order holds, from its own fields, in BigInt. */
function needOf(state: ShardState, slot: number, instrument: number, isSell: boolean): bigint {
  const { doubles, integers } = state.orders;
  const { instruments } = state;
  const leaves = BigInt(doubles[slot * ORDER_DOUBLES + OrderField.leaves]);
  if (isSell) return leaves * BigInt(instruments.basePerLot[instrument]);
  const flags = (integers[slot * ORDER_INTEGERS + OrderField.attributes] >> 16) & 0xff;
  must((flags & OrderFlag.quoteBudget) === 0, "an order with a budget never rests");
  const price = BigInt(doubles[slot * ORDER_DOUBLES + OrderField.price]);
  const reserve = price * leaves * BigInt(instruments.quotePerTickLot[instrument]);
  const { makerFeePpm, takerFeePpm } = instruments;
  const rate = BigInt(Math.max(makerFeePpm[instrument], takerFeePpm[instrument]));
  const credit = BigInt(integers[slot * ORDER_INTEGERS + OrderField.feeCredit]);
  must(credit >= 0n && credit < MILLION, "a fee credit is below one minor unit");
  const due = reserve * rate - credit;
  return reserve + (due <= 0n ? 0n : (due + MILLION - 1n) / MILLION);
}
