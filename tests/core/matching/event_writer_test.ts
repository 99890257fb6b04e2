import assert from "node:assert/strict";
import { EventWriter } from "../../../core/matching/event_writer.ts";
import { EventFlag, EventKind, OrderStatus } from "../../../core/protocol/event_record.ts";
import { CommandKind } from "../../../core/protocol/order_record.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import {
  amend,
  buy,
  by,
  called,
  cancelAll,
  claim,
  type Command,
  deposit,
  ioc,
  market,
  postOnly,
  selfTransfer,
  sell,
  setAccount,
  withdraw,
} from "../../support/commands.ts";
import { assertFields, type Field, hexLines } from "../protocol/layout.ts";
import { eventBytes } from "./event_view.ts";
import { START_MICROS, Venue } from "./venue.ts";

/** BTC-USD with fees; account 1 has BTC, account 2 USD. */
function venueWithFees(): Venue {
  return new Venue(
    market().asset("BTC", 8).asset("USD", 6)
      .instrument("BTC-USD", { makerFeePpm: 1_000, takerFeePpm: 2_000 })
      .account(1, { BTC: 1_000_000 }).account(2, { USD: 1_000_000 }),
  );
}

/** The bytes of the events of one append with these commands. */
function recordsOf(venue: Venue, ...commands: Command[]): Uint8Array[] {
  venue.apply(venue.source.frame(commands));
  const bytes = eventBytes(venue.state.events);
  return Array.from(
    { length: bytes.length / 64 },
    (_, index) => bytes.slice(index * 64, index * 64 + 64),
  );
}

/** The first 24 bytes of an event as the table has them. */
const head = (
  kind: number,
  side: number,
  status: number,
  flags: number,
  code: number,
  index: number,
  instrument: number,
  account: number,
  orderId: number,
): Field[] => [
  [0, "u8", kind],
  [1, "u8", side],
  [2, "u8", status],
  [3, "u8", flags],
  [4, "u16", code],
  [6, "u16", index],
  [8, "u32", instrument],
  [12, "u32", account],
  [16, "u64", orderId],
];

/** The five 64-bit fields from offset 24 on. */
const five = (...values: [number, number, number, number, number]): Field[] =>
  values.map((value, index) => [24 + index * 8, "u64", value]);

Deno.test("golden: accepted, trade and rested, every field at its offset", () => {
  const venue = venueWithFees();
  const events = recordsOf(
    venue,
    sell(3, 1_001, called("12")),
    buy(5, 1_002, by(2), called("a1"), { selfTrade: 3 }),
  );
  const { new: isNew, filled, partiallyFilled } = OrderStatus;
  const { maker, resting } = EventFlag;
  const attributes = 1 | (1 << 8) | (3 << 24);
  assertFields(events[0], head(EventKind.accepted, 1, isNew, resting, 0, 0, 1, 1, 1));
  assertFields(events[0], five(12, 1_001, 3, 0, 0x0101));
  assertFields(events[1], head(EventKind.accepted, 0, isNew, 0, 0, 1, 1, 2, 2));
  assertFields(events[1], [[32, "u64", 1_002], [40, "u64", 5], [48, "u32", 0], [52, "u32", 2]]);
  assertFields(events[1], [[24, "u32", 1039606756], [28, "u32", 3012544735], [
    56,
    "u64",
    attributes,
  ]]);
  assertFields(events[2], head(EventKind.trade, 1, filled, maker, 0, 1, 1, 1, 1));
  assertFields(events[2], five(4, 1_001, 3, 0, 1));
  assertFields(events[3], head(EventKind.trade, 0, partiallyFilled, 0, 0, 1, 1, 2, 2));
  assertFields(events[3], five(7, 1_001, 3, 2, 1));
  assertFields(events[4], head(EventKind.rested, 0, partiallyFilled, 0, 0, 1, 1, 2, 2));
  assertFields(events[4], [[32, "u64", 1_002], [40, "u64", 3], [48, "u64", 2], [56, "u64", 0]]);
  assert.equal(events.length, 5);
  assert.deepEqual(hexLines(events[3]), [
    "02000200000001000100000002000000",
    "02000000000000000700000000000000",
    "e9030000000000000300000000000000",
    "02000000000000000100000000000000",
  ]);
  assert.deepEqual(hexLines(events[1]), [
    "01000100000001000100000002000000",
    "0200000000000000e423f73ddfc88fb3",
    "ea030000000000000500000000000000",
    "00000000020000000101000300000000",
  ]);
});

