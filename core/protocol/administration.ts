/**
 * Administrative commands. They share the head of the order record (order_record.ts); this is what
 * the other fields mean.
 *
 * | kind | 1 | 2 | 8 | 12 | 32 | 40 | text |
 * | --- | --- | --- | --- | --- | --- | --- | --- |
 * | account | 1 enabled, 0 disabled | | trade group, see below | account | | | |
 * | deposit, withdraw | | | asset | account | | amount, minor units | |
 * | transfer | | | asset | account it is taken from | | amount, minor units | |
 * | tradingStatus | 1 trading, 0 halted | | instrument | | | | |
 * | asset | scale | | asset | | | | name |
 * | claim | | | | | epoch | | |
 * | cancelAccount | | | instrument, 0: all | account | | | |
 * | audit | act (AuditAct) | | 0 | account of the key, 0: none | 0 | 0 | id of the key, its first 36 |
 * | cancelInstrument | 0 | 0 | instrument | 0 | 0 | 0 | none |
 *
 * Accounts of one trade group (1 to 2^32 - 2) do not trade with each other where an order's self-trade
 * prevention says so. 0 leaves the group as it is, 2^32 - 1 takes the account out of its group.
 *
 * A transfer has at 48, as u32, the account that it is given to, and at 1 its rule (TransferRule).
 *
 * A claim has at 4, as u8, flags (ClaimFlag): rules that the journal did not have from its first day.
 *
 * An audit record changes nothing: it says that something is about to be done that the log does not
 * do itself, such as a change of an API key. It has at 48 the first 8 bytes of the SHA-256 digest of
 * what is written then; 0 where nothing is, or more than one thing.
 *
 * A cancelInstrument takes the resting orders of an instrument, so many of them at once: the summary
 * that answers it says whether there are more. Where the last claim did not say that its leader knows
 * this kind, it is the unknown one that it was to that leader.
 *
 * An instrumentTerms changes the fees, the collar or the bounds of an instrument, see terms_change.ts.
 * Of leaders that do not know it the same holds.
 *
 * Who sent a command stands beside it in the frame, see frame_author.ts.
 *
 * The instrument record is extended, 128 bytes:
 *
 * ```text
 * offset | bytes | type | field
 *      1 |     1 | u8   | price scale: decimals of a price
 *      2 |     1 | u8   | quantity scale: decimals of a quantity
 *      8 |     4 | u32  | instrument
 *     32 |     8 | u64  | tick size in 10^-price scale
 *     40 |     8 | u64  | lot size in 10^-quantity scale
 *     48 |     4 | u32  | base asset
 *     52 |     4 | u32  | quote asset
 *     64 |     8 | u64  | highest price in ticks
 *     72 |     8 | u64  | largest quantity in lots
 *     80 |     4 | u32  | maker fee, parts per million of the notional
 *     84 |     4 | u32  | taker fee, parts per million of the notional
 *     88 |     4 | u32  | collar of market orders, parts per million of the opposite best
 *     92 |    36 | -    | reserved, 0
 * ```
 *
 * @module
 */
import { OrderWord } from "./order_record.ts";
import { type WireBuffer, writeU64 } from "./wire_buffer.ts";

/** Highest number of a trade group; the lowest is 1. */
export const TRADE_GROUP_MAX = 2 ** 32 - 2;
/** What an account command has in the place of a group to stay in the one there is, or to leave it. */
export const TradeGroupChange = { stay: 0, leave: 2 ** 32 - 1 } as const;

/** What an audit record says was done. Numbers are for ever: journals have them. */
export const AuditAct = {
  keyCreate: 1,
  /** Addresses, tier or end of a key. */
  keyChange: 2,
  /** A key ends because another one takes its place. */
  keyRotate: 3,
  keyRevoke: 4,
  /** All records are sealed again, under the newest master key. */
  reseal: 5,
  /** An issuer of tokens is added, or takes the place of what was known of it. */
  issuerAdd: 6,
  issuerRevoke: 7,
  tokenRevoke: 8,
  /** An address or a range is served no more, or is again. */
  ban: 9,
  lift: 10,
} as const;
/** Any of the acts. */
export type AuditAct = (typeof AuditAct)[keyof typeof AuditAct];
/** Highest act; the lowest is 1. */
export const AUDIT_ACT_MAX = 10;
/**
 * Bits of a claim's flags. A rule that would change what a journal means holds only behind a claim
 * that says so: what older leaders wrote is read as they meant it, on every replica.
 */
export const ClaimFlag = {
  /**
   * A movement of money is remembered for ever, and not for the outcome table's horizon only: from the
   * first claim on that says so.
   */
  keepsMovements: 1,
  /** The leader carries a cancelInstrument out: until the next claim, which says it anew, or not. */
  cancelsInstruments: 2,
  /** The leader carries an instrumentTerms out: as the one before. */
  changesTerms: 4,
} as const;

