/**
 * The checksum of a book: tells a subscriber whether the copy that it keeps is the book.
 *
 * It is the CRC-32 of ISO-HDLC (that of zip, PNG and `zlib.crc32`) over the best
 * {@link CHECKSUM_LEVELS} bids and then the best {@link CHECKSUM_LEVELS} asks, best first, each as in
 * a level of feed_frame.ts: price in ticks (u32) and lots (u64), little-endian. Where a side has fewer
 * levels, those are all. It is one row of levels: a short book whose worst bid were its best ask would
 * have the same one.
 *
 * O(levels), allocates nothing.
 *
 * @module
 */
import type { DepthSide } from "./depth_side.ts";
import { LEVEL_BYTES } from "./feed_frame.ts";

/** Levels of a side that count. */
export const CHECKSUM_LEVELS = 10;
/** What the first level is added to. The checksum is what comes out in the end, inverted. */
export const CHECKSUM_START = -1;

const POLYNOMIAL = 0xedb88320;
const TWO_TO_MINUS_32 = 1 / 4294967296;
/** A table of 256 words for each byte of a level: a level is one step. The last byte's is first. */
const TABLES = makeTables(LEVEL_BYTES);

/** The checksum of a book with these sides. */
export function bookChecksum(bids: DepthSide, asks: DepthSide): number {
  return ~addSide(addSide(CHECKSUM_START, bids), asks) >>> 0;
}

/** Adds a level, whose lots are given as two words, to what the levels before it came to. */
export function addLevel(sum: number, priceTicks: number, low: number, high: number): number {
  const mixed = sum ^ priceTicks;
  const added = TABLES[0xb00 + (mixed & 255)] ^ TABLES[0xa00 + ((mixed >>> 8) & 255)] ^
    TABLES[0x900 + ((mixed >>> 16) & 255)] ^ TABLES[0x800 + (mixed >>> 24)] ^
    TABLES[0x700 + (low & 255)] ^ TABLES[0x600 + ((low >>> 8) & 255)] ^
    TABLES[0x500 + ((low >>> 16) & 255)] ^ TABLES[0x400 + (low >>> 24)];
  // Zeros add nothing, and quantities of 2^32 lots are rare.
  if (high === 0) return added;
  return added ^ TABLES[0x300 + (high & 255)] ^ TABLES[0x200 + ((high >>> 8) & 255)] ^
    TABLES[0x100 + ((high >>> 16) & 255)] ^ TABLES[high >>> 24];
}

function addSide(sum: number, side: DepthSide): number {
  let after = sum;
  let level = side.best;
  for (let rank = 0; rank < CHECKSUM_LEVELS && level !== 0; rank++) {
    const lots = side.quantityOf(level);
    after = addLevel(after, side.priceOf(level) | 0, lots | 0, (lots * TWO_TO_MINUS_32) | 0);
    level = side.behind(level);
  }
  return after;
}

function makeTables(count: number): Int32Array {
  const tables = new Int32Array(count * 256);
  for (let byte = 0; byte < 256; byte++) {
    let rest = byte;
    for (let bit = 0; bit < 8; bit++) rest = (rest >>> 1) ^ ((rest & 1) * POLYNOMIAL);
    tables[byte] = rest;
  }
  for (let at = 256; at < tables.length; at++) {
    const before = tables[at - 256];
    tables[at] = (before >>> 8) ^ tables[before & 255];
  }
  return tables;
}
