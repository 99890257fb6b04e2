/**
 * Tables whose records begin on cache lines.
 *
 * JavaScript does not say where a buffer begins. Measured on Linux, those of a mebibyte or more begin
 * 16 bytes behind a line as a rule, for glibc maps them one by one, with a header in front; so a
 * record of 64 bytes lies on two lines, and a view that begins {@link LINE_OFFSET_BYTES} into the
 * buffer has it on one. Where a buffer begins elsewhere the offset costs its 48 bytes and gains
 * nothing.
 *
 * @module
 */

/** How far into a buffer the table begins. A multiple of 8. */
export const LINE_OFFSET_BYTES = 48;

/** A table of `count` doubles, all zero. */
export function alignedDoubles(count: number): Float64Array<ArrayBuffer> {
  return new Float64Array(new ArrayBuffer(LINE_OFFSET_BYTES + count * 8), LINE_OFFSET_BYTES);
}

/** The same bytes as 32-bit integers, two for each double. */
export function integersOf(doubles: Float64Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  return new Int32Array(doubles.buffer, doubles.byteOffset, doubles.length * 2);
}
