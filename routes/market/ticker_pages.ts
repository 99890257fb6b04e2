/**
 * The tickers of many instruments at once.
 *
 * Each is a question to the market-data worker, so whoever asks for a page within a second of another
 * one gets the same page: however many ask, the worker is asked for each instrument once a second.
 *
 * @module
 */
import type { SnapshotAnswer } from "../../core/protocol/queries.ts";
import type { MarketView } from "../../infra/queries/market_view.ts";
import type { Reference } from "../../infra/reference/reference.ts";
import type { Ticker } from "../schema/ticker.ts";

/** Instruments of a page. */
export const TICKERS_PAGE_MAX = 500;
/** Questions of a page that wait for their answers at once. */
export const TICKERS_ASKED_MAX = 64;
/** How long a page is kept, in microseconds. */
export const TICKERS_KEPT_MICROS = 1_000_000;
/** Pages that are kept; there are not as many instruments as that. */
export const TICKER_PAGES_MAX = 32;

interface Page {
  readonly market: MarketView;
  readonly askedMicros: number;
  readonly tickers: Promise<Ticker[]>;
}

/** The ticker in a snapshot with a level of each side. */
export function tickerOf(snapshot: SnapshotAnswer): Ticker {
  const { symbol, sequence, status, bids, asks, ticker } = snapshot;
  const [bidPrice, bidQuantity] = bids[0] ?? [null, "0"];
  const [askPrice, askQuantity] = asks[0] ?? [null, "0"];
  return {
    symbol,
    sequence: String(sequence),
    status,
    ...ticker,
    bidPrice,
    bidQuantity,
    askPrice,
    askQuantity,
  };
}

/** Pages that were asked for within the last second. Owner: one gateway. */
export class TickerPages {
  readonly #pages = new Map<number, Page>();

  /**
   * The tickers of the instruments with a number above `afterInstrument`, at most
   * {@link TICKERS_PAGE_MAX}. Rejects with `QueryFailedError` where one has no answer.
   *
   * @param nowMicros of a clock that never goes back
   */
  page(
    market: MarketView,
    reference: Reference,
    afterInstrument: number,
    nowMicros: number,
  ): Promise<Ticker[]> {
    const kept = this.#pages.get(afterInstrument);
    if (kept?.market === market && nowMicros - kept.askedMicros < TICKERS_KEPT_MICROS) {
      return kept.tickers;
    }
    const symbols = reference.all()
      .filter(({ instrument }) => instrument > afterInstrument)
      .slice(0, TICKERS_PAGE_MAX)
      .map(({ symbol }) => symbol);
    const tickers = readAll(market, symbols);
    const page = { market, askedMicros: nowMicros, tickers };
    this.#pages.delete(afterInstrument);
    this.#pages.set(afterInstrument, page);
    this.#forgetOldest();
    tickers.catch(() => {
      if (this.#pages.get(afterInstrument) === page) this.#pages.delete(afterInstrument);
    });
    return tickers;
  }

  /** Numbers that begin no page can be made up, so there may be more than the market has pages. */
  #forgetOldest(): void {
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= TICKER_PAGES_MAX) return;
      this.#pages.delete(oldest);
    }
  }
}

async function readAll(
  market: MarketView,
  symbols: readonly string[],
): Promise<Ticker[]> {
  const tickers: Ticker[] = new Array(symbols.length);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < symbols.length) {
      const index = next++;
      tickers[index] = tickerOf(await market.snapshot(symbols[index], 1, 0, 0));
    }
  };
  await Promise.all(Array.from({ length: Math.min(TICKERS_ASKED_MAX, symbols.length) }, work));
  return tickers;
}
