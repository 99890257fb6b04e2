import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import * as v from "valibot";
import { AuditAct } from "../../../core/protocol/administration.ts";
import { CreatedKeySchema, KeysSchema, RevokedKeySchema } from "../../../routes/schema/keys.ts";
import { LIVE_KEYS_MAX } from "../../../workers/registrar/key_acts.ts";
import { START_MICROS } from "../memory_exchange.ts";
import { type Answer, keyOf, TestGateway } from "../test_gateway.ts";

const DAY_MICROS = 86_400_000_000;

/** A gateway whose account 1 may do everything but administration. */
function gatewayWithKeys(changes: Parameters<TestGateway["addKey"]>[2] = {}): TestGateway {
  const gateway = new TestGateway();
  gateway.addKey(1, ["read", "trade", "keys"], changes);
  return gateway;
}

const create = (gateway: TestGateway, body: object, account = 1): Promise<Answer> =>
  gateway.signed(account, "POST", "/v1/keys", { body });

/** Asks for the balances with a key of HMAC. */
async function readWith(gateway: TestGateway, id: string, secret: string, address = "192.0.2.1") {
  const path = "/v1/balances";
  const timestamp = String(Math.floor(gateway.nowMicros / 1_000));
  const text = `${timestamp}\n5000\nGET\n${path}\n`;
  const signature = createHmac("sha256", secret).update(text).digest("hex");
  const headers = {
    "X-Edgebook-Key": id,
    "X-Edgebook-Timestamp": timestamp,
    "X-Edgebook-Signature": signature,
  };
  return (await gateway.send("GET", path, { headers, address })).status;
}

Deno.test("a key makes another one for its account, whose secret is shown once", async () => {
  const gateway = gatewayWithKeys();
  const { status, body } = await create(gateway, { scopes: ["read"] });
  assert.equal(status, 201);
  assert.ok(v.is(CreatedKeySchema, body));
  const { key, secret, ...shown } = body;
  assert.deepEqual(shown, {
    kind: "hmac",
    scopes: ["read"],
    addresses: [],
    tier: null,
    createdMicros: gateway.nowMicros,
    expiresMicros: null,
    revoked: false,
    duplicate: false,
  });
  assert.equal(await readWith(gateway, key, secret ?? ""), 200);
  const listed = await gateway.signed(1, "GET", "/v1/keys");
  assert.ok(v.is(KeysSchema, listed.body));
  assert.deepEqual(listed.body.keys.map((one) => one.key), [key, keyOf(1)]);
  assert.ok(!listed.text.includes(secret ?? "?"));
  assert.deepEqual(gateway.acts.changes, [{
    author: `key:${keyOf(1)}`.slice(0, 32),
    act: AuditAct.keyCreate,
    id: key,
  }]);
});

Deno.test("the same signed request makes no second key and shows no secret", async () => {
  const gateway = gatewayWithKeys();
  const options = { body: { scopes: ["read"] } };
  const headers = gateway.sign(1, "POST", "/v1/keys", options);
  const first = await gateway.send("POST", "/v1/keys", { ...options, headers });
  const second = await gateway.send("POST", "/v1/keys", { ...options, headers });
  assert.deepEqual([first.status, second.status], [201, 200]);
  assert.deepEqual(second.body, { ...first.body, secret: null, duplicate: true });
  const named = { ...options, idempotencyKey: "my-key" };
  const third = await gateway.signed(1, "POST", "/v1/keys", named);
  const fourth = await gateway.signed(1, "POST", "/v1/keys", named);
  assert.deepEqual([third.status, fourth.status], [201, 200]);
  assert.equal(fourth.body.key, third.body.key);
  assert.equal(gateway.acts.changes.length, 2);
});

