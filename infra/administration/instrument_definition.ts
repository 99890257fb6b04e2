/**
 * Defines an instrument, and its assets where they are new.
 *
 * First all of it is read and held against what the core takes ({@link planInstrument}), so that
 * nothing is defined of what cannot be, and then sent ({@link defineInstrument}). One that ended in
 * the middle goes on where it ended when it is made again.
 *
 * @module
 */
import { PRICE_TICKS_MAX } from "../../core/book/price_trie.ts";
import { FEE_PPM_MAX } from "../../core/ledger/fees.ts";
import {
  COLLAR_PPM_MAX,
  INSTRUMENTS_MAX,
  multipliersOf,
  SCALE_MAX,
} from "../../core/matching/instruments.ts";
import type { InstrumentTerms } from "../../core/protocol/administration.ts";
import { formatDecimal } from "../../core/protocol/decimal.ts";
import type { InstrumentReference } from "../../core/protocol/queries.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { SYMBOL_PATTERN } from "../../core/protocol/subjects.ts";
import { SAFE_MAX } from "../../core/protocol/wire_buffer.ts";
import type { SendCommand } from "./account_switch.ts";
import { AdministrationError } from "./errors.ts";
import { exactAmount } from "./exact_amount.ts";
import { assetNamed, type NamedAsset } from "./movement.ts";

/** Numbers that are tried for a new asset or instrument, where one is taken by something unseen. */
const NUMBERS_TRIED_MAX = 64;

/** An instrument as an operator asks for it: sizes and bounds are decimal strings. */
export interface WantedInstrument {
  readonly symbol: string;
  readonly tickSize: string;
  readonly lotSize: string;
  readonly priceMax: string;
  readonly quantityMax: string;
  readonly makerFeePpm: number;
  readonly takerFeePpm: number;
  readonly collarPpm: number;
  /** Decimals of the assets, where they are new. */
  readonly baseScale: number;
  readonly quoteScale: number;
}
/** A field of {@link WantedInstrument}. */
export type TermsField = keyof WantedInstrument;

/** What is wanted cannot be. `tell` says why, with fields named as whoever is told knows them. */
export class TermsError extends Error {
  override readonly name = "TermsError";
  constructor(
    readonly field: TermsField,
    readonly value: string,
    readonly tell: (named: (field: TermsField) => string) => string,
  ) {
    super(tell((one) => one));
  }
}

/** What is known of an instrument that is there. */
export type KnownInstrument = Omit<InstrumentReference, "status">;

/** An instrument that can be defined. */
export interface InstrumentPlan {
  readonly terms: Omit<InstrumentTerms, "instrument" | "baseAsset" | "quoteAsset">;
  readonly base: PlannedAsset;
  readonly quote: PlannedAsset;
}

/** An asset; its number is `null` where no instrument has it yet. */
interface PlannedAsset extends Omit<NamedAsset, "asset"> {
  readonly asset: number | null;
}

/** Reads what is wanted. O(instruments). @throws {TermsError} */
export function planInstrument(
  known: readonly KnownInstrument[],
  wanted: WantedInstrument,
): InstrumentPlan {
  const { collarPpm, makerFeePpm, symbol, takerFeePpm } = wanted;
  if (!SYMBOL_PATTERN.test(symbol)) {
    throw refused(wanted, "symbol", "is not allowed; it takes BASE-QUOTE, such as BTC-USD");
  }
  const [baseName, quoteName] = symbol.split("-");
  if (baseName === quoteName) {
    throw refused(wanted, "symbol", `would trade ${baseName} for itself`);
  }
  checkWhole(wanted, "makerFeePpm", 0, FEE_PPM_MAX);
  checkWhole(wanted, "takerFeePpm", 0, FEE_PPM_MAX);
  checkWhole(wanted, "collarPpm", 1, COLLAR_PPM_MAX);
  checkWhole(wanted, "baseScale", 0, SCALE_MAX);
  checkWhole(wanted, "quoteScale", 0, SCALE_MAX);
  const base = planAsset(known, baseName, wanted.baseScale);
  const quote = planAsset(known, quoteName, wanted.quoteScale);
  const sizes = sizesOf(wanted);
  checkBounds(wanted, sizes, base.scale, quote.scale);
  return { terms: { symbol, ...sizes, makerFeePpm, takerFeePpm, collarPpm }, base, quote };
}

/** Whether the instrument that is there has the terms that are planned. Its assets' scales are theirs. */
export const isAsPlanned = (there: KnownInstrument, { terms }: InstrumentPlan): boolean =>
  (Object.keys(terms) as (keyof typeof terms)[]).every((name) => there[name] === terms[name]);

/**
 * Defines what was planned.
 *
 * @param once names a command of this very definition, by what it is about
 * @returns the instrument's number, and what became of the last command
 * @throws {AdministrationError} where the core refuses it
 */
export async function defineInstrument<R>(
  send: SendCommand<R>,
  known: readonly KnownInstrument[],
  { base, quote, terms }: InstrumentPlan,
  once: (about: string) => string,
): Promise<{ readonly terms: InstrumentTerms; readonly report: R }> {
  const taken = new Set(known.flatMap((one) => [one.baseAsset, one.quoteAsset]));
  const baseAsset = await defineAsset(send, taken, base, once);
  const quoteAsset = await defineAsset(send, taken, quote, once);
  const first = 1 + Math.max(0, ...known.map((one) => one.instrument));
  const last = Math.min(first + NUMBERS_TRIED_MAX, INSTRUMENTS_MAX) - 1;
  for (let instrument = first;; instrument++) {
    const whole = { ...terms, baseAsset, quoteAsset, instrument };
    const about = `instrument ${terms.symbol} ${instrument}`;
    const report = await unlessTaken(
      () => send({ kind: "instrument", terms: whole }, once(about)),
      instrument < last ? ResultCode.instrumentExists : null,
    );
    if (report !== null) return { terms: whole, report };
  }
}

