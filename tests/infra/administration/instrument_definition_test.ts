import assert from "node:assert/strict";
import fc from "fast-check";
import { ShardState } from "../../../core/matching/shard_state.ts";
import type { AdministrationCommand } from "../../../infra/administration/administration_command.ts";
import {
  defineInstrument,
  isAsPlanned,
  planInstrument,
  TermsError,
  type WantedInstrument,
} from "../../../infra/administration/instrument_definition.ts";
import { MemoryExchange } from "../../routes/memory_exchange.ts";

const SOL: WantedInstrument = {
  symbol: "SOL-USD",
  tickSize: "0.05",
  lotSize: "0.01",
  priceMax: "10000",
  quantityMax: "900000",
  makerFeePpm: 100,
  takerFeePpm: 500,
  collarPpm: 50_000,
  baseScale: 8,
  quoteScale: 6,
};

/** Defines what is wanted on the exchange; every command has a name of its own. */
async function define(exchange: MemoryExchange, wanted: WantedInstrument, run = "a") {
  const sent: AdministrationCommand[] = [];
  const known = exchange.reference.all();
  const { terms } = await defineInstrument(
    (command, once) => {
      sent.push(command);
      // In this turn, but as an answer of the leader comes: a refusal is a rejection.
      return Promise.resolve().then(() => exchange.administer(command, once));
    },
    known,
    planInstrument(known, wanted),
    (about) => `${about} ${run}`,
  );
  return { terms, sent };
}

Deno.test("an instrument is defined with the assets that are new, and not with those that are there", async () => {
  const exchange = new MemoryExchange();
  const { sent, terms } = await define(exchange, SOL);
  assert.deepEqual(sent.map(({ kind }) => kind), ["asset", "instrument"]);
  const known = exchange.reference.bySymbol("SOL-USD");
  assert.ok(known !== undefined);
  assert.deepEqual([known.baseName, known.baseScale, known.quoteName], ["SOL", 8, "USD"]);
  assert.deepEqual([known.tickSize, known.priceTicksMax, known.quantityLotsMax], [
    5,
    200_000,
    90_000_000,
  ]);
  assert.equal(terms.instrument, 3);
  const plan = (changes: Partial<WantedInstrument>) =>
    planInstrument(exchange.reference.all(), { ...SOL, ...changes });
  assert.ok(isAsPlanned(known, plan({})));
  // The scales of assets that are there are theirs.
  assert.ok(isAsPlanned(known, plan({ baseScale: 3 })));
  for (
    const changes of [
      { tickSize: "0.01" },
      { tickSize: "0.050", lotSize: "0.01" },
      { lotSize: "0.02" },
      { priceMax: "9999" },
      { quantityMax: "1" },
      { makerFeePpm: 101 },
      { takerFeePpm: 501 },
      { collarPpm: 1 },
    ]
  ) assert.ok(!isAsPlanned(known, plan(changes)), JSON.stringify(changes));
});

Deno.test("a definition that ended in the middle goes on, though others came in between", async () => {
  const exchange = new MemoryExchange();
  exchange.administer({ kind: "asset", asset: 4, name: "SOL", scale: 8 }, "left behind");
  await define(exchange, { ...SOL, symbol: "DOT-USD" });
  assert.equal(exchange.reference.bySymbol("DOT-USD")?.baseAsset, 5);
  await define(exchange, SOL, "b");
  assert.equal(exchange.reference.bySymbol("SOL-USD")?.baseAsset, 4);
});

Deno.test("a symbol that is there is refused by the core after a bounded number of attempts", async () => {
  const exchange = new MemoryExchange();
  await define(exchange, SOL);
  const known = exchange.reference.all().slice(0, 2);
  let sent = 0;
  const again = defineInstrument(
    (command, once) => {
      sent++;
      return Promise.resolve().then(() => exchange.administer(command, once));
    },
    known,
    planInstrument(known, SOL),
    (about) => `${about} again`,
  );
  await assert.rejects(again, { reason: "instrument_exists" });
  assert.equal(sent, 65);
});

