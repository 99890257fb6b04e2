/**
 * A pool of fixed-size slots that any thread takes from and gives back to: a lock-free list over one
 * SharedArrayBuffer (Treiber's stack, with a tag against ABA).
 *
 * ```text
 * offset | bytes                | type  | field                                | writer
 *      0 |                    4 | i32   | kind: the magic number "POOL"        | maker, once
 *      4 |                    4 | i32   | bytes a slot                         | maker, once
 *      8 |                    4 | i32   | capacity in slots                    | maker, once
 *    128 |                    4 | i32   | head: tag in the high bits, number   | all (CAS)
 *        |                      |       | of the first free slot plus 1, or 0  |
 *        |                      |       | for none, in the low bits            |
 *    256 | 4 × capacity, to 128 | i32   | links: number of the next free slot  | whoever gives
 *        |                      |       | plus 1, or 0 for none                | the slot back
 *      … | capacity × slotBytes | bytes | slots                                | whoever took it
 * ```
 *
 * The links stand beside the slots, not in them: a thread that is late may still read the link of a
 * slot that another has taken meanwhile, and then it reads a link and not somebody's record.
 *
 * Fences. Every change of the head is a compare-exchange, so each of them is synchronized with the
 * one before it: what a thread wrote to a slot, and to its link, before it gave the slot back is seen
 * by whoever takes it next. The link itself is therefore read and written plainly. The one access
 * that races is the late read described above; its value is used only if the exchange that follows
 * succeeds, and that fails.
 *
 * Why it fails, the ABA problem: a thread reads the head, slot A, and A's link, slot B, and stops.
 * Others take A and B and give A back. Without a tag the head looks as before, the exchange succeeds
 * and puts B at the head, which somebody has. So every take counts the tag up, and the exchange
 * compares it with the rest. (Giving back needs no count: what it links to is the head that it
 * compares, whatever happened meanwhile.)
 *
 * Bound: 32-bit Atomics leave the tag 32 bits less those of a slot number, and it wraps. The
 * exchange errs if a taking thread stops between its load of the head and its exchange, two
 * instructions, while other threads take exactly a multiple of 2^tagBits slots and leave the same
 * slot on top.
 *
 * ```text
 * capacity | tag bits | takes until a tag comes again | at 10 million takes a second
 *       63 |       26 |                    67,108,864 | 6.7 s
 *      255 |       24 |                    16,777,216 | 1.7 s
 *    1,023 |       22 |                     4,194,304 | 0.4 s
 *    4,095 |       20 |                     1,048,576 | 0.1 s
 * ```
 *
 * That is why the capacity ends at {@link SHARED_POOL_CAPACITY_MAX}. Where one thread alone takes and
 * any number give back, nobody else can take A meanwhile, and the list is sound without any bound:
 * the pool of frames is used so (the network thread takes, the matching thread gives back).
 *
 * Take and release are O(1) without contention, with a bounded number of retries, allocate nothing
 * and never throw. Giving a slot back twice is a broken invariant that the pool does not see.
 *
 * @module
 */
import * as ringLayout from "./ring_layout.ts";
import * as slotPool from "./slot_pool.ts";

const { LINE_BYTES } = ringLayout;
const { POOL_BYTES_MAX } = slotPool;

/** The most slots: what leaves the tag 20 bits. */
export const SHARED_POOL_CAPACITY_MAX = 2 ** 12 - 1;
/** Exchanges that one take or release may lose. */
export const POOL_ATTEMPTS_MAX = 1_000;
/** A take that lost more exchanges to other threads than it may. */
export const POOL_CONTENDED = -2;

/** The header's words, as offsets into an Int32Array over the whole pool. */
export const SharedPoolWord = {
  kind: 0,
  slotBytes: 1,
  capacity: 2,
  head: LINE_BYTES / 4,
  links: 2 * LINE_BYTES / 4,
} as const;

/** "POOL" as little-endian ASCII. */
const KIND = 0x4c4f4f50;
/** Under names of this module's own: an exported or imported name is looked up at every use. */
const HEAD = SharedPoolWord.head;
const LINKS = SharedPoolWord.links;
const FULL = slotPool.POOL_FULL;
const CONTENDED = POOL_CONTENDED;
const ATTEMPTS = POOL_ATTEMPTS_MAX;

/** Bytes before the slots, which begin at a multiple of 128. */
function slotsAt(capacity: number): number {
  return 2 * LINE_BYTES + Math.ceil(capacity * 4 / LINE_BYTES) * LINE_BYTES;
}

