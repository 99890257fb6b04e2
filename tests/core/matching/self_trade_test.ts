import assert from "node:assert/strict";
import {
  buy,
  by,
  expireBoth,
  expireMaker,
  expireTaker,
  fok,
  sell,
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
