/**
 * A side of a book in its most naive form, and the checksum of such a book by way of its bytes: what
 * the books of this project are compared with.
 *
 * @module
 */
import { crc32 } from "node:zlib";
import { CHECKSUM_LEVELS } from "../../../core/market_data/book_checksum.ts";
import type { DepthSide } from "../../../core/market_data/depth_side.ts";
import type { LotLevel } from "../../../core/market_data/feed_reader.ts";
import { Side } from "../../../core/protocol/order_record.ts";

const LEVEL_BYTES = 12;

/** Levels of a side by their prices. */
export class LevelModel {
  readonly #levels = new Map<number, number>();
  readonly #direction: number;

  constructor(side: number) {
    this.#direction = side === Side.buy ? -1 : 1;
  }

  /** Sets a level; without lots it goes. */
  set([priceTicks, lots]: LotLevel): void {
    if (lots === 0) this.#levels.delete(priceTicks);
    else this.#levels.set(priceTicks, lots);
  }

  /** All levels, best first. */
  get levels(): LotLevel[] {
    return [...this.#levels].sort((a, b) => (a[0] - b[0]) * this.#direction);
  }
}

/** The checksum of a book with these levels, best first. */
export function checksumOf(bids: readonly LotLevel[], asks: readonly LotLevel[]): number {
  return crc32(bytesOf([...bids.slice(0, CHECKSUM_LEVELS), ...asks.slice(0, CHECKSUM_LEVELS)]));
}

/** The levels as a checksum takes them. */
export function bytesOf(levels: readonly LotLevel[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(levels.length * LEVEL_BYTES));
  for (const [index, [priceTicks, lots]] of levels.entries()) {
    view.setUint32(index * LEVEL_BYTES, priceTicks, true);
    view.setBigUint64(index * LEVEL_BYTES + 4, BigInt(lots), true);
  }
  return new Uint8Array(view.buffer);
}

/** All levels of the tested side, best first. */
export function depthLevels(side: DepthSide): [number, number][] {
  const levels: [number, number][] = [];
  for (let level = side.best; level !== 0; level = side.behind(level)) {
    levels.push([side.priceOf(level), side.quantityOf(level)]);
  }
  return levels;
}
