import assert from "node:assert/strict";
import { RECENT_TRADES_MAX, TradeRing } from "../../../core/market_data/trade_ring.ts";
import { Side } from "../../../core/protocol/order_record.ts";

const trade = (tradeId: number) => ({
  tradeId,
  priceTicks: 100 + tradeId,
  quantityLots: 2 * tradeId,
  takerSide: tradeId % 2 === 0 ? Side.buy : Side.sell,
  timeMicros: 1_700_000_000_000_000 + tradeId,
});

Deno.test("trade ring: gives back what was added, newest first", () => {
  const ring = new TradeRing();
  assert.equal(ring.count, 0);
  for (const tradeId of [1, 2, 3]) ring.add(trade(tradeId));
  assert.equal(ring.count, 3);
  assert.deepEqual([0, 1, 2].map((age) => ring.newest(age)), [trade(3), trade(2), trade(1)]);
});

Deno.test("trade ring: keeps the last thousand", () => {
  const ring = new TradeRing();
  for (let tradeId = 1; tradeId <= RECENT_TRADES_MAX + 5; tradeId++) ring.add(trade(tradeId));
  assert.equal(ring.count, RECENT_TRADES_MAX);
  assert.deepEqual(ring.newest(0), trade(RECENT_TRADES_MAX + 5));
  assert.deepEqual(ring.newest(RECENT_TRADES_MAX - 1), trade(6));
});