/** Bytes of a digest in an audit record. */
export const AUDIT_DIGEST_BYTES = 8;

/** Word offsets of the second half of an instrument record. */
export const InstrumentWord = {
  baseAsset: 12,
  quoteAsset: 13,
  priceTicksMax: 16,
  quantityLotsMax: 18,
  makerFeePpm: 20,
  takerFeePpm: 21,
  collarPpm: 22,
  /** First of the reserved words, which go to the record's end. */
  reserved: 23,
} as const;

/** What an instrument is made of. Scales are decimals; sizes are in units of the last decimal. */
export interface InstrumentTerms {
  readonly instrument: number;
  readonly symbol: string;
  readonly baseAsset: number;
  readonly quoteAsset: number;
  readonly priceScale: number;
  readonly quantityScale: number;
  readonly tickSize: number;
  readonly lotSize: number;
  readonly priceTicksMax: number;
  readonly quantityLotsMax: number;
  readonly makerFeePpm: number;
  readonly takerFeePpm: number;
  readonly collarPpm: number;
}

/** Adds the terms of an instrument to the record at `at`, whose head is written already. */
export function writeInstrument(frame: WireBuffer, at: number, terms: InstrumentTerms): void {
  const word = at >> 2;
  frame.words.fill(0, word + 16, word + 32);
  frame.bytes[at + 1] = terms.priceScale;
  frame.bytes[at + 2] = terms.quantityScale;
  frame.words[word + OrderWord.instrument] = terms.instrument;
  writeU64(frame.words, word + OrderWord.price, terms.tickSize);
  writeU64(frame.words, word + OrderWord.quantity, terms.lotSize);
  frame.words[word + InstrumentWord.baseAsset] = terms.baseAsset;
  frame.words[word + InstrumentWord.quoteAsset] = terms.quoteAsset;
  writeU64(frame.words, word + InstrumentWord.priceTicksMax, terms.priceTicksMax);
  writeU64(frame.words, word + InstrumentWord.quantityLotsMax, terms.quantityLotsMax);
  frame.words[word + InstrumentWord.makerFeePpm] = terms.makerFeePpm;
  frame.words[word + InstrumentWord.takerFeePpm] = terms.takerFeePpm;
  frame.words[word + InstrumentWord.collarPpm] = terms.collarPpm;
}

/** Adds what a deposit or withdrawal moves. */
export function writeAmount(frame: WireBuffer, at: number, asset: number, amount: number): void {
  frame.words[(at >> 2) + OrderWord.instrument] = asset;
  writeU64(frame.words, (at >> 2) + OrderWord.quantity, amount);
}

/** Which transfers are carried out: any, or those between accounts of one owner that are enabled. */
export const TransferRule = { any: 0, oneOwner: 1 } as const;

/** Adds what a transfer moves, the account that gets it, and the rule (TransferRule). */
export function writeTransfer(
  frame: WireBuffer,
  at: number,
  asset: number,
  amount: number,
  toAccount: number,
  rule: number = TransferRule.any,
): void {
  writeAmount(frame, at, asset, amount);
  frame.bytes[at + 1] = rule;
  frame.words[(at >> 2) + OrderWord.target] = toAccount;
}

/** Adds the asset's number and scale (its decimals). */
export function writeAsset(frame: WireBuffer, at: number, asset: number, scale: number): void {
  frame.bytes[at + 1] = scale;
  frame.words[(at >> 2) + OrderWord.instrument] = asset;
}

/** Adds the instrument whose orders are canceled. */
export function writeCancelInstrument(frame: WireBuffer, at: number, instrument: number): void {
  frame.words[(at >> 2) + OrderWord.instrument] = instrument;
}

/** Adds the instrument, or an account's trade group, and whether it is trading or enabled. */
export function writeSwitch(frame: WireBuffer, at: number, instrument: number, on: boolean): void {
  frame.bytes[at + 1] = on ? 1 : 0;
  frame.words[(at >> 2) + OrderWord.instrument] = instrument;
}

/** Adds what was done, and the first bytes of the digest of what is written. */
export function writeAudit(
  frame: WireBuffer,
  at: number,
  act: AuditAct,
  digest: Uint8Array,
): void {
  frame.bytes[at + 1] = act;
  frame.bytes.set(digest.subarray(0, AUDIT_DIGEST_BYTES), at + 4 * OrderWord.target);
}

/** Adds the epoch that a leader claims, and by which rules its log goes on: all that there are. */
export function writeClaim(frame: WireBuffer, at: number, epoch: number): void {
  frame.bytes[at + 4] = ClaimFlag.keepsMovements | ClaimFlag.cancelsInstruments |
    ClaimFlag.changesTerms;
  writeU64(frame.words, (at >> 2) + OrderWord.price, epoch);
}
