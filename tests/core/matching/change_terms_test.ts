import assert from "node:assert/strict";
import { PRICE_TICKS_MAX } from "../../../core/book/price_trie.ts";
import { listInstruments } from "../../../core/matching/inspect.ts";
import type { ChangeableTerms } from "../../../core/protocol/terms_change.ts";
import {
  amend,
  atMarket,
  buy,
  by,
  cancelAll,
  claim,
  market,
  sell,
} from "../../support/commands.ts";
import { change, claimed, opening, refused, said } from "./terms_market.ts";
import { Venue } from "./venue.ts";

Deno.test("a trade pays the fees of its time, on both sides", () => {
  const venue = claimed();
  venue.submit(sell(100, 500), sell(100, 500));
  assert.deepEqual(venue.submit(buy(100, 500, by(2))).slice(1), [
    "1 maker sold 100@500, filled, fee 50",
    "2 taker bought 100@500, filled, fee 100",
  ]);
  const to = { makerFeePpm: 3_000, takerFeePpm: 4_000 };
  assert.deepEqual(venue.submit(change(to)), [said(to)]);
  assert.deepEqual(venue.submit(buy(100, 500, by(2))).slice(1), [
    "1 maker sold 100@500, filled, fee 150",
    "2 taker bought 100@500, filled, fee 200",
  ]);
  assert.deepEqual(venue.available(0, "USD"), 50 + 100 + 150 + 200);
});

Deno.test("a change names any of the terms, and the others stay", () => {
  const to: ChangeableTerms = {
    makerFeePpm: 0,
    takerFeePpm: 7,
    collarPpm: 1,
    priceTicksMax: 2_000,
    quantityLotsMax: 3_000,
  };
  for (const term of Object.keys(to) as (keyof ChangeableTerms)[]) {
    const one = { [term]: to[term] };
    const venue = claimed();
    assert.deepEqual(venue.submit(change(one)), [said(one)]);
    const [{ baseName: _1, baseScale: _2, quoteName: _3, quoteScale: _4, status, ...terms }] =
      listInstruments(venue.state);
    const [{ terms: defined }] = opening().commands.filter((command) => "terms" in command);
    assert.deepEqual(terms, { ...defined, ...one });
    assert.equal(status, "trading");
  }
  assert.deepEqual(claimed().submit(change(to)), [said(to)]);
});

Deno.test("where the higher fee falls, resting buys give back at once what they hold too much", () => {
  const venue = claimed();
  venue.submit(buy(100, 500), buy(3, 333), buy(10, 400, by(2)), sell(10, 600, by(3)));
  venue.submit(buy(100, 400, by(2)));
  venue.submit(sell(40, 500, by(3)));
  const held = venue.held(1, "USD");
  assert.deepEqual(venue.submit(change({ takerFeePpm: 1_500 })), [said({ takerFeePpm: 1_500 })]);
  // 60 left at 500 and 3 at 333 by 0.15 per cent, less the 0 of a credit; and account 2's.
  assert.equal(venue.held(1, "USD"), 60 * 500 + 45 + 3 * 333 + 2);
  assert.ok(venue.held(1, "USD") < held);
  assert.equal(venue.held(2, "USD"), 44_000 + 66);
  assert.equal(venue.available(2, "USD"), 1_000_000 - 44_066);
  assert.equal(venue.held(3, "BTC"), 10 * 10_000);
  // Below the maker fee: the higher one is the maker's then.
  venue.submit(change({ takerFeePpm: 0 }, { takerFeePpm: 1_500 }));
  assert.equal(venue.held(2, "USD"), 44_000 + 44);
  venue.submit(cancelAll(), cancelAll(by(2)));
  assert.equal(venue.held(1, "USD") + venue.held(2, "USD"), 0);
});

Deno.test("the higher fee rises only while no buy rests, whoever it is of", () => {
  for (
    const to of [{ takerFeePpm: 2_001 }, { makerFeePpm: 2_001 }, {
      makerFeePpm: 9,
      takerFeePpm: 2_001,
    }]
  ) {
    const venue = claimed();
    venue.submit(buy(100, 500), sell(100, 600));
    assert.deepEqual(venue.submit(change(to)), [refused("ordersRest", 2_000, 2_001)]);
    assert.equal(venue.held(1, "USD"), 50_100);
    venue.submit(cancelAll({ side: 1 }));
    assert.deepEqual(venue.submit(change(to)), [refused("ordersRest", 2_000, 2_001)]);
    venue.submit(sell(100, 600), cancelAll({ side: 0 }));
    assert.deepEqual(venue.submit(change(to)), [said(to)]);
  }
});

Deno.test("a fee goes up to the other one while buys rest, and they hold what they held", () => {
  for (const to of [{ makerFeePpm: 2_000 }, { makerFeePpm: 2_000, takerFeePpm: 0 }]) {
    const venue = claimed();
    venue.submit(buy(100, 500), buy(7, 133, by(2)));
    const held = [venue.held(1, "USD"), venue.held(2, "USD")];
    assert.deepEqual(venue.submit(change(to)), [said(to)]);
    assert.deepEqual([venue.held(1, "USD"), venue.held(2, "USD")], held);
    assert.equal(venue.submit(sell(100, 500, by(3)))[1], "1 maker bought 100@500, filled, fee 100");
  }
});

