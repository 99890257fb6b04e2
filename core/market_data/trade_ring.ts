/**
 * The last trades of one instrument, in a ring of fixed size that is allocated with the first trade.
 *
 * ```text
 * offset | bytes | type | field
 *      0 |     8 | f64  | trade id
 *      8 |     8 | f64  | price in ticks
 *     16 |     8 | f64  | quantity in lots
 *     24 |     8 | f64  | side of the taker (Side)
 *     32 |     8 | f64  | time in microseconds
 * ```
 *
 * Owner and only writer: the thread that applies the events.
 *
 * @module
 */

/** Trades of an instrument that are kept. */
export const RECENT_TRADES_MAX = 1_000;

const TRADE_DOUBLES = 5;

/** One trade, seen from outside. */
export interface PublicTrade {
  readonly tradeId: number;
  readonly priceTicks: number;
  readonly quantityLots: number;
  /** Side of the order that took liquidity. */
  readonly takerSide: number;
  readonly timeMicros: number;
}

/** The last {@link RECENT_TRADES_MAX} trades. */
export class TradeRing {
  #doubles = new Float64Array(0);
  #added = 0;

  /** Trades in the ring. */
  get count(): number {
    return Math.min(this.#added, RECENT_TRADES_MAX);
  }

  /** Adds a trade; the oldest goes where the ring is full. O(1). */
  add(trade: PublicTrade): void {
    if (this.#added === 0) this.#doubles = new Float64Array(RECENT_TRADES_MAX * TRADE_DOUBLES);
    const at = (this.#added++ % RECENT_TRADES_MAX) * TRADE_DOUBLES;
    this.#doubles[at] = trade.tradeId;
    this.#doubles[at + 1] = trade.priceTicks;
    this.#doubles[at + 2] = trade.quantityLots;
    this.#doubles[at + 3] = trade.takerSide;
    this.#doubles[at + 4] = trade.timeMicros;
  }

  /** The trade with the given age: 0 for the newest, below {@link count}. */
  newest(age: number): PublicTrade {
    return {
      tradeId: this.tradeIdOf(age),
      priceTicks: this.priceTicksOf(age),
      quantityLots: this.quantityLotsOf(age),
      takerSide: this.takerSideOf(age),
      timeMicros: this.#doubles[this.#at(age) + 4],
    };
  }

  /** Id of the trade with the given age. */
  tradeIdOf(age: number): number {
    return this.#doubles[this.#at(age)];
  }
  /** Price in ticks of the trade with the given age. */
  priceTicksOf(age: number): number {
    return this.#doubles[this.#at(age) + 1];
  }
  /** Quantity in lots of the trade with the given age. */
  quantityLotsOf(age: number): number {
    return this.#doubles[this.#at(age) + 2];
  }
  /** Side of the order that took liquidity in the trade with the given age. */
  takerSideOf(age: number): number {
    return this.#doubles[this.#at(age) + 3];
  }

  #at(age: number): number {
    return ((this.#added - 1 - age) % RECENT_TRADES_MAX) * TRADE_DOUBLES;
  }
}
