import assert from "node:assert/strict";
import * as v from "valibot";
import { TermsSchema } from "../../../routes/schema/administration.ts";
import { ADMIN, TestGateway } from "../test_gateway.ts";

const PATH = "/v1/admin/instruments/BTC-USD";
const BEFORE = {
  symbol: "BTC-USD",
  makerFeeRate: "0.000100",
  takerFeeRate: "0.000500",
  collarRate: "0.050000",
  priceMax: "1000000.00",
  quantityMax: "9000.0000",
};

const change = (gateway: TestGateway, body: object, path = PATH) =>
  gateway.signed(ADMIN, "PATCH", path, { body });

Deno.test("what is named changes, and whoever asks next is told the new terms", async () => {
  const gateway = new TestGateway();
  const body = { takerFeeRate: "0.0004", collarRate: "0.1", quantityMax: "8000" };
  const changed = await change(gateway, body);
  assert.equal(changed.status, 200, JSON.stringify(changed.body));
  assert.ok(v.is(TermsSchema, changed.body), JSON.stringify(changed.body));
  const { duplicate, sequence: _sequence, transactTimeMicros: _time, ...terms } = changed.body;
  const after = {
    ...BEFORE,
    takerFeeRate: "0.000400",
    collarRate: "0.100000",
    quantityMax: "8000.0000",
  };
  assert.deepEqual([duplicate, terms], [false, after]);
  const { body: listed } = await gateway.send("GET", "/v1/instruments?symbol=BTC-USD");
  const { instruments: [one] } = listed;
  assert.deepEqual({ ...one, ...after }, one);
  const { body: fees } = await gateway.signed(1, "GET", "/v1/fees?symbol=BTC-USD");
  assert.equal(fees.fees[0].takerFeeRate, "0.000400");
  const { body: info } = await gateway.send("GET", "/api/v3/exchangeInfo?symbol=BTCUSD");
  const filters: { filterType: string; maxQty?: string }[] = info.symbols[0].filters;
  const lots = filters.find(({ filterType }) => filterType === "LOT_SIZE");
  assert.equal(Number(lots?.maxQty), 8_000);
  const order = { symbol: "BTC-USD", price: "100.00", quantity: "8000.0001" };
  assert.equal((await gateway.place(1, order)).body.code, "quantity_too_high");
});

Deno.test("the fees of a trade are those of its time, in one answer and the next", async () => {
  const gateway = new TestGateway();
  const order = { symbol: "BTC-USD", price: "1000.00", quantity: "1.0000" };
  const trade = async () => {
    await gateway.place(1, { ...order, side: "sell" });
    const { body } = await gateway.place(2, { ...order, side: "buy" });
    return body.fills[0].fee;
  };
  assert.equal(await trade(), "0.500000");
  await change(gateway, { takerFeeRate: "0.002" });
  assert.equal(await trade(), "2.000000");
  await change(gateway, { takerFeeRate: "0" });
  assert.equal(await trade(), "0");
});

Deno.test("the same signed request again changes nothing more, whatever the terms are by then", async () => {
  const gateway = new TestGateway();
  const options = { body: { takerFeeRate: "0.0004" } };
  const headers = gateway.sign(ADMIN, "PATCH", PATH, options);
  const send = () => gateway.send("PATCH", PATH, { ...options, headers });
  const first = await send();
  const again = await send();
  assert.deepEqual([again.status, again.body], [200, { ...first.body, duplicate: true }]);
  await change(gateway, { takerFeeRate: "0.0003", makerFeeRate: "0.0002" });
  const late = await send();
  assert.deepEqual([late.status, late.body.duplicate], [200, true]);
  assert.deepEqual([late.body.takerFeeRate, late.body.sequence], ["0.000300", first.body.sequence]);
});

Deno.test("orders that rest are in the way of a higher fee, and the answer says what to do", async () => {
  const gateway = new TestGateway();
  await gateway.place(1, { symbol: "BTC-USD", side: "buy", price: "1000.00", quantity: "1" });
  const dearer = await change(gateway, { takerFeeRate: "0.0006" });
  assert.deepEqual([dearer.status, dearer.body.code], [422, "orders_rest"]);
  assert.match(dearer.body.detail, /higher of the two fees rises only while no buy rests/);
  const narrower = await change(gateway, { priceMax: "900000" });
  assert.deepEqual([narrower.status, narrower.body.code], [422, "orders_rest"]);
  assert.equal((await change(gateway, { takerFeeRate: "0.0001" })).status, 200);
  assert.equal((await gateway.signed(ADMIN, "POST", `${PATH}/kill`)).status, 200);
  assert.equal((await change(gateway, { takerFeeRate: "0.0006", priceMax: "900000" })).status, 200);
});

