import assert from "node:assert/strict";
import { HORIZON_MICROS, OUTCOMES_PER_ACCOUNT_MAX } from "../../../core/matching/outcomes.ts";
import { EventFlag } from "../../../core/protocol/event_record.ts";
import {
  amend,
  buy,
  by,
  called,
  cancel,
  cancelAll,
  type Command,
  defineInstrument,
  deposit,
  halt,
  ioc,
  sell,
  setAccount,
  until,
  withdraw,
} from "../../support/commands.ts";
import { encodeFrame, FrameSource } from "../../support/frames.ts";
import { plainMarket, START_MICROS, Venue } from "./venue.ts";

const again = (outcome: string): string => `1 outcome again: ${outcome}`;

Deno.test("a request that comes again gets its first outcome and is done once", () => {
  const venue = new Venue().rest("sell 101 | 2:3");
  const order = buy(5, 101, called("a1"));
  venue.submit(order);
  venue.expect("buy 101 | 1:2");
  assert.deepEqual(venue.submit(order), [again("partiallyFilled (ok) executed 3, left 2")]);
  venue.submit(sell(2, 101, by(2)));
  assert.deepEqual(venue.submit(order), [again("partiallyFilled (ok) executed 3, left 2")]);
  venue.expect("");
});

Deno.test("a rejection is an outcome too: funds that come later do not change it", () => {
  const venue = new Venue(plainMarket().account(6));
  const order = buy(5, 101, by(6), called("a1"));
  assert.match(venue.submit(order)[0], /insufficientFunds: limit 0, value 505/);
  venue.submit(deposit(6, 2, 1_000_000));
  assert.deepEqual(venue.submit(order), [
    "6 outcome again: rejected (insufficientFunds) executed 0, left 505",
  ]);
  assert.equal(venue.submit({ ...order, requestId: "a2" })[0], "6 accepted buy 5@101, rests");
});

Deno.test("the same request id with any other content is refused", () => {
  const venue = new Venue();
  const order = buy(5, 101, called("a1"));
  venue.submit(order);
  const others: Command[] = [
    { ...order, price: 102 },
    { ...order, quantity: 6 },
    { ...order, side: 1 },
    { ...order, ...ioc },
    { ...order, selfTrade: 1 },
    { ...order, flags: 1 },
    { ...order, instrument: 2 },
    cancel(1, called("a1")),
    cancelAll(called("a1")),
  ];
  for (const other of others) {
    assert.deepEqual(venue.submit(other), ["1 rejected (differentContent: limit 0, value 0)"]);
  }
  venue.expect("buy 101 | 1:5");
});

Deno.test("only the deadline may differ: a client that tries again gives itself more time", () => {
  const venue = new Venue();
  const order = buy(5, 101, called("a1"), until(START_MICROS + 1_000_000));
  venue.submit(order);
  venue.stampMicros = START_MICROS + 5_000_000;
  assert.match(venue.submit({ ...order, deadlineMicros: START_MICROS + 9_000_000 })[0], /again/);
  assert.match(venue.submit(order)[0], /again/);
});

Deno.test("request ids are an account's own", () => {
  const venue = new Venue();
  const stories = venue.submit(buy(5, 101, called("a1")), buy(5, 101, by(2), called("a1")));
  assert.deepEqual(stories, ["1 accepted buy 5@101, rests", "2 accepted buy 5@101, rests"]);
});

Deno.test("cancels, cancel-alls and deposits that come again are done once", () => {
  const venue = new Venue().rest("sell 101 | 1:3 1:4");
  const commands = [
    cancel(1, called("c1")),
    cancelAll(called("c2")),
    deposit(1, 1, 500, called("d1")),
    withdraw(1, 1, 200, called("w1")),
  ];
  venue.submit(...commands);
  const before = venue.available(1, "BTC");
  assert.deepEqual(venue.submit(...commands), [
    again("canceled (canceledByRequest) executed 0, left 0"),
    again("canceled (canceledByRequest) executed 1, left 0"),
    again("none (ok) executed 500, left 10000000500"),
    again("none (ok) executed 200, left 10000000300"),
  ]);
  assert.equal(venue.available(1, "BTC"), before);
  assert.ok(venue.events.every(({ flags }) => (flags & EventFlag.notAnOrder) !== 0));
});