Deno.test("a key gets no more than the one that asks has", async () => {
  const end = START_MICROS + DAY_MICROS;
  const gateway = gatewayWithKeys({ addresses: ["192.0.2.0/24"], expiresMicros: end });
  const cases: [object, number, string][] = [
    [{ scopes: ["admin"] }, 422, "scopes"],
    [{ scopes: ["read", "admin"] }, 422, "scopes"],
    [{ scopes: ["read"], addresses: [] }, 422, "addresses"],
    [{ scopes: ["read"], addresses: ["198.51.100.1"] }, 422, "addresses"],
    [{ scopes: ["read"], addresses: ["192.0.0.0/16"] }, 422, "addresses"],
    [{ scopes: ["read"], expiresMicros: end + 1 }, 422, "expiresMicros"],
    [{ scopes: ["read"], expiresMicros: 1 }, 400, "expiresMicros"],
    [{ scopes: ["read"], addresses: ["nowhere"] }, 400, "addresses"],
    [{ scopes: ["read"], kind: "ed25519" }, 400, "publicKey"],
    [{ scopes: ["read"], kind: "hmac", publicKey: "A".repeat(43) + "=" }, 400, "publicKey"],
  ];
  for (const [body, status, field] of cases) {
    const answer = await create(gateway, body);
    const { field: named, code } = answer.body;
    assert.deepEqual([body, answer.status, named], [body, status, field]);
    assert.equal(code, status === 422 ? "key_beyond_own" : "invalid_field");
  }
  const inherited = await create(gateway, { scopes: ["read"] });
  assert.deepEqual(inherited.body.addresses, ["192.0.2.0/24"]);
  assert.equal(inherited.body.expiresMicros, end);
  const narrower = { scopes: ["trade"], addresses: ["192.0.2.7"], expiresMicros: end - 1 };
  const narrow = await create(gateway, narrower);
  assert.equal(narrow.status, 201);
  assert.deepEqual(
    [narrow.body.addresses, narrow.body.expiresMicros],
    [["192.0.2.7"], end - 1],
  );
});

Deno.test("an Ed25519 key is given, and its private half never seen", async () => {
  const gateway = gatewayWithKeys();
  const pair = generateKeyPairSync("ed25519");
  const { x = "" } = pair.publicKey.export({ format: "jwk" });
  const publicKey = x.replaceAll("-", "+").replaceAll("_", "/") + "=";
  const { status, body } = await create(gateway, { scopes: ["read"], kind: "ed25519", publicKey });
  assert.deepEqual([status, body.kind, body.secret], [201, "ed25519", null]);
  const timestamp = String(Math.floor(gateway.nowMicros / 1_000));
  const text = new TextEncoder().encode(`${timestamp}\n5000\nGET\n/v1/balances\n`);
  const { status: read } = await gateway.send("GET", "/v1/balances", {
    headers: {
      "X-Edgebook-Key": body.key,
      "X-Edgebook-Timestamp": timestamp,
      "X-Edgebook-Signature": sign(null, text, pair.privateKey).toString("base64"),
    },
  });
  assert.equal(read, 200);
});

Deno.test("the list tells when each key was last used, where it is known", async () => {
  const gateway = gatewayWithKeys();
  const { body: { key } } = await create(gateway, { scopes: ["read"] });
  const usedMicros = START_MICROS + 60_000_000;
  gateway.acts.lastUses.set(key, { usedMicros, address: "192.0.2.1" });
  const { body } = await gateway.signed(1, "GET", "/v1/keys");
  assert.ok(v.is(KeysSchema, body));
  const uses = new Map(body.keys.map((one) => [one.key, one.lastUsedMicros]));
  assert.deepEqual([uses.get(key), uses.get(keyOf(1))], [usedMicros, null]);
  gateway.acts.hasLastUses = false;
  const { status, body: without } = await gateway.signed(1, "GET", "/v1/keys");
  assert.ok(v.is(KeysSchema, without));
  const untold = without.keys.map(({ lastUsedMicros }) => lastUsedMicros);
  assert.deepEqual([status, ...untold], [200, null, null]);
});

