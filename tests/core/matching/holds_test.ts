import assert from "node:assert/strict";
import fc from "fast-check";
import { atMarket, buy, by, cancel, market, sell, withBudget } from "../../support/commands.ts";
import { Venue } from "./venue.ts";

/** BTC-USD with these fees; account 1 has BTC, account 2 USD. */
function venueWithFees(makerFeePpm: number, takerFeePpm: number, usd = 10_000_000): Venue {
  return new Venue(
    market().asset("BTC", 8).asset("USD", 6)
      .instrument("BTC-USD", { makerFeePpm, takerFeePpm })
      .account(1, { BTC: 100_000_000 }).account(2, { USD: usd }),
  );
}

Deno.test("a buy holds its notional and the higher of the two fees, rounded up", () => {
  const venue = venueWithFees(1_500, 2_500);
  venue.submit(buy(3, 1_001, by(2)));
  assert.equal(venue.held(2, "USD"), 3_003 + 8);
  venue.submit(cancel(1, by(2)));
  assert.equal(venue.held(2, "USD"), 0);
  assert.equal(venue.available(2, "USD"), 10_000_000);
});

Deno.test("a sell holds its lots in the base asset and nothing for fees", () => {
  const venue = venueWithFees(1_500, 2_500);
  venue.submit(sell(7, 1_001));
  assert.equal(venue.held(1, "BTC"), 70_000);
  assert.equal(venue.held(1, "USD"), 0);
});

Deno.test("a partial fill leaves held exactly what the rest needs", () => {
  const venue = venueWithFees(1_000, 3_000);
  venue.submit(buy(10, 1_000, by(2)), sell(4, 1_000));
  // The maker's fee was 4; its order still holds 6 lots and the higher fee on them.
  assert.equal(venue.held(2, "USD"), 6_000 + 18);
  assert.equal(venue.available(2, "USD"), 10_000_000 - 4_000 - 4 - 6_018);
});

Deno.test("many small fills pay the fee of one large fill", () => {
  const venue = venueWithFees(137, 1_999);
  venue.submit(buy(100, 3, by(2)));
  for (let fill = 0; fill < 100; fill++) venue.submit(sell(1, 3));
  const maker = Math.ceil(300 * 137 / 1_000_000);
  assert.equal(10_000_000 - venue.available(2, "USD"), 300 + maker);
  assert.equal(venue.held(2, "USD"), 0);
});

Deno.test("an account with exactly what an order holds can place it, with one unit less it cannot", () => {
  const needed = 3_003 + 8;
  const enough = venueWithFees(1_500, 2_500, needed);
  assert.match(enough.submit(buy(3, 1_001, by(2)))[0], /accepted/);
  const short = venueWithFees(1_500, 2_500, needed - 1);
  assert.deepEqual(short.submit(buy(3, 1_001, by(2))), [
    `2 rejected (insufficientFunds: limit ${needed - 1}, value ${needed})`,
  ]);
});

Deno.test("a market buy reserves at its collar and pays the makers' prices", () => {
  const venue = venueWithFees(0, 2_000);
  venue.submit(sell(10, 1_000));
  assert.deepEqual(venue.submit(buy(10, 0, by(2), atMarket)).slice(0, 1), [
    "2 accepted buy 10@1050",
  ]);
  assert.equal(10_000_000 - venue.available(2, "USD"), 10_000 + 20);
  assert.equal(venue.held(2, "USD"), 0);
});

Deno.test("a budget is what is spent on the asset; its fee is reserved on top", () => {
  const short = venueWithFees(0, 2_000, 10_019);
  short.submit(sell(20, 1_000));
  assert.match(short.submit(buy(10_000, 0, by(2), withBudget))[0], /insufficientFunds/);
  const enough = venueWithFees(0, 2_000, 10_020);
  enough.submit(sell(20, 1_000));
  assert.match(enough.submit(buy(10_000, 0, by(2), withBudget)).at(-1) ?? "", /filled, fee 20/);
  assert.equal(enough.available(2, "USD"), 0);
});

Deno.test("whatever trades, the venue gets what both sides pay, and nobody else gains or loses", () => {
  const rate = fc.integer({ min: 0, max: 100_000 });
  const order = fc.tuple(
    fc.integer({ min: 1, max: 20 }),
    fc.integer({ min: 90, max: 110 }),
    fc.boolean(),
  );
  fc.assert(
    fc.property(rate, rate, fc.array(order, { maxLength: 40 }), (maker, taker, orders) => {
      const venue = venueWithFees(maker, taker);
      let fees = 0n;
      for (const [lots, price, isBuy] of orders) {
        venue.submit(isBuy ? buy(lots, price, by(2)) : sell(lots, price));
        for (const event of venue.events) if (event.kind === 2) fees += event.at24;
      }
      assert.equal(BigInt(venue.available(0, "USD")), fees);
      const { supply } = venue.state.balances;
      assert.deepEqual([supply[1], supply[2]], [100_000_000, 10_000_000]);
    }),
    { numRuns: 50 },
  );
});
