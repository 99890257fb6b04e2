import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import {
  addLevel,
  bookChecksum,
  CHECKSUM_LEVELS,
  CHECKSUM_START,
} from "../../../core/market_data/book_checksum.ts";
import { DepthSide } from "../../../core/market_data/depth_side.ts";
import { Side } from "../../../core/protocol/order_record.ts";
import { SAFE_MAX } from "../../../core/protocol/wire_buffer.ts";

/** The levels as bytes, by a way of their own. */
function bytesOf(levels: readonly (readonly [number, number])[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(levels.length * 12));
  for (const [index, [price, lots]] of levels.entries()) {
    view.setUint32(index * 12, price, true);
    view.setBigUint64(index * 12 + 4, BigInt(lots), true);
  }
  return new Uint8Array(view.buffer);
}

const price = fc.integer({ min: 1, max: 2 ** 32 - 1 });
const lots = fc.oneof(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 1, max: SAFE_MAX }));

Deno.test("book checksum: it is zlib's CRC-32, for any price and any quantity", () => {
  fc.assert(fc.property(fc.array(fc.tuple(price, lots), { maxLength: 20 }), (levels) => {
    let sum = CHECKSUM_START;
    for (const [ticks, quantity] of levels) {
      sum = addLevel(sum, ticks | 0, quantity | 0, Math.floor(quantity / 2 ** 32));
    }
    assert.equal(~sum >>> 0, crc32(bytesOf(levels)));
  }));
});

Deno.test("book checksum: of the best levels, bids before asks", () => {
  const side = fc.uniqueArray(fc.tuple(price, lots), {
    selector: ([ticks]) => ticks,
    maxLength: CHECKSUM_LEVELS + 5,
  });
  fc.assert(fc.property(side, side, (bids, asks) => {
    const sides = [new DepthSide(Side.buy), new DepthSide(Side.sell)] as const;
    for (const [ticks, quantity] of bids) sides[0].change(ticks, quantity);
    for (const [ticks, quantity] of asks) sides[1].change(ticks, quantity);
    bids.sort((a, b) => b[0] - a[0]);
    asks.sort((a, b) => a[0] - b[0]);
    const best = [...bids.slice(0, CHECKSUM_LEVELS), ...asks.slice(0, CHECKSUM_LEVELS)];
    assert.equal(bookChecksum(...sides), crc32(bytesOf(best)));
  }));
});
