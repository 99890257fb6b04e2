/**
 * What a fresh data directory starts with: assets, instruments, funded accounts.
 *
 * @module
 */
import type { InstrumentTerms } from "../../core/protocol/administration.ts";

/** An asset by its number. */
export interface StandardAsset {
  readonly asset: number;
  readonly name: string;
  readonly scale: number;
}

/** The assets. */
export const STANDARD_ASSETS: readonly StandardAsset[] = [
  { asset: 1, name: "USD", scale: 6 },
  { asset: 2, name: "BTC", scale: 8 },
  { asset: 3, name: "ETH", scale: 8 },
];

const FEES = { makerFeePpm: 100, takerFeePpm: 500, collarPpm: 50_000 };

/** The instruments. Their bounds keep the largest order's notional a safe integer. */
export const STANDARD_INSTRUMENTS: readonly InstrumentTerms[] = [
  {
    instrument: 1,
    symbol: "BTC-USD",
    baseAsset: 2,
    quoteAsset: 1,
    priceScale: 2,
    quantityScale: 4,
    tickSize: 1,
    lotSize: 1,
    priceTicksMax: 100_000_000,
    quantityLotsMax: 90_000_000,
    ...FEES,
  },
  {
    instrument: 2,
    symbol: "ETH-USD",
    baseAsset: 3,
    quoteAsset: 1,
    priceScale: 2,
    quantityScale: 3,
    tickSize: 1,
    lotSize: 1,
    priceTicksMax: 10_000_000,
    quantityLotsMax: 90_000_000,
    ...FEES,
  },
];

/** What a funded account gets, in whole units: 1,000 BTC, 10,000 ETH, 100,000,000 USD. */
const FUNDS_UNITS: Readonly<Record<string, number>> = { BTC: 1_000, ETH: 10_000, USD: 100_000_000 };

/** What a funded account gets of an asset, in minor units. */
export const fundsOf = ({ name, scale }: StandardAsset): number =>
  (FUNDS_UNITS[name] ?? 0) * 10 ** scale;

/** Accounts whose keys are shown. */
export const STANDARD_ACCOUNTS: readonly number[] = [1, 2];

/** Accounts of the traders of `--demo`: for each instrument one that quotes and one that takes. */
export const DEMO_TRADERS: readonly {
  readonly symbol: string;
  readonly maker: number;
  readonly taker: number;
}[] = [
  { symbol: "BTC-USD", maker: 101, taker: 102 },
  { symbol: "ETH-USD", maker: 103, taker: 104 },
];

/** Every account of {@link DEMO_TRADERS}. */
export const DEMO_ACCOUNTS: readonly number[] = DEMO_TRADERS.flatMap(
  ({ maker, taker }) => [maker, taker],
);