Deno.test("golden: canceled, expired, rejected and summary, every field at its offset", () => {
  const venue = venueWithFees();
  const first = venue.source.number([sell(3, 1_001, called("12"))]);
  venue.submit(...first);
  const events = recordsOf(
    venue,
    buy(2, 1_000, by(2), ioc, called("13")),
    buy(2, 1_001, by(2), postOnly, called("14")),
    ...first,
    cancelAll(called("15")),
  );
  const { canceled, expired, rejected } = OrderStatus;
  const { canceledByRequest, immediateRemainder, postOnlyWouldCross } = ResultCode;
  const setup = venue.market.commands.length;
  const sequence = venue.state.events.sequence;
  assertFields(events[1], head(EventKind.expired, 0, expired, 0, immediateRemainder, 0, 1, 2, 2));
  assertFields(events[1], five(13, 1_000, 0, 2, 0));
  assertFields(events[2], head(EventKind.rejected, 0, rejected, 0, postOnlyWouldCross, 1, 1, 2, 0));
  assertFields(events[2], five(14, 1_001, 1_001, 0, CommandKind.newOrder));
  assertFields(
    events[3],
    head(EventKind.summary, 1, OrderStatus.new, EventFlag.duplicate, 0, 2, 1, 1, 1),
  );
  assertFields(events[3], five(START_MICROS + setup, sequence - 6, 0, 3, 0));
  const { resting, notAnOrder } = EventFlag;
  assertFields(
    events[4],
    head(EventKind.canceled, 1, canceled, resting, canceledByRequest, 3, 1, 1, 1),
  );
  assertFields(events[4], five(12, 1_001, 0, 3, 0));
  assertFields(
    events[5],
    head(EventKind.summary, 0, canceled, notAnOrder, canceledByRequest, 3, 0, 1, 0),
  );
  assertFields(events[5], five(START_MICROS + setup + 1, sequence, 1, 0, 0));
  assert.equal(events.length, 6);
});

Deno.test("golden: ledger, reference and claim, every field at its offset", () => {
  const venue = venueWithFees();
  const events = recordsOf(
    venue,
    deposit(2, 1, 50, called("20")),
    withdraw(2, 1, 20, called("21")),
    setAccount(3, true),
  );
  assertFields(events[0], head(EventKind.ledger, 0, 0, 0, 0, 0, 0, 2, 0));
  assertFields(events[0], [...five(20, 1, 50, 50, 0), [32, "u32", 1], [36, "u32", 0]]);
  assertFields(events[1], head(EventKind.ledger, 0, 0, EventFlag.debit, 0, 1, 0, 2, 0));
  assertFields(events[1], five(21, 1, 20, 30, 0));
  assertFields(events[2], head(EventKind.reference, 1, 0, 0, 0, 2, 0, 3, CommandKind.account));
  const [epoch] = recordsOf(venue, claim(258));
  assertFields(epoch, [...head(EventKind.claim, 0, 0, 0, 0, 0, 0, 0, 0), ...five(0, 258, 0, 0, 0)]);
});

Deno.test("sequences count every event of the shard, across appends", () => {
  const venue = venueWithFees();
  const before = venue.state.events.sequence;
  venue.submit(sell(3, 1_001), buy(3, 1_001, by(2)));
  assert.equal(venue.state.events.sequence - before, 1 + 3);
  assert.equal(venue.state.events.count, 3, "the buffer holds the last append's");
});

