/**
 * The record that changes terms of an instrument: which of them, from what, to what.
 *
 * It is extended, 128 bytes, and has the new values where the instrument record has its own
 * (administration.ts). A term that it does not name is zero in both places. What else an instrument
 * is made of (assets, scales, tick, lot) has no place in it: every price and quantity in the log is a
 * number of these ticks and lots.
 *
 * ```text
 * offset | bytes | type | field
 *      4 |     1 | u8   | which terms change (TermsBit), at least one
 *      8 |     4 | u32  | instrument
 *     64 |     8 | u64  | highest price in ticks
 *     72 |     8 | u64  | largest quantity in lots
 *     80 |     4 | u32  | maker fee, parts per million of the notional
 *     84 |     4 | u32  | taker fee, parts per million of the notional
 *     88 |     4 | u32  | collar of market orders, parts per million of the opposite best
 *     92 |     4 | -    | reserved, 0
 *     96 |    28 | -    | the same five, as whoever sends the record has seen them
 *    124 |     4 | -    | reserved, 0
 * ```
 *
 * The values that were seen are what keeps two operators from undoing each other's change: where one
 * is not there any more, nothing is changed. They are no part of the content of the command: one that
 * comes again is told its first outcome, though the terms are others by then, for it changed them.
 *
 * The event that says it is done has all five, as they are then:
 *
 * ```text
 * offset | bytes | type | field
 *     32 |     8 | u64  | highest price in ticks
 *     40 |     8 | u64  | largest quantity in lots
 *     48 |     4 | u32  | maker fee
 *     52 |     4 | u32  | taker fee
 *     56 |     8 | u64  | collar
 * ```
 *
 * @module
 */
import { type InstrumentTerms, InstrumentWord } from "./administration.ts";
import { EventWord } from "./event_record.ts";
import { OrderWord } from "./order_record.ts";
import { readU64, type WireBuffer, writeU64 } from "./wire_buffer.ts";

/** The terms that may change, each with its bit in the record. */
export const TermsBit = {
  makerFeePpm: 1,
  takerFeePpm: 2,
  collarPpm: 4,
  priceTicksMax: 8,
  quantityLotsMax: 16,
} as const;
/** Every bit there is. */
export const TERMS_BITS_ALL = 31;

/** A term that may change. */
export type ChangeableTerm = keyof typeof TermsBit;
/** All of them. */
export const CHANGEABLE_TERMS = Object.keys(TermsBit) as readonly ChangeableTerm[];
/** The terms that may change, with their values. */
export type ChangeableTerms = Pick<InstrumentTerms, ChangeableTerm>;

/** What a record asks for. Both have the same terms, at least one. */
export interface TermsChange {
  readonly instrument: number;
  /** As whoever asks has seen them. */
  readonly from: Partial<ChangeableTerms>;
  readonly to: Partial<ChangeableTerms>;
}

/** Words from a new value to the one that was seen. */
const SEEN_WORDS = 8;
/** Word offset of the first value that was seen. */
export const SEEN_WORD_FIRST = InstrumentWord.priceTicksMax + SEEN_WORDS;
/** Word offsets that are reserved. */
export const TERMS_RESERVED_WORDS: readonly number[] = [
  InstrumentWord.reserved,
  InstrumentWord.reserved + SEEN_WORDS,
];

const isWide = (term: ChangeableTerm): boolean =>
  term === "priceTicksMax" || term === "quantityLotsMax";

/** Adds a change of terms to the record at `at`, whose head is written already. */
export function writeTermsChange(frame: WireBuffer, at: number, change: TermsChange): void {
  const { words } = frame;
  const word = at >> 2;
  words.fill(0, word + 16, word + 32);
  words[word + OrderWord.instrument] = change.instrument;
  for (const term of CHANGEABLE_TERMS) {
    const [from, to] = [change.from[term], change.to[term]];
    if (from === undefined || to === undefined) continue;
    frame.bytes[at + 4] |= TermsBit[term];
    writeTerm(words, word + InstrumentWord[term], term, to);
    writeTerm(words, word + InstrumentWord[term] + SEEN_WORDS, term, from);
  }
}

function writeTerm(words: Uint32Array, word: number, term: ChangeableTerm, value: number): void {
  if (isWide(term)) writeU64(words, word, value);
  else words[word] = value;
}

/** What the record at `at` asks for. Terms that it does not name are not looked at. */
export function readTermsChange({ bytes, words }: WireBuffer, at: number): TermsChange {
  const word = at >> 2;
  const from: { -readonly [T in ChangeableTerm]?: number } = {};
  const to: { -readonly [T in ChangeableTerm]?: number } = {};
  for (const term of CHANGEABLE_TERMS) {
    if ((bytes[at + 4] & TermsBit[term]) === 0) continue;
    to[term] = readTerm(words, word + InstrumentWord[term], term);
    from[term] = readTerm(words, word + InstrumentWord[term] + SEEN_WORDS, term);
  }
  return { instrument: words[word + OrderWord.instrument], from, to };
}

function readTerm(words: Uint32Array, word: number, term: ChangeableTerm): number {
  return isWide(term) ? readU64(words, word) : words[word];
}

/** Whether a term that the record at `at` does not name is not zero. */
export function hasUnnamedTerm({ bytes, words }: WireBuffer, at: number): boolean {
  return CHANGEABLE_TERMS.some((term) => {
    if ((bytes[at + 4] & TermsBit[term]) !== 0) return false;
    const word = (at >> 2) + InstrumentWord[term];
    const low = words[word] | words[word + SEEN_WORDS];
    return isWide(term) ? (low | words[word + 1] | words[word + 1 + SEEN_WORDS]) !== 0 : low !== 0;
  });
}

/** The two fees as the number that an event has them in. */
export const feesOf = ({ makerFeePpm, takerFeePpm }: ChangeableTerms): number =>
  makerFeePpm + takerFeePpm * 2 ** 32;

/** The terms that the event whose words begin at `word` says. */
export function termsOfEvent(words: Uint32Array, word: number): ChangeableTerms {
  return {
    makerFeePpm: words[word + EventWord.leaves],
    takerFeePpm: words[word + EventWord.leaves + 1],
    collarPpm: readU64(words, word + EventWord.last),
    priceTicksMax: readU64(words, word + EventWord.price),
    quantityLotsMax: readU64(words, word + EventWord.quantity),
  };
}