/**
 * The number of an asset, which is defined where it is new: under the lowest number that no instrument
 * has, so that one which a definition that came to no end has left behind is found again.
 */
async function defineAsset<R>(
  send: SendCommand<R>,
  taken: Set<number>,
  { asset, name, scale }: PlannedAsset,
  once: (about: string) => string,
): Promise<number> {
  if (asset !== null) return asset;
  let number = 0;
  for (let tried = 1;; tried++) {
    number++;
    while (taken.has(number)) number++;
    const command = { kind: "asset", asset: number, name, scale } as const;
    const report = await unlessTaken(
      () => send(command, once(`asset ${name} ${number}`)),
      tried < NUMBERS_TRIED_MAX ? ResultCode.assetExists : null,
    );
    if (report === null) continue;
    taken.add(number);
    return number;
  }
}

/** What came of it; `null` where the core says by this code that the number is taken. */
async function unlessTaken<R>(act: () => Promise<R>, taken: number | null): Promise<R | null> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof AdministrationError && error.code === taken) return null;
    throw error;
  }
}

/** An asset as the instruments have it, or a new one with the given scale. */
const planAsset = (
  known: readonly KnownInstrument[],
  name: string,
  scale: number,
): PlannedAsset => assetNamed(known, name) ?? { asset: null, name, scale };

type Sizes = Pick<
  InstrumentTerms,
  "priceScale" | "quantityScale" | "tickSize" | "lotSize" | "priceTicksMax" | "quantityLotsMax"
>;

/** The decimals of tick and lot are those of all prices and quantities. */
function sizesOf(wanted: WantedInstrument): Sizes {
  const priceScale = decimalsOf(wanted.tickSize);
  const quantityScale = decimalsOf(wanted.lotSize);
  const tickSize = sizeOf(wanted, "tickSize", priceScale);
  const lotSize = sizeOf(wanted, "lotSize", quantityScale);
  const price = sizeOf(wanted, "priceMax", priceScale);
  const quantity = sizeOf(wanted, "quantityMax", quantityScale);
  return {
    priceScale,
    quantityScale,
    tickSize,
    lotSize,
    priceTicksMax: Math.floor(price / tickSize),
    quantityLotsMax: Math.floor(quantity / lotSize),
  };
}

function sizeOf(
  wanted: WantedInstrument,
  field: "tickSize" | "lotSize" | "priceMax" | "quantityMax",
  scale: number,
): number {
  const size = exactAmount(wanted[field], scale);
  if (typeof size === "number") return size;
  throw refused(wanted, field, `${JSON.stringify(wanted[field])} ${size}`);
}

/** Says what the core would refuse without a reason: terms that do not fit a safe integer. */
function checkBounds(
  wanted: WantedInstrument,
  sizes: Sizes,
  baseScale: number,
  quoteScale: number,
): void {
  const { lotSize, priceScale, priceTicksMax, quantityLotsMax, quantityScale, tickSize } = sizes;
  const multipliers = multipliersOf(sizes as InstrumentTerms, baseScale, quoteScale);
  if (multipliers === null) {
    const tell = (named: (field: TermsField) => string) =>
      `${named("tickSize")} and ${named("lotSize")} have ${priceScale} and ${quantityScale} ` +
      `decimals; together at most ${quoteScale}, the quote asset's, and ${named("lotSize")} at ` +
      `most ${baseScale}, the base asset's`;
    throw new TermsError("lotSize", wanted.lotSize, tell);
  }
  if (priceTicksMax < 1 || priceTicksMax > PRICE_TICKS_MAX) {
    const most = formatDecimal(Math.min(PRICE_TICKS_MAX * tickSize, SAFE_MAX), priceScale);
    const least = formatDecimal(tickSize, priceScale);
    throw refused(wanted, "priceMax", `takes ${least} to ${most}, 1 to ${PRICE_TICKS_MAX} ticks`);
  }
  if (quantityLotsMax < 1) {
    throw refused(wanted, "quantityMax", "is less than a lot");
  }
  const notional = priceTicksMax * multipliers.quotePerTickLot;
  const lotsMost = Math.floor(Math.min(SAFE_MAX / notional, SAFE_MAX / multipliers.basePerLot));
  if (quantityLotsMax <= lotsMost) return;
  const most = formatDecimal(lotsMost * lotSize, quantityScale);
  const tell = (named: (field: TermsField) => string) =>
    `${named("quantityMax")} is too large: with this ${named("priceMax")} at most ${most}, so ` +
    "that the largest order's notional is a safe integer";
  throw new TermsError("quantityMax", wanted.quantityMax, tell);
}

function checkWhole(
  wanted: WantedInstrument,
  field: "makerFeePpm" | "takerFeePpm" | "collarPpm" | "baseScale" | "quoteScale",
  least: number,
  most: number,
): void {
  const value = wanted[field];
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw refused(wanted, field, `${value} is not allowed; it takes ${least} to ${most}`);
}

const refused = (wanted: WantedInstrument, field: TermsField, why: string): TermsError =>
  new TermsError(field, String(wanted[field]), (named) => `${named(field)} ${why}`);

const decimalsOf = (text: string): number =>
  text.includes(".") ? text.length - text.indexOf(".") - 1 : 0;
