/**
 * Changes the fees, the collar and the bounds of an instrument that trades.
 *
 * What orders rest with is never at odds with the terms: a buy holds the fee at the higher of the two
 * rates (holds.ts), and no order stands above the highest price; a snapshot that says otherwise is
 * damaged. So not every change is taken at every time:
 *
 * | term | |
 * | --- | --- |
 * | collar | any time: a market order looks at it once, when it enters |
 * | largest quantity | any time: orders keep what they have, and an amend has to fit in any case |
 * | highest price, up | any time: price times quantity is held against the safe integers anew |
 * | highest price, down | while no order rests: one above it could never trade, nor be amended |
 * | a fee, up to the other one | any time: the higher rate is what it was, and so is every hold |
 * | the higher fee, down | any time: resting buys give back what they hold too much, at once |
 * | the higher fee, up | while no buy rests: its account may not have what it would hold more |
 *
 * That a largest quantity may fall under orders that rest, and the highest price rise then, is safe: a
 * trade takes place at the price of the order that rests and for no more than it has, and where an
 * amend changes either, both have to be within the bounds.
 *
 * @module
 */
import { ORDER_DOUBLES_SHIFT, ORDER_INTEGERS_SHIFT, OrderField } from "../book/order_pool.ts";
import { EventKind, OrderStatus } from "../protocol/event_record.ts";
import { OrderWord, Side } from "../protocol/order_record.ts";
import { ResultCode } from "../protocol/result_code.ts";
import {
  CHANGEABLE_TERMS,
  type ChangeableTerms,
  feesOf,
  hasUnnamedTerm,
  readTermsChange,
  TERMS_BITS_ALL,
  TERMS_RESERVED_WORDS,
} from "../protocol/terms_change.ts";
import type { WireBuffer } from "../protocol/wire_buffer.ts";
import { changeHold, holdOf } from "./holds.ts";
import { complete, reject } from "./result.ts";
import type { ShardState } from "./shard_state.ts";

/** Resting buys whose holds one change of fees makes anew, so that other books do not wait long. */
export const REHELD_PER_COMMAND_MAX = 50_000;

/** Applies the change in the record at `at`: all of it, or nothing. O(resting buys), see above. */
export function changeTerms(state: ShardState, frame: WireBuffer, at: number): void {
  const { instruments } = state;
  if (!isPlain(frame, at)) return reject(state, frame, at, ResultCode.reservedNotZero, 0, 0);
  const flags = frame.bytes[at + 4];
  if (flags === 0 || flags > TERMS_BITS_ALL) {
    return reject(state, frame, at, ResultCode.invalidFlags, TERMS_BITS_ALL, flags);
  }
  const { from, instrument, to } = readTermsChange(frame, at);
  const there = instruments.terms.get(instrument);
  if (there === undefined) {
    return reject(state, frame, at, ResultCode.unknownInstrument, 0, instrument);
  }
  for (const term of CHANGEABLE_TERMS) {
    const seen = from[term];
    if (seen === undefined || seen === there[term]) continue;
    return reject(state, frame, at, ResultCode.termsChanged, there[term], seen);
  }
  const terms = { ...there, ...to };
  if (!instruments.isValidChange(terms)) {
    return reject(state, frame, at, ResultCode.instrumentInvalid, 0, 0);
  }
  const refusal = refusalOf(state, instrument, there, terms);
  if (refusal !== null) {
    return reject(state, frame, at, ResultCode.ordersRest, refusal.limit, refusal.value);
  }
  instruments.setTerms(terms);
  if (higherFee(there) !== higherFee(terms)) rehold(state, instrument);
  report(state, frame, at, terms);
}

/** What the orders that rest are against, or `null`. */
function refusalOf(
  state: ShardState,
  instrument: number,
  before: ChangeableTerms,
  after: ChangeableTerms,
): { readonly limit: number; readonly value: number } | null {
  const { books } = state;
  const hasBuys = books.bestLevel(instrument, Side.buy) !== 0;
  const isEmpty = !hasBuys && books.bestLevel(instrument, Side.sell) === 0;
  if (after.priceTicksMax < before.priceTicksMax && !isEmpty) {
    return { limit: before.priceTicksMax, value: after.priceTicksMax };
  }
  const [limit, value] = [higherFee(before), higherFee(after)];
  if (value > limit && hasBuys) return { limit, value };
  if (value < limit && hasManyBuys(state, instrument)) {
    return { limit: REHELD_PER_COMMAND_MAX, value: REHELD_PER_COMMAND_MAX + 1 };
  }
  return null;
}

/** The rate that a resting buy holds for. */
const higherFee = ({ makerFeePpm, takerFeePpm }: ChangeableTerms): number =>
  Math.max(makerFeePpm, takerFeePpm);

/** Whether more buys rest than one command makes the holds of anew. O(levels). */
function hasManyBuys({ books }: ShardState, instrument: number): boolean {
  let count = 0;
  let level = books.bestLevel(instrument, Side.buy);
  while (level !== 0) {
    count += books.levelCount(level);
    if (count > REHELD_PER_COMMAND_MAX) return true;
    level = books.levelBehind(instrument, Side.buy, level);
  }
  return false;
}

/** Makes every resting buy hold what it needs by the fees of now. O(resting buys). */
function rehold(state: ShardState, instrument: number): void {
  const { books, orders } = state;
  let level = books.bestLevel(instrument, Side.buy);
  while (level !== 0) {
    let slot = books.levelHead(level);
    while (slot !== 0) {
      const at = slot << ORDER_DOUBLES_SHIFT;
      const reserve = orders.doubles[at | OrderField.reserve];
      const leaves = orders.doubles[at | OrderField.leaves];
      changeHold(state, slot, holdOf(state, slot, reserve, leaves));
      slot = orders.integers[(slot << ORDER_INTEGERS_SHIFT) | OrderField.next];
    }
    level = books.levelBehind(instrument, Side.buy, level);
  }
}

function report(
  state: ShardState,
  { bytes, words }: WireBuffer,
  at: number,
  terms: ChangeableTerms & { readonly instrument: number },
): void {
  const word = at >> 2;
  const { events } = state;
  events.head(EventKind.reference, 0, 0, 0, ResultCode.ok, terms.instrument, 0, bytes[at]);
  events.keyed(
    words[word + OrderWord.keyLow],
    words[word + OrderWord.keyHigh],
    terms.priceTicksMax,
    terms.quantityLotsMax,
    feesOf(terms),
    terms.collarPpm,
  );
  complete(state, ResultCode.ok, OrderStatus.none, 0, 0, 0, 0);
}

/** Whether everything is zero that this command says nothing with. */
function isPlain(frame: WireBuffer, at: number): boolean {
  const { bytes, halves, words } = frame;
  const word = at >> 2;
  let rest = bytes[at + 1] | bytes[at + 2] | bytes[at + 3] | bytes[at + 5] | halves[(at >> 1) + 3] |
    words[word + OrderWord.account] | words[word + OrderWord.price] |
    words[word + OrderWord.price + 1] | words[word + OrderWord.quantity] |
    words[word + OrderWord.quantity + 1] | words[word + OrderWord.target] |
    words[word + OrderWord.target + 1];
  for (const reserved of TERMS_RESERVED_WORDS) rest |= words[word + reserved];
  return rest === 0 && !hasUnnamedTerm(frame, at);
}