/**
 * Makes the memory of a pool with all slots free, to be posted to all its threads, and touches all
 * of it. Throws a RangeError for a shape that a pool cannot have.
 *
 * @param capacity slots, from 1 to {@link SHARED_POOL_CAPACITY_MAX}
 * @param slotBytes a multiple of 8
 *
 * @example
 * ```ts
 * import { makeSharedSlotPool, SharedSlotPool } from "./shared_slot_pool.ts";
 *
 * const memory = makeSharedSlotPool(255, 4096);
 * const pool = new SharedSlotPool(memory); // one on each thread
 * const slot = pool.take();
 * if (slot >= 0) {
 *   pool.bytes[slot * 4096] = 1; // its number may go to another thread, which gives it back
 *   while (!pool.release(slot));
 * }
 * ```
 */
export function makeSharedSlotPool(capacity: number, slotBytes: number): SharedArrayBuffer {
  if (!Number.isInteger(capacity) || capacity < 1 || capacity > SHARED_POOL_CAPACITY_MAX) {
    throw new RangeError(
      `capacity must be from 1 to ${SHARED_POOL_CAPACITY_MAX}, not ${capacity}`,
    );
  }
  if (!Number.isInteger(slotBytes) || slotBytes <= 0 || slotBytes % 8 !== 0) {
    throw new RangeError(`slotBytes must be a multiple of 8, not ${slotBytes}`);
  }
  const byteLength = slotsAt(capacity) + capacity * slotBytes;
  if (byteLength > POOL_BYTES_MAX) {
    throw new RangeError(`a pool has at most ${POOL_BYTES_MAX} bytes, not ${byteLength}`);
  }
  const memory = new SharedArrayBuffer(byteLength);
  new Uint8Array(memory).fill(0);
  const words = new Int32Array(memory);
  words[SharedPoolWord.kind] = KIND;
  words[SharedPoolWord.slotBytes] = slotBytes;
  words[SharedPoolWord.capacity] = capacity;
  words[HEAD] = 1;
  for (let slot = 0; slot + 1 < capacity; slot++) words[LINKS + slot] = slot + 2;
  return memory;
}

/** One thread's access to the pool. Each object on one thread. */
export class SharedSlotPool {
  /** The slots as doubles: slot n begins at n × slotBytes / 8. */
  readonly doubles: Float64Array<SharedArrayBuffer>;
  /** The same slots as 32-bit integers. */
  readonly integers: Int32Array<SharedArrayBuffer>;
  /** The same slots as bytes. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** Slots there are. */
  readonly capacity: number;
  readonly #words: Int32Array<SharedArrayBuffer>;
  /** The low bits of the head, which hold a slot number plus 1. */
  readonly #numberMask: number;

  /** Throws a TypeError when the memory is no such pool. */
  constructor(memory: SharedArrayBuffer) {
    const words = new Int32Array(memory, 0, memory.byteLength >> 2);
    if (words.length < LINKS || words[SharedPoolWord.kind] !== KIND) {
      throw new TypeError(`no pool of kind ${KIND} but ${words[SharedPoolWord.kind]}`);
    }
    this.capacity = words[SharedPoolWord.capacity];
    const at = slotsAt(this.capacity);
    this.doubles = new Float64Array(memory, at);
    this.integers = new Int32Array(memory, at);
    this.bytes = new Uint8Array(memory, at);
    this.#words = words;
    this.#numberMask = 2 ** (32 - Math.clz32(this.capacity)) - 1;
  }

  /** Bits of the tag, see the module's bound. */
  get tagBits(): number {
    return Math.clz32(this.capacity);
  }

  /**
   * A slot, with whatever its last user left in it; {@link POOL_FULL} when all are taken, or
   * {@link POOL_CONTENDED}.
   */
  take(): number {
    const words = this.#words;
    const mask = this.#numberMask;
    let head = Atomics.load(words, HEAD);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const number = head & mask;
      if (number === 0) return FULL;
      const next = words[LINKS + number - 1];
      const seen = Atomics.compareExchange(words, HEAD, head, nextTag(head, mask) | next);
      if (seen === head) return number - 1;
      head = seen;
    }
    return CONTENDED;
  }

  /** Gives a slot back. False when it lost too many exchanges: the slot is still the caller's. */
  release(slot: number): boolean {
    const words = this.#words;
    const mask = this.#numberMask;
    let head = Atomics.load(words, HEAD);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      words[LINKS + slot] = head & mask;
      const seen = Atomics.compareExchange(words, HEAD, head, (head & ~mask) | (slot + 1));
      if (seen === head) return true;
      head = seen;
    }
    return false;
  }

  /** Free slots, O(capacity). Exact only while no thread takes or gives back. */
  countFree(): number {
    let number = Atomics.load(this.#words, HEAD) & this.#numberMask;
    let count = 0;
    while (number !== 0 && count < this.capacity) {
      count++;
      number = this.#words[LINKS + number - 1];
    }
    return count;
  }
}

/** The head's tag after one more take, with no slot number. */
function nextTag(head: number, mask: number): number {
  return (head + mask + 1) & ~mask;
}
