import assert from "node:assert/strict";
import fc from "fast-check";
import {
  changesTo,
  ladderAround,
  type LadderTerms,
  type OpenQuote,
  type Quote,
} from "../../../workers/demo/quotes.ts";

const TERMS: LadderTerms = {
  levels: 3,
  halfSpreadTicks: 2,
  spacingTicks: 5,
  quantityLotsLeast: 10,
  quantityLotsMost: 20,
};
const half = () => 0.5;

/** `bids best first | asks best first` */
function drawn(quotes: readonly Quote[]): string {
  const of = (side: string) =>
    quotes.filter((quote) => quote.side === side).map(({ priceTicks }) => priceTicks).join(" ");
  return `${of("buy")} | ${of("sell")}`;
}

const open = (quotes: readonly Quote[]): OpenQuote[] =>
  quotes.map((quote, index) => ({ ...quote, orderId: String(index) }));

Deno.test("quotes: a ladder lies around its middle and never below one tick", () => {
  assert.equal(drawn(ladderAround(100, TERMS, half)), "98 93 88 | 102 107 112");
  assert.equal(drawn(ladderAround(8, TERMS, half)), "6 1 | 10 15 20");
  for (const { quantityLots } of ladderAround(100, TERMS, half)) assert.ok(quantityLots >= 10);
});

Deno.test("quotes: what is near enough stays in its place of the queue", () => {
  const there = open(ladderAround(100, TERMS, half));
  const changes = changesTo(ladderAround(102, TERMS, half), there, TERMS.spacingTicks, 10);
  assert.deepEqual(changes, { cancel: [], place: [] });
});

Deno.test("quotes: after a jump those in the way go first, and the best new ones come first", () => {
  const there = open(ladderAround(100, TERMS, half));
  const { cancel, place } = changesTo(ladderAround(120, TERMS, half), there, 5, 2);
  assert.equal(drawn(cancel), "98 93 | ");
  assert.equal(drawn(place), "118 | 122");
});

Deno.test("quotes: carried out, the changes lead to the wanted ladder, whatever was there", () => {
  const anyQuote = fc.record({
    side: fc.constantFrom("buy" as const, "sell" as const),
    priceTicks: fc.integer({ min: 1, max: 200 }),
    quantityLots: fc.integer({ min: 1, max: 9 }),
  });
  fc.assert(fc.property(
    fc.array(anyQuote, { maxLength: 30 }),
    fc.integer({ min: 20, max: 180 }),
    (quotes, middle) => {
      const there = open(quotes);
      const wanted = ladderAround(middle, TERMS, half);
      const { cancel, place } = changesTo(wanted, there, TERMS.spacingTicks, 100);
      const after = [...there.filter((quote) => !cancel.includes(quote)), ...place];
      assert.equal(after.length, wanted.length);
      for (const one of wanted) {
        assert.ok(
          after.some((quote) =>
            quote.side === one.side && Math.abs(quote.priceTicks - one.priceTicks) <= 2.5
          ),
        );
      }
    },
  ));
});
