/**
 * Matching: an aggressor against the book, best price first, oldest order first, at the maker's
 * price.
 *
 * @module
 */
import * as orderPool from "../book/order_pool.ts";
import * as eventRecord from "../protocol/event_record.ts";
import * as orderRecord from "../protocol/order_record.ts";
import * as resultCode from "../protocol/result_code.ts";
import * as closeOrderModule from "./close_order.ts";
import * as holdsModule from "./holds.ts";
import * as orderEvents from "./order_events.ts";
import * as selfTradeModule from "./self_trade.ts";
import * as shardState from "./shard_state.ts";
import type { ShardState } from "./shard_state.ts";

const { closeOrder } = closeOrderModule;
const { settle } = holdsModule;
const { reportTrade } = orderEvents;
const { preventSelfTrade } = selfTradeModule;
const { FILLS_PER_COMMAND_MAX } = shardState;
const { ORDER_DOUBLES_SHIFT, ORDER_INTEGERS_SHIFT, OrderField } = orderPool;
const { EventFlag } = eventRecord;
const { OrderFlag, SelfTrade, Side } = orderRecord;
const { ResultCode } = resultCode;
type ResultCode = resultCode.ResultCode;

/**
 * Trades the order in `taker`, which does not rest yet, as far as its price, the book and the
 * limits allow. O(fills).
 *
 * @returns `ok` when it is filled or nothing more crosses; else why matching stopped early:
 * `selfTrade`, `fillsPerCommand`
 */
export function match(state: ShardState, taker: number): ResultCode {
  const { accounts, books, orders } = state;
  const { doubles, integers } = orders;
  const at = taker << ORDER_INTEGERS_SHIFT;
  const instrument = integers[at | OrderField.instrument];
  const side = integers[at | OrderField.side];
  const attributes = integers[at | OrderField.attributes];
  const hasBudget = ((attributes >> 16) & OrderFlag.quoteBudget) !== 0;
  const account = integers[at | OrderField.account];
  const preventsSelfTrade = attributes >>> 24 !== SelfTrade.none;
  const tradeGroup = preventsSelfTrade ? accounts.tradeGroup(account) : 0;
  const limit = doubles[(taker << ORDER_DOUBLES_SHIFT) | OrderField.price];
  for (let steps = 0;; steps++) {
    const level = books.bestLevel(instrument, side ^ 1);
    if (level === 0) return ResultCode.ok;
    const price = books.levelPrice(level);
    if (side === Side.buy ? price > limit : price < limit) return ResultCode.ok;
    // The leaves of a budget order stay what its last fill reported: an order that this price is too
    // dear for still has some, so that it ends with an event instead of without one.
    const leaves = hasBudget
      ? budgetLots(state, taker, instrument, price)
      : doubles[(taker << ORDER_DOUBLES_SHIFT) | OrderField.leaves];
    if (leaves === 0) return ResultCode.ok;
    if (steps === FILLS_PER_COMMAND_MAX) return ResultCode.fillsPerCommand;
    const maker = books.levelHead(level);
    if (
      preventsSelfTrade &&
      accounts.isOneOwner(
        account,
        tradeGroup,
        integers[(maker << ORDER_INTEGERS_SHIFT) | OrderField.account],
      )
    ) {
      const end = preventSelfTrade(state, taker, maker, leaves);
      if (end !== ResultCode.ok) return end;
      continue;
    }
    const makerLeaves = doubles[(maker << ORDER_DOUBLES_SHIFT) | OrderField.leaves];
    trade(state, taker, maker, price, Math.min(leaves, makerLeaves), hasBudget);
    if (doubles[(taker << ORDER_DOUBLES_SHIFT) | OrderField.leaves] === 0) return ResultCode.ok;
  }
}

/**
 * Whether a fill-or-kill order would be filled as a whole. Changes nothing. O(orders it meets).
 *
 * @returns `ok`, `fillOrKill`, or `selfTrade` when an order of its owner stands before
 */
export function checkFillable(
  state: ShardState,
  instrument: number,
  side: number,
  account: number,
  selfTrade: number,
  limit: number,
  quantity: number,
): ResultCode {
  const { accounts, books, orders } = state;
  const { doubles, integers } = orders;
  const tradeGroup = accounts.tradeGroup(account);
  let missing = quantity;
  let steps = 0;
  let level = books.bestLevel(instrument, side ^ 1);
  while (level !== 0) {
    const price = books.levelPrice(level);
    if (side === Side.buy ? price > limit : price < limit) break;
    let maker = books.levelHead(level);
    while (maker !== 0) {
      if (steps++ === FILLS_PER_COMMAND_MAX) return ResultCode.fillOrKill;
      const other = integers[(maker << ORDER_INTEGERS_SHIFT) | OrderField.account];
      if (selfTrade !== SelfTrade.none && accounts.isOneOwner(account, tradeGroup, other)) {
        // Whatever is done to it costs the order lots, unless it alone is taken out of the way.
        if (selfTrade !== SelfTrade.expireMaker) return ResultCode.selfTrade;
      } else {
        missing -= doubles[(maker << ORDER_DOUBLES_SHIFT) | OrderField.leaves];
        if (missing <= 0) return ResultCode.ok;
      }
      maker = integers[(maker << ORDER_INTEGERS_SHIFT) | OrderField.next];
    }
    level = books.levelBehind(instrument, side ^ 1, level);
  }
  return ResultCode.fillOrKill;
}

/** Lots that the budget of the order still buys at `price`. */
function budgetLots(state: ShardState, slot: number, instrument: number, price: number): number {
  const perLot = price * state.instruments.quotePerTickLot[instrument];
  return Math.floor(
    state.orders.doubles[(slot << ORDER_DOUBLES_SHIFT) | OrderField.reserve] / perLot,
  );
}

function trade(
  state: ShardState,
  taker: number,
  maker: number,
  price: number,
  lots: number,
  hasBudget: boolean,
): void {
  const { books, events, instruments, orders } = state;
  const { doubles, integers } = orders;
  const instrument = integers[(taker << ORDER_INTEGERS_SHIFT) | OrderField.instrument];
  const notional = price * lots * instruments.quotePerTickLot[instrument];
  const tradeId = ++state.lastTradeId;
  const makerFee = settle(state, maker, lots, notional, instruments.makerFeePpm[instrument]);
  const takerFee = settle(state, taker, lots, notional, instruments.takerFeePpm[instrument]);
  if (hasBudget) {
    doubles[(taker << ORDER_DOUBLES_SHIFT) | OrderField.leaves] = budgetLots(
      state,
      taker,
      instrument,
      price,
    );
  }
  books.reduce(maker, lots);
  reportTrade(events, orders, maker, EventFlag.maker, makerFee, price, lots, tradeId);
  reportTrade(events, orders, taker, 0, takerFee, price, lots, tradeId);
  if (doubles[(maker << ORDER_DOUBLES_SHIFT) | OrderField.leaves] === 0) closeOrder(state, maker);
}
