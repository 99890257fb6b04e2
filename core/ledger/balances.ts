/**
 * Balances: what an account has of an asset, available and held, in minor units.
 *
 * A balance has a slot; (account, asset) finds its slot by open addressing over a power of two of
 * buckets, at most half full. A slot is never freed. Slot 0 is none. Of each, 32 bytes:
 *
 * ```text
 * offset | bytes | type | field
 *      0 |     8 | f64  | available, minor units
 *      8 |     8 | f64  | held, minor units
 *     16 |     8 | f64  | account * ASSETS_MAX + asset
 *     24 |     8 | -    | spare
 * ```
 *
 * | operation | cost |
 * | --- | --- |
 * | find | O(1) expected |
 * | open | O(1) expected; the caller has seen that there is room |
 *
 * Owner and only writer: the matching thread.
 *
 * @module
 */

import { alignedDoubles } from "../memory/aligned_doubles.ts";

/** Assets of a shard: ids from 1 up to this, exclusive. */
export const ASSETS_MAX = 4096;
/** Under a name of this module's own: an exported name is looked up at every use. */
const ASSETS = ASSETS_MAX;

/** Doubles a balance, as a shift, and which they are. */
const SHIFT = 2;
const AVAILABLE = 0;
const HELD = 1;
const KEY = 2;

/** Every balance of a shard, and the supply of every asset. */
export class Balances {
  #doubles: Float64Array<ArrayBuffer>;
  #buckets: Int32Array;
  #count = 0;
  #capacity: number;
  /** What was deposited less what was withdrawn, by asset. */
  readonly supply = new Float64Array(ASSETS_MAX);

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#doubles = alignedDoubles((capacity + 1) << SHIFT);
    this.#buckets = new Int32Array(2 ** (33 - Math.clz32(capacity)));
  }

  /** Balances there are: slots 1 to this. */
  get count(): number {
    return this.#count;
  }

  /** Slots that can still be opened without growing. */
  get freeCount(): number {
    return this.#capacity - this.#count;
  }

  /** Slots there are. */
  get capacity(): number {
    return this.#capacity;
  }

  /** What the account may spend of the balance in `slot`, in minor units. */
  availableOf(slot: number): number {
    return this.#doubles[(slot << SHIFT) | AVAILABLE];
  }

  /** What open orders hold of the balance in `slot`, in minor units. */
  heldOf(slot: number): number {
    return this.#doubles[(slot << SHIFT) | HELD];
  }

  /** Adds to what is available of a balance; negative: takes off. */
  addAvailable(slot: number, amount: number): void {
    this.#doubles[(slot << SHIFT) | AVAILABLE] += amount;
  }

  /** Adds to what is held of a balance; negative: takes off. */
  addHeld(slot: number, amount: number): void {
    this.#doubles[(slot << SHIFT) | HELD] += amount;
  }

  /** Slot of a balance, or 0. */
  find(account: number, asset: number): number {
    const key = account * ASSETS + asset;
    const buckets = this.#buckets;
    const mask = buckets.length - 1;
    for (let at = bucketOf(account, asset) & mask;; at = (at + 1) & mask) {
      const slot = buckets[at];
      if (slot === 0 || this.#doubles[(slot << SHIFT) | KEY] === key) return slot;
    }
  }

  /** Slot of a balance, opened with zero when it is not there yet. */
  open(account: number, asset: number): number {
    const found = this.find(account, asset);
    if (found !== 0) return found;
    const slot = ++this.#count;
    this.#doubles[(slot << SHIFT) | KEY] = account * ASSETS + asset;
    this.#place(slot);
    return slot;
  }

  /** Account of a slot. */
  accountOf(slot: number): number {
    return Math.floor(this.#doubles[(slot << SHIFT) | KEY] / ASSETS);
  }

  /** Asset of a slot. */
  assetOf(slot: number): number {
    return this.#doubles[(slot << SHIFT) | KEY] % ASSETS;
  }

  /** Doubles the slots: a safe point is needed, for it allocates. */
  grow(): void {
    this.#capacity *= 2;
    const longer = alignedDoubles((this.#capacity + 1) << SHIFT);
    longer.set(this.#doubles);
    this.#doubles = longer;
    this.#buckets = new Int32Array(this.#buckets.length * 2);
    for (let slot = 1; slot <= this.#count; slot++) this.#place(slot);
  }

  #place(slot: number): void {
    const mask = this.#buckets.length - 1;
    let at = bucketOf(this.accountOf(slot), this.assetOf(slot)) & mask;
    while (this.#buckets[at] !== 0) at = (at + 1) & mask;
    this.#buckets[at] = slot;
  }
}

function bucketOf(account: number, asset: number): number {
  const mixed = Math.imul(account, 0x9e3779b1) ^ Math.imul(asset, 0x85ebca77);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
