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

/** The view with every element guarded; its length and methods stay as they are. */
function guarded<V extends Uint8Array | Uint16Array | Uint32Array>(
  view: V,
  from: number,
  to: number,
): V {
  return new Proxy(view, {
    get(target, property) {
      if (typeof property === "string" && /^-?\d+$/.test(property)) {
        const offset = Number(property) * target.BYTES_PER_ELEMENT;
        if (offset < from || offset + target.BYTES_PER_ELEMENT > to) {
          throw new OutsideReadError(offset);
        }
      }
      return Reflect.get(target, property, target);
    },
  });
}

/** `wire`, of which only the bytes `from .. to` can be read one by one. */
export function guardedBuffer(wire: WireBuffer, from: number, to: number): WireBuffer {
  return {
    bytes: guarded(wire.bytes, from, to),
    halves: guarded(wire.halves, from, to),
    words: guarded(wire.words, from, to),
  };
}
