import assert from "node:assert/strict";
import fc from "fast-check";
import { creditAfter, FEE_PPM_MAX, feeOf } from "../../../core/ledger/fees.ts";
import { SAFE_MAX } from "../../../core/protocol/wire_buffer.ts";

const MILLION = 1_000_000n;

const rates = fc.oneof(
  fc.integer({ min: 0, max: FEE_PPM_MAX }),
  fc.constantFrom(0, 1, 999, FEE_PPM_MAX),
);
const notionals = fc.oneof(
  fc.integer({ min: 0, max: 2_000 }),
  fc.integer({ min: 0, max: SAFE_MAX }),
  fc.integer({ min: 0, max: 50 }).map((less) => SAFE_MAX - less),
  fc.integer({ min: 1, max: 1_000 }).map((millions) => millions * 1_000_000 - 1),
);
const credits = fc.integer({ min: 0, max: 999_999 });

const divideUp = (dividend: bigint, divisor: bigint): bigint => {
  const quotient = dividend / divisor;
  return dividend % divisor > 0n ? quotient + 1n : quotient;
};

Deno.test("fee and credit are exact for every safe notional", () => {
  fc.assert(
    fc.property(notionals, rates, credits, (notional, rate, credit) => {
      const exact = BigInt(notional) * BigInt(rate) - BigInt(credit);
      const fee = feeOf(notional, rate, credit);
      assert.equal(BigInt(fee), divideUp(exact, MILLION));
      const after = creditAfter(notional, rate, credit, fee);
      assert.equal(BigInt(after), BigInt(fee) * MILLION - exact);
      assert.ok(after >= 0 && after <= 999_999 && fee >= 0);
    }),
    { numRuns: 5_000 },
  );
});

Deno.test("many small fills pay together what their exact sum rounds up to", () => {
  const fills = fc.array(fc.tuple(fc.integer({ min: 1, max: 10_000 }), fc.boolean()), {
    minLength: 1,
    maxLength: 100,
    size: "max",
  });
  fc.assert(fc.property(fills, rates, rates, (sequence, makerRate, takerRate) => {
    let credit = 0;
    let paid = 0;
    let exact = 0n;
    for (const [notional, isMaker] of sequence) {
      const rate = isMaker ? makerRate : takerRate;
      const fee = feeOf(notional, rate, credit);
      credit = creditAfter(notional, rate, credit, fee);
      paid += fee;
      exact += BigInt(notional) * BigInt(rate);
      assert.equal(BigInt(paid), divideUp(exact, MILLION));
    }
  }));
});

Deno.test("what is reserved at entry always covers notional and fees, however it is filled", () => {
  const parts = fc.array(fc.tuple(fc.integer({ min: 1, max: 5_000 }), fc.nat(500), fc.boolean()), {
    maxLength: 60,
    size: "max",
  });
  fc.assert(fc.property(parts, rates, rates, (sequence, makerRate, takerRate) => {
    const highest = Math.max(makerRate, takerRate);
    // Each fill comes at its limit or better; what improvement frees is given back at once.
    let reserve = sequence.reduce((sum, [notional, better]) => sum + notional + better, 0);
    let credit = 0;
    let held = reserve + feeOf(reserve, highest, credit);
    for (const [notional, better, isMaker] of sequence) {
      const rate = isMaker ? makerRate : takerRate;
      const fee = feeOf(notional, rate, credit);
      credit = creditAfter(notional, rate, credit, fee);
      reserve -= notional + better;
      const heldNext = reserve + feeOf(reserve, highest, credit);
      assert.ok(held - heldNext >= notional + fee, "the fill is paid out of what was held");
      held = heldNext;
    }
    assert.equal(reserve, 0);
    assert.equal(held, 0);
  }));
});

Deno.test("no fee is more than a tenth of the notional, rounded up", () => {
  fc.assert(fc.property(notionals, rates, credits, (notional, rate, credit) => {
    assert.ok(feeOf(notional, rate, credit) <= Math.ceil(notional / 10));
  }));
  assert.equal(feeOf(1, 1, 0), 1);
  assert.equal(feeOf(0, FEE_PPM_MAX, 0), 0);
  assert.equal(feeOf(SAFE_MAX, FEE_PPM_MAX, 0), 900_719_925_474_100);
});
