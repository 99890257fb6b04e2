/**
 * Requests that bear a token, from the outside.
 *
 * @module
 */
import assert from "node:assert/strict";
import { admissionPolicy } from "../../../core/limits/policy.ts";
import { issuerKeyId } from "../../../infra/keys/issuer_id.ts";
import { KeysUnavailableError } from "../../../infra/keys/key_cache.ts";
import type { IssuerRecord } from "../../../infra/keys/key_record.ts";
import { verifyingKeyOf } from "../../../infra/keys/verify_signature.ts";
import { MemoryAdmission } from "../../../infra/upstash/memory.ts";
import {
  claimsOf,
  ISSUER,
  ISSUER_SECRET,
  issuerRecord,
  revokedToken,
  TokenSigner,
} from "../../support/token_issuer.ts";
import { START_MICROS } from "../memory_exchange.ts";
import { type Answer, LIMIT_BUY, type RequestOptions, TestGateway } from "../test_gateway.ts";

const BALANCES = "/v1/balances";
/** What it costs. */
const BALANCES_UNITS = 2;
const SIGNER = await TokenSigner.make("HS256");
const START_MILLIS = START_MICROS / 1_000;

const tokenOf = (account: number, changes: Record<string, unknown> = {}) =>
  SIGNER.sign(claimsOf(account, START_MILLIS, changes));

/** A gateway that knows the issuer. */
function gatewayOf(
  changes: Partial<IssuerRecord> = {},
  options: ConstructorParameters<typeof TestGateway>[0] = {},
): TestGateway {
  const gateway = new TestGateway(options);
  const record = issuerRecord({ by: "secret", secret: ISSUER_SECRET }, changes);
  gateway.keys.set(record.id, verifyingKeyOf(record));
  return gateway;
}

/** Sends a request with a token. */
function send(
  gateway: TestGateway,
  token: string,
  method: string,
  path: string,
  options: RequestOptions = {},
): Promise<Answer> {
  const headers = { Authorization: `Bearer ${token}`, ...options.headers };
  return gateway.send(method, path, { ...options, headers });
}

Deno.test("whoever bears a token acts for its account", async () => {
  const gateway = gatewayOf();
  const token = await tokenOf(2);
  const placed = await send(gateway, token, "POST", "/v1/orders", { body: LIMIT_BUY });
  assert.equal(placed.status, 201, placed.text);
  assert.equal(gateway.exchange.commands[0].account, 2);
  const path = `/v1/orders/${placed.body.orderId}`;
  assert.deepEqual((await gateway.signed(2, "GET", path)).body.orderId, placed.body.orderId);
  assert.equal((await send(gateway, token, "GET", path)).status, 200);
  assert.equal((await send(gateway, await tokenOf(1), "GET", path)).status, 404, "another's");
  assert.equal((await send(gateway, token, "DELETE", "/v1/orders")).body.canceled, 1);
});

Deno.test("the deadline runs from when the request came, as long as its window says", async () => {
  const gateway = gatewayOf();
  const token = await tokenOf(1);
  gateway.nowMicros += 123;
  await send(gateway, token, "POST", "/v1/orders", { body: LIMIT_BUY });
  const window = { "X-Edgebook-Recv-Window": "60000" };
  await send(gateway, token, "POST", "/v1/orders", { body: LIMIT_BUY, headers: window });
  assert.deepEqual(gateway.exchange.commands.map((one) => one.deadlineMicros), [
    gateway.nowMicros + 5_000_000,
    gateway.nowMicros + 60_000_000,
  ]);
  const wrong = { "X-Edgebook-Recv-Window": "60001" };
  const { status, body } = await send(gateway, token, "GET", BALANCES, { headers: wrong });
  assert.deepEqual([status, body.code, body.value], [400, "recv_window_malformed", "60001"]);
});

