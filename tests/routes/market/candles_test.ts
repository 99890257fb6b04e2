import assert from "node:assert/strict";
import * as v from "valibot";
import { CANDLES_MAX } from "../../../routes/market/candles.ts";
import { CandlesSchema } from "../../../routes/schema/candles.ts";
import { START_MICROS } from "../memory_exchange.ts";
import { LIMIT_BUY, TestGateway } from "../test_gateway.ts";

const MINUTE_MICROS = 60_000_000;
const SELL = { ...LIMIT_BUY, side: "sell" };

/** Trades of 0.1 at each price, one a minute. */
async function trade(gateway: TestGateway, prices: readonly string[]): Promise<void> {
  for (const price of prices) {
    await gateway.place(1, { price, quantity: "0.1000" });
    await gateway.place(2, { ...SELL, price, quantity: "0.1000" });
    gateway.exchange.stampMicros += MINUTE_MICROS;
    gateway.nowMicros += MINUTE_MICROS;
  }
}

const read = (gateway: TestGateway, query: string) =>
  gateway.send("GET", `/v1/candles?symbol=BTC-USD${query}`);

Deno.test("candles come newest first, with what was traded in each", async () => {
  const gateway = new TestGateway();
  await trade(gateway, ["100.00", "105.00", "95.00"]);
  const { status, body } = await read(gateway, "&interval=1m");
  assert.equal(status, 200);
  assert.ok(v.is(CandlesSchema, body));
  assert.equal(body.interval, "1m");
  assert.deepEqual(body.candles.map(({ close }) => close), ["95.00", "105.00", "100.00"]);
  assert.deepEqual(body.candles.map(({ isFinal }) => isFinal), [false, true, true]);
  const first = Math.floor(START_MICROS / MINUTE_MICROS) * MINUTE_MICROS;
  assert.deepEqual(body.candles[1], {
    startMicros: first + MINUTE_MICROS,
    open: "105.00",
    high: "105.00",
    low: "105.00",
    close: "105.00",
    volume: "0.1000",
    trades: 1,
    firstTradeId: "2",
    lastTradeId: "2",
    isFinal: true,
  });
});

Deno.test("an interval takes its trades together, and a limit the newest candles", async () => {
  const gateway = new TestGateway();
  await trade(gateway, ["100.00", "105.00", "95.00"]);
  const { body: { candles } } = await read(gateway, "&interval=1d");
  assert.equal(candles.length, 1);
  const { open, high, low, close, trades } = candles[0];
  assert.deepEqual([open, high, low, close, trades], ["100.00", "105.00", "95.00", "95.00", 3]);
  const newest = await read(gateway, "&limit=2");
  assert.equal(newest.body.interval, "1m");
  assert.equal(newest.body.candles.length, 2);
});

Deno.test("an instrument that nobody has traded has no candles", async () => {
  const gateway = new TestGateway();
  const { status, body } = await read(gateway, "");
  assert.deepEqual([status, body.candles], [200, []]);
});

Deno.test("who asks for other candles of the instrument does not share the answer", async () => {
  const gateway = new TestGateway();
  await trade(gateway, ["100.00", "105.00"]);
  const [minutes, days, one] = await Promise.all([
    read(gateway, "&interval=1m"),
    read(gateway, "&interval=1d"),
    read(gateway, "&interval=1m&limit=1"),
  ]);
  const counts = [minutes, days, one].map(({ body }) => body.candles.length);
  assert.deepEqual(counts, [2, 1, 1]);
});

Deno.test("what is no interval or no number of candles is refused", async () => {
  const gateway = new TestGateway();
  const cases = [
    ["&interval=2m", "interval"],
    ["&interval=", "interval"],
    ["&limit=0", "limit"],
    [`&limit=${CANDLES_MAX + 1}`, "limit"],
    ["&levels=1", "levels"],
  ];
  for (const [query, field] of cases) {
    const { status, body } = await read(gateway, query);
    assert.deepEqual([query, status, body.field], [query, 400, field]);
  }
  assert.equal((await gateway.send("GET", "/v1/candles")).body.field, "symbol");
  assert.equal(gateway.exchange.queries.asked.length, 0);
  assert.equal((await read(gateway, `&limit=${CANDLES_MAX}`)).status, 200);
  assert.equal((await read(gateway, "&minSequence=999")).body.code, "behind");
});
