import assert from "node:assert/strict";
import {
  EVENTS_PER_COMMAND_MAX,
  FILLS_PER_COMMAND_MAX,
} from "../../../core/matching/shard_state.ts";
import { EventFlag, EventKind, OrderStatus } from "../../../core/protocol/event_record.ts";
import {
  buy,
  by,
  called,
  decrement,
  expireBoth,
  expireMaker,
  expireTaker,
  fok,
  market,
  selfTransfer,
  sell,
  setAccount,
  withBudget,
} from "../../support/commands.ts";
import { Venue } from "./venue.ts";

const BOOK = `
  sell 102 | 3:5
  sell 101 | 1:2 2:4 1:3`;

Deno.test("none: an account may trade with itself, and pays and gets its own money", () => {
  const venue = new Venue().rest("sell 101 | 2:4");
  const before = [venue.available(2, "USD"), venue.available(2, "BTC") + venue.held(2, "BTC")];
  assert.deepEqual(venue.submit(buy(4, 101, by(2))), [
    "2 accepted buy 4@101",
    "2 maker sold 4@101, filled",
    "2 taker bought 4@101, filled",
  ]);
  assert.deepEqual([venue.available(2, "USD"), venue.available(2, "BTC")], before);
});

Deno.test("expireTaker: the aggressor is canceled where it meets its own order", () => {
  const venue = new Venue().rest(BOOK);
  assert.deepEqual(venue.submit(buy(9, 102, by(2), expireTaker)), [
    "2 accepted buy 9@102",
    "1 maker sold 2@101, filled",
    "2 taker bought 2@101, 7 left",
    "2 canceled buy 7@102 (selfTrade)",
  ]);
  venue.expect(`
    sell 102 | 3:5
    sell 101 | 2:4 1:3`);
  assert.equal(venue.held(2, "USD"), 0);
});

Deno.test("expireMaker: the resting order is canceled and the aggressor goes on", () => {
  const venue = new Venue().rest(BOOK);
  assert.deepEqual(venue.submit(buy(6, 102, by(2), expireMaker)), [
    "2 accepted buy 6@102",
    "1 maker sold 2@101, filled",
    "2 taker bought 2@101, 4 left",
    "2 canceled sell 4@101 (selfTrade)",
    "1 maker sold 3@101, filled",
    "2 taker bought 3@101, 1 left",
    "3 maker sold 1@102, 4 left",
    "2 taker bought 1@102, filled",
  ]);
  assert.equal(venue.held(2, "BTC"), 0);
});

Deno.test("expireMaker: an aggressor that met only its own orders rests", () => {
  const venue = new Venue().rest("sell 101 | 2:4");
  assert.deepEqual(venue.submit(buy(6, 101, by(2), expireMaker)), [
    "2 accepted buy 6@101",
    "2 canceled sell 4@101 (selfTrade)",
    "2 rested buy 6@101",
  ]);
  venue.expect("buy 101 | 2:6");
});

Deno.test("expireBoth: neither the resting order nor the aggressor is left", () => {
  const venue = new Venue().rest(BOOK);
  assert.deepEqual(venue.submit(buy(9, 102, by(2), expireBoth)).slice(3), [
    "2 canceled sell 4@101 (selfTrade)",
    "2 canceled buy 7@102 (selfTrade)",
  ]);
  venue.expect(`
    sell 102 | 3:5
    sell 101 | 1:3`);
});

Deno.test("an own order behind what fills the aggressor is not met", () => {
  for (const mode of [expireTaker, expireMaker, expireBoth]) {
    const venue = new Venue().rest(BOOK);
    assert.equal(venue.submit(buy(2, 102, by(2), mode)).at(-1), "2 taker bought 2@101, filled");
    venue.expect(`
      sell 102 | 3:5
      sell 101 | 2:4 1:3`);
  }
});

