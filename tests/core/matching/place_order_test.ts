import assert from "node:assert/strict";
import { OPEN_ORDERS_PER_ACCOUNT_MAX } from "../../../core/matching/accounts.ts";
import {
  atMarket,
  buy,
  by,
  called,
  cancel,
  fok,
  ioc,
  market,
  postOnly,
  sell,
  withBudget,
} from "../../support/commands.ts";
import { plainMarket, Venue } from "./venue.ts";

const BOOK = `
  sell 103 | 1:5
  sell 101 | 1:3
  buy   99 | 2:4`;

Deno.test("GTC: what does not trade rests, and says so", () => {
  const venue = new Venue().rest(BOOK);
  assert.deepEqual(venue.submit(buy(5, 102, by(3))), [
    "3 accepted buy 5@102",
    "1 maker sold 3@101, filled",
    "3 taker bought 3@101, 2 left",
    "3 rested buy 2@102",
  ]);
  venue.expect(`
    sell 103 | 1:5
    buy  102 | 3:2
    buy   99 | 2:4`);
});

Deno.test("GTC: an order that meets nothing rests as a whole, in one event", () => {
  const venue = new Venue().rest(BOOK);
  assert.deepEqual(venue.submit(sell(2, 102, by(3))), ["3 accepted sell 2@102, rests"]);
});

Deno.test("IOC: what does not trade at once expires", () => {
  const venue = new Venue().rest(BOOK);
  assert.deepEqual(venue.submit(buy(5, 102, by(3), ioc)).slice(2), [
    "3 taker bought 3@101, 2 left",
    "3 expired buy 2@102 (immediateRemainder)",
  ]);
  assert.deepEqual(venue.submit(buy(5, 102, by(3), ioc)), [
    "3 accepted buy 5@102",
    "3 expired buy 5@102 (immediateRemainder)",
  ]);
  assert.equal(venue.held(3, "USD"), 0);
});

Deno.test("FOK: all or nothing, and nothing leaves the book as it was", () => {
  const venue = new Venue().rest(BOOK);
  assert.deepEqual(venue.submit(buy(9, 103, by(3), fok)), [
    "3 accepted buy 9@103",
    "3 expired buy 9@103 (fillOrKill)",
  ]);
  venue.expect(BOOK);
  assert.deepEqual(
    venue.submit(buy(4, 102, by(3), fok)).at(-1),
    "3 expired buy 4@102 (fillOrKill)",
  );
  assert.deepEqual(venue.submit(buy(8, 103, by(3), fok)).at(-1), "3 taker bought 5@103, filled");
  venue.expect("buy 99 | 2:4");
});

Deno.test("post-only: never a taker, not even at the touch", () => {
  const venue = new Venue().rest(BOOK);
  assert.deepEqual(venue.submit(buy(1, 101, by(3), postOnly)), [
    "3 rejected (postOnlyWouldCross: limit 101, value 101)",
  ]);
  assert.deepEqual(venue.submit(sell(1, 98, by(3), postOnly)), [
    "3 rejected (postOnlyWouldCross: limit 99, value 98)",
  ]);
  assert.deepEqual(venue.submit(buy(1, 100, by(3), postOnly)), ["3 accepted buy 1@100, rests"]);
  assert.equal(venue.held(3, "USD"), 100);
});

Deno.test("market: trades through the book up to the collar, the rest expires", () => {
  const venue = new Venue().rest(`
    sell 106 | 1:5
    sell 105 | 1:1
    sell 100 | 1:2`);
  assert.deepEqual(venue.submit(buy(5, 0, by(3), atMarket)), [
    "3 accepted buy 5@105",
    "1 maker sold 2@100, filled",
    "3 taker bought 2@100, 3 left",
    "1 maker sold 1@105, filled",
    "3 taker bought 1@105, 2 left",
    "3 expired buy 2@105 (marketRemainder)",
  ]);
  venue.expect("sell 106 | 1:5");
});

Deno.test("market: the collar of a sell is below the best bid, never below one tick", () => {
  const venue = new Venue().rest(`
    buy 100 | 1:1
    buy  95 | 1:1
    buy  94 | 1:1`);
  assert.deepEqual(
    venue.submit(sell(3, 0, by(3), atMarket)).at(-1),
    [
      "3 expired sell 1@95 (marketRemainder)",
    ][0],
  );
  const cheap = new Venue().rest("buy 1 | 1:4");
  assert.deepEqual(cheap.submit(sell(3, 0, by(3), atMarket)).at(-1), "3 taker sold 3@1, filled");
});

Deno.test("market: a collar of the whole price lets a sell trade down to one tick", () => {
  const opening = market().asset("BTC", 8).asset("USD", 6)
    .instrument("BTC-USD", { collarPpm: 1_000_000 })
    .account(1, { USD: 1_000 }).account(3, { BTC: 1_000_000 });
  const venue = new Venue(opening).rest(`
    buy 100 | 1:2
    buy   1 | 1:2`);
  assert.deepEqual(venue.submit(sell(5, 0, by(3), atMarket)), [
    "3 accepted sell 5@1",
    "1 maker bought 2@100, filled",
    "3 taker sold 2@100, 3 left",
    "1 maker bought 2@1, filled",
    "3 taker sold 2@1, 1 left",
    "3 expired sell 1@1 (marketRemainder)",
  ]);
});

Deno.test("market: a price is its protection, narrower or wider than the collar", () => {
  const venue = new Venue().rest(`
    sell 120 | 1:5
    sell 101 | 1:2
    sell 100 | 1:2`);
  assert.equal(
    venue.submit(buy(3, 100, by(3), atMarket)).at(-1),
    "3 expired buy 1@100 (marketRemainder)",
  );
  assert.equal(venue.submit(buy(4, 120, by(3), atMarket)).at(-1), "3 taker bought 2@120, filled");
});

