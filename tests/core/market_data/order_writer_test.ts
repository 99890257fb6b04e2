import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import { FeedEncoder } from "../../../core/market_data/feed_encoder.ts";
import { FeedKind } from "../../../core/market_data/feed_frame.ts";
import type { OrdersMessage } from "../../../core/market_data/feed_messages.ts";
import { readFeedFrame } from "../../../core/market_data/feed_reader.ts";
import { FRONT, orderPage } from "../../../core/market_data/order_page.ts";
import { amend, buy, by, cancel, halt, sell } from "../../support/commands.ts";
import { INSTRUMENT, OrdersMarket } from "./orders_market.ts";

const hex = (bytes: Uint8Array) => bytes.toHex().replaceAll(/(.{8})(?=.)/g, "$1 ");

/** The number as a word of {@link hex}. */
const word = (value: number) => new Uint8Array(new Uint32Array([value]).buffer).toHex();

Deno.test("order writer: the layout of orders, byte by byte", () => {
  const market = new OrdersMarket();
  market.append([sell(3, 5_001), sell(4, 5_001), buy(9, 4_998)]);
  const ids = [...market.queues()[1], ...market.queues()[0]].map(({ id }) => word(id));
  const [sent] = market.orders([buy(5, 5_001, by(2)), amend(3, { quantity: 7 }), cancel(3)]);
  const { checksum } = sent.message as OrdersMessage;
  const [first, second, bid] = ids;
  assert.equal(
    hex(sent.bytes),
    "0a010400 01000000 08000000 00000000 04000000 00000000 b88b9695 250a0600 " +
      `${word(checksum)} 00000000 01000000 00000000 ` +
      `${first} 00000000 03000000 00000000 89130000 03010000 ` +
      `${second} 00000000 02000000 00000000 89130000 03010100 ` +
      `${bid} 00000000 07000000 00000000 86130000 02000000 ` +
      `${bid} 00000000 07000000 00000000 86130000 04000000`,
  );
  // One level is left, whose bytes a stranger's library sums up.
  const level = new DataView(new ArrayBuffer(12));
  level.setUint32(0, 5_001, true);
  level.setUint32(4, 2, true);
  assert.equal(checksum, crc32(new Uint8Array(level.buffer)));
});

Deno.test("order writer: the layout of a snapshot of orders, byte by byte", () => {
  const market = new OrdersMarket();
  market.append([buy(1, 4_998), buy(2, 4_998, by(2)), buy(3, 4_997), sell(4, 5_001)]);
  market.append([halt()]);
  const [bids, asks] = market.queues();
  const { feed, feeds: { lastEvent } } = market;
  const request = { orders: 1, levels: 9, afterBid: bids[0], afterAsk: FRONT };
  const page = orderPage(feed.queues, INSTRUMENT, request);
  const bytes = new FeedEncoder().orderSnapshot(feed, page, lastEvent, 17);
  const frame = readFeedFrame(bytes);
  assert.ok(frame.kind === FeedKind.orderSnapshot);
  assert.equal(
    hex(bytes),
    "0b010200 01000000 06000000 00000000 05000000 00000000 11000000 00000000 " +
      `01000100 ${word(frame.checksum)} ${word(lastEvent)} 00000000 02000000 01000000 ` +
      `${word(bids[0].id)} 00000000 00000000 00000000 86130000 00000000 ` +
      `${word(bids[1].id)} 00000000 02000000 00000000 86130000 ` +
      `${word(asks[0].id)} 00000000 04000000 00000000 89130000`,
  );
  assert.deepEqual(frame, {
    kind: FeedKind.orderSnapshot,
    instrument: INSTRUMENT,
    sequence: 6,
    prevSequence: 5,
    timeMicros: 17,
    checksum: frame.checksum,
    eventSequence: lastEvent,
    isTrading: false,
    bids: [bids[1]],
    asks,
    afterBid: { id: bids[0].id, priceTicks: 4_998 },
    afterAsk: FRONT,
    hasMoreBids: true,
    hasMoreAsks: false,
  });
});
