/**
 * Signatures, clocks and scopes, from the outside.
 *
 * @module
 */

import assert from "node:assert/strict";
import { KeysUnavailableError } from "../../../infra/keys/key_cache.ts";
import { newKey } from "../../../infra/keys/new_key.ts";
import { verifyingKeyOf } from "../../../infra/keys/verify_signature.ts";
import { createPrivateKey, sign } from "node:crypto";
import { ISSUER_SECRET, issuerRecord, revokedToken } from "../../support/token_issuer.ts";
import { START_MICROS } from "../memory_exchange.ts";
import { ADMIN, keyOf, LIMIT_BUY, TestGateway } from "../test_gateway.ts";

const BALANCES = "/v1/balances";

Deno.test("what is wrong with a signature is not said", async () => {
  const gateway = new TestGateway();
  gateway.addKey(2, ["read"], { revoked: true });
  gateway.addKey(3, ["read"], { expiresMicros: START_MICROS });
  const good = gateway.sign(1, "GET", BALANCES);
  const wrong: readonly Record<string, string>[] = [
    gateway.sign(1, "GET", BALANCES, { secret: "another" }),
    gateway.sign(1, "GET", "/v1/fills"),
    gateway.sign(1, "POST", BALANCES),
    gateway.sign(1, "GET", BALANCES, { body: "x" }),
    gateway.sign(2, "GET", BALANCES),
    gateway.sign(3, "GET", BALANCES),
    { ...good, "X-Edgebook-Key": "key_of_account_9" },
    { ...good, "X-Edgebook-Key": "?" },
    { ...good, "X-Edgebook-Recv-Window": "6000" },
    { ...good, "X-Edgebook-Timestamp": String(Number(good["X-Edgebook-Timestamp"]) - 1) },
    { ...good, "X-Edgebook-Signature": "0".repeat(64) },
    { ...good, "X-Edgebook-Signature": good["X-Edgebook-Signature"].toUpperCase() },
    { ...good, "X-Edgebook-Signature": "nonsense" },
  ];
  const seen = new Set<string>();
  for (const headers of wrong) {
    const answer = await gateway.send("GET", BALANCES, { headers });
    assert.deepEqual([answer.status, answer.body.code], [401, "signature_invalid"]);
    assert.match(answer.headers.get("www-authenticate") ?? "", /^Edgebook /);
    const { requestId: _, ...rest } = answer.body;
    seen.add(JSON.stringify(rest));
  }
  assert.equal(seen.size, 1, "all look the same");
  assert.equal((await gateway.send("GET", BALANCES, { headers: good })).status, 200);
});

Deno.test("the body is signed as it was sent, and the query with the path", async () => {
  const gateway = new TestGateway();
  const body = JSON.stringify(LIMIT_BUY, null, 2);
  const spaced = await gateway.signed(1, "POST", "/v1/orders", { body });
  assert.equal(spaced.status, 201);
  const headers = gateway.sign(1, "POST", "/v1/orders", { body });
  const changed = await gateway.send("POST", "/v1/orders", { body: `${body} `, headers });
  assert.equal(changed.status, 401);
  const query = gateway.sign(1, "GET", "/v1/orders?limit=1");
  assert.equal((await gateway.send("GET", "/v1/orders?limit=1", { headers: query })).status, 200);
  assert.equal((await gateway.send("GET", "/v1/orders?limit=2", { headers: query })).status, 401);
});

Deno.test("a key of Ed25519 signs as well", async () => {
  const gateway = new TestGateway();
  const { record, secret } = await newKey({
    kind: "ed25519",
    account: 1,
    scopes: ["read"],
    createdMicros: 0,
    expiresMicros: null,
  });
  gateway.keys.set(record.id, verifyingKeyOf(record));
  const timestamp = String(START_MICROS / 1_000);
  const text = new TextEncoder().encode(`${timestamp}\n5000\nGET\n${BALANCES}\n`);
  const headers = {
    "X-Edgebook-Key": record.id,
    "X-Edgebook-Timestamp": timestamp,
    "X-Edgebook-Signature": sign(null, text, createPrivateKey(secret)).toString("base64"),
  };
  assert.equal((await gateway.send("GET", BALANCES, { headers })).status, 200);
  const altered = { ...headers, "X-Edgebook-Recv-Window": "4000" };
  assert.equal((await gateway.send("GET", BALANCES, { headers: altered })).status, 401);
});