Deno.test("an instrument that differs only in its second half is other content", () => {
  const venue = new Venue();
  const base = {
    ...defineOf(venue),
    instrument: 5,
    symbol: "USD-BTC",
    baseAsset: 2,
    quoteAsset: 1,
  };
  const terms = { ...base, priceScale: 4, quantityScale: 4 };
  assert.deepEqual(venue.submit(defineInstrument(terms, called("i1"))), ["defined"]);
  const other = { ...terms, takerFeePpm: 77 };
  assert.match(venue.submit(defineInstrument(other, called("i1")))[0], /differentContent/);
  assert.match(venue.submit(defineInstrument(terms, called("i1")))[0], /again/);
});

/** Terms of the first instrument of a venue. */
function defineOf(venue: Venue) {
  const terms = venue.state.instruments.terms.get(1);
  assert.ok(terms !== undefined);
  return terms;
}

Deno.test("a sender's own repeat of a frame is no duplicate, anybody else's is", () => {
  const venue = new Venue();
  const commands = new FrameSource(9).number([buy(5, 101), buy(1, 90, called("a1"))]);
  const origin = { sender: 9, frameNumber: 4 };
  venue.apply(encodeFrame(commands, origin));
  const isDuplicate = (): boolean[] =>
    venue.events.map(({ flags }) => (flags & EventFlag.duplicate) !== 0);
  venue.apply(encodeFrame(commands, origin));
  assert.deepEqual(isDuplicate(), [false, false]);
  venue.apply(encodeFrame(commands, { sender: 8, frameNumber: 4 }));
  assert.deepEqual(isDuplicate(), [true, true]);
  venue.apply(encodeFrame(commands, { sender: 9, frameNumber: 5 }));
  assert.deepEqual(isDuplicate(), [true, true]);
  venue.apply(encodeFrame(commands.toReversed(), origin));
  assert.deepEqual(isDuplicate(), [true, true], "at another place of the frame");
});

Deno.test("an outcome is kept for the whole horizon, to the microsecond", () => {
  const venue = new Venue();
  const order = buy(5, 101, ioc, called("a1"));
  const stamp = venue.stampMicros;
  venue.submit(order);
  venue.stampMicros = stamp + HORIZON_MICROS;
  assert.match(venue.submit(order)[0], /again/);
  assert.equal(venue.stampMicros, stamp + HORIZON_MICROS + 1);
  assert.match(venue.submit(order)[0], /accepted/);
});

Deno.test("the id of an open order is its own for as long as the order is open", () => {
  const venue = new Venue();
  const order = buy(5, 101, called("a1"));
  venue.submit(order);
  for (let horizon = 0; horizon < 4; horizon++) {
    venue.stampMicros += HORIZON_MICROS + 1;
    assert.deepEqual(venue.submit(order), [again("new (ok) executed 0, left 5")]);
  }
  assert.match(venue.submit(cancel("a1"))[0], /canceled buy 5@101/);
  assert.match(venue.submit(order)[0], /again/);
  venue.stampMicros += HORIZON_MICROS + 1;
  assert.match(venue.submit(order)[0], /accepted/);
});

Deno.test("a full quota refuses orders, and never evicts an outcome or another's orders", () => {
  const venue = new Venue();
  const order = buy(5, 101, called("a1"));
  venue.submit(order);
  const { accounts } = venue.state;
  const room = OUTCOMES_PER_ACCOUNT_MAX - accounts.outcomeCount(1);
  accounts.addOutcomes(1, room);
  const full = OUTCOMES_PER_ACCOUNT_MAX;
  assert.deepEqual(venue.submit(buy(1, 90)), [
    `1 rejected (outcomeQuotaFull: limit ${full}, value ${full})`,
  ]);
  assert.match(venue.submit(order)[0], /again/);
  assert.match(venue.submit(buy(1, 90, by(2)))[0], /accepted/);
  assert.match(venue.submit(cancel("a1"))[0], /canceled buy 5@101/);
  assert.equal(accounts.outcomeCount(1), full, "a cancel goes on without a place");
  accounts.addOutcomes(1, -room);
  assert.match(venue.submit(buy(1, 90))[0], /accepted/);
});

