/**
 * Peers: nodejs-order-book, its predecessor hft-limit-order-book, and a fork that counts in
 * BigNumber.
 *
 * @module
 */
import * as big from "@fuzefinance/orderbook-bignumber";
import { BigNumber } from "bignumber.js";
import * as hft from "hft-limit-order-book";
import * as node from "nodejs-order-book";
import { Side } from "../../core/protocol/order_record.ts";
import type { Contender } from "./contender.ts";
import { OperationKind } from "./flow.ts";
import { familyContender } from "./peer_family.ts";

/** The enumeration is not among what the packages export. */
const IMMEDIATE_OR_CANCEL = "IOC";

/** nodejs-order-book. */
export const nodejsOrderBook: Contender = familyContender<node.LimitOrderOptions>({
  name: "nodejs-order-book 10.1.1",
  createBook: () => new node.OrderBook(),
  optionsOf: (flow, operation, id) => ({
    id,
    side: flow.sides[operation] === Side.buy ? node.Side.BUY : node.Side.SELL,
    size: flow.lots[operation],
    price: flow.priceTicks[operation],
    ...forceOf<node.LimitOrderOptions>(flow.kinds[operation]),
  }),
});

/** hft-limit-order-book, which its author has replaced by nodejs-order-book. */
export const hftLimitOrderBook: Contender = familyContender<hft.LimitOrderOptions>({
  name: "hft-limit-order-book 7.0.2",
  createBook: () => {
    const book = new hft.OrderBook();
    return { limit: (options) => book.limit(options), cancel: (id) => book.cancel(id) };
  },
  optionsOf: (flow, operation, id) => ({
    id,
    side: flow.sides[operation] === Side.buy ? hft.Side.BUY : hft.Side.SELL,
    size: flow.lots[operation],
    price: flow.priceTicks[operation],
    ...forceOf<hft.LimitOrderOptions>(flow.kinds[operation]),
  }),
});

/** @fuzefinance/orderbook-bignumber. */
export const bigNumberOrderBook: Contender = familyContender<big.LimitOrderOptions>({
  name: "@fuzefinance/orderbook-bignumber 10.1.0",
  createBook: () => new big.OrderBook(),
  optionsOf: (flow, operation, id) => ({
    id,
    side: flow.sides[operation] === Side.buy ? big.Side.BUY : big.Side.SELL,
    size: BigNumber(flow.lots[operation]),
    price: BigNumber(flow.priceTicks[operation]),
    ...forceOf<big.LimitOrderOptions>(flow.kinds[operation]),
  }),
});

function forceOf<Options extends { timeInForce?: unknown }>(
  kind: number,
): Pick<Options, "timeInForce"> | Record<never, never> {
  return kind === OperationKind.aggressive ? { timeInForce: IMMEDIATE_OR_CANCEL } : {};
}