Deno.test("a fee that fell and rose again is never more than was held for it", () => {
  const venue = claimed();
  venue.submit(buy(100, 500));
  venue.submit(change({ takerFeePpm: 1_200 }), sell(33, 500, by(2)));
  const up = change({ takerFeePpm: 2_000 }, { takerFeePpm: 1_200 });
  assert.deepEqual(venue.submit(up), [refused("ordersRest", 1_200, 2_000)]);
  venue.submit(sell(67, 500, by(2)));
  assert.deepEqual(venue.submit({ ...up, requestId: "once more" }), [said({})]);
  assert.equal(venue.held(1, "USD"), 0);
  // The maker fee was 0.1 per cent all the time.
  assert.equal(venue.available(1, "USD"), 1_000_000 - 50_000 - 50);
});

Deno.test("the highest price rises at any time and falls only while no order rests", () => {
  const venue = claimed();
  venue.submit(buy(1, 1_000), sell(1, 1_001));
  assert.deepEqual(venue.events.at(-1)?.code, 210);
  assert.deepEqual(venue.submit(change({ priceTicksMax: 2_000 })), [
    said({ priceTicksMax: 2_000 }),
  ]);
  assert.deepEqual(venue.submit(sell(1, 2_000, by(2))), ["2 accepted sell 1@2000, rests"]);
  const down = change({ priceTicksMax: 1_999 }, { priceTicksMax: 2_000 });
  assert.deepEqual(venue.submit(down), [refused("ordersRest", 2_000, 1_999)]);
  venue.submit(cancelAll());
  assert.deepEqual(venue.submit(down), [refused("ordersRest", 2_000, 1_999)], "a sell rests");
  venue.submit(cancelAll(by(2)), buy(1, 1));
  assert.deepEqual(venue.submit(down), [refused("ordersRest", 2_000, 1_999)], "a buy rests");
  venue.submit(cancelAll());
  assert.deepEqual(venue.submit(down), [said({ priceTicksMax: 1_999 })]);
  assert.equal(
    venue.submit(sell(1, 2_000))[0],
    "1 rejected (priceTooHigh: limit 1999, value 2000)",
  );
});

Deno.test("the largest quantity changes under orders that rest: they keep theirs", () => {
  const venue = claimed();
  venue.submit(sell(1_000, 500), buy(900, 400, by(2)));
  assert.deepEqual(venue.submit(change({ quantityLotsMax: 10 })), [said({ quantityLotsMax: 10 })]);
  const tooHigh = "1 rejected (quantityTooHigh: limit 10, value 1000)";
  assert.equal(venue.submit(sell(11, 500))[0], "1 rejected (quantityTooHigh: limit 10, value 11)");
  assert.equal(venue.submit(amend(1, { price: 501 }))[0], tooHigh);
  assert.equal(venue.submit(buy(10, 500, by(2)))[1], "1 maker sold 10@500, 990 left, fee 5");
  venue.submit(change({ quantityLotsMax: 1_000 }, { quantityLotsMax: 10 }));
  assert.equal(
    venue.submit(amend(1, { price: 501 }))[0],
    "1 amended sell to 1000@501, 990@500 off",
  );
});

/** The reason why the largest quantity may fall under orders: each order's product stays in range. */
Deno.test("price times quantity stays a safe integer, whatever the bounds were when orders entered", () => {
  const most = 2 ** 53 - 1;
  const wide = { priceTicksMax: 10, quantityLotsMax: Math.floor(most / 10) };
  const wideMarket = market().asset("BTC", 4).asset("USD", 6).instrument("BTC-USD", wide)
    .account(1, { BTC: most }).account(2, { USD: most });
  const venue = new Venue(wideMarket);
  const { quantityLotsMax } = wide;
  venue.submit(claim(1), sell(quantityLotsMax, 10));
  const narrow = change({ quantityLotsMax: 1 }, wide);
  assert.equal(venue.submit(narrow)[0].slice(0, 6), "terms:");
  const high = { priceTicksMax: PRICE_TICKS_MAX };
  assert.equal(venue.submit(change(high, wide))[0].slice(0, 6), "terms:");
  assert.match(venue.submit(amend(1, { price: PRICE_TICKS_MAX }))[0], /quantityTooHigh: limit 1/);
  assert.deepEqual(
    venue.submit(change({ quantityLotsMax }, { quantityLotsMax: 1 })),
    [refused("instrumentInvalid")],
  );
  assert.match(venue.submit(buy(1, PRICE_TICKS_MAX, by(2)))[1], /^1 maker sold 1@10, /);
});

Deno.test("a collar changes under orders that rest, and holds for the next market order", () => {
  const venue = claimed();
  venue.submit(sell(1, 100), sell(1, 103), sell(1, 105), sell(1, 110));
  assert.equal(venue.submit(buy(4, 0, by(2), atMarket)).length, 1 + 6 + 1);
  venue.submit(sell(1, 100), change({ collarPpm: 200_000 }));
  assert.equal(venue.submit(buy(2, 0, by(2), atMarket)).length, 1 + 4);
});