Deno.test("FOK counts no own orders, and is canceled where it must not pass one", () => {
  const passed = new Venue().rest(BOOK);
  assert.equal(
    passed.submit(buy(10, 102, by(2), fok, expireMaker)).at(-1),
    "2 taker bought 5@102, filled",
  );
  const short = new Venue().rest(BOOK);
  assert.equal(
    short.submit(buy(11, 102, by(2), fok, expireMaker)).at(-1),
    "2 expired buy 11@102 (fillOrKill)",
  );
  for (const mode of [expireTaker, expireBoth]) {
    const stopped = new Venue().rest(BOOK);
    assert.deepEqual(stopped.submit(buy(5, 102, by(2), fok, mode)), [
      "2 accepted buy 5@102",
      "2 canceled buy 5@102 (selfTrade)",
    ]);
    stopped.expect(BOOK);
  }
});

Deno.test("the mode is the aggressor's: what the resting order said does not count", () => {
  const venue = new Venue();
  venue.submit(sell(4, 101, by(2), expireBoth), buy(4, 101, by(2)));
  assert.equal(venue.events.at(-1)?.kind, 2);
});

/** Accounts 2 and 3 have one owner. */
function withGroup(): Venue {
  const venue = new Venue();
  venue.submit(setAccount(2, true, 7), setAccount(3, true, 7));
  return venue;
}

/** What an account has of both assets, held or not. */
const wealth = (venue: Venue, account: number) =>
  ["BTC", "USD"].map((asset) => venue.available(account, asset) + venue.held(account, asset));

Deno.test("decrement: the smaller order ends, the larger one loses as much and keeps its place", () => {
  const venue = new Venue().rest("sell 101 | 2:4 1:3");
  assert.deepEqual(venue.submit(buy(3, 101, by(2), decrement)), [
    "2 accepted buy 3@101",
    "2 amended sell to 1@101, 3@101 off (selfTrade)",
    "2 canceled buy 3@101 (selfTrade)",
  ]);
  venue.expect("sell 101 | 2:1 1:3");
  assert.deepEqual([venue.held(2, "BTC"), venue.held(2, "USD")], [10_000, 0]);
  assert.deepEqual(venue.events.map(({ flags, status }) => [flags, status]), [
    [0, OrderStatus.new],
    [EventFlag.maker | EventFlag.resting, OrderStatus.new],
    [0, OrderStatus.canceled],
  ]);
});

Deno.test("decrement: an aggressor that has more goes on with the rest", () => {
  const venue = new Venue().rest("sell 101 | 2:4 1:3");
  assert.deepEqual(venue.submit(buy(9, 101, by(2), decrement)), [
    "2 accepted buy 9@101",
    "2 canceled sell 4@101 (selfTrade)",
    "2 amended buy to 5@101 (selfTrade)",
    "1 maker sold 3@101, filled",
    "2 taker bought 3@101, 2 left",
    "2 rested buy 2@101",
  ]);
  venue.expect("buy 101 | 2:2");
  assert.deepEqual([venue.held(2, "BTC"), venue.held(2, "USD")], [0, 202]);
});

Deno.test("decrement: orders of one size both end", () => {
  const venue = new Venue().rest("sell 101 | 2:4");
  assert.deepEqual(venue.submit(buy(4, 103, by(2), decrement)).slice(1), [
    "2 canceled sell 4@101 (selfTrade)",
    "2 canceled buy 4@103 (selfTrade)",
  ]);
  venue.expect("");
  assert.deepEqual([venue.held(2, "BTC"), venue.held(2, "USD")], [0, 0]);
});

Deno.test("decrement: what was executed stays executed", () => {
  const venue = new Venue().rest("sell 102 | 2:9\nsell 101 | 1:2");
  venue.submit(buy(4, 102, by(3)), buy(6, 102, by(2), decrement));
  const [, maker, taker] = venue.events.slice(-3);
  assert.deepEqual([maker.kind, taker.kind], [EventKind.amended, EventKind.canceled]);
  venue.expect("sell 102 | 2:1");
  assert.deepEqual(venue.events.slice(-2).map(({ status, at40, at56 }) => [status, at40, at56]), [
    [OrderStatus.partiallyFilled, 3n, 2n],
    [OrderStatus.canceled, 0n, 0n],
  ]);
});

