import assert from "node:assert/strict";
import { FILLS_PER_COMMAND_MAX } from "../../../core/matching/shard_state.ts";
import { EventKind } from "../../../core/protocol/event_record.ts";
import { OrderFlag } from "../../../core/protocol/order_record.ts";
import {
  amend,
  buy,
  by,
  called,
  cancel,
  cancelAll,
  expireBoth,
  expireMaker,
  expireTaker,
  halt,
  market,
  postOnly,
  resume,
  sell,
  setAccount,
} from "../../support/commands.ts";
import { plainMarket, Venue } from "./venue.ts";

const BOOK = `
  sell 102 | 3:5
  sell 101 | 1:2 2:4 1:3
  buy   99 | 2:4 3:1`;

/** The orders of BOOK by their ids, as they were placed. */
const [SELL_3, SELL_1, SELL_2, , BUY_2] = [1, 2, 3, 4, 5];

Deno.test("a lower quantity keeps the order's place and gives back what it held too much", () => {
  const venue = new Venue().rest(BOOK);
  const before = venue.available(2, "BTC");
  assert.deepEqual(venue.submit(amend(SELL_2, { quantity: 1 }, by(2))), [
    "2 amended sell to 1@101, 3@101 off",
  ]);
  venue.expect(`
    sell 102 | 3:5
    sell 101 | 1:2 2:1 1:3
    buy   99 | 2:4 3:1`);
  assert.equal(venue.held(2, "BTC"), 10_000);
  assert.equal(venue.available(2, "BTC") - before, 30_000);
});

Deno.test("the price that an order has changes nothing, nor does its quantity", () => {
  const venue = new Venue().rest(BOOK);
  for (const same of [{ price: 101 }, { quantity: 4 }, { price: 101, quantity: 4 }]) {
    assert.deepEqual(venue.submit(amend(SELL_2, same, by(2))), [
      "2 amended sell to 4@101, 0@101 off",
    ]);
    venue.expect(BOOK);
  }
});

Deno.test("a higher quantity goes to the end of its queue", () => {
  const venue = new Venue().rest(BOOK);
  assert.deepEqual(venue.submit(amend(SELL_1, { quantity: 6 })), [
    "1 amended sell to 6@101, 2@101 off",
    "1 rested sell 6@101",
  ]);
  venue.expect(`
    sell 102 | 3:5
    sell 101 | 2:4 1:3 1:6
    buy   99 | 2:4 3:1`);
  assert.equal(venue.held(1, "BTC"), 90_000);
});

Deno.test("another price goes to the end of the queue there, lower quantity or not", () => {
  const venue = new Venue().rest(BOOK);
  assert.deepEqual(venue.submit(amend(BUY_2, { price: 98 }, by(2))), [
    "2 amended buy to 4@98, 4@99 off",
    "2 rested buy 4@98",
  ]);
  assert.equal(venue.held(2, "USD"), 4 * 98);
  venue.submit(amend(BUY_2, { price: 99, quantity: 3 }, by(2)));
  venue.expect(`
    sell 102 | 3:5
    sell 101 | 1:2 2:4 1:3
    buy   99 | 3:1 2:3`);
  assert.equal(venue.held(2, "USD"), 3 * 99);
});

Deno.test("a price that crosses trades at once, at the makers' prices, and rests the rest", () => {
  const venue = new Venue().rest(BOOK);
  assert.deepEqual(venue.submit(amend(SELL_3, { price: 99, quantity: 7 }, by(3), called("a"))), [
    "3 amended sell to 7@99, 5@102 off",
    "2 maker bought 4@99, filled",
    "3 taker sold 4@99, 3 left",
    "3 maker bought 1@99, filled",
    "3 taker sold 1@99, 2 left",
    "3 rested sell 2@99",
  ]);
  venue.expect(`
    sell 101 | 1:2 2:4 1:3
    sell  99 | 3:2`);
  assert.equal(venue.state.accounts.openCount(3), 1);
});

Deno.test("an order that is filled by its amend ends, once and for all", () => {
  const venue = new Venue().rest(BOOK);
  const before = venue.available(3, "USD") + venue.held(3, "USD");
  assert.equal(
    venue.submit(amend(SELL_3, { price: 99, quantity: 3 }, by(3))).at(-1),
    "3 taker sold 3@99, filled",
  );
  assert.equal(venue.state.accounts.openCount(3), 1);
  assert.equal(venue.state.orderIndex.find(SELL_3), 0);
  assert.equal(venue.held(3, "BTC"), 0);
  assert.equal(venue.available(3, "USD") + venue.held(3, "USD") - before, 3 * 99);
  assert.deepEqual(venue.submit(cancel(SELL_3, by(3))), [
    "3 rejected (unknownOrder: limit 0, value 1)",
  ]);
  venue.submit(cancelAll(by(3)), sell(1, 105, by(3)));
  venue.expect(`
    sell 105 | 3:1
    sell 101 | 1:2 2:4 1:3
    buy   99 | 2:1`);
});

