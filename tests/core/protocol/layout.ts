/**
 * Reads fields where the layout tables say they are, through a DataView that knows nothing of the
 * code's own offsets.
 *
 * @module
 */

import assert from "node:assert/strict";

/** A field: offset in bytes, type, value. */
export type Field = readonly [offset: number, type: "u8" | "u16" | "u32" | "u64", value: number];

/** Asserts that every field stands in `bytes` at its offset. */
export function assertFields(bytes: Uint8Array, fields: readonly Field[]): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = {
    u8: (at: number) => view.getUint8(at),
    u16: (at: number) => view.getUint16(at, true),
    u32: (at: number) => view.getUint32(at, true),
    u64: (at: number) => Number(view.getBigUint64(at, true)),
  };
  for (const [offset, type, value] of fields) {
    assert.equal(read[type](offset), value, `${type} at ${offset}`);
  }
}

/** Bytes as hexadecimal digits, sixteen bytes a line. */
export function hexLines(bytes: Uint8Array): string[] {
  return bytes.toHex().match(/.{1,32}/g) ?? [];
}