Deno.test("two operators: what is not as it was expected is not changed", async () => {
  const gateway = new TestGateway();
  const expected = { takerFeeRate: "0.0005" };
  const first = await change(gateway, { takerFeeRate: "0.0004", expected });
  const second = await change(gateway, { takerFeeRate: "0.0003", expected });
  assert.deepEqual([first.status, second.status], [200, 409]);
  const { code, detail, field, limit, value } = second.body;
  assert.deepEqual([code, field, limit, value], [
    "terms_changed",
    "takerFeeRate",
    "0.000400",
    "0.000500",
  ]);
  assert.match(detail, /Read them and ask again\.$/);
  const price = { priceMax: "2000000", quantityMax: "1", expected: { priceMax: "5.00" } };
  const third = await change(gateway, price);
  assert.deepEqual([third.body.field, third.body.limit, third.body.value], [
    "priceMax",
    "1000000.00",
    "5.00",
  ]);
  // Of the other terms nothing was expected, and nothing is undone.
  const other = await change(gateway, { makerFeeRate: "0" });
  assert.deepEqual([other.body.makerFeeRate, other.body.takerFeeRate], ["0.000000", "0.000400"]);
});

Deno.test("a change seen late at the registrar is refused, and not made on old terms", async () => {
  const gateway = new TestGateway();
  const { reference } = gateway.exchange;
  const old = reference.bySymbol("BTC-USD");
  await change(gateway, { takerFeeRate: "0.0004" });
  const bySymbol = reference.bySymbol.bind(reference);
  let asked = 0;
  reference.bySymbol = (symbol) => asked++ < 2 ? old : bySymbol(symbol);
  const late = await change(gateway, { takerFeeRate: "0.0003" });
  assert.deepEqual([late.status, late.body.code], [409, "terms_changed"]);
});

Deno.test("the answer comes when the registrar knows the new terms itself", async () => {
  const gateway = new TestGateway();
  const { reference } = gateway.exchange;
  const old = reference.bySymbol("BTC-USD");
  const bySymbol = reference.bySymbol.bind(reference);
  let asked = 0;
  reference.bySymbol = (symbol) => ++asked < 5 ? old : bySymbol(symbol);
  const { body, status } = await change(gateway, { takerFeeRate: "0.0004" });
  assert.deepEqual([status, body.takerFeeRate, asked], [200, "0.000400", 5]);
});

Deno.test("terms that cannot be are refused with the field, and nothing is sent", async () => {
  const gateway = new TestGateway();
  const cases: [object, number, string, string | undefined][] = [
    [{}, 400, "missing_field", undefined],
    [{ expected: { takerFeeRate: "0.0005" } }, 400, "missing_field", undefined],
    [{ tickSize: "0.05" }, 400, "unknown_field", "tickSize"],
    [{ symbol: "ETH-USD" }, 400, "unknown_field", "symbol"],
    [{ makerFeeRate: "0.100001" }, 400, "invalid_field", "makerFeeRate"],
    [{ makerFeeRate: 0.0001 }, 400, "invalid_field", "makerFeeRate"],
    [{ takerFeeRate: "0.0000001" }, 400, "invalid_field", "takerFeeRate"],
    [{ collarRate: "0" }, 400, "invalid_field", "collarRate"],
    [{ priceMax: 5 }, 400, "invalid_decimal", "priceMax"],
    [{ priceMax: "1000000.001" }, 400, "invalid_field", "priceMax"],
    [{ priceMax: "90000000" }, 400, "invalid_field", "priceMax"],
    [{ quantityMax: "10000" }, 400, "invalid_field", "quantityMax"],
    [
      { makerFeeRate: "0", expected: { takerFeeRate: "0.0005" } },
      400,
      "invalid_field",
      "expected.takerFeeRate",
    ],
  ];
  for (const [body, status, code, field] of cases) {
    const answer = await change(gateway, body);
    assert.deepEqual([body, answer.status, answer.body.code, answer.body.field], [
      body,
      status,
      code,
      field,
    ]);
  }
  const nowhere = await change(gateway, { makerFeeRate: "0" }, "/v1/admin/instruments/SOL-USD");
  assert.deepEqual([nowhere.status, nowhere.body.code], [404, "unknown_symbol"]);
  assert.equal(gateway.acts.sent.length, 0);
});

Deno.test("it takes the scope admin and, where secrets are not trusted, a key without one", async () => {
  const gateway = new TestGateway();
  const body = { takerFeeRate: "0.0004" };
  assert.equal((await gateway.signed(1, "PATCH", PATH, { body })).body.code, "scope_missing");
  gateway.acts.trustsSecrets = false;
  const refused = await change(gateway, body);
  assert.deepEqual([refused.status, refused.body.code], [403, "key_kind_refused"]);
  assert.equal(gateway.acts.sent.length, 0);
});
