/**
 * What a window did in each instrument.
 *
 * @module
 */
import { Side } from "../../core/protocol/order_record.ts";
import type { DayTrade, OrderCount } from "./day_events.ts";

/** Figures of one instrument. Prices in ticks, quantities in lots, money in minor units. */
export interface InstrumentFigures {
  readonly openTicks: number;
  readonly highTicks: number;
  readonly lowTicks: number;
  readonly closeTicks: number;
  readonly trades: number;
  readonly volumeLots: bigint;
  /** Of trades whose taker bought. */
  readonly takerBuyLots: bigint;
  readonly takerSellLots: bigint;
  readonly notional: bigint;
  readonly makerFees: bigint;
  readonly takerFees: bigint;
  readonly accepted: number;
  readonly canceled: number;
  readonly expired: number;
  readonly rejected: number;
}

/** Figures of an instrument in which nothing happened. */
export const NO_FIGURES: InstrumentFigures = {
  openTicks: 0,
  highTicks: 0,
  lowTicks: 0,
  closeTicks: 0,
  trades: 0,
  volumeLots: 0n,
  takerBuyLots: 0n,
  takerSellLots: 0n,
  notional: 0n,
  makerFees: 0n,
  takerFees: 0n,
  accepted: 0,
  canceled: 0,
  expired: 0,
  rejected: 0,
};

type Figures = { -readonly [Key in keyof InstrumentFigures]: InstrumentFigures[Key] };

/** Figures by instrument; as many as a shard has instruments. */
export class Statistics {
  readonly #figures = new Map<number, Figures>();

  /** Figures of an instrument. */
  of(instrument: number): InstrumentFigures {
    return this.#figures.get(instrument) ?? NO_FIGURES;
  }

  /** Takes a trade. O(1). */
  trade(trade: DayTrade, notional: bigint): void {
    const figures = this.#open(trade.instrument);
    const { maker, priceTicks, quantityLots, taker } = trade;
    const lots = BigInt(quantityLots);
    if (figures.trades === 0) {
      figures.openTicks = figures.highTicks = figures.lowTicks = priceTicks;
    }
    figures.trades++;
    figures.highTicks = Math.max(figures.highTicks, priceTicks);
    figures.lowTicks = Math.min(figures.lowTicks, priceTicks);
    figures.closeTicks = priceTicks;
    figures.volumeLots += lots;
    if (taker.side === Side.buy) figures.takerBuyLots += lots;
    else figures.takerSellLots += lots;
    figures.notional += notional;
    figures.makerFees += BigInt(maker.fee);
    figures.takerFees += BigInt(taker.fee);
  }

  /** Counts an order. O(1). */
  count(instrument: number, what: OrderCount): void {
    this.#open(instrument)[what]++;
  }

  #open(instrument: number): Figures {
    let figures = this.#figures.get(instrument);
    if (figures === undefined) {
      figures = { ...NO_FIGURES };
      this.#figures.set(instrument, figures);
    }
    return figures;
  }
}
