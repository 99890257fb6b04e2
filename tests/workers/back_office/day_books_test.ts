import assert from "node:assert/strict";
import { listBalances } from "../../../core/matching/inspect.ts";
import type { CopyEntry, ExecutionCopy } from "../../../core/protocol/drop_copy.ts";
import { assetSums, checkSums, totalOf } from "../../../workers/back_office/balance_checks.ts";
import { accountRows, statisticsRows } from "../../../workers/back_office/day_tables.ts";
import { type Difference, differenceLine } from "../../../workers/back_office/differences.ts";
import { seededRandom } from "../../core/history/event_source.ts";
import { DayMarket } from "./day_market.ts";

const seed = Date.now();
const random = seededRandom(seed);
const below = (most: number) => Math.floor(random() * most);
const market = new DayMarket(random, 25);

Deno.test("any market reconciles with its own drop copy, and every sum with its balances", async () => {
  console.log(`seed ${seed}`);
  const { books, trades } = await market.day();
  assert.deepEqual(books.differences.named, []);
  assert.equal(books.differences.count, 0);
  const fills = market.history.fills.filter(({ sequence }) => sequence > books.afterSequence);
  assert.equal(2 * trades.length, fills.length);
  for (const [index, { maker, priceTicks, quantityLots, taker, tradeId }] of trades.entries()) {
    const [first, second] = fills.slice(2 * index, 2 * index + 2);
    assert.ok(first.isMaker && !second.isMaker);
    for (const [side, fill] of [[maker, first], [taker, second]] as const) {
      assert.deepEqual(
        [tradeId, priceTicks, quantityLots, side.account, side.orderId, side.fee, side.side],
        [fill.tradeId, fill.priceTicks, fill.quantityLots]
          .concat([fill.account, fill.orderId, fill.fee, fill.side]),
      );
    }
  }
  const { executions, movements } = books.copySums;
  assert.deepEqual([executions, movements], [2 * books.trades, books.movements]);
  assert.ok(movements > 0 && executions > 100, `${executions} executions, ${movements} movements`);
});

Deno.test("the table of accounts goes from what was there to what the core has", async () => {
  const { books } = await market.day();
  const { journal, opening, state, terms } = books;
  const rows = [...accountRows(state, terms, opening, journal)];
  assert.equal(rows.length, state.balances.count);
  for (let account = 0; account <= 5; account++) {
    for (const { asset, available, held } of listBalances(state, account)) {
      const row = rows.find(([of, name]) => of === account && name === asset);
      assert.deepEqual(row?.at(-1), {
        units: BigInt(available + held),
        scale: terms.asset(
          [...state.instruments.assets].find(([, one]) => one.name === asset)?.[0] ?? 0,
        ).scale,
      });
    }
  }
  const keys = rows.map(([account, asset]) => `${account} ${asset}`);
  assert.equal(new Set(keys).size, keys.length);
  const accounts = rows.map(([account]) => account as number);
  assert.deepEqual(accounts, accounts.toSorted((one, other) => one - other));
});

Deno.test("the statistics of an instrument are those of its trades", async () => {
  const { books, trades } = await market.day();
  for (const terms of books.terms.all()) {
    const of = trades.filter(({ instrument }) => instrument === terms.instrument);
    const figures = books.statistics.of(terms.instrument);
    const prices = of.map(({ priceTicks }) => priceTicks);
    const sum = (part: (trade: (typeof of)[number]) => number) =>
      of.reduce((total, trade) => total + BigInt(part(trade)), 0n);
    assert.equal(figures.trades, of.length);
    assert.deepEqual(
      [figures.openTicks, figures.highTicks, figures.lowTicks, figures.closeTicks],
      [prices[0], Math.max(...prices), Math.min(...prices), prices[prices.length - 1]],
    );
    assert.equal(figures.volumeLots, sum(({ quantityLots }) => quantityLots));
    assert.equal(figures.takerBuyLots + figures.takerSellLots, figures.volumeLots);
    assert.equal(figures.makerFees, sum(({ maker }) => maker.fee));
    assert.equal(figures.takerFees, sum(({ taker }) => taker.fee));
  }
  const accepted = market.history.reports.filter(({ event, eventSequence }) =>
    event[0] === 1 && eventSequence > books.afterSequence
  );
  const counted = books.terms.all().map(({ instrument }) => books.statistics.of(instrument));
  assert.equal(counted.reduce((sum, { accepted }) => sum + accepted, 0), accepted.length);
  assert.ok(counted.some(({ canceled }) => canceled > 0));
  assert.ok(counted.some(({ expired }) => expired > 0));
  assert.ok(counted.some(({ rejected }) => rejected > 0));
  assert.equal([...statisticsRows(books.terms, books.statistics)].length, 2);
});

