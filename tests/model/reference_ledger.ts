/**
 * The naive ledger: one total for each account and asset, in BigInt. What is held is not kept but
 * added up over the open orders whenever somebody asks.
 *
 * @module
 */

import { Side } from "../../core/protocol/order_record.ts";

const MILLION = 1_000_000n;

/** `dividend / divisor` rounded up; both are positive or the dividend is zero. */
export const divideUp = (dividend: bigint, divisor: bigint): bigint =>
  (dividend + divisor - 1n) / divisor;

/** An instrument as the reference sees it. */
export interface ReferenceInstrument {
  readonly instrument: number;
  readonly baseAsset: number;
  readonly quoteAsset: number;
  readonly quotePerTickLot: bigint;
  readonly basePerLot: bigint;
  priceTicksMax: bigint;
  quantityLotsMax: bigint;
  makerFeePpm: bigint;
  takerFeePpm: bigint;
  collarPpm: bigint;
  isTrading: boolean;
}

/** An order as the reference sees it. */
export interface ReferenceOrder {
  readonly id: bigint;
  readonly account: number;
  readonly key: bigint;
  readonly instrument: ReferenceInstrument;
  readonly side: number;
  price: bigint;
  quantity: bigint;
  readonly hasBudget: boolean;
  readonly isPostOnly: boolean;
  readonly isMarket: boolean;
  readonly timeInForce: number;
  readonly selfTrade: number;
  /** Among orders of one price the lower one stands before; 0 while it does not rest. */
  priority: bigint;
  leaves: bigint;
  executed: bigint;
  /** Minor units that the fills amounted to. */
  notional: bigint;
  /** The exact fee so far, in millionths of a minor unit. */
  exactFee: bigint;
  /** The fee that was charged so far. */
  paidFee: bigint;
}

/** Minor units that an open order needs: of the base asset (sell) or of the quote asset (buy). */
export function needOf(order: ReferenceOrder): bigint {
  const { instrument } = order;
  if (order.side === Side.sell) return order.leaves * instrument.basePerLot;
  const spend = order.hasBudget
    ? order.quantity - order.notional
    : order.price * order.leaves * instrument.quotePerTickLot;
  const { makerFeePpm, takerFeePpm } = instrument;
  const ratePpm = makerFeePpm > takerFeePpm ? makerFeePpm : takerFeePpm;
  return spend + divideUp(order.exactFee + spend * ratePpm, MILLION) - order.paidFee;
}

/** Charges an order the fee on one more fill and returns it. */
export function chargeFee(order: ReferenceOrder, notional: bigint, ratePpm: bigint): bigint {
  order.exactFee += notional * ratePpm;
  const fee = divideUp(order.exactFee, MILLION) - order.paidFee;
  order.paidFee += fee;
  return fee;
}

/** Every account's total of every asset. */
export class ReferenceLedger {
  readonly totals = new Map<number, Map<number, bigint>>();
  /** Orders that hold something. */
  open: ReferenceOrder[] = [];

  /** Total of an account in an asset. */
  total(account: number, asset: number): bigint {
    return this.totals.get(account)?.get(asset) ?? 0n;
  }

  /** Adds to a total, or takes from it. */
  add(account: number, asset: number, amount: bigint): void {
    const totals = this.totals.get(account) ?? new Map<number, bigint>();
    totals.set(asset, (totals.get(asset) ?? 0n) + amount);
    this.totals.set(account, totals);
  }

  /** What the open orders of an account hold of an asset. */
  held(account: number, asset: number): bigint {
    let held = 0n;
    for (const order of this.open) {
      const { baseAsset, quoteAsset } = order.instrument;
      const heldAsset = order.side === Side.sell ? baseAsset : quoteAsset;
      if (order.account === account && heldAsset === asset) held += needOf(order);
    }
    return held;
  }

  /** What an account can use of an asset. */
  available(account: number, asset: number): bigint {
    return this.total(account, asset) - this.held(account, asset);
  }

  /** Sum of all accounts in an asset. */
  supply(asset: number): bigint {
    let sum = 0n;
    for (const totals of this.totals.values()) sum += totals.get(asset) ?? 0n;
    return sum;
  }
}
