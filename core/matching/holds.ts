/**
 * What an order holds, and what a trade moves.
 *
 * A sell holds its leaves in the base asset. A buy holds, in the quote asset, the notional it may
 * still spend (its reserve) and the fee on it at the higher of the two rates, less its fee credit.
 * Both are functions of the order alone, so what a balance holds is always the sum over its orders.
 * The order keeps how much it holds and the slot of the balance it holds from, so that giving it
 * back looks nothing up.
 *
 * @module
 */
import * as orderPool from "../book/order_pool.ts";
import * as fees from "../ledger/fees.ts";
import * as orderRecord from "../protocol/order_record.ts";
import type { ShardState } from "./shard_state.ts";

const { creditAfter, feeOf } = fees;
const { ORDER_DOUBLES_SHIFT, ORDER_INTEGERS_SHIFT, OrderField } = orderPool;
const { OrderFlag, Side } = orderRecord;

/** Minor units of the quote asset that a buy with this reserve and fee credit holds. */
export function buyHold(
  state: ShardState,
  instrument: number,
  reserve: number,
  feeCredit: number,
): number {
  const { makerFeePpm, takerFeePpm } = state.instruments;
  const ratePpm = Math.max(makerFeePpm[instrument], takerFeePpm[instrument]);
  return reserve + feeOf(reserve, ratePpm, feeCredit);
}

/** Notional that the order in `slot`, which has no budget, reserves for `leaves` lots at `price`. */
export function reserveOf(state: ShardState, slot: number, price: number, leaves: number): number {
  const { integers } = state.orders;
  const at = slot << ORDER_INTEGERS_SHIFT;
  if (integers[at | OrderField.side] === Side.sell) return 0;
  return price * leaves * state.instruments.quotePerTickLot[integers[at | OrderField.instrument]];
}

/** Minor units that the order in `slot` has to hold with this reserve and these leaves. */
export function holdOf(state: ShardState, slot: number, reserve: number, leaves: number): number {
  const { integers } = state.orders;
  const at = slot << ORDER_INTEGERS_SHIFT;
  const instrument = integers[at | OrderField.instrument];
  return integers[at | OrderField.side] === Side.sell
    ? leaves * state.instruments.basePerLot[instrument]
    : buyHold(state, instrument, reserve, integers[at | OrderField.feeCredit]);
}

/**
 * Makes the order in `slot` hold `hold` minor units: what it held beyond goes back to what is
 * available, and what is missing is taken from there. The caller has seen that there is enough.
 */
export function changeHold(state: ShardState, slot: number, hold: number): void {
  const { balances, orders } = state;
  const balance = orders.integers[(slot << ORDER_INTEGERS_SHIFT) | OrderField.balance];
  const at = (slot << ORDER_DOUBLES_SHIFT) | OrderField.hold;
  const released = orders.doubles[at] - hold;
  orders.doubles[at] = hold;
  balances.addHeld(balance, -released);
  balances.addAvailable(balance, released);
}

/** Gives back what the order in `slot` still holds. */
export function releaseHold(state: ShardState, slot: number): void {
  const { balances, orders } = state;
  const balance = orders.integers[(slot << ORDER_INTEGERS_SHIFT) | OrderField.balance];
  const amount = orders.doubles[(slot << ORDER_DOUBLES_SHIFT) | OrderField.hold];
  balances.addHeld(balance, -amount);
  balances.addAvailable(balance, amount);
}

/**
 * Settles one side of a trade: moves base and quote, charges the fee, releases what price
 * improvement frees, and brings leaves, executed, notional, reserve and fee credit of the order up
 * to date.
 *
 * @returns the fee in minor units of the quote asset
 */
export function settle(
  state: ShardState,
  slot: number,
  lots: number,
  notional: number,
  ratePpm: number,
): number {
  const { doubles, integers } = state.orders;
  const { balances, instruments } = state;
  const at = slot << ORDER_DOUBLES_SHIFT;
  const integersAt = slot << ORDER_INTEGERS_SHIFT;
  const instrument = integers[integersAt | OrderField.instrument];
  const account = integers[integersAt | OrderField.account];
  const credit = integers[integersAt | OrderField.feeCredit];
  const held = integers[integersAt | OrderField.balance];
  const baseAmount = lots * instruments.basePerLot[instrument];
  const fee = feeOf(notional, ratePpm, credit);
  const creditNext = creditAfter(notional, ratePpm, credit, fee);
  integers[integersAt | OrderField.feeCredit] = creditNext;
  doubles[at | OrderField.executed] += lots;
  doubles[at | OrderField.notional] += notional;
  if (integers[integersAt | OrderField.side] === Side.sell) {
    const quote = balances.open(account, instruments.quoteAsset[instrument]);
    doubles[at | OrderField.leaves] -= lots;
    doubles[at | OrderField.hold] -= baseAmount;
    balances.addHeld(held, -baseAmount);
    balances.addAvailable(quote, notional - fee);
  } else {
    const base = balances.open(account, instruments.baseAsset[instrument]);
    let reserveNext = doubles[at | OrderField.reserve] - notional;
    if (((integers[integersAt | OrderField.attributes] >> 16) & OrderFlag.quoteBudget) === 0) {
      doubles[at | OrderField.leaves] -= lots;
      reserveNext = doubles[at | OrderField.price] * doubles[at | OrderField.leaves] *
        instruments.quotePerTickLot[instrument];
    }
    doubles[at | OrderField.reserve] = reserveNext;
    const hold = buyHold(state, instrument, reserveNext, creditNext);
    const released = doubles[at | OrderField.hold] - hold;
    doubles[at | OrderField.hold] = hold;
    balances.addHeld(held, -released);
    balances.addAvailable(held, released - notional - fee);
    balances.addAvailable(base, baseAmount);
  }
  balances.addAvailable(instruments.feeSlot[instrument], fee);
  return fee;
}