Deno.test("market: without a book it expires, whatever its side", () => {
  const venue = new Venue();
  assert.deepEqual(venue.submit(buy(1, 0, by(3), atMarket), sell(1, 0, by(3), atMarket)), [
    "3 accepted buy 1@0",
    "3 expired buy 1@0 (marketRemainder)",
    "3 accepted sell 1@0",
    "3 expired sell 1@0 (marketRemainder)",
  ]);
  assert.equal(
    venue.submit(buy(1, 0, by(3), { ...atMarket, ...fok })).at(-1),
    "3 expired buy 1@0 (fillOrKill)",
  );
});

Deno.test("market FOK: filled within the collar or not at all", () => {
  const book = `
    sell 106 | 1:5
    sell 100 | 1:2`;
  const venue = new Venue().rest(book);
  const marketFok = { ...atMarket, ...fok };
  assert.equal(
    venue.submit(buy(3, 0, by(3), marketFok)).at(-1),
    "3 expired buy 3@105 (fillOrKill)",
  );
  venue.expect(book);
  assert.equal(venue.submit(buy(2, 0, by(3), marketFok)).at(-1), "3 taker bought 2@100, filled");
});

Deno.test("budget: buys whole lots for what it may spend and gives the rest back", () => {
  const venue = new Venue().rest("sell 100 | 1:50");
  const before = venue.available(3, "USD");
  assert.deepEqual(venue.submit(buy(1_050, 0, by(3), withBudget)), [
    "3 accepted buy 1050@105",
    "1 maker sold 10@100, 40 left",
    "3 taker bought 10@100, filled",
  ]);
  assert.equal(before - venue.available(3, "USD"), 1_000);
  assert.equal(venue.held(3, "USD"), 0);
});

Deno.test("budget: a rest that the next price is too dear for expires with an event", () => {
  const venue = new Venue().rest(`
    sell 104 | 1:50
    sell 100 | 1:2`);
  assert.deepEqual(venue.submit(buy(303, 0, by(3), withBudget)), [
    "3 accepted buy 303@105",
    "1 maker sold 2@100, filled",
    "3 taker bought 2@100, 1 left",
    "3 expired buy 1@105 (marketRemainder)",
  ]);
  assert.deepEqual(venue.submit(buy(103, 0, by(3), withBudget)), [
    "3 accepted buy 103@109",
    "3 expired buy 0@109 (marketRemainder)",
  ]);
});

Deno.test("budget: buys at several prices and never spends more than it has", () => {
  const venue = new Venue().rest(`
    sell 105 | 1:50
    sell 103 | 1:3
    sell 100 | 1:2`);
  const before = venue.available(3, "USD");
  const story = venue.submit(buy(750, 110, by(3), withBudget));
  assert.equal(story.at(-1), "3 taker bought 2@105, filled");
  assert.equal(before - venue.available(3, "USD"), 2 * 100 + 3 * 103 + 2 * 105);
});

Deno.test("without funds an order is rejected with what there is and what it needs", () => {
  const opening = plainMarket().account(6, { USD: 1_000, BTC: 20_000 });
  const venue = new Venue(opening);
  assert.deepEqual(venue.submit(buy(11, 100, by(6)), sell(3, 100, by(6))), [
    "6 rejected (insufficientFunds: limit 1000, value 1100)",
    "6 rejected (insufficientFunds: limit 20000, value 30000)",
  ]);
  assert.deepEqual(venue.submit(buy(10, 100, by(6)), sell(2, 101, by(6)), buy(1, 1, by(6))), [
    "6 accepted buy 10@100, rests",
    "6 accepted sell 2@101, rests",
    "6 rejected (insufficientFunds: limit 0, value 1)",
  ]);
  venue.submit(cancel(1, by(6)));
  assert.equal(venue.submit(buy(1, 1, by(6)))[0], "6 accepted buy 1@1, rests");
});

Deno.test("an account may have a bounded number of orders open; the next is rejected", () => {
  const venue = new Venue();
  const { source, state } = venue;
  for (let count = 0; count < OPEN_ORDERS_PER_ACCOUNT_MAX; count += 1_000) {
    venue.apply(source.frame(Array.from({ length: 1_000 }, (_, index) => sell(1, 200 + index))));
  }
  assert.equal(state.accounts.openCount(1), OPEN_ORDERS_PER_ACCOUNT_MAX);
  assert.deepEqual(venue.submit(buy(1, 100), buy(1, 100, by(2)), buy(1, 200, ioc)), [
    "1 rejected (openOrdersFull: limit 10000, value 10000)",
    "2 accepted buy 1@100, rests",
    "1 accepted buy 1@200",
    "1 maker sold 1@200, filled",
    "1 taker bought 1@200, filled",
  ]);
  assert.equal(venue.submit(buy(1, 100))[0], "1 accepted buy 1@100, rests");
});

Deno.test("a client order id that is a text stands beside the accepted event", () => {
  const venue = new Venue();
  const { source, state } = venue;
  venue.apply(source.frame([
    buy(1, 90, called("first")),
    buy(1, 90, called("12345")),
    buy(1, 90, called("second/2")),
  ]));
  const texts = venue.events.map(({ at48 }) => {
    const offset = Number(at48 & 0xffffffffn);
    const length = Number(at48 >> 32n);
    return new TextDecoder().decode(state.events.texts.subarray(offset, offset + length));
  });
  assert.deepEqual(texts, ["first", "", "second/2"]);
});