Deno.test("the hash depends on every bit of every event and on their order", () => {
  const hashOf = (...events: [number, number][]): string => {
    const writer = new EventWriter(4);
    for (const [account, price] of events) {
      writer.head(EventKind.trade, 0, 0, 0, 0, 1, account, 1);
      writer.four(1, price, 3, 4, 5);
    }
    return writer.stateHash;
  };
  const base = hashOf([1, 100], [2, 200]);
  assert.match(base, /^[0-9a-f]{16}$/);
  assert.equal(hashOf([1, 100], [2, 200]), base);
  const others = [
    hashOf([2, 200], [1, 100]),
    hashOf([1, 100]),
    hashOf([1, 100], [2, 200], [2, 200]),
  ];
  for (let bit = 0; bit < 31; bit++) {
    others.push(hashOf([1, 100], [2 ^ (1 << bit), 200]), hashOf([1, 100 ^ (1 << bit)], [2, 200]));
  }
  assert.equal(new Set([base, ...others]).size, others.length + 1);
});

Deno.test("growth keeps events and texts", () => {
  const writer = new EventWriter(1);
  writer.head(EventKind.claim, 0, 0, 0, 0, 0, 7, 0);
  writer.four(1, 2, 3, 4, 5);
  assert.equal(writer.freeCount, 0);
  const before = eventBytes(writer);
  const offset = writer.addText(new TextEncoder().encode("xabcx"), 1, 3);
  writer.grow();
  writer.growTexts();
  assert.equal(writer.freeCount, 1);
  assert.deepEqual(eventBytes(writer), before);
  assert.equal(new TextDecoder().decode(writer.texts.subarray(offset, writer.textLength)), "abc");
  writer.reset();
  assert.deepEqual([writer.count, writer.textLength, writer.sequence], [0, 0, 1]);
});

Deno.test("golden: amended, every field at its offset", () => {
  const venue = venueWithFees();
  venue.submit(sell(9, 1_001, called("12")), buy(2, 1_001, by(2)));
  const events = recordsOf(
    venue,
    amend("12", { quantity: 8 }),
    amend("12", { price: 1_003 }),
  );
  const { resting } = EventFlag;
  const { partiallyFilled } = OrderStatus;
  assertFields(events[0], head(EventKind.amended, 1, partiallyFilled, resting, 0, 0, 1, 1, 1));
  assertFields(events[0], [[24, "u64", 12], [32, "u32", 1_001], [36, "u32", 1_001]]);
  assertFields(events[0], [[40, "u64", 8], [48, "u64", 1], [56, "u64", 2]]);
  assert.deepEqual(hexLines(events[1]), [
    "0b010208000001000100000001000000",
    "01000000000000000c00000000000000",
    "eb030000e90300000800000000000000",
    "06000000000000000200000000000000",
  ]);
});

Deno.test("golden: what a self-trade changes and moves, every field at its offset", () => {
  const venue = venueWithFees();
  venue.submit(setAccount(1, true, 9), setAccount(2, true, 9));
  venue.submit(sell(3, 1_001, called("12")));
  const events = recordsOf(venue, buy(2, 1_002, by(2), called("13"), selfTransfer));
  const { debit, maker, resting, transfer } = EventFlag;
  const { selfTrade } = ResultCode;
  const isNew = OrderStatus.new;
  assertFields(
    events[1],
    head(EventKind.amended, 1, isNew, maker | resting, selfTrade, 0, 1, 1, 1),
  );
  assertFields(events[1], [[24, "u64", 12], [32, "u32", 1_001], [36, "u32", 1_001]]);
  assertFields(events[1], [[40, "u64", 1], [48, "u64", 2], [56, "u64", 0]]);
  const moved = [
    [1, transfer | debit, 12, 1, 20_000, 980_000],
    [2, transfer, 13, 1, 20_000, 20_000],
    [2, transfer | debit, 13, 2, 2_002, 997_998],
    [1, transfer, 12, 2, 2_002, 2_002],
  ];
  for (const [index, [account, flags, key, asset, amount, total]] of moved.entries()) {
    const event = events[2 + index];
    assertFields(event, head(EventKind.ledger, 0, 0, flags, 0, 0, 0, account, 0));
    assertFields(event, five(key, asset, amount, total, 0));
  }
  const { canceled } = OrderStatus;
  assertFields(events[6], head(EventKind.canceled, 0, canceled, 0, selfTrade, 0, 1, 2, 2));
  assert.equal(events.length, 7);
});
