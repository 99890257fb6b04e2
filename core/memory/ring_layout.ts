/**
 * The header that every ring begins with, and the making of a ring's memory.
 *
 * ```text
 * offset | bytes | type | field                                       | writer
 *      0 |     4 | i32  | kind of the ring: its magic number           | maker, once
 *      4 |     4 | i32  | bytes a slot                                 | maker, once
 *      8 |     4 | i32  | slots                                        | maker, once
 *    128 |     4 | i32  | produced: records published (SPSC) or        | producers
 *        |       |      | claimed (MPSC) since the ring was made       |
 *    256 |     4 | i32  | released: records that the consumer is done  | consumer
 *        |       |      | with since the ring was made                 |
 *    384 |     4 | i32  | 1 while the consumer sleeps or is about to   | set: consumer, cleared: both
 *    512 |     4 | i32  | 1 while a producer sleeps or is about to     | set: producer, cleared: both
 *    640 |       |      | what follows is the ring's own               |
 * ```
 *
 * Both cursors count modulo 2^32 and never go back. Their difference, taken as a signed 32-bit
 * number, is the fill; it stays right over the wrap, since a ring has at most
 * {@link RING_SLOTS_MAX} slots. A cursor's slot is its low bits, for which the slots are a power of
 * two.
 *
 * Each word that is written while the ring runs stands {@link LINE_BYTES} from the next.
 *
 * @module
 */

/**
 * Distance between words that different threads write. Twice a cache line of 64 bytes: processors
 * fetch lines in pairs, and a SharedArrayBuffer begins at any multiple of 16, so no word can be put
 * at the start of a line. Two words at this distance share neither line nor pair wherever it begins.
 */
export const LINE_BYTES = 128;
/** The most slots of a ring. */
export const RING_SLOTS_MAX = 2 ** 24;
/** The most bytes of a ring: every offset is a positive 32-bit integer. */
export const RING_BYTES_MAX = 2 ** 31 - 1;
/** Bytes before what is the ring's own. */
export const RING_HEADER_BYTES = 5 * LINE_BYTES;

/** A claim that finds no room. */
export const RING_FULL = -1;
/** A claim that lost to other producers of an MPSC ring as often as it may try. */
export const RING_CONTENDED = -2;

/** The header's words, as offsets into an Int32Array over the whole ring. */
export const RingWord = {
  kind: 0,
  slotBytes: 1,
  slotCount: 2,
  produced: LINE_BYTES / 4,
  released: 2 * LINE_BYTES / 4,
  consumerSleeping: 3 * LINE_BYTES / 4,
  producerSleeping: 4 * LINE_BYTES / 4,
} as const;

/** The kinds of ring, as magic numbers: "SPSC" and "MPSC" as little-endian ASCII. */
export const RingKind = { spsc: 0x43535053, mpsc: 0x4353504d } as const;
/** See {@link RingKind}. */
export type RingKind = typeof RingKind[keyof typeof RingKind];

/**
 * Makes the memory of a ring and touches all of it, so that no page is first touched while it runs.
 * Throws a RangeError for a shape that a ring cannot have.
 *
 * @param slotBytes a multiple of 8
 * @param slotCount a power of two, at most {@link RING_SLOTS_MAX}
 * @param ownBytes bytes between the header and the slots, a multiple of 8
 */
export function makeRing(
  kind: RingKind,
  slotBytes: number,
  slotCount: number,
  ownBytes: number,
): SharedArrayBuffer {
  if (!Number.isInteger(slotBytes) || slotBytes <= 0 || slotBytes % 8 !== 0) {
    throw new RangeError(`slotBytes must be a multiple of 8, not ${slotBytes}`);
  }
  const isInRange = Number.isInteger(slotCount) && slotCount >= 1 && slotCount <= RING_SLOTS_MAX;
  if (!isInRange || (slotCount & (slotCount - 1)) !== 0) {
    throw new RangeError(
      `slotCount must be a power of two from 1 to ${RING_SLOTS_MAX}, not ${slotCount}`,
    );
  }
  const byteLength = RING_HEADER_BYTES + ownBytes + slotBytes * slotCount;
  if (byteLength > RING_BYTES_MAX) {
    throw new RangeError(`a ring has at most ${RING_BYTES_MAX} bytes, not ${byteLength}`);
  }
  const memory = new SharedArrayBuffer(byteLength);
  new Uint8Array(memory).fill(0);
  const header = new Int32Array(memory);
  header[RingWord.kind] = kind;
  header[RingWord.slotBytes] = slotBytes;
  header[RingWord.slotCount] = slotCount;
  return memory;
}

/** The header of a ring's memory. Throws a TypeError when it is no ring of that kind. */
export function openRing(memory: SharedArrayBuffer, kind: RingKind): Int32Array<SharedArrayBuffer> {
  const isLongEnough = memory.byteLength >= RING_HEADER_BYTES;
  const words = new Int32Array(memory, 0, isLongEnough ? memory.byteLength >> 2 : 0);
  if (words[RingWord.kind] !== kind) {
    throw new TypeError(`no ring of kind ${kind} but ${words[RingWord.kind]}`);
  }
  return words;
}

/**
 * Records in a ring, from any thread, for metrics: between 0 and its slots. The two cursors are read
 * one after the other, so the figure is a little late while the ring runs.
 */
export function ringFill(header: Int32Array<SharedArrayBuffer>): number {
  const produced = Atomics.load(header, RingWord.produced);
  const fill = (produced - Atomics.load(header, RingWord.released)) | 0;
  return Math.max(0, Math.min(header[RingWord.slotCount], fill));
}
