import assert from "node:assert/strict";
import { ACCOUNTS_MAX } from "../../../core/matching/accounts.ts";
import { SAFE_MAX } from "../../../core/protocol/wire_buffer.ts";
import {
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
