/**
 * A pool of fixed-size slots that one thread takes from and gives back to, with the free list in the
 * free slots themselves.
 *
 * ```text
 * offset in the slot | bytes     | type | field                                 | writer
 *                  0 |         4 | i32  | free: the next free slot, -1 for none | owner of the pool
 *                  0 | slotBytes |      | taken: the user's                     | whoever it is lent to
 * ```
 *
 * The list is last in, first out: the slot taken next is the one that was given back last and is
 * most likely still in the cache. All slots are linked and touched when the pool is made, so no page
 * is first touched while it runs.
 *
 * One thread owns the pool: it alone calls {@link SlotPool.take} and {@link SlotPool.release}, and
 * there are no fences. The memory may be shared all the same: a taken slot may be lent to another
 * thread through a ring and come back through a ring, whose fences then order the accesses. For slots
 * that another thread gives back by itself see shared_slot_pool.ts.
 *
 * Take and release are O(1), allocate nothing and never throw. Giving a slot back twice, or one that
 * is not taken, is a broken invariant that the pool does not see.
 *
 * @module
 */

/** No slot is free. */
export const POOL_FULL = -1;
/** The most bytes of a pool. */
export const POOL_BYTES_MAX = 2 ** 31 - 8;

/** Under a name of this module's own: an exported name is looked up at every use. */
const FULL = POOL_FULL;
const NONE = -1;

/**
 * The pool of one thread.
 *
 * @example
 * ```ts
 * import { SlotPool } from "./slot_pool.ts";
 *
 * const pool = new SlotPool(1024, 64); // 8 doubles a slot
 * const slot = pool.take();
 * if (slot >= 0) {
 *   pool.doubles[slot * 8] = 101;
 *   pool.release(slot);
 * }
 * console.log(pool.takenCount); // 0
 * ```
 */
export class SlotPool {
  /** The slots as doubles: slot n begins at n × slotBytes / 8. */
  readonly doubles: Float64Array;
  /** The same slots as 32-bit integers. */
  readonly integers: Int32Array;
  /** The same slots as bytes. */
  readonly bytes: Uint8Array;
  /** Slots there are. */
  readonly capacity: number;
  readonly #slotWords: number;
  #freeHead = 0;
  #takenCount = 0;

  /**
   * Throws a RangeError for a shape that a pool cannot have.
   *
   * @param capacity slots, 1 or more
   * @param slotBytes a multiple of 8
   * @param memory capacity × slotBytes bytes, or none to have it allocated
   */
  constructor(capacity: number, slotBytes: number, memory?: ArrayBuffer | SharedArrayBuffer) {
    if (!Number.isInteger(slotBytes) || slotBytes <= 0 || slotBytes % 8 !== 0) {
      throw new RangeError(`slotBytes must be a multiple of 8, not ${slotBytes}`);
    }
    if (!Number.isInteger(capacity) || capacity < 1 || capacity * slotBytes > POOL_BYTES_MAX) {
      const most = Math.floor(POOL_BYTES_MAX / slotBytes);
      throw new RangeError(`capacity must be from 1 to ${most}, not ${capacity}`);
    }
    const byteLength = capacity * slotBytes;
    const buffer = memory ?? new ArrayBuffer(byteLength);
    if (buffer.byteLength !== byteLength) {
      throw new RangeError(`memory must have ${byteLength} bytes, not ${buffer.byteLength}`);
    }
    this.doubles = new Float64Array(buffer);
    this.integers = new Int32Array(buffer);
    this.bytes = new Uint8Array(buffer);
    this.capacity = capacity;
    this.#slotWords = slotBytes / 4;
    this.bytes.fill(0);
    for (let slot = 0; slot < capacity; slot++) {
      this.integers[slot * this.#slotWords] = slot + 1 < capacity ? slot + 1 : NONE;
    }
  }

  /** Slots that are taken. */
  get takenCount(): number {
    return this.#takenCount;
  }

  /** A slot, with whatever its last user left in it; {@link POOL_FULL} when all are taken. */
  take(): number {
    const slot = this.#freeHead;
    if (slot === NONE) return FULL;
    this.#freeHead = this.integers[slot * this.#slotWords];
    this.#takenCount++;
    return slot;
  }

  /** Gives a slot back. */
  release(slot: number): void {
    this.integers[slot * this.#slotWords] = this.#freeHead;
    this.#freeHead = slot;
    this.#takenCount--;
  }
}
