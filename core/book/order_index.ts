/**
 * Order id to slot: open addressing with linear probing over a power of two of buckets, at most
 * half full, deletion by shifting back. Find, insert and remove: O(1) expected.
 *
 * A bucket is 8 bytes:
 *
 * ```text
 * offset | bytes | type | field
 *      0 |     4 | i32  | slot of the order, 0: empty
 *      4 |     4 | i32  | low 32 bits of its id
 * ```
 *
 * The low bits tell where a bucket's order is at home and, but for one in four billion, that it is
 * not the one looked for, so that no probe reads the order pool, which is far larger than a cache.
 * Owner and only writer: the matching thread.
 *
 * @module
 */
import { alignedDoubles, integersOf } from "../memory/aligned_doubles.ts";
import type { OrderPool } from "./order_pool.ts";
import * as orderPool from "./order_pool.ts";

const { ORDER_DOUBLES_SHIFT } = orderPool;

/** Index of the live orders by their id. */
export class OrderIndex {
  #buckets: Int32Array;
  #shift: number;
  readonly #orders: OrderPool;

  constructor(orders: OrderPool) {
    this.#orders = orders;
    this.#shift = shiftFor(orders.capacity);
    this.#buckets = bucketsFor(this.#shift);
  }

  /** Slot of the live order with this id, or 0. */
  find(orderId: number): number {
    const buckets = this.#buckets;
    const mask = (buckets.length >> 1) - 1;
    const low = orderId | 0;
    for (let bucket = homeOf(low, this.#shift);; bucket = (bucket + 1) & mask) {
      const slot = buckets[bucket << 1];
      if (slot === 0) return 0;
      if (
        buckets[(bucket << 1) | 1] === low &&
        this.#orders.doubles[slot << ORDER_DOUBLES_SHIFT] === orderId
      ) return slot;
    }
  }

  /** Adds the order in `slot`, whose id the pool holds already. */
  insert(slot: number): void {
    this.#place(slot, this.#lowOf(slot));
  }

  /** Removes the order in `slot`, which is there. */
  remove(slot: number): void {
    const buckets = this.#buckets;
    const mask = (buckets.length >> 1) - 1;
    let hole = homeOf(this.#lowOf(slot), this.#shift);
    while (buckets[hole << 1] !== slot) hole = (hole + 1) & mask;
    for (let at = (hole + 1) & mask; buckets[at << 1] !== 0; at = (at + 1) & mask) {
      const low = buckets[(at << 1) | 1];
      const home = homeOf(low, this.#shift);
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      buckets[hole << 1] = buckets[at << 1];
      buckets[(hole << 1) | 1] = low;
      hole = at;
    }
    buckets[hole << 1] = 0;
  }

  /** Follows the growth of the pool: a safe point is needed, for it allocates. */
  grow(): void {
    const old = this.#buckets;
    this.#shift = shiftFor(this.#orders.capacity);
    this.#buckets = bucketsFor(this.#shift);
    for (let at = 0; at < old.length; at += 2) {
      if (old[at] !== 0) this.#place(old[at], old[at + 1]);
    }
  }

  #place(slot: number, low: number): void {
    const buckets = this.#buckets;
    const mask = (buckets.length >> 1) - 1;
    let bucket = homeOf(low, this.#shift);
    while (buckets[bucket << 1] !== 0) bucket = (bucket + 1) & mask;
    buckets[bucket << 1] = slot;
    buckets[(bucket << 1) | 1] = low;
  }

  #lowOf(slot: number): number {
    return this.#orders.doubles[slot << ORDER_DOUBLES_SHIFT] | 0;
  }
}

/**
 * Home bucket of an id by its low bits. Eight consecutive ids fall into the eight buckets of one
 * cache line, for ids are given in order; the lines themselves are scattered.
 */
function homeOf(low: number, shift: number): number {
  const line = Math.imul(low >>> 3, 0x9e3779b1) >>> (shift + 3);
  return (line << 3) | (low & 7);
}

function bucketsFor(shift: number): Int32Array {
  return integersOf(alignedDoubles(2 ** (32 - shift)));
}

/**
 * Bits to shift a 32-bit product by, for at least twice as many buckets as orders, and for two lines
 * at least: with one, {@link homeOf} would shift by 32 bits, which shifts by none.
 */
function shiftFor(capacity: number): number {
  return Math.clz32(Math.max(capacity, 8)) - 1;
}