Deno.test("what is wrong with a token is not said, but that it has expired", async () => {
  const gateway = gatewayOf();
  const good = await tokenOf(1);
  const stranger = await TokenSigner.make("ES256");
  const wrong = [
    "",
    "nonsense",
    "x".repeat(5_000),
    `${good.slice(0, -6)}AAAAAA`,
    await tokenOf(1, { aud: "other" }),
    await tokenOf(1_001),
    await tokenOf(1, { iss: "https://other.example" }),
    await tokenOf(1, { exp: START_MILLIS / 1_000 + 200_000 }),
    await stranger.sign(claimsOf(1, START_MILLIS)),
  ];
  const seen = new Set<string>();
  for (const token of [...wrong, ...wrong]) {
    const answer = await send(gateway, token, "GET", BALANCES);
    assert.deepEqual([answer.status, answer.body.code], [401, "token_invalid"], token);
    assert.equal(
      answer.headers.get("www-authenticate"),
      'Bearer realm="edgebook", error="invalid_token"',
    );
    const { requestId: _, ...rest } = answer.body;
    seen.add(JSON.stringify(rest));
  }
  assert.equal(seen.size, 1, "all look the same");
  assert.equal((await send(gateway, good, "GET", BALANCES)).status, 200);
  gateway.nowMicros += 700_000_000;
  for (const token of [good, await tokenOf(2)]) {
    const expired = await send(gateway, token, "GET", BALANCES);
    assert.deepEqual([expired.status, expired.body.code], [401, "token_expired"]);
    assert.match(expired.headers.get("www-authenticate") ?? "", /^Bearer .*invalid_token/);
  }
  assert.deepEqual(gateway.logged, []);
});

Deno.test("a token does what its scopes say, within those of its issuer", async () => {
  const gateway = gatewayOf();
  const reader = await tokenOf(1, { scope: "read admin" });
  assert.equal((await send(gateway, reader, "GET", BALANCES)).status, 200);
  for (
    const [method, path, scope] of [["DELETE", "/v1/orders", "trade"], [
      "GET",
      "/v1/admin/state",
      "admin",
    ]]
  ) {
    const { status, body, headers } = await send(gateway, reader, method, path);
    assert.deepEqual([status, body.code, body.limit, body.value], [
      403,
      "scope_missing",
      scope,
      "read",
    ]);
    assert.match(headers.get("www-authenticate") ?? "", /error="insufficient_scope"/);
  }
  const none = await tokenOf(1, { scope: undefined });
  assert.equal((await send(gateway, none, "GET", BALANCES)).status, 403);
});

Deno.test("a request that is signed and bears a token is refused, with the headers named", async () => {
  const gateway = gatewayOf();
  const headers = gateway.sign(1, "GET", BALANCES);
  const { status, body } = await send(gateway, await tokenOf(2), "GET", BALANCES, { headers });
  assert.deepEqual([status, body.code, body.field], [
    400,
    "two_credentials",
    "Authorization, X-Edgebook-Key, X-Edgebook-Timestamp, X-Edgebook-Signature",
  ]);
  const basic = { ...headers, Authorization: "Basic YTpi" };
  assert.equal((await gateway.send("GET", BALANCES, { headers: basic })).status, 200);
});

Deno.test("whoever shows nothing is told of both ways", async () => {
  const { status, body, headers } = await gatewayOf().send("GET", BALANCES);
  assert.deepEqual([status, body.code], [401, "signature_missing"]);
  const challenge = headers.get("www-authenticate") ?? "";
  assert.match(challenge, /^Edgebook realm="edgebook", Bearer realm="edgebook"$/);
});

Deno.test("a token ends with the entry that revokes it, and with its issuer", async () => {
  const gateway = gatewayOf();
  const [one, other] = await Promise.all([tokenOf(1, { jti: "a" }), tokenOf(1, { jti: "b" })]);
  const status = async (token: string) => (await send(gateway, token, "GET", BALANCES)).status;
  assert.deepEqual([await status(one), await status(other)], [200, 200]);
  const entry = revokedToken("a");
  gateway.keys.set(entry.id, verifyingKeyOf(entry));
  assert.deepEqual([await status(one), await status(other)], [401, 200]);
  gateway.keys.delete(issuerKeyId(ISSUER));
  assert.deepEqual([await status(one), await status(other)], [401, 401]);
});

