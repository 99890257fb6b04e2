/**
 * What a market that was started by one command refuses, each with its status and its stable code,
 * and that none of it leaves a trace.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type RequestChanges, RestClient } from "../support/client_rest.ts";
import { StartedMarket, withDataDirectory } from "../workers/supervisor/started_market.ts";

const GOOD = {
  symbol: "BTC-USD",
  side: "buy",
  type: "limit",
  price: "50000.00",
  quantity: "0.5000",
  timeInForce: "GTC",
};

/** A refused order: what is wrong, the body, and what is answered. */
type Refused = readonly [
  what: string,
  body: unknown,
  status: number,
  code: string,
  changes?: RequestChanges,
];

const HOUR_MILLIS = 3_600_000;

/** Refused before anybody looks at the body. */
const BY_SIGNATURE = (): readonly Refused[] => [
  ["a wrong signature", GOOD, 401, "signature_invalid", {
    headers: { "X-Edgebook-Signature": "0".repeat(64) },
  }],
  ["a signature that is none", GOOD, 401, "signature_invalid", {
    headers: { "X-Edgebook-Signature": "nonsense" },
  }],
  ["another body than was signed", GOOD, 401, "signature_invalid", {
    sentBody: JSON.stringify({ ...GOOD, quantity: "5.0000" }),
  }],
  ["a key that nobody has", GOOD, 401, "signature_invalid", {
    headers: { "X-Edgebook-Key": "key_AAAAAAAAAAAAAAAAAAAAAA" },
  }],
  ["an old timestamp", GOOD, 401, "timestamp_too_old", {
    timestampMillis: Date.now() - HOUR_MILLIS,
  }],
  ["a timestamp of tomorrow", GOOD, 401, "timestamp_ahead", {
    timestampMillis: Date.now() + HOUR_MILLIS,
  }],
  ["a timestamp that is none", GOOD, 400, "timestamp_malformed", {
    headers: { "X-Edgebook-Timestamp": "now" },
  }],
  ["too large a window", GOOD, 400, "recv_window_malformed", { recvWindowMillis: 60_001 }],
  ["a body that is no JSON by its type", GOOD, 415, "unsupported_media_type", {
    headers: { "Content-Type": "text/plain" },
  }],
  ["an oversized body", { ...GOOD, clientOrderId: "x".repeat(70_000) }, 413, "body_too_large"],
];

/** Refused for what the body says. */
const BY_BODY: readonly Refused[] = [
  ["malformed JSON", '{"symbol":', 400, "malformed_json"],
  ["NaN", '{"symbol":"BTC-USD","price":NaN}', 400, "malformed_json"],
  ["no object", "[]", 400, "not_an_object"],
  ["an unknown field", { ...GOOD, leverage: "10" }, 400, "unknown_field"],
  ["a prototype", `{"__proto__":{},${JSON.stringify(GOOD).slice(1)}`, 400, "unknown_field"],
  ["a missing field", { ...GOOD, side: undefined }, 400, "missing_field"],
  ["a number for a decimal", { ...GOOD, price: 50_000 }, 400, "invalid_decimal"],
  ["NaN as text", { ...GOOD, price: "NaN" }, 400, "invalid_decimal"],
  ["Infinity as text", { ...GOOD, quantity: "Infinity" }, 400, "invalid_decimal"],
  ["an exponent", { ...GOOD, price: "5e4" }, 400, "invalid_decimal"],
  ["a negative price", { ...GOOD, price: "-50000.00" }, 400, "invalid_decimal"],
  ["a negative quantity", { ...GOOD, quantity: "-0.5" }, 400, "invalid_decimal"],
  ["a price between two ticks", { ...GOOD, price: "50000.001" }, 400, "price_off_tick"],
  ["a quantity between two lots", { ...GOOD, quantity: "0.00005" }, 400, "quantity_off_lot"],
  ["nothing of something", { ...GOOD, quantity: "0" }, 400, "quantity_zero"],
  ["too high a price", { ...GOOD, price: "1000000.01" }, 400, "price_too_high"],
  ["a client order id too long", { ...GOOD, clientOrderId: "x".repeat(37) }, 400, "invalid_field"],
  [
    "post-only that may not rest",
    { ...GOOD, postOnly: true, timeInForce: "IOC" },
    400,
    "invalid_combination",
  ],
  ["an unknown symbol", { ...GOOD, symbol: "DOGE-USD" }, 404, "unknown_symbol"],
  ["no funds", { ...GOOD, price: "1000000.00", quantity: "9000.0000" }, 422, "insufficient_funds"],
];

Deno.test("a market refuses what it must, and says why", (t) =>
  withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    const [trader] = line.keys;
    const operator = line.keys.find((one) => one.account === "admin");
    assert.ok(operator !== undefined);
    const client = new RestClient(line.gateway, trader);
    const admin = new RestClient(line.gateway, operator);
    const balances = async () => (await client.request("GET", "/v1/balances")).json.balances;
    const before = await balances();
    for (const [what, body, status, code, changes] of [...BY_SIGNATURE(), ...BY_BODY]) {
      await t.step(what, async () => {
        const answer = await client.request("POST", "/v1/orders", body, changes);
        assert.deepEqual([answer.status, answer.json.code], [status, code]);
        assert.equal(answer.headers.get("content-type"), "application/problem+json");
        assert.equal(answer.json.status, status);
        assert.equal(answer.json.requestId, answer.headers.get("x-request-id"));
        const text = JSON.stringify(answer.json) + JSON.stringify([...answer.headers]);
        assert.ok(!text.includes(trader.secret), "no secret in an answer");
      });
    }
    await t.step("no signature, no scope, no such path, no such method", async () => {
      const nobody = new RestClient(line.gateway, null);
      const cases: [Promise<{ status: number; json: { code: string } }>, number, string][] = [
        [nobody.request("POST", "/v1/orders", GOOD), 401, "signature_missing"],
        [admin.request("POST", "/v1/orders", GOOD), 403, "scope_missing"],
        [client.request("GET", "/v1/admin/state"), 403, "scope_missing"],
        [client.request("GET", "/v1/nothing"), 404, "not_found"],
        [client.request("PUT", "/v1/orders", GOOD), 405, "method_not_allowed"],
        [client.request("DELETE", "/v1/orders/999999"), 404, "unknown_order"],
      ];
      for (const [answer, status, code] of cases) {
        const { status: got, json } = await answer;
        assert.deepEqual([got, json.code], [status, code]);
      }
    });
    await t.step("and none of it left a trace", async () => {
      assert.deepEqual(await balances(), before);
      const { json } = await client.request("GET", "/v1/orders?status=all");
      assert.deepEqual(json.items, []);
    });
    assert.equal((await market.end("SIGTERM")).code, 0);
  }));
