/**
 * A sum over trades: how many, how much, and a hash over who traded with whom at what price, in
 * order. Two order books that were given the same flow made the same trades when their sums agree.
 *
 * @module
 */

/** What a {@link TradeSum} comes to. */
export interface TradeTotals {
  readonly trades: number;
  readonly lots: number;
  /** 16 hexadecimal digits. */
  readonly hash: string;
}

/** Counts and hashes trades. Allocates nothing after it was made. */
export class TradeSum {
  /** Trades and lots. */
  readonly #counts = new Float64Array(2);
  readonly #hash = new Int32Array(2);

  /** Adds a trade: the numbers of its two orders in the flow, the maker's price, the quantity. */
  add(maker: number, taker: number, priceTicks: number, lots: number): void {
    const hash = this.#hash;
    this.#counts[0]++;
    this.#counts[1] += lots;
    const orders = Math.imul(hash[0] ^ maker, 0x9e3779b1) ^ Math.imul(taker, 0x85ebca77);
    const terms = Math.imul(hash[1] ^ priceTicks, 0xc2b2ae3d) ^ Math.imul(lots, 0x27d4eb2f);
    hash[0] = orders ^ (orders >>> 15) ^ (terms << 7);
    hash[1] = terms ^ (terms >>> 13) ^ orders;
  }

  /** What the trades so far come to. */
  get totals(): TradeTotals {
    const [low, high] = this.#hash;
    const hash = hexadecimal(high) + hexadecimal(low);
    return { trades: this.#counts[0], lots: this.#counts[1], hash };
  }
}

/** Whether two sums are of the same trades. */
export function isSame(one: TradeTotals, other: TradeTotals): boolean {
  return one.trades === other.trades && one.lots === other.lots && one.hash === other.hash;
}

/** The totals in words. */
export function totalsText({ trades, lots, hash }: TradeTotals): string {
  return `${trades.toLocaleString("en-US")} trades, ${lots.toLocaleString("en-US")} lots, ${hash}`;
}

function hexadecimal(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