Deno.test("without a place money does not move, for it could move twice; halts still work", () => {
  const venue = new Venue();
  const { accounts } = venue.state;
  accounts.addOutcomes(0, OUTCOMES_PER_ACCOUNT_MAX - accounts.outcomeCount(0));
  assert.match(venue.submit(deposit(1, 1, 5))[0], /outcomeQuotaFull/);
  assert.match(venue.submit(withdraw(1, 1, 5))[0], /outcomeQuotaFull/);
  assert.deepEqual(venue.submit(halt(), setAccount(1, false)), ["defined", "defined"]);
});

Deno.test("outcomes that go give their places back", () => {
  const venue = new Venue();
  const { accounts, outcomes } = venue.state;
  venue.submit(buy(5, 101), ...Array.from({ length: 50 }, () => buy(1, 90, ioc)));
  assert.equal(accounts.outcomeCount(1), 51);
  venue.stampMicros += HORIZON_MICROS + 1;
  venue.submit(cancelAll(by(2)));
  assert.equal(accounts.outcomeCount(1), 1, "the open order's");
  assert.equal(outcomes.count, 2);
});

Deno.test("an amend that comes again is done once and gets its first outcome", () => {
  const venue = new Venue().rest("sell 101 | 2:3");
  const change = amend("order", { price: 101, quantity: 5 }, called("change"));
  venue.submit(buy(4, 100, called("order")), change);
  venue.expect("buy 101 | 1:2");
  venue.submit(sell(1, 101, by(2)));
  assert.deepEqual(venue.submit(change), [again("partiallyFilled (ok) executed 3, left 2")]);
  const [{ flags, orderId, at56 }] = venue.events;
  assert.equal(flags, EventFlag.duplicate | EventFlag.notAnOrder);
  assert.deepEqual([orderId, at56], [2n, 303n]);
  venue.expect("buy 101 | 1:1");
  assert.match(venue.submit({ ...change, quantity: 6 })[0], /differentContent/);
  assert.match(venue.submit({ ...change, price: 102 })[0], /differentContent/);
  assert.match(venue.submit({ ...change, target: 2 })[0], /differentContent/);
});

Deno.test("the outcome of an amend that kept its place says what the order executed before", () => {
  const venue = new Venue().rest("sell 101 | 2:5");
  const change = amend(1, { quantity: 4 }, by(2), called("change"));
  venue.submit(buy(2, 101), change);
  assert.deepEqual(venue.submit(change), [
    "2 outcome again: partiallyFilled (ok) executed 2, left 2",
  ]);
});

Deno.test("outcomes of amends go with the horizon, though their order is open", () => {
  const venue = new Venue();
  const { accounts } = venue.state;
  venue.submit(buy(9, 90, called("order")));
  for (let quantity = 8; quantity > 0; quantity--) venue.submit(amend("order", { quantity }));
  assert.equal(accounts.outcomeCount(1), 9);
  venue.stampMicros += HORIZON_MICROS + 1;
  venue.submit(cancelAll(by(2)));
  assert.equal(accounts.outcomeCount(1), 1, "that of the order's entry");
  assert.match(venue.submit(amend("order", { price: 91 }))[0], /amended buy to 1@91/);
});

Deno.test("a full quota refuses amends, for one that came twice would count twice", () => {
  const venue = new Venue();
  venue.submit(buy(5, 101));
  const { accounts } = venue.state;
  accounts.addOutcomes(1, OUTCOMES_PER_ACCOUNT_MAX - accounts.outcomeCount(1));
  assert.match(venue.submit(amend(1, { quantity: 4 }))[0], /outcomeQuotaFull/);
  venue.expect("buy 101 | 1:5");
});
