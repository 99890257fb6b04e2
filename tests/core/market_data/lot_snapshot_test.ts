import assert from "node:assert/strict";
import { BTC_USD } from "../../support/btc_usd.ts";
import fc from "fast-check";
import { lotSnapshot } from "../../../core/market_data/lot_snapshot.ts";
import { formatDecimal } from "../../../core/protocol/decimal.ts";
import type { InstrumentReference, SnapshotAnswer } from "../../../core/protocol/queries.ts";
import { SAFE_MAX } from "../../../core/protocol/wire_buffer.ts";
import { TestMarket } from "./test_market.ts";

/** The terms of an instrument of the test market, with others in some fields. */
function termsWith(changes: Partial<InstrumentReference>): InstrumentReference {
  const market = new TestMarket();
  market.open();
  return { ...market.references[0], ...changes };
}

function answer(bids: SnapshotAnswer["bids"], asks: SnapshotAnswer["asks"] = []): SnapshotAnswer {
  const ticker = { lastPrice: null, open24h: null, high24h: null, low24h: null };
  return {
    symbol: "BTC-USD",
    sequence: 5,
    eventSequence: 9,
    status: "trading",
    bids,
    asks,
    trades: [],
    ticker: { ...ticker, volume24h: "0", trades24h: 0 },
    definition: BTC_USD,
  };
}

Deno.test("lot snapshot: ticks and lots come back exactly, whatever the terms", () => {
  const base = termsWith({});
  const size = fc.constantFrom(1, 5, 25, 100, 12_345);
  const property = fc.property(
    fc.record({ tickSize: size, lotSize: size, priceScale: fc.nat(8), quantityScale: fc.nat(8) }),
    fc.integer({ min: 1, max: 2 ** 32 - 1 }),
    fc.nat(),
    (changes, ticks, fraction) => {
      const terms = { ...base, ...changes };
      const lots = 1 + Math.floor(fraction / 2 ** 31 * (SAFE_MAX / terms.lotSize - 1));
      const price = formatDecimal(ticks * terms.tickSize, terms.priceScale);
      const quantity = formatDecimal(lots * terms.lotSize, terms.quantityScale);
      const made = lotSnapshot(answer([[price, quantity]], [[price, quantity]]), terms, 20);
      const levels = [[ticks, lots]];
      assert.deepEqual(made, { sequence: 5, levelsAsked: 20, bids: levels, asks: levels });
    },
  );
  fc.assert(property, { numRuns: 1_000 });
});

Deno.test("lot snapshot: 0.07 is seven hundredths", () => {
  const terms = termsWith({ tickSize: 7, priceScale: 2, lotSize: 1, quantityScale: 8 });
  const { bids } = lotSnapshot(answer([["0.07", "0.29"], ["4.41", "1.1"]]), terms, 20);
  assert.deepEqual(bids, [[1, 29_000_000], [63, 110_000_000]]);
});

Deno.test("lot snapshot: an answer that does not fit the terms is refused", () => {
  const terms = termsWith({ tickSize: 5, priceScale: 2, lotSize: 10, quantityScale: 3 });
  const cases: [SnapshotAnswer, string][] = [
    [answer([["1.02", "1.00"]]), "price is 1.02; it takes a multiple of 5 at scale 2"],
    [answer([["1.051", "1.00"]]), "price is 1.051; it takes a multiple of 5 at scale 2"],
    [answer([["1.05", "1.001"]]), "quantity is 1.001; it takes a multiple of 10 at scale 3"],
    [answer([["-1", "1"]]), "price is -1; it takes a decimal number of 2^53 units at most"],
    [{ ...answer([]), symbol: "ETH-USD" }, "symbol is ETH-USD; it takes BTC-USD"],
  ];
  for (const [wrong, message] of cases) {
    const refused = { name: "LotSnapshotError", message };
    assert.throws(() => lotSnapshot(wrong, terms, 20), refused);
  }
});