/** A digit more or less at the end of a number. */
const other = (text: string) => text.slice(0, -1) + String((Number(text.at(-1)) + 1) % 10);

Deno.test("any field of any entry that is another one is named, with both values", async () => {
  for (let round = 0; round < 40; round++) {
    const at = below(market.entries.length);
    const entry = market.entries[at] as unknown as Record<string, unknown>;
    // Not compared: what only one of the two knows.
    const fields = Object.keys(entry).filter((field) =>
      !["sequence", "clientOrderId", "asset"].includes(field)
    );
    const field = fields[below(fields.length)];
    const value = entry[field];
    const changed = typeof value === "number"
      ? value + 1
      : /^\d/.test(String(value))
      ? other(String(value))
      : `${value}x`;
    const copy = market.entries.with(at, { ...entry, [field]: changed } as unknown as CopyEntry);
    const { books } = await market.day(copy);
    const named = books.differences.named.filter(({ kind }) => kind === "field");
    assert.deepEqual(
      named.map((one) =>
        one.kind === "field" && [one.sequence, one.field, one.journal, one.dropCopy]
      ),
      [[entry.sequence, field, value, changed]],
    );
    const line = differenceLine(named[0]);
    for (const part of [String(entry.sequence), field, JSON.stringify(value)]) {
      assert.ok(line.includes(part), line);
    }
  }
});

Deno.test("an entry that is missing, invented or twice is named, and those behind it are not", async () => {
  for (let round = 0; round < 20; round++) {
    const at = below(market.entries.length);
    const entry = market.entries[at];
    const less = await market.day(market.entries.toSpliced(at, 1));
    const [missing, ...sums] = less.books.differences.named;
    assert.deepEqual([missing.kind, "sequence" in missing && missing.sequence], [
      "only_in_journal",
      entry.sequence,
    ]);
    assert.ok(sums.length > 0 && sums.every(({ kind }) => kind === "sum"));

    const twice = await market.day(market.entries.toSpliced(at, 0, entry));
    const [extra] = twice.books.differences.named;
    assert.deepEqual([extra.kind, "sequence" in extra && extra.sequence], [
      "only_in_drop_copy",
      entry.sequence,
    ]);
  }
  const { books } = await market.day();
  const last = market.entries[market.entries.length - 1];
  const invented = { ...last, sequence: books.toSequence };
  const late = await market.day([...market.entries, invented]);
  assert.equal(late.books.differences.named[0].kind, "only_in_drop_copy");
  const behind = { ...last, sequence: books.toSequence + 1 };
  const next = await market.day([...market.entries, behind]);
  assert.equal(next.books.differences.count, 0, "what is behind the window is not looked at");
});

Deno.test("a sum that is another one is named by instrument, by account and by asset", async () => {
  const at = market.entries.findIndex((one) => one.kind === "execution" && one.side === "buy");
  const entry = market.entries[at] as ExecutionCopy;
  const fee = other(entry.fee);
  const { books } = await market.day(market.entries.with(at, { ...entry, fee }));
  const sums = books.differences.named.filter((one): one is Difference & { kind: "sum" } =>
    one.kind === "sum"
  );
  assert.deepEqual(
    sums.map(({ field, of }) => `${of}: ${field}`).sort(),
    [
      `${entry.symbol}: fees`,
      `account ${entry.account}, USD: fees`,
      "account 0, USD: fees",
    ].sort(),
  );
});

Deno.test("a balance that its window does not explain is named, and so is its asset", async () => {
  const { books } = await market.day();
  const { balances } = books.state;
  const slot = balances.find(3, 3);
  balances.addAvailable(slot, 7);
  const again = await market.day();
  assert.equal(again.books.differences.count, 0);
  checkSums(books, books.differences);
  const found = books.differences.named.map(differenceLine);
  assert.equal(found.length, 3, found.join("\n"));
  assert.match(found[0], /^account 3, USD: closing is \d+\.\d{6}, not \d+\.\d{6}$/);
  assert.match(found[1], /^USD: the change by deposits less withdrawals is /);
  assert.match(found[2], /^USD: all balances, against the supply, is /);
  assert.ok(totalOf(books.state, slot) > 0);
});

Deno.test("in each asset what was bought was sold, and fees are somebody's", async () => {
  const { books } = await market.day();
  for (const sums of assetSums(books).values()) {
    assert.equal(sums.bought, sums.sold);
    assert.equal(sums.fees, 0n);
    assert.equal(sums.transfersIn, sums.transfersOut);
  }
});