Deno.test("what cannot be is refused before anything is sent, with its field", () => {
  const cases: [Partial<WantedInstrument>, string, RegExp][] = [
    [{ symbol: "sol" }, "symbol", /BASE-QUOTE/],
    [{ symbol: "USD-USD" }, "symbol", /for itself/],
    [{ tickSize: "0" }, "tickSize", /is zero/],
    [{ tickSize: "x" }, "tickSize", /not a decimal/],
    [{ lotSize: "-1" }, "lotSize", /not a decimal/],
    [{ priceMax: "10000.001" }, "priceMax", /more than the 2 decimals/],
    [{ priceMax: "0.01" }, "priceMax", /priceMax takes 0\.05 to/],
    [{ tickSize: "0.01", priceMax: "90000000" }, "priceMax", /1 to 1073741823 ticks/],
    [{ quantityMax: "0.001" }, "quantityMax", /more than the 2 decimals/],
    [{ lotSize: "0.05", quantityMax: "0.01" }, "quantityMax", /less than a lot/],
    [{ quantityMax: "1000000" }, "quantityMax", /at most 900719\.92/],
    [{ tickSize: "0.00001" }, "lotSize", /together at most 6/],
    [{ makerFeePpm: 100_001 }, "makerFeePpm", /0 to 100000/],
    [{ takerFeePpm: -1 }, "takerFeePpm", /0 to 100000/],
    [{ collarPpm: 0 }, "collarPpm", /1 to 1000000/],
    [{ baseScale: 13 }, "baseScale", /0 to 12/],
    [{ quoteScale: 0.5 }, "quoteScale", /0 to 12/],
  ];
  const known = new MemoryExchange().reference.all();
  for (const [changes, field, says] of cases) {
    assert.throws(
      () => planInstrument(known, { ...SOL, ...changes }),
      (error: unknown) =>
        error instanceof TermsError && error.field === field && says.test(error.message),
      JSON.stringify(changes),
    );
  }
  assert.throws(
    () => planInstrument(known, { ...SOL, quantityMax: "1000000" }),
    (error: unknown) =>
      error instanceof TermsError &&
      /^<quantityMax> is too large: with this <priceMax>/.test(error.tell((one) => `<${one}>`)),
  );
});

Deno.test("whatever passes the plan the core takes as well", () => {
  const size = (most: number) =>
    fc.tuple(fc.integer({ min: 1, max: most }), fc.nat(4)).map(([units, scale]) =>
      (units / 10 ** scale).toFixed(scale)
    );
  const bound = fc.integer({ min: 0, max: 40 }).map((power) => String(2 ** power));
  const wanted: fc.Arbitrary<WantedInstrument> = fc.record({
    symbol: fc.constantFrom("AAA-BBB", "A1-B2"),
    tickSize: size(1_000),
    lotSize: size(1_000),
    priceMax: bound,
    quantityMax: bound,
    makerFeePpm: fc.nat(110_000),
    takerFeePpm: fc.nat(110_000),
    collarPpm: fc.nat(1_100_000),
    baseScale: fc.nat(13),
    quoteScale: fc.nat(13),
  });
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.log(`seed ${seed}`);
  let passed = 0;
  fc.assert(
    fc.property(wanted, (one) => {
      let plan;
      try {
        plan = planInstrument([], one);
      } catch (error) {
        assert.ok(error instanceof TermsError);
        return;
      }
      passed++;
      const { instruments } = new ShardState({
        orders: 16,
        levels: 16,
        balances: 16,
        accounts: 16,
        outcomes: 16,
        events: 64,
      });
      instruments.addAsset(1, plan.base.name, plan.base.scale);
      instruments.addAsset(2, plan.quote.name, plan.quote.scale);
      const terms = { ...plan.terms, instrument: 1, baseAsset: 1, quoteAsset: 2 };
      assert.equal(instruments.define(terms), 0, JSON.stringify(terms));
    }),
    { numRuns: 3_000, seed },
  );
  assert.ok(passed > 30, `${passed} of 3,000 passed`);
});