Deno.test("headers that are missing or malformed are named", async () => {
  const gateway = new TestGateway();
  const good = gateway.sign(1, "GET", BALANCES);
  const without = (name: string) =>
    Object.fromEntries(Object.entries(good).filter(([one]) => one !== name));
  for (const name of Object.keys(good)) {
    const { status, body } = await gateway.send("GET", BALANCES, { headers: without(name) });
    assert.deepEqual([status, body.code, body.field], [401, "signature_missing", name]);
  }
  const cases = [
    ["X-Edgebook-Timestamp", "soon", "timestamp_malformed"],
    ["X-Edgebook-Timestamp", "1700000000", "timestamp_malformed"],
    ["X-Edgebook-Recv-Window", "60001", "recv_window_malformed"],
    ["X-Edgebook-Recv-Window", "0", "recv_window_malformed"],
  ];
  for (const [field, value, code] of cases) {
    const { status, body } = await gateway.send("GET", BALANCES, {
      headers: { ...good, [field]: value },
    });
    assert.deepEqual([status, body.code, body.field, body.value], [400, code, field, value]);
  }
});

Deno.test("a request is good from its timestamp to the end of its window", async () => {
  const gateway = new TestGateway();
  const timestampMillis = START_MICROS / 1_000;
  const at = async (millis: number, recvWindowMillis?: number) => {
    gateway.nowMicros = (timestampMillis + millis) * 1_000;
    const window = recvWindowMillis === undefined ? {} : { recvWindowMillis };
    const headers = gateway.sign(1, "GET", BALANCES, { timestampMillis, ...window });
    const { status, body } = await gateway.send("GET", BALANCES, { headers });
    return status === 200 ? "ok" : `${status} ${body.code}`;
  };
  assert.equal(await at(-1_001), "401 timestamp_ahead");
  assert.equal(await at(-1_000), "ok");
  assert.equal(await at(5_000), "ok");
  assert.equal(await at(5_001), "401 timestamp_too_old");
  assert.equal(await at(5_001, 60_000), "ok");
  assert.equal(await at(60_001, 60_000), "401 timestamp_too_old");
});

Deno.test("a refusal by the clock names the server's time and the difference", async () => {
  const gateway = new TestGateway();
  const nowMillis = START_MICROS / 1_000;
  const refusal = async (offMillis: number) => {
    const timestampMillis = nowMillis + offMillis;
    const headers = gateway.sign(1, "GET", BALANCES, { timestampMillis });
    return (await gateway.send("GET", BALANCES, { headers })).body.detail;
  };
  const server = `The server's time is ${nowMillis}; the timestamp is`;
  assert.equal(await refusal(-300_000), `${server} 300000 ms behind it. GET /v1/time tells it.`);
  assert.equal(await refusal(300_000), `${server} 300000 ms ahead of it. GET /v1/time tells it.`);
  gateway.hasBackend = false;
  assert.match(await refusal(300_000), /not connected/, "its clock was never compared");
});

Deno.test("the end of the window goes into the log with the order", async () => {
  const gateway = new TestGateway();
  await gateway.place(1, {}, { recvWindowMillis: 1_234 });
  const [command] = gateway.exchange.commands;
  assert.equal(command.deadlineMicros, gateway.nowMicros + 1_234_000);
});