Deno.test("decrement: an order by budget loses what the lots would have cost", () => {
  const venue = new Venue().rest("sell 101 | 1:3\nsell 100 | 2:4");
  const before = wealth(venue, 2);
  assert.deepEqual(venue.submit(buy(750, 110, by(2), withBudget, decrement)), [
    "2 accepted buy 750@110",
    "2 canceled sell 4@100 (selfTrade)",
    "2 amended buy to 350@110 (selfTrade)",
    "1 maker sold 3@101, filled",
    "2 taker bought 3@101, filled",
  ]);
  assert.deepEqual(wealth(venue, 2), [before[0] + 30_000, before[1] - 303]);
  const small = new Venue().rest("sell 100 | 2:4");
  assert.deepEqual(small.submit(buy(350, 110, by(2), withBudget, decrement)).slice(1), [
    "2 amended sell to 1@100, 3@100 off (selfTrade)",
    "2 canceled buy 0@110 (selfTrade)",
  ]);
  assert.equal(small.held(2, "USD"), 0);
});

Deno.test("trade groups: accounts of one are one owner to every mode", () => {
  for (
    const [mode, told] of [
      [{}, "3 taker bought 4@101, filled"],
      [expireTaker, "3 canceled buy 4@101 (selfTrade)"],
      [expireMaker, "3 rested buy 4@101"],
      [expireBoth, "3 canceled buy 4@101 (selfTrade)"],
      [decrement, "3 canceled buy 4@101 (selfTrade)"],
    ] as const
  ) {
    const venue = withGroup().rest("sell 101 | 2:4");
    const before = wealth(venue, 2);
    assert.equal(venue.submit(buy(4, 101, by(3), mode)).at(-1), told);
    const hasMoved = wealth(venue, 2)[0] !== before[0];
    assert.equal(hasMoved, told.includes("taker"), "only a trade moves anything");
  }
});

Deno.test("trade groups: another group, or none, is another owner", () => {
  for (const [first, second] of [[7, 8], [7, 2 ** 32 - 1], [2 ** 32 - 1, 7]]) {
    const venue = new Venue();
    venue.submit(setAccount(2, true, first), setAccount(3, true, second));
    venue.rest("sell 101 | 2:4");
    const told = venue.submit(buy(4, 101, by(3), expireBoth));
    assert.equal(told.at(-1), "3 taker bought 4@101, filled");
  }
});

Deno.test("trade groups: an account leaves its group, and 0 leaves it where it is", () => {
  const venue = withGroup().rest("sell 101 | 2:4");
  venue.submit(setAccount(3));
  assert.equal(
    venue.submit(buy(1, 101, by(3), expireTaker)).at(-1),
    "3 canceled buy 1@101 (selfTrade)",
  );
  venue.submit(setAccount(3, true, 2 ** 32 - 1));
  assert.equal(
    venue.submit(buy(1, 101, by(3), expireTaker)).at(-1),
    "3 taker bought 1@101, filled",
  );
});

