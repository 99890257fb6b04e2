/**
 * Order id to slot: open addressing with linear probing over a power of two of buckets, at most
 * half full, deletion by shifting back. The ids themselves stand in the order pool.
 * Find, insert and remove: O(1) expected.
 *
 * @module
 */
import type { OrderPool } from "./order_pool.ts";
import * as orderPool from "./order_pool.ts";

const { ORDER_DOUBLES_SHIFT } = orderPool;

/** Index of the live orders by their id. */
export class OrderIndex {
  #slots: Int32Array;
  #shift: number;
  readonly #orders: OrderPool;

  constructor(orders: OrderPool) {
    this.#orders = orders;
    this.#shift = shiftFor(orders.capacity);
    this.#slots = new Int32Array(2 ** (32 - this.#shift));
  }

  /** Slot of the live order with this id, or 0. */
  find(orderId: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    const doubles = this.#orders.doubles;
    let bucket = homeOf(orderId, this.#shift);
    for (;;) {
      const slot = slots[bucket];
      if (slot === 0 || doubles[slot << ORDER_DOUBLES_SHIFT] === orderId) return slot;
      bucket = (bucket + 1) & mask;
    }
  }

  /** Adds the order in `slot`, whose id the pool holds already. */
  insert(slot: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let bucket = this.#home(slot);
    while (slots[bucket] !== 0) bucket = (bucket + 1) & mask;
    slots[bucket] = slot;
  }

  /** Removes the order in `slot`, which is there. */
  remove(slot: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let hole = this.#home(slot);
    while (slots[hole] !== slot) hole = (hole + 1) & mask;
    for (let bucket = (hole + 1) & mask; slots[bucket] !== 0; bucket = (bucket + 1) & mask) {
      const home = this.#home(slots[bucket]);
      if (((bucket - home) & mask) >= ((bucket - hole) & mask)) {
        slots[hole] = slots[bucket];
        hole = bucket;
      }
    }
    slots[hole] = 0;
  }

  /** Follows the growth of the pool: a safe point is needed, for it allocates. */
  grow(): void {
    const old = this.#slots;
    this.#shift = shiftFor(this.#orders.capacity);
    this.#slots = new Int32Array(2 ** (32 - this.#shift));
    for (const slot of old) if (slot !== 0) this.insert(slot);
  }

  #home(slot: number): number {
    return homeOf(this.#orders.doubles[slot << ORDER_DOUBLES_SHIFT], this.#shift);
  }
}

/**
 * Home bucket of an id. Sixteen consecutive ids fall into the sixteen buckets of one cache line, for
 * ids are given in order; the lines themselves are scattered.
 */
function homeOf(orderId: number, shift: number): number {
  const line = Math.imul((orderId / 16) | 0, 0x9e3779b1) >>> (shift + 4);
  return (line << 4) | (orderId & 15);
}

/**
 * Bits to shift a 32-bit product by, for at least twice as many buckets as orders, and for two lines
 * at least: with one, {@link homeOf} would shift by 32 bits, which shifts by none.
 */
function shiftFor(capacity: number): number {
  return Math.clz32(Math.max(capacity, 8)) - 1;
}
