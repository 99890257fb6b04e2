/**
 * The pool of live orders. One slot of 128 bytes an order; the same bytes are seen as sixteen
 * doubles (for 53-bit integers) and as 32-bit integers. What the book needs of an order, its own and
 * that of its neighbours in the lists, is in the first of the slot's two cache lines (see
 * aligned_doubles.ts).
 *
 * ```text
 * offset | bytes | type | field                                   | OrderField
 *      0 |     8 | f64  | order id                                | orderId
 *      8 |     8 | f64  | price in ticks                          | price
 *     16 |     8 | f64  | leaves in lots                          | leaves
 *     24 |     8 | f64  | executed in lots                        | executed
 *     32 |     4 | i32  | next order of the price level           | next (free list as well)
 *     36 |     4 | i32  | previous order of the price level       | previous
 *     40 |     4 | i32  | price level, 0 while it does not rest   | level
 *     44 |     4 | i32  | instrument                              | instrument
 *     48 |     4 | i32  | account                                 | account
 *     52 |     4 | i32  | next order of the account               | accountNext
 *     56 |     4 | i32  | previous order of the account           | accountPrevious
 *     60 |     4 | i32  | side                                    | side
 *     64 |     8 | f64  | quantity in lots, or budget             | quantity
 *     72 |     8 | f64  | executed notional in minor units        | notional
 *     80 |     8 | f64  | buy: notional that is reserved          | reserve
 *     88 |     8 | f64  | stamp of entry in microseconds          | created
 *     96 |     8 | f64  | minor units that the order holds        | hold
 *    104 |     4 | i32  | slot of the balance that it holds from  | balance
 *    108 |     4 | i32  | type, time in force, flags, prevention  | attributes
 *    112 |     4 | i32  | fee credit, millionths of a minor unit  | feeCredit
 *    116 |     8 | 2×i32| request key                             | keyLow, keyHigh
 *    124 |     4 | i32  | bytes of the client order id's text     | textBytes
 * ```
 *
 * The texts stand in an array of their own, 36 bytes a slot, touched only by orders that have one.
 * Slot 0 is none. Owner and only writer: the matching thread.
 *
 * @module
 */
import { alignedDoubles, integersOf } from "../memory/aligned_doubles.ts";
import { TEXT_BYTES_MAX } from "../protocol/frame.ts";

/** Doubles a slot. */
export const ORDER_DOUBLES = 16;
/** 32-bit integers a slot. */
export const ORDER_INTEGERS = 32;
/**
 * Bits to shift a slot by for its first double and for its first integer. A shift and an `|` need
 * none of the checks (overflow, minus zero) that the compiler puts around `*` and `+`.
 */
export const ORDER_DOUBLES_SHIFT = 4;
/** As {@link ORDER_DOUBLES_SHIFT}, for integers. */
export const ORDER_INTEGERS_SHIFT = 5;

/** Field offsets: in doubles for the two groups of 64-bit fields, in integers for the others. */
export const OrderField = {
  orderId: 0,
  price: 1,
  leaves: 2,
  executed: 3,
  quantity: 8,
  notional: 9,
  reserve: 10,
  created: 11,
  hold: 12,
  next: 8,
  previous: 9,
  level: 10,
  instrument: 11,
  account: 12,
  accountNext: 13,
  accountPrevious: 14,
  side: 15,
  balance: 26,
  attributes: 27,
  feeCredit: 28,
  keyLow: 29,
  keyHigh: 30,
  textBytes: 31,
} as const;

/** Under names of this module's own: an exported name is looked up at every use. */
const INTEGERS_SHIFT = ORDER_INTEGERS_SHIFT;
const NEXT = OrderField.next;

/** Fixed-capacity pool of order slots with an intrusive free list. */
export class OrderPool {
  doubles: Float64Array<ArrayBuffer>;
  integers: Int32Array<ArrayBuffer>;
  texts: Uint8Array<ArrayBuffer>;
  #freeHead = 0;
  #slotNext = 1;
  #liveCount = 0;
  #capacity: number;

  constructor(capacity: number) {
    this.doubles = alignedDoubles((capacity + 1) * ORDER_DOUBLES);
    this.integers = integersOf(this.doubles);
    this.texts = new Uint8Array((capacity + 1) * TEXT_BYTES_MAX);
    this.#capacity = capacity;
    // Touched once, so that no page is first touched while matching.
    this.doubles.fill(0);
  }

  /** Orders that hold a slot. */
  get liveCount(): number {
    return this.#liveCount;
  }

  /** Slots there are. */
  get capacity(): number {
    return this.#capacity;
  }

  /** A slot, with whatever its last user left in it; 0 when the pool is full. */
  take(): number {
    if (this.#liveCount === this.#capacity) return 0;
    this.#liveCount++;
    const slot = this.#freeHead;
    if (slot === 0) return this.#slotNext++;
    this.#freeHead = this.integers[(slot << INTEGERS_SHIFT) | NEXT];
    return slot;
  }

  /** Gives a slot back. */
  release(slot: number): void {
    this.integers[(slot << INTEGERS_SHIFT) | NEXT] = this.#freeHead;
    this.#freeHead = slot;
    this.#liveCount--;
  }

  /** Doubles the pool: a safe point is needed, for it allocates. */
  grow(): void {
    const capacity = this.#capacity * 2;
    const doubles = alignedDoubles((capacity + 1) * ORDER_DOUBLES);
    doubles.set(this.doubles);
    const texts = new Uint8Array((capacity + 1) * TEXT_BYTES_MAX);
    texts.set(this.texts);
    this.doubles = doubles;
    this.integers = integersOf(doubles);
    this.texts = texts;
    this.#capacity = capacity;
  }
}
