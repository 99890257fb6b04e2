/**
 * Reads the live state for queries. Not on the matching path: makes objects.
 *
 * @module
 */
import { ORDER_DOUBLES_SHIFT, ORDER_INTEGERS_SHIFT, OrderField } from "../book/order_pool.ts";
import type { AccountAnswer } from "../protocol/account_queries.ts";
import { TEXT_BYTES_MAX } from "../protocol/frame.ts";
import type { BalancesAnswer, InstrumentReference, LiveOrder } from "../protocol/queries.ts";
import { clientOrderIdOfKey } from "../protocol/request_key.ts";
import { AccountStatus, NO_TRADE_GROUP } from "./accounts.ts";
import { TradingStatus } from "./instruments.ts";
import type { ShardState } from "./shard_state.ts";

/** The live order in `slot`. */
export function liveOrderAt(state: ShardState, slot: number): LiveOrder {
  const { doubles, integers, texts } = state.orders;
  const at = slot << ORDER_DOUBLES_SHIFT;
  const word = slot << ORDER_INTEGERS_SHIFT;
  const attributes = integers[word + OrderField.attributes];
  const textBytes = integers[word + OrderField.textBytes];
  const text = texts.subarray(slot * TEXT_BYTES_MAX, slot * TEXT_BYTES_MAX + textBytes);
  const keyLow = integers[word + OrderField.keyLow] >>> 0;
  const keyHigh = integers[word + OrderField.keyHigh] >>> 0;
  return {
    orderId: doubles[at | OrderField.orderId],
    account: integers[word + OrderField.account],
    instrument: integers[word + OrderField.instrument],
    side: integers[word + OrderField.side],
    orderType: attributes & 0xff,
    timeInForce: (attributes >>> 8) & 0xff,
    orderFlags: (attributes >>> 16) & 0xff,
    priceTicks: doubles[at | OrderField.price],
    quantityLots: doubles[at | OrderField.quantity],
    executedLots: doubles[at | OrderField.executed],
    leavesLots: doubles[at | OrderField.leaves],
    executedNotional: doubles[at | OrderField.notional],
    createdMicros: doubles[at | OrderField.created],
    clientOrderId: textBytes > 0
      ? String.fromCharCode(...text)
      : clientOrderIdOfKey(keyLow, keyHigh),
  };
}

/** The live order of an account with this id, or `null`. */
export function findLiveOrder(
  state: ShardState,
  account: number,
  orderId: number,
): LiveOrder | null {
  const slot = state.orderIndex.find(orderId);
  if (slot === 0) return null;
  const order = liveOrderAt(state, slot);
  return order.account === account ? order : null;
}

/** The order id that a request key of an account led to, or `null`. */
export function findOrderIdByKey(
  state: ShardState,
  account: number,
  keyLow: number,
  keyHigh: number,
): number | null {
  return state.outcomes.orderIdOf(account, keyLow, keyHigh) || null;
}

/** Open orders of an account by ascending id, after `afterOrderId`. O(open orders × log). */
export function listOpenOrders(
  state: ShardState,
  account: number,
  instrument: number,
  afterOrderId: number,
  limit: number,
): LiveOrder[] {
  if (state.accounts.status(account) === AccountStatus.unknown) return [];
  const { doubles, integers } = state.orders;
  const slots: number[] = [];
  let slot = state.accounts.firstOpen(account);
  while (slot !== 0) {
    const at = slot << ORDER_INTEGERS_SHIFT;
    const isWanted = instrument === 0 || integers[at | OrderField.instrument] === instrument;
    if (isWanted && doubles[slot << ORDER_DOUBLES_SHIFT] > afterOrderId) slots.push(slot);
    slot = integers[at | OrderField.accountNext];
  }
  slots.sort((one, other) =>
    doubles[one << ORDER_DOUBLES_SHIFT] - doubles[other << ORDER_DOUBLES_SHIFT]
  );
  return slots.slice(0, limit).map((one) => liveOrderAt(state, one));
}

/** Balances of an account, one for each asset it has ever had. O(assets). */
export function listBalances(state: ShardState, account: number): BalancesAnswer["balances"] {
  const rows: BalancesAnswer["balances"][number][] = [];
  for (const [asset, { name, scale }] of state.instruments.assets) {
    const slot = state.balances.find(account, asset);
    if (slot === 0) continue;
    const available = state.balances.availableOf(slot);
    rows.push({ asset: name, scale, available, held: state.balances.heldOf(slot) });
  }
  return rows;
}

const ACCOUNT_STATUSES = {
  [AccountStatus.unknown]: "unknown",
  [AccountStatus.enabled]: "enabled",
  [AccountStatus.disabled]: "disabled",
} as const;

/** What an account is. O(1). */
export function describeAccount(
  { accounts }: ShardState,
  account: number,
): Omit<AccountAnswer, "sequence"> {
  const status = ACCOUNT_STATUSES[accounts.status(account) as keyof typeof ACCOUNT_STATUSES];
  if (status === "unknown") return { status, tradeGroup: NO_TRADE_GROUP, openOrders: 0 };
  return {
    status,
    tradeGroup: accounts.tradeGroup(account),
    openOrders: accounts.openCount(account),
  };
}

/** Every instrument as gateways see it. */
export function listInstruments(state: ShardState): InstrumentReference[] {
  const { assets, status, terms } = state.instruments;
  return [...terms.values()].map((one) => {
    const base = assets.get(one.baseAsset) ?? { name: "", scale: 0 };
    const quote = assets.get(one.quoteAsset) ?? { name: "", scale: 0 };
    return {
      ...one,
      baseName: base.name,
      baseScale: base.scale,
      quoteName: quote.name,
      quoteScale: quote.scale,
      status: status[one.instrument] === TradingStatus.trading ? "trading" : "halted",
    };
  });
}
