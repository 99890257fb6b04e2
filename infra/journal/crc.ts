/**
 * The CRC-32 of frames, by the platform. Computed where a frame leaves a process and checked where
 * it enters one.
 *
 * @module
 */
import { crc32 } from "node:zlib";
import { CRC_START_BYTES, FRAME_HEADER_BYTES, writeFrameCrc } from "../../core/protocol/frame.ts";
import type { WireBuffer } from "../../core/protocol/wire_buffer.ts";

/** Sets the CRC of the complete frame at the start of `wire`, `byteLength` long. */
export function sealCrc(wire: WireBuffer, byteLength: number): void {
  writeFrameCrc(wire, 0, crc32(wire.bytes.subarray(CRC_START_BYTES, byteLength)));
}

/** Whether a received frame is long enough for a header and has the CRC it claims. */
export function hasValidCrc(frame: Uint8Array): boolean {
  if (frame.length < FRAME_HEADER_BYTES) return false;
  const claimed = frame[8] | (frame[9] << 8) | (frame[10] << 16) | (frame[11] << 24);
  return crc32(frame.subarray(CRC_START_BYTES)) === claimed >>> 0;
}
