import assert from "node:assert/strict";
import { AUDIT_ACT_MAX, AuditAct, TransferRule } from "../../../core/protocol/administration.ts";
import { EventKind } from "../../../core/protocol/event_record.ts";
import { ACCOUNTS_MAX } from "../../../core/matching/accounts.ts";
import { SAFE_MAX } from "../../../core/protocol/wire_buffer.ts";
import {
  audit,
  buy,
  by,
  defineAsset,
  deposit,
  halt,
  market,
  resume,
  sell,
  setAccount,
  transfer,
  withdraw,
} from "../../support/commands.ts";
import { readEvents } from "./event_view.ts";
import { encodeFrame } from "../../support/frames.ts";
import { WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import { applyFrame, beginAppend } from "../../../core/matching/apply.ts";
import { FRAME_HEADER_BYTES } from "../../../core/protocol/frame.ts";
import { SMALL_CAPACITIES, Venue } from "./venue.ts";

const USD = 2;

Deno.test("deposits and withdrawals move what an account has, and the asset's supply with it", () => {
  const venue = new Venue(market().asset("BTC", 8).asset("USD", 6).account(1));
  assert.deepEqual(
    venue.submit(deposit(1, USD, 700), deposit(1, USD, 300), withdraw(1, USD, 400)),
    [
      "1 deposited 700 of asset 2, has 700",
      "1 deposited 300 of asset 2, has 1000",
      "1 withdrew 400 of asset 2, has 600",
    ],
  );
  assert.equal(venue.available(1, "USD"), 600);
  assert.equal(venue.state.balances.supply[USD], 600);
});

Deno.test("nobody withdraws more than is available, and what orders hold is not", () => {
  const venue = new Venue();
  const all = venue.available(1, "USD");
  venue.submit(buy(10, 100));
  assert.deepEqual(venue.submit(withdraw(1, USD, all - 999), withdraw(1, USD, all - 1_000)), [
    `1 rejected (insufficientFunds: limit ${all - 1_000}, value ${all - 999})`,
    `1 withdrew ${all - 1_000} of asset 2, has 1000`,
  ]);
  assert.deepEqual([venue.available(1, "USD"), venue.held(1, "USD")], [0, 1_000]);
});

Deno.test("a transfer moves what is available to another account, and changes no supply", () => {
  const venue = new Venue(market().asset("BTC", 8).asset("USD", 6).account(1).account(2));
  venue.submit(deposit(1, USD, 700));
  assert.deepEqual(venue.submit(transfer(1, 2, USD, 300, { requestId: "t1" })), [
    "1 sent 300 of asset 2, has 400",
    "2 received 300 of asset 2, has 300",
  ]);
  assert.deepEqual([venue.available(1, "USD"), venue.available(2, "USD")], [400, 300]);
  assert.equal(venue.state.balances.supply[USD], 700);
  assert.match(venue.submit(transfer(1, 2, USD, 300, { requestId: "t1" }))[0], /outcome again/);
  assert.equal(venue.available(1, "USD"), 400, "a repeat moves nothing more");
});

Deno.test("a transfer that is to stay with one owner does, and both accounts may trade", () => {
  const opening = market().asset("BTC", 8).asset("USD", 6).account(1, { USD: 1_000 }).account(2)
    .account(3);
  const venue = new Venue(opening);
  const oneOwner = { rule: TransferRule.oneOwner };
  const codesOf = (...commands: Parameters<Venue["submit"]>) =>
    venue.submit(...commands).map((line) => /code \d+|rejected[^,]*/.exec(line)?.[0] ?? "done");
  const before = codesOf(transfer(1, 2, USD, 100, oneOwner));
  venue.submit(setAccount(1, true, 7), setAccount(2, true, 7), setAccount(3, true, 8));
  const within = venue.submit(transfer(1, 2, USD, 100, oneOwner));
  assert.match(within[0], /^1 .*100/);
  assert.equal(venue.available(2, "USD"), 100);
  for (const [from, to] of [[1, 3], [3, 1]]) {
    assert.deepEqual(codesOf(transfer(from, to, USD, 1, oneOwner)), before);
  }
  venue.submit(setAccount(2, false));
  const sent = venue.submit(transfer(1, 2, USD, 1, oneOwner), transfer(2, 1, USD, 1, oneOwner));
  for (const line of sent) assert.match(line, /accountDisabled/);
  assert.equal(venue.submit(transfer(1, 2, USD, 1)).length, 2, "the operator's goes anywhere");
  assert.match(venue.submit(transfer(1, 2, USD, 1, { rule: 2 }))[0], /reservedNotZero/);
  assert.equal(venue.available(2, "USD"), 101);
});

Deno.test("a transfer needs two accounts and the money, and is refused with the limit it met", () => {
  const venue = new Venue(market().asset("BTC", 8).asset("USD", 6).account(1).account(2));
  venue.submit(deposit(1, USD, 700));
  assert.deepEqual(
    venue.submit(
      transfer(1, 2, USD, 701),
      transfer(1, 1, USD, 1),
      transfer(1, 3, USD, 1),
      transfer(2, 1, USD, 1),
      transfer(1, 2, USD, 0),
    ),
    [
      "1 rejected (insufficientFunds: limit 700, value 701)",
      "1 rejected (accountInvalid: limit 0, value 1)",
      "1 rejected (unknownAccount: limit 2, value 3)",
      "2 rejected (insufficientFunds: limit 0, value 1)",
      "1 rejected (quantityZero: limit 1, value 0)",
    ],
  );
  assert.equal(venue.available(1, "USD"), 700);
});

Deno.test("a movement needs an account, an asset and an amount", () => {
  const venue = new Venue();
  assert.deepEqual(
    venue.submit(
      deposit(9, USD, 1),
      deposit(1, 3, 1),
      deposit(1, 2 ** 32 - 1, 1),
      deposit(1, 0, 1),
      deposit(1, USD, 0),
      withdraw(9, USD, 1),
    ),
    [
      "9 rejected (unknownAccount: limit 5, value 9)",
      "1 rejected (unknownAsset: limit 4095, value 3)",
      "1 rejected (unknownAsset: limit 4095, value 4294967295)",
      "1 rejected (unknownAsset: limit 4095, value 0)",
      "1 rejected (quantityZero: limit 1, value 0)",
      "9 rejected (unknownAccount: limit 5, value 9)",
    ],
  );
});

Deno.test("a withdrawal of an asset that the account never had opens nothing", () => {
  const venue = new Venue(market().asset("BTC", 8).asset("USD", 6).account(1));
  const { count } = venue.state.balances;
  assert.deepEqual(venue.submit(withdraw(1, USD, 1)), [
    "1 rejected (insufficientFunds: limit 0, value 1)",
  ]);
  assert.equal(venue.state.balances.count, count);
});

Deno.test("an asset's whole supply stays a safe integer", () => {
  const venue = new Venue(market().asset("USD", 6).account(1).account(2));
  assert.deepEqual(
    venue.submit(
      deposit(1, 1, SAFE_MAX - 10),
      deposit(2, 1, 11),
      deposit(2, 1, 10),
      deposit(2, 1, 1),
      withdraw(1, 1, 5),
      deposit(2, 1, 5),
    ),
    [
      `1 deposited ${SAFE_MAX - 10} of asset 1, has ${SAFE_MAX - 10}`,
      "2 rejected (supplyTooHigh: limit 10, value 11)",
      "2 deposited 10 of asset 1, has 10",
      "2 rejected (supplyTooHigh: limit 0, value 1)",
      `1 withdrew 5 of asset 1, has ${SAFE_MAX - 15}`,
      "2 deposited 5 of asset 1, has 15",
    ],
  );
});

Deno.test("a disabled account still gets its money in and out", () => {
  const venue = new Venue();
  venue.submit(setAccount(1, false));
  assert.deepEqual(
    venue.submit(deposit(1, 1, 5), withdraw(1, 1, 5)).map((one) => one.slice(0, 7)),
    [
      "1 depos",
      "1 withd",
    ],
  );
});

Deno.test("the venue's own account takes the fees, cannot trade, and can be paid out", () => {
  const opening = market().asset("BTC", 8).asset("USD", 6)
    .instrument("BTC-USD", { makerFeePpm: 1_000, takerFeePpm: 2_000 })
    .account(1, { BTC: 1_000_000 }).account(2, { USD: 1_000_000 });
  const venue = new Venue(opening);
  assert.deepEqual(venue.submit(sell(10, 1_000), buy(10, 1_000, by(2))), [
    "1 accepted sell 10@1000, rests",
    "2 accepted buy 10@1000",
    "1 maker sold 10@1000, filled, fee 10",
    "2 taker bought 10@1000, filled, fee 20",
  ]);
  assert.equal(venue.available(0, "USD"), 30);
  assert.equal(venue.available(1, "USD"), 9_990);
  assert.equal(venue.available(2, "USD"), 1_000_000 - 10_020);
  assert.match(venue.submit(buy(1, 1, by(0)))[0], /accountDisabled/);
  assert.deepEqual(venue.submit(withdraw(0, USD, 30)), ["0 withdrew 30 of asset 2, has 0"]);
  assert.deepEqual(venue.submit(setAccount(0)), ["0 rejected (accountInvalid: limit 0, value 0)"]);
});

Deno.test("accounts are numbers up to a bound, and the tables grow to the highest", () => {
  const venue = new Venue(market().asset("USD", 6), SMALL_CAPACITIES);
  const highest = ACCOUNTS_MAX - 1;
  assert.deepEqual(
    venue.submit(setAccount(highest), deposit(highest, 1, 7), setAccount(ACCOUNTS_MAX)),
    [
      "defined",
      `${highest} deposited 7 of asset 1, has 7`,
      `${ACCOUNTS_MAX} rejected (accountInvalid: limit 0, value 0)`,
    ],
  );
  assert.match(venue.submit(setAccount(2 ** 32 - 1))[0], /accountInvalid/);
});

Deno.test("halt and resume name an instrument that is there", () => {
  const venue = new Venue();
  assert.deepEqual(venue.submit(halt(0), halt(2), halt(8_192), resume(2 ** 32 - 1)), [
    "1 rejected (unknownInstrument: limit 0, value 0)",
    "1 rejected (unknownInstrument: limit 0, value 0)",
    "1 rejected (unknownInstrument: limit 0, value 0)",
    "1 rejected (unknownInstrument: limit 0, value 0)",
  ]);
});

Deno.test("an asset is named once: the same again is no error, another name or scale is", () => {
  const venue = new Venue();
  assert.deepEqual(
    venue.submit(
      defineAsset(1, "BTC", 8),
      defineAsset(1, "XBT", 8),
      defineAsset(1, "BTC", 6),
      defineAsset(3, "BTC", 8),
      defineAsset(3, "EUR", 2),
    ).map((story) => story.replace("1 rejected ", "")),
    [
      "defined",
      ...Array(3).fill("(assetExists: limit 0, value 0)"),
      "defined",
    ],
  );
});

Deno.test("an asset has a number, a name and a scale within bounds", () => {
  const venue = new Venue();
  const refused = [
    defineAsset(0, "EUR", 2),
    defineAsset(4_096, "EUR", 2),
    defineAsset(3, "EUR", 13),
    defineAsset(3, "", 2),
    defineAsset(3, "eur", 2),
    defineAsset(3, "E-R", 2),
    defineAsset(3, "ELEVENCHARS", 2),
  ];
  for (const story of venue.submit(...refused)) assert.match(story, /unknownAsset/);
  assert.deepEqual(venue.submit(defineAsset(4_095, "TENCHARS10", 12)), ["defined"]);
});

Deno.test("an audit record is answered, changes the state hash alone, and a repeat is known", () => {
  const venue = new Venue();
  const { accounts, balances, events } = venue.state;
  const before = [accounts.last, balances.count, events.stateHash];
  const record = audit(AuditAct.keyRevoke, "key_a", { requestId: "a1", account: 4_000_000 });
  assert.deepEqual(venue.submit(record), ["defined"]);
  assert.deepEqual([accounts.last, balances.count], before.slice(0, 2));
  assert.notEqual(events.stateHash, before[2]);
  assert.match(venue.submit(record)[0] ?? "", /outcome again/);
  assert.match(
    venue.submit({ ...record, subject: "key_b" })[0] ?? "",
    /differentContent/,
    "the id is part of what it says",
  );
  assert.match(
    venue.submit({ ...record, digest: "0102030405060709" })[0] ?? "",
    /differentContent/,
    "and so is the digest",
  );
});

Deno.test("an audit record of an unknown act is refused, as is one with anything that is reserved", () => {
  const venue = new Venue();
  for (const act of [0, AUDIT_ACT_MAX + 1, 255]) {
    assert.match(venue.submit(audit(act, "key_a"))[0] ?? "", /unknownKind/, `act ${act}`);
  }
  for (const act of Object.values(AuditAct)) {
    assert.deepEqual(venue.submit(audit(act, "key_a")), ["defined"]);
  }
  const { state } = new Venue();
  const origin = { sender: 1, frameNumber: 1 };
  for (const offset of [2, 3, 4, 5, 8, 11, 32, 38, 40, 46]) {
    const command = { ...audit(AuditAct.keyCreate, "k"), requestId: String(offset) };
    const frame = WireBuffer.copyOf(encodeFrame([command], origin).bytes);
    frame.bytes[FRAME_HEADER_BYTES + offset] = 1;
    beginAppend(state, 1_700_000_001_000_000, 1);
    applyFrame(state, frame, 0, frame.bytes.length);
    const [event] = readEvents(state.events);
    assert.equal(event?.kind, EventKind.rejected, `byte ${offset}`);
  }
});