Deno.test("a revoked key is of no use, and may be revoked again", async () => {
  const gateway = gatewayWithKeys();
  const { body: { key, secret } } = await create(gateway, { scopes: ["read"] });
  const revoked = await gateway.signed(1, "DELETE", `/v1/keys/${key}`);
  assert.equal(revoked.status, 200);
  assert.ok(v.is(RevokedKeySchema, revoked.body));
  assert.deepEqual([revoked.body.revoked, revoked.body.duplicate], [true, false]);
  assert.equal(await readWith(gateway, key, secret), 401);
  const again = await gateway.signed(1, "DELETE", `/v1/keys/${key}`);
  assert.deepEqual([again.status, again.body.duplicate], [200, true]);
  assert.deepEqual(gateway.acts.changes.map(({ act }) => act), [
    AuditAct.keyCreate,
    AuditAct.keyRevoke,
  ]);
});

Deno.test("keys of others are as unknown as none", async () => {
  const gateway = gatewayWithKeys();
  gateway.addKey(2, ["read", "keys"]);
  const { body: { key } } = await create(gateway, { scopes: ["read"] }, 2);
  for (
    const id of [key, keyOf(2), "key_that_is_nowhere", "short", "key.of.none", "a%20b%20c%20d"]
  ) {
    const { status, body } = await gateway.signed(1, "DELETE", `/v1/keys/${id}`);
    assert.deepEqual([id, status, body.code], [id, 404, "key_not_found"]);
  }
  const { body } = await gateway.signed(1, "GET", "/v1/keys");
  assert.deepEqual(body.keys.map((one: { key: string }) => one.key), [keyOf(1)]);
  assert.equal(gateway.acts.records.get(key)?.revoked, false);
});

Deno.test("an account has so many keys that are valid at once, however many ask at once", async () => {
  const gateway = gatewayWithKeys();
  const bodies = Array.from({ length: LIVE_KEYS_MAX }, () => ({ scopes: ["read"] }));
  const answers = await Promise.all(bodies.map((body) => create(gateway, body)));
  const made = answers.filter(({ status }) => status === 201);
  // The one that asks is one of them.
  assert.equal(made.length, LIVE_KEYS_MAX - 1);
  const full = answers.find(({ status }) => status !== 201);
  assert.deepEqual([full?.status, full?.body.code], [422, "keys_full"]);
  await gateway.signed(1, "DELETE", `/v1/keys/${made[0].body.key}`);
  assert.equal((await create(gateway, { scopes: ["read"] })).status, 201);
});

Deno.test("keys need the scope for it, and a body that says what they shall be", async () => {
  const gateway = new TestGateway();
  for (const [method, path] of [["GET", "/v1/keys"], ["DELETE", "/v1/keys/key_12345678"]]) {
    const { status, body } = await gateway.signed(1, method, path);
    assert.deepEqual([status, body.code], [403, "scope_missing"]);
  }
  assert.equal(gateway.acts.requests.length, 0);
  const able = gatewayWithKeys();
  const cases = [
    [{}, "missing_field"],
    [{ scopes: [] }, "invalid_field"],
    [{ scopes: ["read", "read"] }, "invalid_field"],
    [{ scopes: ["root"] }, "invalid_field"],
    [{ scopes: ["read"], account: 2 }, "unknown_field"],
    [{ scopes: ["read"], publicKey: "short" }, "invalid_field"],
  ] as const;
  for (const [body, code] of cases) {
    const answer = await create(able, body);
    assert.deepEqual([body, answer.status, answer.body.code], [body, 400, code]);
  }
  assert.equal(able.acts.requests.length, 0);
});

Deno.test("who gets no answer is told what that means", async () => {
  const gateway = gatewayWithKeys();
  gateway.acts.trouble = "nobody";
  const nobody = await create(gateway, { scopes: ["read"] });
  assert.deepEqual([nobody.status, nobody.body.code], [503, "registrar_unavailable"]);
  gateway.acts.trouble = "unanswered";
  const unknown = await create(gateway, { scopes: ["read"] });
  assert.deepEqual([unknown.status, unknown.body.code], [503, "act_unanswered"]);
  assert.match(unknown.body.detail, /never carried out twice/);
  const listed = await gateway.signed(1, "GET", "/v1/keys");
  assert.equal(listed.body.code, "registrar_unavailable");
});