Deno.test("a key does what its scopes say, and nothing else", async () => {
  const gateway = new TestGateway();
  gateway.addKey(2, ["read"]);
  const cases = [
    [2, "GET", BALANCES, 200],
    [2, "DELETE", "/v1/orders", 403],
    [1, "GET", "/v1/admin/state", 403],
    [ADMIN, "GET", "/v1/admin/state", 200],
    [ADMIN, "GET", BALANCES, 403],
  ] as const;
  for (const [account, method, path, status] of cases) {
    const answer = await gateway.signed(account, method, path);
    assert.equal(answer.status, status, `${account} ${method} ${path}`);
  }
  const { body } = await gateway.signed(2, "DELETE", "/v1/orders");
  assert.deepEqual([body.code, body.limit, body.value], ["scope_missing", "trade", "read"]);
});

Deno.test("a key that cannot be checked now is 503, not 401", async () => {
  const gateway = new TestGateway();
  gateway.keys.get = (id) => {
    throw new KeysUnavailableError(id, "failed");
  };
  const answer = await gateway.signed(1, "GET", BALANCES);
  assert.deepEqual([answer.status, answer.body.code], [503, "keys_unavailable"]);
  assert.equal(answer.headers.get("retry-after"), "1");
  assert.ok(!answer.text.includes(keyOf(1)));
});

Deno.test("a key is used from its addresses alone, which only its owner is told", async () => {
  const gateway = new TestGateway({ settings: { trustedProxies: 1 } });
  gateway.addKey(2, ["read"], { addresses: ["198.51.100.0/24", "2001:db8:1::/48"] });
  const from = (address: string, options = {}) =>
    gateway.signed(2, "GET", BALANCES, { headers: { "X-Forwarded-For": address }, ...options });
  for (const address of ["198.51.100.1", "::ffff:198.51.100.1", "2001:db8:1:2::9"]) {
    assert.equal((await from(address)).status, 200, address);
  }
  for (const address of ["192.0.2.1", "2001:db8:2::1", "198.51.100.1:80", "nowhere"]) {
    const { status, body } = await from(address);
    assert.deepEqual([status, body.code, body.value], [403, "address_not_allowed", address]);
    assert.ok(!JSON.stringify(body).includes("198.51.100.0"), "the list is not told");
  }
  const guess = await from("192.0.2.1", { secret: "a guess" });
  assert.deepEqual([guess.status, guess.body.code], [401, "signature_invalid"]);
  const beyond = await gateway.signed(2, "DELETE", "/v1/orders", {
    headers: { "X-Forwarded-For": "192.0.2.1" },
  });
  assert.equal(beyond.body.code, "address_not_allowed", "before what it would be good for");
  gateway.addKey(2, ["read"], { addresses: ["nowhere/99"] });
  assert.equal((await from("198.51.100.1")).status, 403, "a list that cannot be read");
});

Deno.test("behind a proxy that is not trusted the connection's address counts", async () => {
  const gateway = new TestGateway();
  gateway.addKey(2, ["read"], { addresses: ["198.51.100.7"] });
  const headers = { "X-Forwarded-For": "198.51.100.7" };
  const refused = await gateway.signed(2, "GET", BALANCES, { headers });
  assert.deepEqual([refused.status, refused.body.value], [403, "192.0.2.1"]);
  const address = "198.51.100.7";
  assert.equal((await gateway.signed(2, "GET", BALANCES, { address })).status, 200);
});

Deno.test("an issuer of tokens and a revoked token are keys that sign nothing", async () => {
  const gateway = new TestGateway();
  const good = gateway.sign(1, "GET", BALANCES);
  const records = [
    issuerRecord({ by: "secret", secret: ISSUER_SECRET }),
    revokedToken("t1"),
  ];
  for (const record of records) {
    gateway.keys.set(record.id, verifyingKeyOf(record));
    const headers = { ...good, "X-Edgebook-Key": record.id };
    const { status, body } = await gateway.send("GET", BALANCES, { headers });
    assert.deepEqual([status, body.code], [401, "signature_invalid"]);
  }
});