Deno.test("tokens are used from the addresses of their issuer", async () => {
  const gateway = gatewayOf({ addresses: ["198.51.100.0/24"] });
  const token = await tokenOf(1);
  const from = (address: string) => send(gateway, token, "GET", BALANCES, { address });
  assert.equal((await from("198.51.100.7")).status, 200);
  const { status, body } = await from("192.0.2.1");
  assert.deepEqual([status, body.code, body.value], [403, "address_not_allowed", "192.0.2.1"]);
});

/** A gateway whose buckets never fill up again: this many units per key and per address. */
function limited(keyUnits: number, addressUnits: number): TestGateway {
  const policy = admissionPolicy(keyUnits, addressUnits);
  const admission = new MemoryAdmission({ policy, nowMicros: () => START_MICROS });
  return gatewayOf({}, { admission });
}

Deno.test("each account of an issuer has limits of its own", async () => {
  const gateway = limited(2 * BALANCES_UNITS, 1_000);
  const [one, other] = await Promise.all([tokenOf(1), tokenOf(2)]);
  for (const status of [200, 200, 429]) {
    assert.equal((await send(gateway, one, "GET", BALANCES)).status, status);
  }
  assert.equal((await send(gateway, other, "GET", BALANCES)).status, 200);
  const another = await tokenOf(1, { jti: "another" });
  assert.equal((await send(gateway, another, "GET", BALANCES)).status, 429, "the same account");
});

Deno.test("whoever invents tokens pays with the address before anything is verified", async () => {
  const gateway = limited(1_000, 4);
  const forged = await Promise.all(
    Array.from({ length: 4 }, (_, n) => tokenOf(1, { jti: `${n}`, aud: "other" })),
  );
  const address = "198.51.100.7";
  const status = async (token: string, from = address) =>
    (await send(gateway, token, "GET", BALANCES, { address: from })).status;
  // One unit to be looked at, and one for being a stranger's.
  assert.deepEqual([await status(forged[0]), await status(forged[1])], [401, 401]);
  const looked: string[] = [];
  const { get } = gateway.keys;
  gateway.keys.get = (id) => {
    looked.push(id);
    return get.call(gateway.keys, id);
  };
  assert.deepEqual([await status(forged[2]), await status(forged[3])], [429, 429]);
  assert.deepEqual(looked, [], "nobody looked for its issuer");
  const good = await tokenOf(1);
  assert.equal(await status(good, "192.0.2.1"), 200);
  assert.equal(await status(forged[0], "192.0.2.1"), 401, "known to be wrong: one unit");
});

Deno.test("a token costs its address one unit, when it is seen for the first time", async () => {
  const gateway = limited(1_000, 1);
  const token = await tokenOf(1);
  for (let time = 0; time < 5; time++) {
    assert.equal((await send(gateway, token, "GET", BALANCES)).status, 200);
  }
  assert.equal((await send(gateway, await tokenOf(2), "GET", BALANCES)).status, 429);
});

Deno.test("a cancel by a token that nobody has seen does not wait for what orders used up", async () => {
  const gateway = limited(1_000, 1);
  const orders = { body: LIMIT_BUY };
  const token = await tokenOf(1);
  assert.equal((await gateway.send("GET", "/v1/time")).status, 200);
  assert.equal((await send(gateway, token, "POST", "/v1/orders", orders)).status, 429);
  assert.equal((await send(gateway, token, "DELETE", "/v1/orders")).status, 200);
});

Deno.test("a token that cannot be checked now is 503, not 401", async () => {
  const gateway = gatewayOf();
  const token = await tokenOf(1);
  assert.equal((await send(gateway, token, "GET", BALANCES)).status, 200);
  gateway.keys.get = (id) => {
    throw new KeysUnavailableError(id, "failed");
  };
  for (const one of [token, await tokenOf(2)]) {
    const answer = await send(gateway, one, "GET", BALANCES);
    assert.deepEqual([answer.status, answer.body.code], [503, "keys_unavailable"]);
    assert.equal(answer.headers.get("retry-after"), "1");
    assert.ok(!answer.text.includes(one) && !answer.text.includes("iss_"));
  }
});
