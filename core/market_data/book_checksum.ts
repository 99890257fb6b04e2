/**
 * The checksum of a book: tells a subscriber whether the copy that it keeps is the book.
 *
 * It is the CRC-32 of ISO-HDLC (that of zip, PNG and `zlib.crc32`) over the best
 * {@link CHECKSUM_LEVELS} bids and then the best {@link CHECKSUM_LEVELS} asks, best first, each as in
 * a level of feed_frame.ts: price in ticks (u32) and lots (u64), little-endian. Where a side has fewer
 * levels, those are all.
 *
 * O(levels), allocates nothing.
 *
 * @module
 */
import type { DepthSide } from "./depth_side.ts";

/** Levels of a side that count. */
export const CHECKSUM_LEVELS = 10;

const POLYNOMIAL = 0xedb88320;
const TWO_TO_MINUS_32 = 1 / 4294967296;
/** Four tables in a row, for four bytes at a time. */
const TABLES = makeTables();

/** The checksum of a book with these sides. */
export function bookChecksum(bids: DepthSide, asks: DepthSide): number {
  return ~addSide(addSide(-1, bids), asks) >>> 0;
}

function addSide(crc: number, side: DepthSide): number {
  const count = side.count < CHECKSUM_LEVELS ? side.count : CHECKSUM_LEVELS;
  let sum = crc;
  for (let rank = 0; rank < count; rank++) {
    const lots = side.quantityOf(rank);
    sum = addWord(sum, side.priceOf(rank) | 0);
    sum = addWord(sum, lots | 0);
    sum = addWord(sum, (lots * TWO_TO_MINUS_32) | 0);
  }
  return sum;
}

function addWord(crc: number, word: number): number {
  const mixed = crc ^ word;
  return TABLES[768 + (mixed & 255)] ^ TABLES[512 + ((mixed >>> 8) & 255)] ^
    TABLES[256 + ((mixed >>> 16) & 255)] ^ TABLES[mixed >>> 24];
}

function makeTables(): Int32Array {
  const tables = new Int32Array(4 * 256);
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