Deno.test("what was executed counts in the quantity, and stays with the order", () => {
  const venue = new Venue().rest("sell 101 | 1:9");
  venue.submit(buy(4, 101, by(2)));
  assert.deepEqual(venue.submit(amend(1, { quantity: 4 }), amend(1, { quantity: 3 })), [
    "1 rejected (quantityExecuted: limit 4, value 4)",
    "1 rejected (quantityExecuted: limit 4, value 3)",
  ]);
  assert.deepEqual(venue.submit(amend(1, { quantity: 5 })), ["1 amended sell to 5@101, 4@101 off"]);
  assert.equal(venue.events[0].at56, 4n);
  venue.expect("sell 101 | 1:1");
  assert.deepEqual(venue.submit(amend(1, { price: 102 })), [
    "1 amended sell to 5@102, 1@101 off",
    "1 rested sell 1@102",
  ]);
  assert.deepEqual(venue.submit(buy(1, 102, by(2))).slice(1), [
    "1 maker sold 1@102, filled",
    "2 taker bought 1@102, filled",
  ]);
});

Deno.test("the fee is the taker's where an amend trades, and its rounding goes on", () => {
  const opening = market().asset("BTC", 8).asset("USD", 6)
    .instrument("BTC-USD", { makerFeePpm: 0, takerFeePpm: 5_000 })
    .account(1, { USD: 1_000 }).account(2, { BTC: 1_000_000 });
  const venue = new Venue(opening);
  venue.submit(buy(3, 90), sell(1, 80, by(2)), sell(2, 100, by(2)));
  assert.equal(venue.held(1, "USD"), 180 + 1);
  assert.deepEqual(venue.submit(amend(1, { price: 100 })), [
    "1 amended buy to 3@100, 2@90 off",
    "2 maker sold 2@100, filled",
    "1 taker bought 2@100, filled, fee 1",
  ]);
  assert.deepEqual([venue.available(1, "USD"), venue.held(1, "USD")], [1_000 - 90 - 200 - 1, 0]);
});

Deno.test("post-only: no amend makes it a taker", () => {
  const venue = new Venue().rest(BOOK);
  venue.submit(buy(2, 97, by(4), postOnly));
  const id = venue.lastOrderId;
  assert.deepEqual(venue.submit(amend(id, { price: 101 }, by(4))), [
    "4 rejected (postOnlyWouldCross: limit 101, value 101)",
  ]);
  assert.deepEqual(venue.submit(amend(id, { price: 100, quantity: 3 }, by(4))), [
    "4 amended buy to 3@100, 2@97 off",
    "4 rested buy 3@100",
  ]);
});

Deno.test("funds: only what it would hold more has to be there", () => {
  const opening = plainMarket().account(6, { USD: 1_000, BTC: 20_000 });
  const venue = new Venue(opening);
  venue.submit(buy(9, 100, by(6)), sell(2, 110, by(6)));
  assert.deepEqual(
    venue.submit(
      amend(1, { quantity: 11 }, by(6)),
      amend(1, { price: 112 }, by(6)),
      amend(2, { quantity: 3 }, by(6)),
    ),
    [
      "6 rejected (insufficientFunds: limit 100, value 200)",
      "6 rejected (insufficientFunds: limit 100, value 108)",
      "6 rejected (insufficientFunds: limit 0, value 10000)",
    ],
  );
  assert.deepEqual(venue.submit(amend(1, { quantity: 10 }, by(6))), [
    "6 amended buy to 10@100, 9@100 off",
    "6 rested buy 10@100",
  ]);
  assert.deepEqual([venue.available(6, "USD"), venue.held(6, "USD")], [0, 1_000]);
  venue.submit(amend(1, { price: 50, quantity: 20 }, by(6)));
  assert.deepEqual([venue.available(6, "USD"), venue.held(6, "USD")], [0, 1_000]);
});

