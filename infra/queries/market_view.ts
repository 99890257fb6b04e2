/**
 * Public market data for the edge: snapshots of instruments, asked once for all who want the same.
 *
 * A snapshot reflects at least every event that this gateway has reported to anybody, so that
 * whoever placed an order sees it in the book. Requests that want the same part of the same
 * instrument share one question, as long as that question asks for events that are late enough.
 *
 * @module
 */
import type { CandlesQuery } from "../../core/market_data/snapshot.ts";
import type { SnapshotAnswer } from "../../core/protocol/queries.ts";
import type { Queries } from "./queries.ts";

/** A question that has no answer yet. */
interface Asked {
  readonly minSequence: number;
  readonly answer: Promise<SnapshotAnswer>;
}

/** Snapshots through one gateway. The table of questions is bounded by what {@link Queries} takes. */
export class MarketView {
  readonly #queries: Queries;
  readonly #asked = new Map<string, Asked>();
  #reported = 0;
  /** Snapshots that were asked for, and those that shared another's question. */
  readonly counts = { asked: 0, shared: 0 };

  constructor(queries: Queries) {
    this.#queries = queries;
  }

  /** Highest event sequence that this gateway has reported to anybody. */
  get reportedSequence(): number {
    return this.#reported;
  }

  /** Notes that an event was reported: from now on every snapshot reflects it. */
  reported(sequence: number): void {
    if (sequence > this.#reported) this.#reported = sequence;
  }

  /**
   * A snapshot with this many levels a side and trades.
   *
   * @param minSequence event sequence that it must reflect as well; 0: none
   * @param candles what it has of candles; none when left out
   * @returns rejects with `QueryFailedError` when there is no answer
   */
  snapshot(
    symbol: string,
    levels: number,
    trades: number,
    minSequence: number,
    candles: CandlesQuery = {},
  ): Promise<SnapshotAnswer> {
    if (minSequence > this.#reported) {
      // Nobody else waits for events that one caller names: they may be far off, or never come.
      this.counts.asked++;
      return this.#queries.snapshot(symbol, { levels, trades, minSequence, ...candles });
    }
    const least = this.#reported;
    const key = `${symbol} ${levels} ${trades} ${candles.interval} ${candles.candles}`;
    const asked = this.#asked.get(key);
    if (asked !== undefined && asked.minSequence >= least) {
      this.counts.shared++;
      return asked.answer;
    }
    this.counts.asked++;
    const answer = this.#queries.snapshot(symbol, {
      levels,
      trades,
      minSequence: least,
      ...candles,
    });
    const question = { minSequence: least, answer };
    this.#asked.set(key, question);
    const forget = (): void => {
      if (this.#asked.get(key) === question) this.#asked.delete(key);
    };
    answer.then(forget, forget);
    return answer;
  }
}
