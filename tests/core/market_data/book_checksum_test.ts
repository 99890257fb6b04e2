import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { PRICE_TICKS_MAX } from "../../../core/book/price_trie.ts";
import {
  addLevel,
  bookChecksum,
  CHECKSUM_LEVELS,
  CHECKSUM_START,
} from "../../../core/market_data/book_checksum.ts";
import { DepthBook } from "../../../core/market_data/depth_book.ts";
import { OrderQueues } from "../../../core/market_data/order_queues.ts";
import { Side } from "../../../core/protocol/order_record.ts";
import { SAFE_MAX } from "../../../core/protocol/wire_buffer.ts";
import { bytesOf, checksumOf } from "./level_model.ts";

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
  const ticks = fc.integer({ min: 1, max: PRICE_TICKS_MAX });
  const side = fc.uniqueArray(fc.tuple(ticks, lots), {
    selector: ([ticks]) => ticks,
    maxLength: CHECKSUM_LEVELS + 5,
  });
  fc.assert(fc.property(side, side, (bids, asks) => {
    const queues = new OrderQueues(2);
    const book = new DepthBook(queues, 1);
    let id = 0;
    for (const [ticks, quantity] of bids) queues.add(++id, id, 1, Side.buy, ticks, quantity);
    for (const [ticks, quantity] of asks) queues.add(++id, id, 1, Side.sell, ticks, quantity);
    bids.sort((a, b) => b[0] - a[0]);
    asks.sort((a, b) => a[0] - b[0]);
    assert.equal(bookChecksum(book.bids, book.asks), checksumOf(bids, asks));
  }));
});
