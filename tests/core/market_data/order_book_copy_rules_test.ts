import assert from "node:assert/strict";
import { KEPT_MESSAGES_MAX } from "../../../core/market_data/kept_messages.ts";
import { OrderBookCopy } from "../../../core/market_data/order_book_copy.ts";
import { buy, by, cancel, halt, sell } from "../../support/commands.ts";
import { assertCopy, INSTRUMENT, OrdersMarket, takePages } from "./orders_market.ts";

/** A copy that is whole, its market, and what the next two appends send. */
function followed(ordersPerPage?: number) {
  const market = new OrdersMarket();
  market.append([buy(1, 50), buy(2, 50, by(2)), buy(3, 49), sell(4, 60)]);
  const copy = new OrderBookCopy(INSTRUMENT, ordersPerPage);
  const { query } = copy;
  assert.ok(query !== null);
  const page = market.answer(query);
  const sent = [[sell(1, 50)], [sell(1, 50)]].map((commands) => market.orders(commands)[0].bytes);
  return { copy, market, page, sent };
}

Deno.test("order book copy: after a gap it shows nothing, asks again and goes on from there", () => {
  const { copy, market, page, sent } = followed();
  assert.deepEqual([copy.isLive, copy.orderCount], [false, 0]);
  assert.equal(copy.snapshot(page), "applied");
  assert.deepEqual([copy.isWhole, copy.query, copy.orderCount], [true, null, 4]);
  assert.equal(copy.orders(sent[1]), "gap");
  assert.deepEqual([copy.isLive, copy.orderCount, copy.gapCount], [false, 0, 1]);
  assert.equal(copy.snapshot(page), "gap", "a page from before the gap does not help");
  assert.ok(copy.query !== null);
  assert.equal(copy.snapshot(market.answer(copy.query)), "applied");
  assertCopy(copy, market.queues(), "at the end");
  assert.equal(copy.orders(sent[1]), "repeated");
  copy.invalidate();
  assert.deepEqual([copy.isLive, copy.orderCount], [false, 0]);
});

Deno.test("order book copy: a page that is not the next one is not taken", () => {
  const { copy, market, page, sent } = followed(1);
  assert.equal(copy.snapshot(page), "applied");
  assert.deepEqual([copy.isLive, copy.isWhole, copy.orderCount], [true, false, 2]);
  assert.equal(copy.snapshot(page), "repeated", "it is known already");
  assert.ok(copy.query !== null);
  const next = market.answer(copy.query);
  assert.equal(copy.snapshot(next), "kept", "it is ahead of the messages");
  assert.equal(copy.query, null, "nothing is asked for meanwhile");
  assert.deepEqual(sent.map((bytes) => copy.orders(bytes)), ["applied", "applied"]);
  takePages(copy, market);
  assertCopy(copy, market.queues(), "at the end");
});

Deno.test("order book copy: a page after a halt does not wait for a message about it", () => {
  const { copy, market, sent } = followed(1);
  assert.ok(copy.query !== null);
  copy.snapshot(market.answer(copy.query));
  market.append([halt()]);
  assert.ok(copy.query !== null);
  const page = market.answer(copy.query);
  assert.deepEqual(sent.map((bytes) => copy.orders(bytes)), ["repeated", "repeated"]);
  assert.equal(copy.snapshot(page), "applied");
  takePages(copy, market);
  assertCopy(copy, market.queues(), "at the end");
});

Deno.test("order book copy: a page older than the messages that are kept is not taken", () => {
  const { copy, market, page, sent } = followed(1);
  copy.snapshot(page);
  assert.ok(copy.query !== null);
  const old = market.answer(copy.query);
  for (const bytes of sent) copy.orders(bytes);
  for (let count = 0; count < KEPT_MESSAGES_MAX + 2; count++) {
    const [{ bytes }] = market.orders([buy(1, 40), cancel(market.market.state.lastOrderId + 1)]);
    copy.orders(bytes);
  }
  assert.equal(copy.snapshot(old), "repeated");
  takePages(copy, market);
  assertCopy(copy, market.queues(), "at the end");
});

Deno.test("order book copy: a page whose checksum is another is not shown", () => {
  const { copy, market, page } = followed();
  const wrong = page.slice();
  wrong[36] ^= 1;
  assert.equal(copy.snapshot(wrong), "mismatch");
  assert.deepEqual([copy.isLive, copy.orderCount, copy.mismatchCount], [false, 0, 1]);
  assert.equal(copy.snapshot(page), "applied");
  assert.ok(market.queues()[0].length > 0);
});

Deno.test("order book copy: what is none of its instrument is refused by field and limit", () => {
  const { copy, market, page, sent } = followed();
  const [depth] = market.append([buy(1, 41)]).filter(({ feed }) => feed === "depth");
  const with_ = (bytes: Uint8Array, at: number, byte: number) => {
    const changed = bytes.slice();
    changed[at] = byte;
    return changed;
  };
  const cases: [Uint8Array, RegExp][] = [
    [depth.bytes, /kind is 3; it takes 10, orders/],
    [with_(sent[0], 4, 2), /instrument is 2; it takes 1/],
    [with_(sent[0], 15, 1), /sequence is \d+; it takes a number below 2\^53/],
    [with_(sent[0], 16, 99), /prevSequence is 99; it takes \d+, the sequence, at most/],
    [with_(sent[0], 55, 1), /id is \d+; it takes a number from 1 to 2\^53 - 1/],
    [with_(sent[0], 56, 0), /lots is 0; it takes a number from 1/],
    [with_(sent[0], 67, 64), /price is \d+; it takes a number from 1 to \d+/],
    [with_(sent[0], 68, 5), /action is 5; it takes 1 to 4/],
    [with_(sent[0], 69, 2), /side is 2; it takes 0 or 1/],
  ];
  for (const [bytes, message] of cases) {
    assert.throws(() => copy.orders(bytes), { name: "FeedFrameError", message });
  }
  const pages: [Uint8Array, RegExp][] = [
    [sent[0], /kind is 10; it takes 11, orderSnapshot/],
    [with_(page, 4, 2), /instrument is 2; it takes 1/],
    [with_(page, 32, 4), /bids and asks is 5; it takes 4 orders together/],
    [with_(page, 80, 200), /id of bids is \d+; it takes one behind 200/],
    [with_(page, 88, 0), /lots of bids is 0; it takes a number from 1/],
    [with_(page, 99, 255), /price of bids is \d+; it takes/],
    [with_(page, 87, 1), /id of bids is \d+; it takes a number/],
    [with_(page, 96, 1), /id of bids is \d+; it takes one behind/],
  ];
  for (const [bytes, message] of pages) {
    assert.throws(() => copy.snapshot(bytes), { name: "FeedFrameError", message });
  }
  assert.throws(
    () => new OrderBookCopy(1, 0),
    /ordersPerPage is 0; it takes a whole number from 1/,
  );
});
