import assert from "node:assert/strict";
import { OPEN_ORDERS_PER_ACCOUNT_MAX } from "../../../core/matching/accounts.ts";
import {
  CommandKind,
  OrderFlag,
  Side,
  writeCommandHead,
} from "../../../core/protocol/order_record.ts";
import { WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import {
  buy,
  by,
  called,
  cancel,
  cancelAccount,
  cancelAll,
  claim,
  deposit,
  halt,
  on,
  sell,
  setAccount,
  until,
} from "../../support/commands.ts";
import { plainMarket, START_MICROS, Venue } from "./venue.ts";

const BOOK = `
  sell 102 | 1:5
  sell 101 | 1:3 2:2
  buy   99 | 2:4 1:1`;

Deno.test("cancel by order id: out of the book, funds back", () => {
  const venue = new Venue().rest(BOOK);
  assert.equal(venue.held(1, "BTC"), 80_000);
  assert.deepEqual(venue.submit(cancel(2)), ["1 canceled sell 3@101 (canceledByRequest)"]);
  assert.equal(venue.held(1, "BTC"), 50_000);
  venue.expect(`
    sell 102 | 1:5
    sell 101 | 2:2
    buy   99 | 2:4 1:1`);
});

Deno.test("cancel by client order id, numbers and texts alike", () => {
  const venue = new Venue();
  venue.submit(sell(3, 101, called("a1")), sell(4, 101, called("77")), sell(5, 101, called("a2")));
  assert.deepEqual(venue.submit(cancel("a2"), cancel("77")), [
    "1 canceled sell 5@101 (canceledByRequest)",
    "1 canceled sell 4@101 (canceledByRequest)",
  ]);
  assert.deepEqual(venue.submit(cancel("a2"), cancel("never")), [
    "1 rejected (unknownOrder: limit 0, value 3)",
    "1 rejected (unknownOrder: limit 0, value 0)",
  ]);
  venue.expect("sell 101 | 1:3");
});

Deno.test("a canceled order says how much of it was executed and how much it took off", () => {
  const venue = new Venue().rest("sell 101 | 1:5");
  venue.submit(buy(2, 101, by(2)), cancel(1));
  const { at40: executed, at48: left } = venue.events[3];
  assert.deepEqual([executed, left], [2n, 3n]);
});

Deno.test("another account's order is as unknown as one that never was", () => {
  const venue = new Venue().rest(BOOK);
  venue.submit(sell(1, 110, by(3), called("mine")));
  assert.deepEqual(venue.submit(cancel(1, by(2)), cancel(99, by(2)), cancel("mine", by(2))), [
    "2 rejected (unknownOrder: limit 0, value 1)",
    "2 rejected (unknownOrder: limit 0, value 99)",
    "2 rejected (unknownOrder: limit 0, value 0)",
  ]);
});

Deno.test("an order that is filled, canceled or never rested cannot be canceled", () => {
  const venue = new Venue().rest("sell 101 | 1:5");
  venue.submit(buy(5, 101, by(2)));
  assert.deepEqual(venue.submit(cancel(1), cancel(2, by(2)), cancel(0)), [
    "1 rejected (unknownOrder: limit 0, value 1)",
    "2 rejected (unknownOrder: limit 0, value 2)",
    "1 rejected (unknownOrder: limit 0, value 0)",
  ]);
});

Deno.test("cancel-all: every order of the account, the youngest first, and nobody else's", () => {
  const venue = new Venue().rest(BOOK);
  assert.deepEqual(venue.submit(cancelAll()), [
    "1 canceled buy 1@99 (canceledByRequest)",
    "1 canceled sell 3@101 (canceledByRequest)",
    "1 canceled sell 5@102 (canceledByRequest)",
    "1 outcome: canceled (canceledByRequest) executed 3, left 0",
  ]);
  venue.expect(`
    sell 101 | 2:2
    buy   99 | 2:4`);
  assert.equal(venue.held(1, "BTC") + venue.held(1, "USD"), 0);
  assert.deepEqual(venue.submit(cancelAll()), [
    "1 outcome: canceled (canceledByRequest) executed 0, left 0",
  ]);
});

Deno.test("cancel-all of one instrument leaves the others", () => {
  const opening = plainMarket().asset("ETH", 8).instrument("ETH-USD");
  const venue = new Venue(opening).rest(BOOK).rest("buy 50 | 1:1 2:1", "ETH-USD");
  assert.equal(venue.submit(cancelAll(on(2))).length, 2);
  venue.expect(BOOK).expect("buy 50 | 2:1", "ETH-USD");
  assert.equal(venue.submit(cancelAll(on(7))).length, 1);
});

Deno.test("cancel-all of one side leaves the other, of one instrument or of all", () => {
  const opening = plainMarket().asset("ETH", 8).instrument("ETH-USD");
  const venue = new Venue(opening).rest(BOOK);
  venue.submit(deposit(1, 3, 1_000_000));
  venue.rest("sell 60 | 1:2\nbuy 50 | 1:1 2:1", "ETH-USD");
  assert.deepEqual(venue.submit(cancelAll(on(1), { side: Side.sell })), [
    "1 canceled sell 3@101 (canceledByRequest)",
    "1 canceled sell 5@102 (canceledByRequest)",
    "1 outcome: canceled (canceledByRequest) executed 2, left 0",
  ]);
  venue.expect("sell 60 | 1:2\nbuy 50 | 1:1 2:1", "ETH-USD");
  assert.equal(venue.submit(cancelAll({ side: Side.buy })).length, 3);
  venue.expect(`
    sell 101 | 2:2
    buy   99 | 2:4`).expect("sell 60 | 1:2\nbuy 50 | 2:1", "ETH-USD");
});

Deno.test("cancel-all of a side that there is not cancels nothing", () => {
  const venue = new Venue().rest(BOOK);
  assert.deepEqual(venue.submit(cancelAll({ side: 2 }, called("9")), cancelAll(called("9"))), [
    "1 rejected (invalidSide: limit 1, value 2)",
    "1 rejected (differentContent: limit 0, value 0)",
  ]);
  venue.expect(BOOK);
});

Deno.test("a new order with the flag of a cancel's side is refused", () => {
  assert.deepEqual(new Venue().submit(buy(1, 99, { flags: OrderFlag.ofSide })), [
    "1 rejected (invalidFlags: limit 7, value 8)",
  ]);
});

Deno.test("the operator's cancel of an account knows no side", () => {
  const venue = new Venue().rest(BOOK);
  venue.submit(cancelAccount(1, { side: Side.sell }));
  venue.expect("sell 101 | 2:2\nbuy 99 | 2:4");
});

Deno.test("cancel-all takes as many orders as an account can have", () => {
  const venue = new Venue();
  for (let count = 0; count < OPEN_ORDERS_PER_ACCOUNT_MAX; count += 2_000) {
    venue.apply(venue.source.frame(Array.from({ length: 2_000 }, () => sell(1, 101))));
  }
  const story = venue.submit(cancelAll());
  assert.equal(story.length, OPEN_ORDERS_PER_ACCOUNT_MAX + 1);
  venue.expect("");
});

Deno.test("the operator cancels an account's orders, also those of a disabled account", () => {
  const venue = new Venue().rest(BOOK);
  venue.submit(setAccount(1, false));
  assert.deepEqual(
    venue.submit(cancelAccount(1, on(1))).at(-1),
    [
      "1 outcome: canceled (canceledByOperator) executed 3, left 0",
    ][0],
  );
  assert.deepEqual(venue.submit(cancelAccount(9)), [
    "9 rejected (unknownAccount: limit 5, value 9)",
  ]);
});

Deno.test("a halted instrument takes no orders but gives them up", () => {
  const venue = new Venue().rest(BOOK);
  venue.submit(halt());
  assert.match(venue.submit(buy(1, 99))[0], /halted/);
  assert.match(venue.submit(cancel(1))[0], /^1 canceled/);
  assert.equal(venue.submit(cancelAll()).length, 3);
});

Deno.test("a disabled account may cancel", () => {
  const venue = new Venue().rest(BOOK);
  venue.submit(setAccount(1, false));
  assert.match(venue.submit(buy(1, 99))[0], /accountDisabled/);
  assert.match(venue.submit(cancel(1))[0], /^1 canceled/);
});

Deno.test("a deadline holds up to its microsecond, judged by the stamp of the append", () => {
  const venue = new Venue();
  venue.stampMicros = START_MICROS + 1_000;
  const at = START_MICROS + 1_000;
  assert.deepEqual(venue.submit(buy(1, 90, until(at)), buy(1, 90, until(at))), [
    "1 accepted buy 1@90, rests",
    `1 rejected (deadlinePassed: limit ${at}, value ${at + 1})`,
  ]);
  assert.match(venue.submit(cancel(1, until(at)))[0], /deadlinePassed/);
  assert.match(venue.submit(cancelAll(until(at + 1_000)))[0], /canceled buy 1@90/);
});

Deno.test("the commands of a frame come in its order, and their events carry their places", () => {
  const venue = new Venue();
  venue.apply(venue.source.frame([sell(1, 101), buy(1, 101, by(2)), cancel(1)]));
  assert.deepEqual(venue.events.map(({ index }) => index), [0, 1, 1, 1, 2]);
  assert.equal(venue.state.commandCount, venue.market.commands.length + 3);
});

Deno.test("a claim goes into the log with its epoch and changes nothing", () => {
  const venue = new Venue().rest(BOOK);
  const hash = venue.state.events.stateHash;
  assert.deepEqual(venue.submit(claim(7)), ["claimed epoch 7"]);
  assert.notEqual(venue.state.events.stateHash, hash, "the hash is over every event");
  venue.expect(BOOK);
});

/** What a raw record of a cancel-all is told, after a change to it. */
function toldRaw(change: (view: DataView) => void): string {
  const venue = new Venue();
  const frame = venue.source.frame([cancelAll()]);
  change(new DataView(frame.bytes.buffer, 32));
  return venue.apply(frame)[0];
}

Deno.test("a record without a request key, of an unknown kind or with reserved bits is refused", () => {
  assert.match(toldRaw((view) => view.setUint32(16, 0, true)), /missingRequestKey/);
  for (const kind of [0, 5, 63]) {
    assert.match(toldRaw((view) => view.setUint8(0, kind)), /unknownKind/);
  }
  assert.match(toldRaw((view) => view.setUint32(60, 1, true)), /reservedNotZero/);
});

Deno.test("a number that is no safe integer is refused wherever it stands", () => {
  for (const offset of [24, 32, 40]) {
    assert.match(toldRaw((view) => view.setUint32(offset + 4, 0x200000, true)), /unsafeInteger/);
    assert.doesNotMatch(
      toldRaw((view) => view.setUint32(offset + 4, 0x1fffff, true)),
      /unsafeInteger/,
    );
  }
  for (const kind of [CommandKind.cancel, CommandKind.amend]) {
    const target = (view: DataView): void => {
      view.setUint8(0, kind);
      view.setUint32(40, 1, true);
      view.setUint32(52, 0x200000, true);
    };
    assert.match(toldRaw(target), /unsafeInteger/);
    assert.match(
      toldRaw((view) => {
        target(view);
        view.setUint8(4, 4);
      }),
      /unknownOrder/,
    );
  }
});

Deno.test("a malformed record spoils no other record of its frame", () => {
  const venue = new Venue();
  const frame = venue.source.frame([sell(1, 101), cancelAll(), sell(2, 102)]);
  const zero = WireBuffer.allocate(64);
  writeCommandHead(zero, 0, 5, 1, 1, 0, 0);
  frame.bytes.set(zero.bytes, 32 + 64);
  assert.deepEqual(venue.apply(frame).map((story) => story.slice(0, 10)), [
    "1 accepted",
    "1 rejected",
    "1 accepted",
  ]);
});
