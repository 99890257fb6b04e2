import assert from "node:assert/strict";
import { FILLS_PER_COMMAND_MAX } from "../../../core/matching/shard_state.ts";
import {
  atMarket,
  buy,
  by,
  expireMaker,
  fok,
  ioc,
  sell,
  withBudget,
} from "../../support/commands.ts";
import { plainMarket, Venue } from "./venue.ts";

Deno.test("the best price trades first, and at one price the oldest order", () => {
  const venue = new Venue().rest(`
    sell 103 | 1:5
    sell 102 | 2:5 1:5
    sell 101 | 3:5`);
  assert.deepEqual(venue.submit(buy(12, 103, by(4))), [
    "4 accepted buy 12@103",
    "3 maker sold 5@101, filled",
    "4 taker bought 5@101, 7 left",
    "2 maker sold 5@102, filled",
    "4 taker bought 5@102, 2 left",
    "1 maker sold 2@102, 3 left",
    "4 taker bought 2@102, filled",
  ]);
  venue.expect(`
    sell 103 | 1:5
    sell 102 | 1:3`);
});

Deno.test("buyers are served from the highest price down", () => {
  const venue = new Venue().rest(`
    buy 100 | 1:2 2:2
    buy  99 | 3:4`);
  assert.deepEqual(venue.submit(sell(7, 99, by(4))), [
    "4 accepted sell 7@99",
    "1 maker bought 2@100, filled",
    "4 taker sold 2@100, 5 left",
    "2 maker bought 2@100, filled",
    "4 taker sold 2@100, 3 left",
    "3 maker bought 3@99, 1 left",
    "4 taker sold 3@99, filled",
  ]);
  venue.expect("buy 99 | 3:1");
});

Deno.test("a partial fill keeps its place in the queue", () => {
  const venue = new Venue().rest("sell 101 | 1:5 2:5");
  venue.submit(buy(2, 101, by(3)));
  venue.expect("sell 101 | 1:3 2:5");
  venue.submit(buy(4, 101, by(3)));
  venue.expect("sell 101 | 2:4");
});

Deno.test("a trade is at the maker's price, and the buyer gets the difference back", () => {
  const venue = new Venue().rest("sell 101 | 1:5");
  const before = venue.available(4, "USD");
  venue.submit(buy(5, 150, by(4)));
  assert.equal(before - venue.available(4, "USD"), 5 * 101);
  assert.equal(venue.held(4, "USD"), 0);
});

Deno.test("an order that meets its price exactly trades, one tick less does not", () => {
  const venue = new Venue().rest("sell 101 | 1:5");
  assert.deepEqual(venue.submit(buy(1, 100, by(2))), ["2 accepted buy 1@100, rests"]);
  assert.deepEqual(venue.submit(buy(1, 101, by(3))).slice(1), [
    "1 maker sold 1@101, 4 left",
    "3 taker bought 1@101, filled",
  ]);
});

Deno.test("trade ids count every trade, order ids every accepted order and no rejected one", () => {
  const venue = new Venue().rest("sell 101 | 1:1 1:1 1:1");
  venue.submit(buy(1, 200, by(9)), buy(3, 101, by(2)));
  const trades = venue.events.filter(({ kind }) => kind === 2);
  assert.deepEqual(trades.map(({ at56 }) => Number(at56)), [1, 1, 2, 2, 3, 3]);
  assert.equal(venue.lastOrderId, 4);
});

/** A venue with one maker of one lot more than one command may trade with. */
function crowdedVenue(): Venue {
  const venue = new Venue();
  const makers = Array.from({ length: FILLS_PER_COMMAND_MAX + 1 }, () => sell(1, 101));
  venue.apply(venue.source.frame(makers));
  return venue;
}

Deno.test("one command trades with a bounded number of orders, what is left of it expires", () => {
  const venue = crowdedVenue();
  const story = venue.submit(buy(FILLS_PER_COMMAND_MAX + 1, 101, by(2)));
  assert.equal(story.length, 2 + 2 * FILLS_PER_COMMAND_MAX);
  assert.equal(story.at(-1), "2 expired buy 1@101 (fillsPerCommand)");
  venue.expect("sell 101 | 1:1");
  assert.equal(venue.held(2, "USD"), 0);
});

Deno.test("an order that exactly the bounded number of makers fills is filled", () => {
  for (const terms of [{}, ioc, fok, atMarket]) {
    const story = crowdedVenue().submit(buy(FILLS_PER_COMMAND_MAX, 101, by(2), terms));
    assert.equal(story.at(-1), "2 taker bought 1@101, filled");
  }
});

Deno.test("a fill-or-kill order that would need more makers than that is killed whole", () => {
  const venue = crowdedVenue();
  assert.deepEqual(venue.submit(buy(FILLS_PER_COMMAND_MAX + 1, 101, by(2), fok)), [
    "2 accepted buy 1001@101",
    "2 expired buy 1001@101 (fillOrKill)",
  ]);
});

Deno.test("a budget stops at the bound, and so do the own orders that are taken out", () => {
  const bounded = crowdedVenue().submit(buy(101 * 2_000, 101, by(2), withBudget));
  assert.equal(bounded.at(-1), "2 expired buy 1000@101 (fillsPerCommand)");
  const own = crowdedVenue().submit(buy(1, 101, expireMaker));
  assert.equal(own.length, 2 + FILLS_PER_COMMAND_MAX);
  assert.equal(own.at(-1), "1 expired buy 1@101 (fillsPerCommand)");
});

Deno.test("books of different instruments do not meet", () => {
  const opening = plainMarket().asset("ETH", 8).instrument("ETH-USD");
  for (const account of [1, 2]) opening.account(account, { ETH: 10_000_000 });
  const venue = new Venue(opening).rest("sell 101 | 1:5", "ETH-USD");
  assert.deepEqual(venue.submit(buy(5, 101, by(2))), ["2 accepted buy 5@101, rests"]);
  venue.expect("buy 101 | 2:5").expect("sell 101 | 1:5", "ETH-USD");
});
