/**
 * A wire buffer that fails when anything outside a stretch of it is read.
 *
 * @module
 */

import type { WireBuffer } from "../../../core/protocol/wire_buffer.ts";

/** A read outside the stretch that may be read. */
export class OutsideReadError extends Error {
  override readonly name = "OutsideReadError";
  constructor(readonly offsetBytes: number) {
    super(`byte ${offsetBytes} was read, which lies outside the frame`);
  }
}

/** The view with every element and every part of it guarded; its length stays as it is. */
function guarded<V extends Int32Array | Uint8Array | Uint16Array | Uint32Array>(
  view: V,
  from: number,
  to: number,
): V {
  const { BYTES_PER_ELEMENT } = view;
  const guard = (first: number, end: number): void => {
    if (first * BYTES_PER_ELEMENT >= from && end * BYTES_PER_ELEMENT <= to) return;
    throw new OutsideReadError(first * BYTES_PER_ELEMENT);
  };
  return new Proxy(view, {
    get(target, property) {
      if (property === "subarray") {
        return (first: number, end: number) => {
          if (end > first) guard(first, end);
          return target.subarray(first, end);
        };
      }
      if (typeof property === "string" && /^-?\d+$/.test(property)) {
        guard(Number(property), Number(property) + 1);
      }
      return Reflect.get(target, property, target);
    },
  });
}

/** `wire`, of which only the bytes `from .. to` can be read, one by one or by `subarray`. */
export function guardedBuffer(wire: WireBuffer, from: number, to: number): WireBuffer {
  return {
    bytes: guarded(wire.bytes, from, to),
    halves: guarded(wire.halves, from, to),
    words: guarded(wire.words, from, to),
    integers: guarded(wire.integers, from, to),
  };
}
