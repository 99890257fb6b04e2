/**
 * Balances: what an account has of an asset, available and held, in minor units.
 *
 * A balance has a slot; (account, asset) finds its slot by open addressing over a power of two of
 * buckets, at most half full. A slot is never freed. Slot 0 is none.
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

/** Assets of a shard: ids from 1 up to this, exclusive. */
export const ASSETS_MAX = 4096;
/** Under a name of this module's own: an exported name is looked up at every use. */
const ASSETS = ASSETS_MAX;

/** Every balance of a shard, and the supply of every asset. */
export class Balances {
  available: Float64Array;
  held: Float64Array;
  /** `account * ASSETS_MAX + asset` of each slot. */
  #keys: Float64Array;
  #buckets: Int32Array;
  #count = 0;
  /** What was deposited less what was withdrawn, by asset. */
  readonly supply = new Float64Array(ASSETS_MAX);

  constructor(capacity: number) {
    this.available = new Float64Array(capacity + 1);
    this.held = new Float64Array(capacity + 1);
    this.#keys = new Float64Array(capacity + 1);
    this.#buckets = new Int32Array(2 ** (33 - Math.clz32(capacity)));
  }

  /** Balances there are: slots 1 to this. */
  get count(): number {
    return this.#count;
  }

  /** Slots that can still be opened without growing. */
  get freeCount(): number {
    return this.available.length - 1 - this.#count;
  }

  /** Slot of a balance, or 0. */
  find(account: number, asset: number): number {
    const key = account * ASSETS + asset;
    const buckets = this.#buckets;
    const mask = buckets.length - 1;
    for (let at = bucketOf(account, asset) & mask;; at = (at + 1) & mask) {
      const slot = buckets[at];
      if (slot === 0 || this.#keys[slot] === key) return slot;
    }
  }

  /** Slot of a balance, opened with zero when it is not there yet. */
  open(account: number, asset: number): number {
    const found = this.find(account, asset);
    if (found !== 0) return found;
    const slot = ++this.#count;
    this.#keys[slot] = account * ASSETS + asset;
    this.#place(slot);
    return slot;
  }

  /** Account of a slot. */
  accountOf(slot: number): number {
    return Math.floor(this.#keys[slot] / ASSETS);
  }

  /** Asset of a slot. */
  assetOf(slot: number): number {
    return this.#keys[slot] % ASSETS;
  }

  /** Doubles the slots: a safe point is needed, for it allocates. */
  grow(): void {
    const length = (this.available.length - 1) * 2 + 1;
    this.available = lengthened(this.available, length);
    this.held = lengthened(this.held, length);
    this.#keys = lengthened(this.#keys, length);
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

function lengthened(values: Float64Array, length: number): Float64Array {
  const longer = new Float64Array(length);
  longer.set(values);
  return longer;
}
