/**
 * Reads an instrument as the leader publishes it in the REFERENCE bucket.
 *
 * @module
 */
import * as v from "valibot";
import { type ReportTerms, reportTerms } from "../../core/history/report_terms.ts";
import { SCALE_MAX } from "../../core/matching/instruments.ts";
import type { InstrumentReference } from "../../core/protocol/queries.ts";
import { SYMBOL_PATTERN } from "../../core/protocol/subjects.ts";

/** An instrument as a gateway knows it: its terms, and what a tick times a lot is worth. */
export type Instrument = ReportTerms;

/** Longest value of an instrument that is looked at, in bytes. */
export const INSTRUMENT_BYTES_MAX = 4_096;

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const least1 = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const scale = v.pipe(whole, v.maxValue(SCALE_MAX));
const assetName = v.pipe(v.string(), v.regex(/^[A-Z0-9]{1,10}$/));

/** Fields that a newer leader adds are passed over: the core checks every order again. */
const SCHEMA = v.object({
  instrument: least1,
  symbol: v.pipe(v.string(), v.regex(SYMBOL_PATTERN)),
  baseAsset: least1,
  quoteAsset: least1,
  priceScale: scale,
  quantityScale: scale,
  tickSize: least1,
  lotSize: least1,
  priceTicksMax: least1,
  quantityLotsMax: least1,
  makerFeePpm: whole,
  takerFeePpm: whole,
  collarPpm: whole,
  baseName: assetName,
  baseScale: scale,
  quoteName: assetName,
  quoteScale: scale,
  status: v.picklist(["trading", "halted"]),
});

/** A value of the bucket that is no instrument. */
export class InstrumentTermsError extends Error {
  override readonly name = "InstrumentTermsError";
  constructor(readonly key: string, reason: string) {
    super(`instrument ${key}: ${reason}`);
  }
}

/**
 * Reads the value of the key `symbol`.
 *
 * @throws {InstrumentTermsError} when it is no instrument of that symbol, or contradicts itself
 */
export function readInstrument(symbol: string, value: Uint8Array): Instrument {
  if (value.length > INSTRUMENT_BYTES_MAX) {
    const reason = `${value.length} bytes; the most is ${INSTRUMENT_BYTES_MAX}`;
    throw new InstrumentTermsError(symbol, reason);
  }
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(value));
  } catch {
    throw new InstrumentTermsError(symbol, "the value is not JSON");
  }
  const parsed = v.safeParse(SCHEMA, json);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const field = v.getDotPath(issue) ?? "value";
    throw new InstrumentTermsError(symbol, `${field}: ${issue.message}`);
  }
  return instrumentOf(symbol, parsed.output);
}

/**
 * The instrument with these terms.
 *
 * @throws {InstrumentTermsError} when the terms contradict themselves or are of another symbol
 */
export function instrumentOf(symbol: string, reference: InstrumentReference): Instrument {
  if (reference.symbol !== symbol) {
    throw new InstrumentTermsError(symbol, `the value is of ${reference.symbol}`);
  }
  const terms = reportTerms(reference);
  if (terms === null) {
    throw new InstrumentTermsError(symbol, "its scales are finer than those of its assets");
  }
  return terms;
}
