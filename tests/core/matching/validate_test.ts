import assert from "node:assert/strict";
import {
  OrderFlag,
  OrderType,
  SelfTrade,
  TimeInForce,
} from "../../../core/protocol/order_record.ts";
import { SAFE_MAX } from "../../../core/protocol/wire_buffer.ts";
import {
  atMarket,
  buy,
  by,
  fok,
  halt,
  ioc,
  on,
  type OrderChange,
  resume,
  sell,
  setAccount,
  withBudget,
} from "../../support/commands.ts";
import { plainMarket, Venue } from "./venue.ts";

const PRICE_MAX = 1_000_000;
const QUANTITY_MAX = 1_000_000_000;

/** What a plain order with these changes is told, without the account. */
function told(...changes: OrderChange[]): string {
  const [story] = new Venue().submit(buy(5, 100, ...changes));
  return story.replace("1 ", "");
}

Deno.test("an order needs an instrument, and one that trades", () => {
  const unknown = "rejected (unknownInstrument: limit 0, value";
  assert.equal(told(on(0)), `${unknown} 0)`);
  assert.equal(told(on(2)), `${unknown} 2)`);
  assert.equal(told(on(8_191)), `${unknown} 8191)`);
  assert.equal(told(on(8_192)), `${unknown} 8192)`);
  assert.equal(told(on(2 ** 32 - 1)), `${unknown} 4294967295)`);
  const venue = new Venue();
  assert.deepEqual(venue.submit(halt(), buy(1, 100), resume(), buy(1, 100)), [
    "defined",
    "1 rejected (halted: limit 0, value 1)",
    "defined",
    "1 accepted buy 1@100, rests",
  ]);
});

Deno.test("an order needs an account, and one that is enabled", () => {
  assert.equal(told(by(6)), "6 rejected (unknownAccount: limit 5, value 6)");
  assert.equal(
    told(by(2 ** 32 - 1)),
    "4294967295 rejected (unknownAccount: limit 5, value 4294967295)",
  );
  assert.equal(told(by(0)), "0 rejected (accountDisabled: limit 0, value 0)");
  const venue = new Venue();
  assert.deepEqual(venue.submit(setAccount(1, false), buy(1, 100), setAccount(1), buy(1, 100)), [
    "defined",
    "1 rejected (accountDisabled: limit 0, value 1)",
    "defined",
    "1 accepted buy 1@100, rests",
  ]);
});

Deno.test("sides, types, times in force and self-trade modes that are not there are refused", () => {
  assert.equal(told({ side: 2 }), "rejected (invalidSide: limit 1, value 2)");
  assert.equal(told({ side: 255 }), "rejected (invalidSide: limit 1, value 255)");
  assert.equal(told({ orderType: 0 }), "rejected (invalidOrderType: limit 2, value 0)");
  assert.equal(told({ orderType: 3 }), "rejected (invalidOrderType: limit 2, value 3)");
  assert.equal(told({ timeInForce: 0 }), "rejected (invalidTimeInForce: limit 3, value 0)");
  assert.equal(told({ timeInForce: 4 }), "rejected (invalidTimeInForce: limit 3, value 4)");
  assert.equal(told({ selfTrade: 6 }), "rejected (invalidSelfTrade: limit 5, value 6)");
  const marketGtc = { orderType: OrderType.market, timeInForce: TimeInForce.gtc };
  assert.equal(told(marketGtc), "rejected (invalidTimeInForce: limit 3, value 1)");
});

Deno.test("flags are refused where they mean nothing", () => {
  const invalid = (flags: number) => `rejected (invalidFlags: limit 7, value ${flags})`;
  const { postOnly, quoteBudget, targetByKey } = OrderFlag;
  assert.equal(told({ flags: 8 }), invalid(8));
  assert.equal(told({ flags: 255 }), invalid(255));
  assert.equal(told({ flags: targetByKey }), invalid(targetByKey));
  assert.equal(told({ flags: postOnly }, ioc), invalid(postOnly));
  assert.equal(told({ flags: postOnly }, fok), invalid(postOnly));
  assert.equal(told(atMarket, { flags: postOnly }), invalid(postOnly));
  assert.equal(told({ flags: quoteBudget }), invalid(quoteBudget));
  assert.equal(told(withBudget, fok), invalid(quoteBudget));
  assert.equal(told(withBudget, { side: 1 }), invalid(quoteBudget));
  assert.equal(told(withBudget, { flags: postOnly | quoteBudget }), invalid(3));
});

Deno.test("prices are from one tick to the instrument's highest", () => {
  assert.equal(told({ price: 0 }), "rejected (priceZero: limit 1, value 0)");
  assert.equal(told({ price: 1 }), "accepted buy 5@1, rests");
  assert.equal(told({ price: PRICE_MAX }), `accepted buy 5@${PRICE_MAX}, rests`);
  const tooHigh = `rejected (priceTooHigh: limit ${PRICE_MAX}, value ${PRICE_MAX + 1})`;
  assert.equal(told({ price: PRICE_MAX + 1 }), tooHigh);
  assert.equal(told(atMarket, { price: PRICE_MAX + 1 }), tooHigh);
});

Deno.test("quantities are from one lot to the instrument's largest", () => {
  assert.equal(told({ quantity: 0 }), "rejected (quantityZero: limit 1, value 0)");
  const [story] = new Venue().submit(sell(QUANTITY_MAX + 1, 100));
  const value = `value ${QUANTITY_MAX + 1})`;
  assert.equal(story, `1 rejected (quantityTooHigh: limit ${QUANTITY_MAX}, ${value}`);
  const opening = plainMarket().account(6, { BTC: QUANTITY_MAX * 10_000 });
  const [largest] = new Venue(opening).submit(sell(QUANTITY_MAX, PRICE_MAX, by(6)));
  assert.equal(largest, `6 accepted sell ${QUANTITY_MAX}@${PRICE_MAX}, rests`);
});

Deno.test("budgets are up to half of the safe integers, so that a division by a price is exact", () => {
  assert.equal(told(withBudget, { quantity: 0 }), "rejected (quantityZero: limit 1, value 0)");
  const half = Math.floor(SAFE_MAX / 2);
  assert.equal(
    told(withBudget, { quantity: half + 1 }),
    `rejected (quantityTooHigh: limit ${half}, value ${half + 1})`,
  );
  const funds = 1_000_000_000_000;
  assert.equal(
    told(withBudget, { quantity: half }),
    `rejected (insufficientFunds: limit ${funds}, value ${half})`,
  );
});

Deno.test("every valid combination of type, time in force, flags and mode is accepted", () => {
  const valid: OrderChange[] = [
    {},
    ioc,
    fok,
    { flags: OrderFlag.postOnly },
    { ...atMarket },
    { ...atMarket, ...fok },
    withBudget,
  ];
  for (const change of valid) {
    for (const selfTrade of Object.values(SelfTrade)) {
      assert.match(told(change, { selfTrade }), /^accepted/);
    }
  }
});
