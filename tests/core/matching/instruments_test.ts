import assert from "node:assert/strict";
import fc from "fast-check";
import { Instruments, multipliersOf } from "../../../core/matching/instruments.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import type { InstrumentTerms } from "../../../core/protocol/administration.ts";
import { SAFE_MAX } from "../../../core/protocol/wire_buffer.ts";
import { buy, called, defineInstrument } from "../../support/commands.ts";
import { codeName } from "./story.ts";
import { Venue } from "./venue.ts";

const TERMS: InstrumentTerms = {
  instrument: 1,
  symbol: "BTC-USD",
  baseAsset: 1,
  quoteAsset: 2,
  priceScale: 2,
  quantityScale: 4,
  tickSize: 1,
  lotSize: 1,
  priceTicksMax: 1_000_000,
  quantityLotsMax: 1_000_000_000,
  makerFeePpm: 100,
  takerFeePpm: 200,
  collarPpm: 50_000,
};

/** Instruments with two assets: BTC with 8 decimals, USD with 6. */
function withAssets(): Instruments {
  const instruments = new Instruments();
  instruments.addAsset(1, "BTC", 8);
  instruments.addAsset(2, "USD", 6);
  return instruments;
}

/** What a definition with these changes is told. */
const told = (changes: Partial<InstrumentTerms>): string =>
  codeName(withAssets().define({ ...TERMS, ...changes }));

Deno.test("an instrument within all bounds is defined and keeps its terms", () => {
  const instruments = withAssets();
  assert.equal(instruments.define(TERMS), ResultCode.ok);
  assert.deepEqual(instruments.terms.get(1), TERMS);
  assert.equal(instruments.quotePerTickLot[1], 1);
  assert.equal(instruments.basePerLot[1], 10_000);
});

Deno.test("each bound of an instrument is met exactly", () => {
  const bounds: [keyof InstrumentTerms, number, number][] = [
    ["instrument", 8_191, 8_192],
    ["instrument", 1, 0],
    ["tickSize", 1, 0],
    ["lotSize", 1, 0],
    ["priceTicksMax", 1, 0],
    ["quantityLotsMax", 1, 0],
    ["makerFeePpm", 100_000, 100_001],
    ["takerFeePpm", 100_000, 100_001],
    ["collarPpm", 1, 0],
    ["collarPpm", 1_000_000, 1_000_001],
  ];
  for (const [field, good, bad] of bounds) {
    assert.equal(told({ [field]: good }), "ok", `${field} ${good}`);
    assert.equal(told({ [field]: bad }), "instrumentInvalid", `${field} ${bad}`);
  }
});

Deno.test("the highest price is one that the price index can hold", () => {
  const narrow = { quantityLotsMax: 1_000 };
  assert.equal(told({ ...narrow, priceTicksMax: 2 ** 30 - 1 }), "ok");
  assert.equal(told({ ...narrow, priceTicksMax: 2 ** 30 }), "instrumentInvalid");
});

Deno.test("the largest order is worth a safe integer in both assets", () => {
  const most = Math.floor(SAFE_MAX / 10_000);
  assert.equal(told({ priceTicksMax: 1, quantityLotsMax: most }), "ok");
  assert.equal(told({ priceTicksMax: 1, quantityLotsMax: most + 1 }), "instrumentInvalid");
  const ticks = 10_000_000;
  const lots = Math.floor(SAFE_MAX / ticks);
  assert.equal(told({ priceTicksMax: ticks, quantityLotsMax: lots }), "ok");
  assert.equal(told({ priceTicksMax: ticks, quantityLotsMax: lots + 1 }), "instrumentInvalid");
  assert.equal(told({ tickSize: SAFE_MAX, priceTicksMax: 1, quantityLotsMax: 1 }), "ok");
  assert.equal(told({ tickSize: SAFE_MAX, lotSize: SAFE_MAX }), "instrumentInvalid");
});

Deno.test("a tick times a lot is a whole number of minor units, or the instrument is refused", () => {
  assert.equal(told({ priceScale: 2, quantityScale: 5 }), "instrumentInvalid");
  assert.equal(told({ priceScale: 0, quantityScale: 9 }), "instrumentInvalid");
  assert.equal(told({ priceScale: 1, quantityScale: 4, priceTicksMax: 1_000 }), "ok");
});

Deno.test("assets are there and are two, symbols are symbols", () => {
  assert.equal(told({ baseAsset: 3 }), "unknownAsset");
  assert.equal(told({ quoteAsset: 0 }), "unknownAsset");
  const twoDecimalsMore = { priceScale: 4 };
  assert.equal(told({ ...twoDecimalsMore, quoteAsset: 1 }), "instrumentInvalid");
  for (const symbol of ["", "BTCUSD", "btc-usd", "BTC-USD-X", "md.>-USD"]) {
    assert.equal(told({ symbol }), "instrumentInvalid", symbol);
  }
});

Deno.test("neither a number nor a symbol is given twice", () => {
  const instruments = withAssets();
  instruments.define(TERMS);
  assert.equal(codeName(instruments.define(TERMS)), "instrumentExists");
  assert.equal(codeName(instruments.define({ ...TERMS, symbol: "BTC-EUR" })), "instrumentExists");
  assert.equal(codeName(instruments.define({ ...TERMS, instrument: 2 })), "instrumentExists");
  assert.equal(
    codeName(instruments.define({ ...TERMS, instrument: 2, symbol: "BTC-EUR" })),
    "ok",
  );
});

Deno.test("multipliers are exact or are not given", () => {
  const scales = fc.integer({ min: 0, max: 12 });
  const sizes = fc.integer({ min: 1, max: 1_000 });
  fc.assert(fc.property(scales, scales, scales, scales, sizes, sizes, (...drawn) => {
    const [base, quote, priceScale, quantityScale, tickSize, lotSize] = drawn;
    const terms = { ...TERMS, priceScale, quantityScale, tickSize, lotSize };
    const multipliers = multipliersOf(terms, base, quote);
    const isWhole = quote >= priceScale + quantityScale && base >= quantityScale;
    assert.equal(multipliers !== null, isWhole);
    if (multipliers === null) return;
    const perTickLot = BigInt(tickSize * lotSize) *
      10n ** BigInt(quote - priceScale - quantityScale);
    assert.equal(BigInt(multipliers.quotePerTickLot), perTickLot);
    assert.equal(
      BigInt(multipliers.basePerLot),
      BigInt(lotSize) * 10n ** BigInt(base - quantityScale),
    );
  }));
});

Deno.test("the reserved bytes of an instrument's record are zero, or it is refused", () => {
  for (let offset = 92; offset < 128; offset++) {
    const venue = new Venue();
    const terms = { ...TERMS, instrument: 2, symbol: "BTC-EUR" };
    const frame = venue.source.frame([defineInstrument(terms, called("i1"))]);
    frame.bytes[32 + offset] = 1;
    assert.match(venue.apply(frame)[0], /reservedNotZero/, `offset ${offset}`);
  }
});

Deno.test("an instrument trades as soon as it is defined", () => {
  const venue = new Venue();
  const terms = { ...TERMS, instrument: 8_191, symbol: "BTC-EUR" };
  assert.deepEqual(venue.submit(defineInstrument(terms), buy(1, 100, { instrument: 8_191 })), [
    "defined",
    "1 accepted buy 1@100, rests",
  ]);
});
