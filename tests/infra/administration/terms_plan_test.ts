import assert from "node:assert/strict";
import { TermsError } from "../../../infra/administration/instrument_definition.ts";
import {
  planTermsChange,
  shownTerm,
  unseenTerm,
  wantedOf,
  type WantedTerms,
} from "../../../infra/administration/terms_plan.ts";
import { MemoryExchange } from "../../routes/memory_exchange.ts";

const exchange = new MemoryExchange();
const [there] = exchange.reference.all();

/** The message of a plan that cannot be. */
function refusalOf(wanted: WantedTerms, seen?: WantedTerms): string {
  try {
    planTermsChange(there, wanted, seen);
  } catch (error) {
    assert.ok(error instanceof TermsError);
    return `${error.field}: ${error.message}`;
  }
  return "taken";
}

Deno.test("a plan has what is wanted in ticks and lots, and what was seen of just that", () => {
  assert.deepEqual(planTermsChange(there, { takerFeePpm: 400 }), {
    instrument: 1,
    from: { takerFeePpm: 500 },
    to: { takerFeePpm: 400 },
  });
  const wanted = {
    makerFeePpm: 0,
    collarPpm: 1,
    priceMax: "900000.00",
    quantityMax: "8500.5",
  };
  assert.deepEqual(planTermsChange(there, wanted), {
    instrument: 1,
    from: {
      makerFeePpm: 100,
      collarPpm: 50_000,
      priceTicksMax: 100_000_000,
      quantityLotsMax: 90_000_000,
    },
    to: { makerFeePpm: 0, collarPpm: 1, priceTicksMax: 90_000_000, quantityLotsMax: 85_005_000 },
  });
});

Deno.test("what was seen before may be given, in the same units", () => {
  const seen = { takerFeePpm: 450, priceMax: "1000.00", quantityMax: "0.0002", collarPpm: 9 };
  const wanted = { takerFeePpm: 1, priceMax: "1000000.00", quantityMax: "1", makerFeePpm: 2 };
  assert.deepEqual(planTermsChange(there, wanted, seen).from, {
    makerFeePpm: 100,
    takerFeePpm: 450,
    priceTicksMax: 100_000,
    quantityLotsMax: 2,
  });
  const coarse = { ...there, tickSize: 5, lotSize: 10 };
  const bounds = { priceMax: "1000.00", quantityMax: "0.0200" };
  const change = planTermsChange(coarse, { priceMax: "2000.05", quantityMax: "1" }, bounds);
  assert.deepEqual(change.from, { priceTicksMax: 20_000, quantityLotsMax: 20 });
  assert.deepEqual(change.to, { priceTicksMax: 40_001, quantityLotsMax: 1_000 });
  assert.match(refusalOf({ priceMax: "5" }, { priceMax: "0.001" }), /^priceMax: .*2 decimals/);
});

Deno.test("terms that cannot be are refused by the field, held against those that stay", () => {
  assert.match(refusalOf({ makerFeePpm: 100_001 }), /^makerFeePpm: .* 0 to 100000/);
  assert.match(refusalOf({ takerFeePpm: -1 }), /^takerFeePpm/);
  assert.match(refusalOf({ collarPpm: 0 }), /^collarPpm: .* 1 to 1000000/);
  assert.match(refusalOf({ priceMax: "0" }), /^priceMax: .*is zero/);
  assert.match(refusalOf({ priceMax: "1.001" }), /^priceMax: .*more than the 2 decimals/);
  // 90,000,000 lots at 100,000,000 ticks is nearly all that fits.
  assert.match(
    refusalOf({ priceMax: "1010000" }),
    /^quantityMax: .* with this priceMax at most 8918/,
  );
  assert.match(refusalOf({ quantityMax: "9100" }), /^quantityMax: .* at most 9007/);
  assert.equal(refusalOf({ priceMax: "2000000", quantityMax: "4500" }), "taken");
});

Deno.test("terms are told in the units in which they are asked for", () => {
  assert.deepEqual(wantedOf(there), {
    makerFeePpm: 100,
    takerFeePpm: 500,
    collarPpm: 50_000,
    priceMax: "1000000.00",
    quantityMax: "9000.0000",
  });
  const change = planTermsChange(there, { priceMax: "2", takerFeePpm: 1 });
  assert.equal(unseenTerm(change, { limit: 7, value: 500 }), "takerFeePpm");
  const unseen = { limit: 12_345, value: 100_000_000 };
  assert.equal(unseenTerm(change, unseen), "priceMax");
  assert.deepEqual(shownTerm(there, "priceMax", unseen), {
    name: "priceMax",
    found: "123.45",
    seen: "1000000.00",
  });
  const both = planTermsChange(there, { makerFeePpm: 1, takerFeePpm: 1 }, { makerFeePpm: 500 });
  assert.equal(unseenTerm(both, { limit: 7, value: 500 }), null, "it may be either");
});
