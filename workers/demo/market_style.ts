/**
 * How the demo trades each instrument, in its ticks and lots.
 *
 * @module
 */
import type { PriceWalkTerms } from "./price_walk.ts";
import type { LadderTerms } from "./quotes.ts";

/** What the traders of one instrument do. */
export interface MarketStyle {
  readonly walk: PriceWalkTerms;
  readonly ladder: LadderTerms;
  /** Pause between two looks of the maker at its quotes. */
  readonly quoteMillis: number;
  /** Cancels, and new quotes, of one look. */
  readonly changesMax: number;
  /** Mean pause between two orders of the taker. */
  readonly takeMillis: number;
  /** Largest order of the taker, but for sweeps. */
  readonly takeLotsMost: number;
  /** One order in so many sweeps several levels. */
  readonly sweepEvery: number;
  readonly sweepLots: number;
}

/** Requests a second of the whole demo: some 30. */
const PACE = { quoteMillis: 900, changesMax: 5, takeMillis: 900, sweepEvery: 25 };

/** By symbol. */
export const MARKET_STYLES: Readonly<Record<string, MarketStyle>> = {
  "BTC-USD": {
    ...PACE,
    walk: { startTicks: 5_000_000, stepTicks: 400 },
    ladder: {
      levels: 8,
      halfSpreadTicks: 150,
      spacingTicks: 500,
      quantityLotsLeast: 500,
      quantityLotsMost: 6_000,
    },
    takeLotsMost: 3_000,
    sweepLots: 30_000,
  },
  "ETH-USD": {
    ...PACE,
    walk: { startTicks: 250_000, stepTicks: 25 },
    ladder: {
      levels: 8,
      halfSpreadTicks: 10,
      spacingTicks: 30,
      quantityLotsLeast: 1_000,
      quantityLotsMost: 12_000,
    },
    takeLotsMost: 6_000,
    sweepLots: 60_000,
  },
};
