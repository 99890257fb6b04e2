import assert from "node:assert/strict";
import * as v from "valibot";
import { encodeCursor, PageKind } from "../../../routes/cursor.ts";
import { TICKERS_KEPT_MICROS, TICKERS_PAGE_MAX } from "../../../routes/market/ticker_pages.ts";
import { TickerSchema, TickersSchema } from "../../../routes/schema/ticker.ts";
import { market } from "../../support/commands.ts";
import { TestGateway } from "../test_gateway.ts";

const symbolsOf = (tickers: readonly { symbol: string }[]) => tickers.map(({ symbol }) => symbol);

Deno.test("without a symbol the ticker is that of every instrument", async () => {
  const gateway = new TestGateway();
  await gateway.place(1);
  const { status, body } = await gateway.send("GET", "/v1/ticker");
  assert.equal(status, 200);
  assert.ok(v.is(TickersSchema, body));
  assert.deepEqual(symbolsOf(body.tickers), ["BTC-USD", "ETH-USD"]);
  assert.equal(body.nextCursor, null);
  const one = await gateway.send("GET", "/v1/ticker?symbol=BTC-USD");
  assert.ok(v.is(TickerSchema, one.body));
  assert.deepEqual(one.body, body.tickers[0]);
  assert.equal(one.body.bidPrice, "50000.00");
});

Deno.test("all tickers are asked for once a second, however many want them", async () => {
  const gateway = new TestGateway();
  const { asked } = gateway.exchange.queries;
  await Promise.all([gateway.send("GET", "/v1/ticker"), gateway.send("GET", "/v1/ticker")]);
  await gateway.send("GET", "/v1/ticker");
  assert.equal(asked.length, 2);
  gateway.nowMicros += TICKERS_KEPT_MICROS - 1;
  await gateway.send("GET", "/v1/ticker");
  assert.equal(asked.length, 2);
  gateway.nowMicros += 1;
  await gateway.send("GET", "/v1/ticker");
  assert.equal(asked.length, 4);
});

Deno.test("tickers that did not come are asked for again", async () => {
  const gateway = new TestGateway();
  const { failures } = gateway.exchange.queries;
  failures.set("marketData", "unreachable");
  const { status, body } = await gateway.send("GET", "/v1/ticker");
  assert.deepEqual([status, body.code], [503, "market_data_unavailable"]);
  failures.clear();
  assert.equal((await gateway.send("GET", "/v1/ticker")).status, 200);
});

Deno.test("pages of tickers follow each other until all instruments were there", async () => {
  const gateway = new TestGateway();
  const more = market().asset("BTC", 8).asset("ETH", 8).asset("USD", 6)
    .instrument("BTC-USD").instrument("ETH-USD");
  const begin = more.commands.length;
  for (let count = 0; count < TICKERS_PAGE_MAX; count++) {
    more.asset(`C${count}`, 8).instrument(`C${count}-USD`);
  }
  for (let at = begin; at < more.commands.length; at += 100) {
    gateway.exchange.operate(more.commands.slice(at, at + 100));
  }
  const first = await gateway.send("GET", "/v1/ticker");
  assert.equal(first.body.tickers.length, TICKERS_PAGE_MAX);
  const second = await gateway.send("GET", `/v1/ticker?cursor=${first.body.nextCursor}`);
  assert.equal(second.body.tickers.length, 2);
  assert.equal(second.body.nextCursor, null);
  const all = symbolsOf([...first.body.tickers, ...second.body.tickers]);
  assert.equal(new Set(all).size, TICKERS_PAGE_MAX + 2);
});

Deno.test("what does not belong to one ticker, or to all of them, is refused", async () => {
  const gateway = new TestGateway();
  const cursor = encodeCursor(PageKind.tickers, 1);
  const cases = [
    [`?symbol=BTC-USD&cursor=${cursor}`, "cursor"],
    ["?minSequence=1", "minSequence"],
    [`?cursor=${encodeCursor(PageKind.fills, 1)}`, "cursor"],
    [`?cursor=${encodeCursor(PageKind.tickers, 9_000)}`, "cursor"],
  ];
  for (const [query, field] of cases) {
    const { status, body } = await gateway.send("GET", `/v1/ticker${query}`);
    assert.deepEqual([query, status, body.field], [query, 400, field]);
  }
});