Deno.test("transfer: what would have been traded moves, without a trade and without fees", () => {
  const opening = market().asset("BTC", 8).asset("USD", 6)
    .instrument("BTC-USD", { makerFeePpm: 1_000, takerFeePpm: 90_000 })
    .account(2, { BTC: 90_000 }).account(3, { USD: 10_000 });
  const venue = new Venue(opening);
  venue.submit(setAccount(2, true, 7), setAccount(3, true, 7));
  venue.submit(sell(4, 101, by(2), called("11")));
  const trades = venue.state.lastTradeId;
  assert.deepEqual(venue.submit(buy(6, 103, by(3), called("12"), selfTransfer)), [
    "3 accepted buy 6@103",
    "2 canceled sell 4@101 (selfTrade)",
    "3 amended buy to 2@103 (selfTrade)",
    "2 sent 40000 of asset 1, has 50000",
    "3 received 40000 of asset 1, has 40000",
    "3 sent 404 of asset 2, has 9596",
    "2 received 404 of asset 2, has 404",
    "3 rested buy 2@103",
  ]);
  assert.deepEqual(venue.events.slice(3, 7).map(({ at24 }) => at24), [11n, 12n, 12n, 11n]);
  assert.equal(venue.state.lastTradeId, trades);
  assert.deepEqual([wealth(venue, 2), wealth(venue, 3)], [[50_000, 404], [40_000, 9_596]]);
  assert.equal(venue.held(2, "BTC"), 0);
  assert.equal(venue.held(3, "USD"), 206 + 19);
});

Deno.test("transfer: an aggressor that ends says so behind the money that moved", () => {
  const venue = withGroup().rest("buy 99 | 2:4");
  const before = [wealth(venue, 2), wealth(venue, 3)];
  assert.deepEqual(
    venue.submit(sell(3, 98, by(3), selfTransfer)).map((told) => told.slice(0, 18)),
    [
      "3 accepted sell 3@",
      "2 amended buy to 1",
      "3 sent 30000 of as",
      "2 received 30000 o",
      "2 sent 297 of asse",
      "3 received 297 of ",
      "3 canceled sell 3@",
    ],
  );
  venue.expect("buy 99 | 2:1");
  assert.deepEqual(wealth(venue, 2), [before[0][0] + 30_000, before[0][1] - 297]);
  assert.deepEqual(wealth(venue, 3), [before[1][0] - 30_000, before[1][1] + 297]);
});

Deno.test("transfer: within one account it is a decrement", () => {
  const venue = withGroup().rest("sell 101 | 2:4");
  assert.deepEqual(venue.submit(buy(4, 101, by(2), selfTransfer)).slice(1), [
    "2 canceled sell 4@101 (selfTrade)",
    "2 canceled buy 4@101 (selfTrade)",
  ]);
});

Deno.test("transfer: a budget pays for what moves", () => {
  const venue = withGroup().rest("sell 100 | 2:4");
  const before = wealth(venue, 3);
  assert.equal(
    venue.submit(buy(650, 110, by(3), withBudget, selfTransfer)).at(-1),
    "3 expired buy 2@110 (marketRemainder)",
  );
  assert.deepEqual(wealth(venue, 3), [before[0] + 40_000, before[1] - 400]);
  assert.equal(venue.held(3, "USD"), 0);
});

Deno.test("FOK: decrement and transfer would cost it lots, so an own order before it ends it", () => {
  for (const mode of [decrement, selfTransfer]) {
    const venue = withGroup().rest(BOOK);
    assert.deepEqual(venue.submit(buy(4, 102, by(3), fok, mode)), [
      "3 accepted buy 4@102",
      "3 canceled buy 4@102 (selfTrade)",
    ]);
    venue.expect(BOOK);
    assert.equal(
      venue.submit(buy(2, 102, by(3), fok, mode)).at(-1),
      "3 taker bought 2@101, filled",
    );
  }
});

Deno.test("own orders count as steps, and the worst command has room for its events", () => {
  const venue = withGroup();
  const makers = Array.from({ length: FILLS_PER_COMMAND_MAX + 1 }, () => sell(1, 101, by(2)));
  venue.apply(venue.source.frame(makers));
  const told = venue.submit(buy(2 * FILLS_PER_COMMAND_MAX, 101, by(3), selfTransfer));
  assert.equal(told.at(-1), "3 expired buy 1000@101 (fillsPerCommand)");
  assert.equal(told.length, 2 + 6 * FILLS_PER_COMMAND_MAX);
  assert.ok(told.length <= EVENTS_PER_COMMAND_MAX);
  venue.expect("sell 101 | 2:1");
});
