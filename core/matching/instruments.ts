/**
 * Instruments and assets: what the matching path needs of them, in typed arrays by number.
 *
 * Money is counted in minor units of its asset. What an instrument multiplies by:
 * - `quotePerTickLot`: minor units of the quote asset for one tick times one lot,
 * - `basePerLot`: minor units of the base asset for one lot.
 *
 * Both are whole numbers, or the instrument is refused. Owner and only writer: the matching thread.
 *
 * @module
 */
import { PRICE_TICKS_MAX } from "../book/price_trie.ts";
import { ASSETS_MAX } from "../ledger/balances.ts";
import { FEE_PPM_MAX } from "../ledger/fees.ts";
import type { InstrumentTerms } from "../protocol/administration.ts";
import { ResultCode } from "../protocol/result_code.ts";
import { SYMBOL_PATTERN } from "../protocol/subjects.ts";
import { SAFE_MAX } from "../protocol/wire_buffer.ts";

/** Instruments of a shard: numbers from 1 up to this, exclusive. */
export const INSTRUMENTS_MAX = 8192;
/** Decimals that an asset, a price or a quantity may have. */
export const SCALE_MAX = 12;
/** Collar of market orders: at most the whole price. */
export const COLLAR_PPM_MAX = 1_000_000;

const ASSET_NAME_PATTERN = /^[A-Z0-9]{1,10}$/;

/** Whether an instrument is there and trades. */
export const TradingStatus = { unknown: 0, trading: 1, halted: 2 } as const;

/** Every instrument and asset of a shard. */
export class Instruments {
  readonly status = new Uint8Array(INSTRUMENTS_MAX);
  readonly baseAsset = new Int32Array(INSTRUMENTS_MAX);
  readonly quoteAsset = new Int32Array(INSTRUMENTS_MAX);
  readonly quotePerTickLot = new Float64Array(INSTRUMENTS_MAX);
  readonly basePerLot = new Float64Array(INSTRUMENTS_MAX);
  readonly priceTicksMax = new Float64Array(INSTRUMENTS_MAX);
  readonly quantityLotsMax = new Float64Array(INSTRUMENTS_MAX);
  readonly makerFeePpm = new Int32Array(INSTRUMENTS_MAX);
  readonly takerFeePpm = new Int32Array(INSTRUMENTS_MAX);
  readonly collarPpm = new Int32Array(INSTRUMENTS_MAX);
  /** Balance slot of the venue's own account in the quote asset. */
  readonly feeSlot = new Int32Array(INSTRUMENTS_MAX);
  /** The terms as they are, for queries; never read on the matching path. */
  readonly terms = new Map<number, InstrumentTerms>();
  /** Names and scales of the assets, for queries and definitions. */
  readonly assets = new Map<number, { readonly name: string; readonly scale: number }>();

  /** Adds an asset, or says why not. The same asset again is no error. */
  addAsset(asset: number, name: string, scale: number): ResultCode {
    if (asset < 1 || asset >= ASSETS_MAX || scale > SCALE_MAX || !ASSET_NAME_PATTERN.test(name)) {
      return ResultCode.unknownAsset;
    }
    const there = this.assets.get(asset);
    if (there !== undefined) {
      return there.name === name && there.scale === scale ? ResultCode.ok : ResultCode.assetExists;
    }
    for (const other of this.assets.values()) {
      if (other.name === name) return ResultCode.assetExists;
    }
    this.assets.set(asset, { name, scale });
    return ResultCode.ok;
  }

  /** Adds an instrument, or says why not. */
  define(terms: InstrumentTerms): ResultCode {
    const { instrument } = terms;
    if (instrument < 1 || instrument >= INSTRUMENTS_MAX) return ResultCode.instrumentInvalid;
    if (this.status[instrument] !== TradingStatus.unknown) return ResultCode.instrumentExists;
    // Feeds, queries and requests name an instrument by its symbol.
    for (const other of this.terms.values()) {
      if (other.symbol === terms.symbol) return ResultCode.instrumentExists;
    }
    const base = this.assets.get(terms.baseAsset);
    const quote = this.assets.get(terms.quoteAsset);
    if (base === undefined || quote === undefined) return ResultCode.unknownAsset;
    const multipliers = multipliersOf(terms, base.scale, quote.scale);
    if (multipliers === null || !isWithinBounds(terms, multipliers)) {
      return ResultCode.instrumentInvalid;
    }
    this.status[instrument] = TradingStatus.trading;
    this.baseAsset[instrument] = terms.baseAsset;
    this.quoteAsset[instrument] = terms.quoteAsset;
    this.quotePerTickLot[instrument] = multipliers.quotePerTickLot;
    this.basePerLot[instrument] = multipliers.basePerLot;
    this.setTerms(terms);
    return ResultCode.ok;
  }

  /** Whether an instrument that is there may have these terms, which differ in changeable ones alone. */
  isValidChange(terms: InstrumentTerms): boolean {
    return isWithinBounds(terms, {
      quotePerTickLot: this.quotePerTickLot[terms.instrument],
      basePerLot: this.basePerLot[terms.instrument],
    });
  }

  /** Gives an instrument the changeable ones of its terms (change_terms.ts says when). */
  setTerms(terms: InstrumentTerms): void {
    const { instrument } = terms;
    this.priceTicksMax[instrument] = terms.priceTicksMax;
    this.quantityLotsMax[instrument] = terms.quantityLotsMax;
    this.makerFeePpm[instrument] = terms.makerFeePpm;
    this.takerFeePpm[instrument] = terms.takerFeePpm;
    this.collarPpm[instrument] = terms.collarPpm;
    this.terms.set(instrument, terms);
  }
}

interface Multipliers {
  readonly quotePerTickLot: number;
  readonly basePerLot: number;
}

/** The multipliers of an instrument, or `null` where one is not a whole number. */
export function multipliersOf(
  terms: InstrumentTerms,
  baseScale: number,
  quoteScale: number,
): Multipliers | null {
  const quoteDecimals = quoteScale - terms.priceScale - terms.quantityScale;
  const baseDecimals = baseScale - terms.quantityScale;
  if (quoteDecimals < 0 || baseDecimals < 0) return null;
  return {
    quotePerTickLot: terms.tickSize * terms.lotSize * 10 ** quoteDecimals,
    basePerLot: terms.lotSize * 10 ** baseDecimals,
  };
}

function isWithinBounds(terms: InstrumentTerms, multipliers: Multipliers): boolean {
  const { priceTicksMax, quantityLotsMax } = terms;
  const sizes = [terms.tickSize, terms.lotSize, priceTicksMax, quantityLotsMax];
  return SYMBOL_PATTERN.test(terms.symbol) && terms.baseAsset !== terms.quoteAsset &&
    sizes.every((size) => size >= 1) &&
    terms.priceScale <= SCALE_MAX && terms.quantityScale <= SCALE_MAX &&
    priceTicksMax <= PRICE_TICKS_MAX &&
    priceTicksMax * quantityLotsMax * multipliers.quotePerTickLot <= SAFE_MAX &&
    quantityLotsMax * multipliers.basePerLot <= SAFE_MAX &&
    terms.makerFeePpm <= FEE_PPM_MAX && terms.takerFeePpm <= FEE_PPM_MAX &&
    terms.collarPpm >= 1 && terms.collarPpm <= COLLAR_PPM_MAX;
}
