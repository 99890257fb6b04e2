/**
 * The last price over the last minutes as one line of blocks: from the candles of a snapshot, and from
 * the trades that come after it.
 *
 * @module
 */
import type { CandleInterval } from "../../core/market_data/candle_intervals.ts";
import { barStart, candleIntervals } from "../../core/market_data/candle_intervals.ts";
import type { CandleEntry, TradeEntry } from "../../core/market_data/feed_messages.ts";
import { formatDecimal, parseDecimal } from "../../core/protocol/decimal.ts";
import { decimalsOf } from "./watch_ladder.ts";

/** Columns at most: ten minutes. */
export const SPARK_BARS_MAX = 120;
/** What one column stands for: five seconds. */
export const SPARK_INTERVAL: CandleInterval = candleIntervals[2];
/** Fewer columns than this tell nothing. */
export const SPARK_BARS_LEAST = 8;

/** From the lowest to the highest. */
const BLOCKS = "▁▂▃▄▅▆▇█";
/** Less than this part of the price, in basis points, does not fill the height: calm stays calm. */
const SPAN_BASIS_POINTS_LEAST = 2;
const SECONDS_PER_MINUTE = 60;

/** The last price of one bar. */
interface LastPrice {
  /** Id of its last trade; 0 where there was none. */
  readonly tradeId: number;
  /** In units of the last decimal. */
  readonly price: number;
}

/** A line that can be shown. */
export interface Spark {
  /** One block a bar, oldest first; blank before the first price that is known. */
  readonly text: string;
  /** Lowest and highest price in it. */
  readonly low: string;
  readonly high: string;
  /** 1 where it ends above where it begins, -1 where below, else 0. */
  readonly direction: number;
}

/** How long so many bars are, as it is shown: "45 s", "4 min". */
export function sparkSpan(bars: number): string {
  const seconds = bars * SPARK_INTERVAL.micros / 1_000_000;
  if (seconds < 2 * SECONDS_PER_MINUTE) return `${seconds} s`;
  return `${Math.floor(seconds / SECONDS_PER_MINUTE)} min`;
}

/** The last prices of one market. */
export class PriceSpark {
  /** By start of the bar in microseconds; one more than is shown, for what goes on from before. */
  readonly #bars = new Map<number, LastPrice>();
  #scale = 0;

  /** Takes the candles of a snapshot, of {@link SPARK_INTERVAL}. */
  candles(candles: readonly CandleEntry[]): void {
    for (const { close, lastTradeId, startMicros } of candles) {
      this.#take(startMicros, Number(lastTradeId ?? 0), close);
    }
  }

  /** Takes a trade. One that came before, or late, changes nothing that is newer. */
  trade({ price, timeMicros, tradeId }: TradeEntry): void {
    this.#take(barStart(timeMicros, SPARK_INTERVAL.micros), Number(tradeId), price);
  }

  /**
   * The last `count` bars, at most {@link SPARK_BARS_MAX}; `null` before the first price. O(bars).
   *
   * @param nowMicros time of the market: what was quiet since its last trade is drawn on
   */
  draw(nowMicros: number, count: number): Spark | null {
    const newest = Math.max(...this.#bars.keys(), barStart(nowMicros, SPARK_INTERVAL.micros));
    const bars = Math.min(count, SPARK_BARS_MAX);
    const prices = this.#prices(newest, bars);
    const known = prices.filter((price) => price !== null);
    const [first] = known;
    const last = known.at(-1);
    if (first === undefined || last === undefined) return null;
    const low = Math.min(...known);
    const high = Math.max(...known);
    const least = Math.max(1, (high * SPAN_BASIS_POINTS_LEAST) / 10_000);
    const span = Math.max(high - low, least);
    const floor = (low + high - span) / 2;
    const block = (price: number | null) => {
      if (price === null) return " ";
      const height = Math.ceil(((price - floor) / span) * BLOCKS.length) - 1;
      return BLOCKS[Math.min(BLOCKS.length - 1, Math.max(0, height))];
    };
    return {
      text: prices.map(block).join(""),
      low: formatDecimal(low, this.#scale),
      high: formatDecimal(high, this.#scale),
      direction: Math.sign(last - first),
    };
  }

  #prices(newestMicros: number, count: number): (number | null)[] {
    const oldest = newestMicros - (count - 1) * SPARK_INTERVAL.micros;
    const before = Math.max(...[...this.#bars.keys()].filter((start) => start < oldest));
    let price = this.#bars.get(before)?.price ?? null;
    return Array.from({ length: count }, (_, index) => {
      const bar = this.#bars.get(oldest + index * SPARK_INTERVAL.micros);
      return price = bar?.price ?? price;
    });
  }

  #take(startMicros: number, tradeId: number, text: string): void {
    const known = this.#bars.get(startMicros);
    if (known !== undefined && known.tradeId >= tradeId) return;
    this.#scale = decimalsOf(text);
    this.#bars.set(startMicros, { tradeId, price: parseDecimal(text, this.#scale) });
    if (this.#bars.size > SPARK_BARS_MAX + 1) this.#bars.delete(Math.min(...this.#bars.keys()));
  }
}
