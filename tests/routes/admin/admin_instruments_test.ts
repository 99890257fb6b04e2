import assert from "node:assert/strict";
import * as v from "valibot";
import { DefinedInstrumentSchema } from "../../../routes/schema/administration.ts";
import { ADMIN, TestGateway } from "../test_gateway.ts";

const SOL = {
  symbol: "SOL-USD",
  tickSize: "0.05",
  lotSize: "0.01",
  priceMax: "10000",
  quantityMax: "900000",
};
const define = (gateway: TestGateway, changes: object = {}) =>
  gateway.signed(ADMIN, "POST", "/v1/admin/instruments", { body: { ...SOL, ...changes } });

Deno.test("an instrument is defined, trades, and is there once", async () => {
  const gateway = new TestGateway();
  const defined = await define(gateway);
  assert.equal(defined.status, 201);
  assert.ok(v.is(DefinedInstrumentSchema, defined.body));
  assert.deepEqual(defined.body, {
    symbol: "SOL-USD",
    base: "SOL",
    quote: "USD",
    tickSize: "0.05",
    lotSize: "0.01",
    priceMax: "10000.00",
    quantityMax: "900000.00",
    baseScale: 8,
    quoteScale: 6,
    makerFeeRate: "0.000100",
    takerFeeRate: "0.000500",
    collarRate: "0.050000",
    duplicate: false,
  });
  const order = { symbol: "SOL-USD", price: "100.05", quantity: "2" };
  assert.equal((await gateway.place(1, order)).status, 201);
  const sent = gateway.acts.sent.length;
  const again = await define(gateway, { makerFeeRate: "0.0001", priceMax: "10000.00" });
  assert.deepEqual([again.status, again.body], [200, { ...defined.body, duplicate: true }]);
  for (const changes of [{ makerFeeRate: "0.0002" }, { tickSize: "0.01" }, { lotSize: "0.02" }]) {
    const other = await define(gateway, changes);
    assert.deepEqual([other.status, other.body.code], [422, "instrument_exists"]);
  }
  assert.equal(gateway.acts.sent.length, sent, "nothing of that was sent");
});

Deno.test("the same signed request again defines nothing more", async () => {
  const gateway = new TestGateway();
  const options = { body: SOL };
  const headers = gateway.sign(ADMIN, "POST", "/v1/admin/instruments", options);
  // As if it were not known yet at the registrar.
  const { reference } = gateway.exchange;
  const bySymbol = reference.bySymbol.bind(reference);
  const first = await gateway.send("POST", "/v1/admin/instruments", { ...options, headers });
  const all = reference.all();
  reference.bySymbol = (symbol) => symbol === "SOL-USD" ? undefined : bySymbol(symbol);
  reference.all = () => all.filter((one) => one.symbol !== "SOL-USD");
  const second = await gateway.send("POST", "/v1/admin/instruments", { ...options, headers });
  assert.deepEqual([first.status, second.status], [201, 200]);
  assert.deepEqual(second.body, { ...first.body, duplicate: true });
});

Deno.test("the answer comes when the registrar knows the instrument itself", async () => {
  const gateway = new TestGateway();
  const { reference } = gateway.exchange;
  const bySymbol = reference.bySymbol.bind(reference);
  let asked = 0;
  reference.bySymbol = (symbol) =>
    symbol === "SOL-USD" && ++asked < 4 ? undefined : bySymbol(symbol);
  assert.equal((await define(gateway)).status, 201);
  assert.equal(asked, 4);
});

Deno.test("terms that cannot be are refused with the field, and nothing is sent", async () => {
  const gateway = new TestGateway();
  const cases: [object, string, string][] = [
    [{ symbol: "SOL" }, "invalid_field", "symbol"],
    [{ symbol: "USD-USD" }, "invalid_field", "symbol"],
    [{ tickSize: "0" }, "invalid_field", "tickSize"],
    [{ tickSize: 0.05 }, "invalid_decimal", "tickSize"],
    [{ tickSize: "0.00001" }, "invalid_field", "lotSize"],
    [{ priceMax: "90000000000" }, "invalid_field", "priceMax"],
    [{ quantityMax: "1000000" }, "invalid_field", "quantityMax"],
    [{ makerFeeRate: "0.100001" }, "invalid_field", "makerFeeRate"],
    [{ makerFeeRate: "0.0000001" }, "invalid_field", "makerFeeRate"],
    [{ takerFeeRate: "1" }, "invalid_field", "takerFeeRate"],
    [{ collarRate: "0" }, "invalid_field", "collarRate"],
    [{ collarRate: "1.000001" }, "invalid_field", "collarRate"],
    [{ baseScale: 13 }, "invalid_field", "baseScale"],
    [{ quoteScale: "6" }, "invalid_field", "quoteScale"],
    [{ status: "trading" }, "unknown_field", "status"],
  ];
  for (const [changes, code, field] of cases) {
    const { status, body } = await define(gateway, changes);
    assert.deepEqual([changes, status, body.code, body.field], [changes, 400, code, field]);
  }
  assert.match(
    (await define(gateway, { quantityMax: "1000000" })).body.detail,
    /^quantityMax is too large: with this priceMax at most 900719\.92/,
  );
  assert.equal(gateway.acts.sent.length, 0);
});