Deno.test("an amend that is refused leaves the order as it was", () => {
  const venue = new Venue().rest(BOOK);
  const { priceTicksMax, quantityLotsMax } = venue.state.instruments.terms.get(1)!;
  assert.deepEqual(
    venue.submit(
      amend(SELL_2, {}, by(2)),
      amend(99, { quantity: 1 }, by(2)),
      amend(SELL_2, { quantity: 1 }, by(1)),
      amend("nothing", { quantity: 1 }, by(2)),
      amend(SELL_2, { price: priceTicksMax + 1 }, by(2)),
      amend(SELL_2, { quantity: quantityLotsMax + 1 }, by(2)),
    ),
    [
      "2 rejected (amendEmpty: limit 1, value 0)",
      "2 rejected (unknownOrder: limit 0, value 99)",
      "1 rejected (unknownOrder: limit 0, value 3)",
      "2 rejected (unknownOrder: limit 0, value 0)",
      "2 rejected (priceTooHigh: limit 1000000, value 1000001)",
      "2 rejected (quantityTooHigh: limit 1000000000, value 1000000001)",
    ],
  );
  assert.deepEqual(
    venue.submit(
      halt(),
      amend(SELL_2, { quantity: 1 }, by(2)),
      resume(),
      setAccount(2, false),
      amend(SELL_2, { quantity: 1 }, by(2)),
    ).filter((told) => told !== "defined"),
    ["2 rejected (halted: limit 0, value 1)", "2 rejected (accountDisabled: limit 0, value 2)"],
  );
  venue.expect(BOOK);
});

Deno.test("flags other than the target's are refused", () => {
  const venue = new Venue().rest(BOOK);
  const frame = venue.source.frame([amend(SELL_2, { quantity: 1 }, by(2))]);
  frame.bytes[32 + 4] = OrderFlag.postOnly;
  assert.deepEqual(venue.apply(frame), ["2 rejected (invalidFlags: limit 4, value 1)"]);
  venue.expect(BOOK);
});

Deno.test("an order is named as it was placed; the request of an amend names none", () => {
  const venue = new Venue();
  venue.submit(sell(5, 101, called("mine")));
  assert.deepEqual(venue.submit(amend("mine", { quantity: 4 }, called("first"))), [
    "1 amended sell to 4@101, 1@101 off",
  ]);
  assert.deepEqual(venue.submit(amend("first", { quantity: 3 }), cancel("first")), [
    "1 rejected (unknownOrder: limit 0, value 0)",
    "1 rejected (unknownOrder: limit 0, value 0)",
  ]);
  assert.deepEqual(venue.submit(cancel("mine")), ["1 canceled sell 4@101 (canceledByRequest)"]);
});

Deno.test("self-trades: the order's own mode counts, and an end takes it out of everything", () => {
  for (
    const [mode, told, book] of [
      [expireTaker, ["2 canceled sell 3@99 (selfTrade)"], "buy 99 | 2:4"],
      [expireMaker, ["2 canceled buy 4@99 (selfTrade)", "2 rested sell 3@99"], "sell 99 | 2:3"],
      [expireBoth, ["2 canceled buy 4@99 (selfTrade)", "2 canceled sell 3@99 (selfTrade)"], ""],
    ] as const
  ) {
    const venue = new Venue().rest("buy 99 | 2:4");
    venue.submit(sell(3, 101, by(2), mode));
    assert.deepEqual(venue.submit(amend(2, { price: 99 }, by(2))), [
      "2 amended sell to 3@99, 3@101 off",
      ...told,
    ]);
    venue.expect(book);
    assert.equal(venue.state.accounts.openCount(2), book === "" ? 0 : 1);
  }
});

Deno.test("what is left after as many fills as a command may have expires", () => {
  const venue = new Venue();
  const makers = Array.from({ length: FILLS_PER_COMMAND_MAX + 1 }, () => sell(1, 101));
  venue.apply(venue.source.frame(makers));
  venue.submit(buy(FILLS_PER_COMMAND_MAX + 1, 100, by(2)));
  const told = venue.submit(amend(venue.lastOrderId, { price: 101 }, by(2)));
  assert.equal(told.at(-1), "2 expired buy 1@101 (fillsPerCommand)");
  assert.equal(told.length, 2 + 2 * FILLS_PER_COMMAND_MAX);
  assert.equal(venue.state.accounts.openCount(2), 0);
  venue.expect("sell 101 | 1:1");
});

Deno.test("a cancel of all takes amended orders as well, each once", () => {
  const venue = new Venue().rest(BOOK);
  venue.submit(amend(SELL_1, { quantity: 9 }), amend(4, { price: 103 }));
  const told = venue.submit(cancelAll());
  assert.equal(told.filter((one) => one.includes("canceled sell")).length, 2);
  assert.equal(venue.events.at(-1)?.kind, EventKind.summary);
  assert.equal(venue.held(1, "BTC"), 0);
});
