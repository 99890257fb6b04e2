/**
 * The registrar before a gateway that lies: what it is sent, it believes only where a client has
 * signed it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { AuthCode } from "../../../core/auth/auth_code.ts";
import type { ActAnswer, ActRequest } from "../../../core/protocol/act.ts";
import { ADMIN, keyOf, TestGateway } from "../../routes/test_gateway.ts";

const HALT = "/v1/admin/instruments/BTC-USD/halt";

/** A gateway with a request of the operator that went through it. */
async function gatewayWithRequest(): Promise<{ gateway: TestGateway; request: ActRequest }> {
  const gateway = new TestGateway();
  gateway.addKey(1, ["read", "trade", "keys"]);
  await gateway.signed(ADMIN, "POST", HALT);
  const [request] = gateway.acts.requests;
  gateway.acts.sent.length = 0;
  return { gateway, request };
}

const codeOf = (answer: ActAnswer | null) =>
  answer !== null && "refused" in answer ? answer.refused : answer;

Deno.test("nothing of a signed request can be changed on its way", async () => {
  const { gateway, request } = await gatewayWithRequest();
  const changes: Partial<ActRequest>[] = [
    { pathWithQuery: "/v1/admin/instruments/ETH-USD/halt" },
    { pathWithQuery: `${HALT}?x=1` },
    { method: "DELETE", pathWithQuery: "/v1/admin/accounts/1/orders" },
    { body: "{}" },
    { timestampMillis: request.timestampMillis + 1 },
    { recvWindowMillis: 60_000 },
    { idempotencyKey: "another" },
    { signature: "0".repeat(64) },
    { keyId: keyOf(1) },
  ];
  for (const change of changes) {
    const answer = await gateway.acts.registrar.carryOut({ ...request, ...change });
    assert.equal(codeOf(answer), AuthCode.signatureWrong, JSON.stringify(change));
  }
  assert.equal(gateway.acts.sent.length, 0);
  const unknown = await gateway.acts.registrar.carryOut({ ...request, keyId: "key_of_nobody" });
  assert.equal(codeOf(unknown), AuthCode.keyUnknown);
});

Deno.test("a request that was kept is of no use later", async () => {
  const { gateway, request } = await gatewayWithRequest();
  gateway.nowMicros += 5_001_000;
  const answer = await gateway.acts.registrar.carryOut(request);
  assert.equal(codeOf(answer), AuthCode.timestampTooOld);
  gateway.nowMicros -= 10_000_000;
  const early = await gateway.acts.registrar.carryOut(request);
  assert.equal(codeOf(early), AuthCode.timestampAhead);
  assert.equal(gateway.acts.sent.length, 0);
});

Deno.test("the key is looked at as it stands in the bucket, not as gateways hold it", async () => {
  const { gateway, request } = await gatewayWithRequest();
  const record = gateway.acts.records.get(keyOf(ADMIN));
  assert.ok(record !== undefined);
  const carryOut = () => gateway.acts.registrar.carryOut(request);
  gateway.acts.records.set(record.id, { ...record, revoked: true });
  assert.equal(codeOf(await carryOut()), AuthCode.keyRevoked);
  gateway.acts.records.set(record.id, { ...record, expiresMicros: gateway.nowMicros });
  assert.equal(codeOf(await carryOut()), AuthCode.keyExpired);
  gateway.acts.records.set(record.id, { ...record, scopes: ["keys"] });
  assert.equal(codeOf(await carryOut()), AuthCode.scopeMissing);
  gateway.acts.records.delete(record.id);
  assert.equal(codeOf(await carryOut()), AuthCode.keyUnknown);
  assert.equal(gateway.acts.sent.length, 0);
});

Deno.test("where keys cannot be read nothing is done, and that is said", async () => {
  const { gateway, request } = await gatewayWithRequest();
  gateway.acts.hasBucket = false;
  const answer = await gateway.acts.registrar.carryOut(request);
  assert.equal(codeOf(answer), AuthCode.keysUnavailable);
  assert.deepEqual(gateway.acts.errors, ["the bucket does not answer"]);
  assert.equal(gateway.acts.sent.length, 0);
});

/** A request that a gateway makes up of what it knows of an HMAC key. */
function forged(gateway: TestGateway, method: string, path: string, body: string): ActRequest {
  const timestampMillis = Math.floor(gateway.nowMicros / 1_000);
  const record = gateway.acts.records.get(keyOf(1));
  assert.ok(record?.kind === "hmac");
  const text = `${timestampMillis}\n5000\n${method}\n${path}\n${body}`;
  const signature = createHmac("sha256", record.secret).update(text).digest("hex");
  return {
    keyId: record.id,
    timestampMillis,
    recvWindowMillis: 5_000,
    signature,
    idempotencyKey: null,
    method,
    pathWithQuery: path,
    body,
  };
}

Deno.test("a stolen secret is good for what its key is, and bodies are read anew", async () => {
  const { gateway } = await gatewayWithRequest();
  const attempts: [string, string, string, unknown][] = [
    ["POST", HALT, "", AuthCode.scopeMissing],
    ["DELETE", `/v1/keys/${keyOf(2)}`, "", "keyNotFound"],
    ["POST", "/v1/keys", '{"scopes":["admin"]}', "keyBeyondOwn"],
    ["POST", "/v1/keys", '{"scopes":["read"],"account":2}', "invalidField"],
    ["POST", "/v1/keys", "{", "malformedBody"],
    ["POST", "/v1/keys", "[]", "invalidField"],
    ["POST", "/v1/admin/state", "", "unknownAct"],
    ["GET", "/v1/keys/key_12345678", "", "unknownAct"],
    ["POST", "/v1/transfers", '{"transferId":"t"}', "invalidField"],
  ];
  for (const [method, path, body, refused] of attempts) {
    const answer = await gateway.acts.registrar.carryOut(forged(gateway, method, path, body));
    assert.deepEqual([path, body, codeOf(answer)], [path, body, refused]);
  }
  assert.deepEqual([gateway.acts.sent, gateway.acts.changes], [[], []]);
});

Deno.test("what is no request of a gateway has no answer", async () => {
  const { gateway, request } = await gatewayWithRequest();
  const { signature: _, ...unsigned } = request;
  const others = [
    null,
    "text",
    [],
    unsigned,
    { ...request, account: 1 },
    { ...request, method: "PUT" },
    { ...request, recvWindowMillis: 60_001 },
    { ...request, body: "x".repeat(8_193) },
    { ...request, keyId: "../KEYS" },
  ];
  for (const other of others) {
    assert.equal(await gateway.acts.registrar.carryOut(other), null, JSON.stringify(other));
  }
});

Deno.test("a bearer token, which nobody else could verify, changes nothing", async () => {
  const { gateway } = await gatewayWithRequest();
  const { status, body } = await gateway.send("POST", HALT, {
    headers: { Authorization: "Bearer a.b.c" },
  });
  assert.deepEqual([status, body.code], [401, "token_invalid"]);
  assert.equal(gateway.acts.sent.length, 0);
});

/** What makes money, or gives it a way out. */
const WEIGHTY: [string, string, unknown][] = [
  ["POST", "/v1/admin/accounts", { account: "9" }],
  ["POST", "/v1/admin/accounts/2/deposits", { reference: "r", asset: "USD", amount: "1" }],
  ["POST", "/v1/admin/accounts/2/withdrawals", { reference: "r", asset: "USD", amount: "1" }],
  [
    "POST",
    "/v1/admin/accounts/2/transfers",
    { reference: "r", asset: "USD", amount: "1", toAccount: "1" },
  ],
  ["POST", "/v1/admin/accounts/2/enable?tradeGroup=7", ""],
  ["POST", "/v1/admin/accounts/2/disable?tradeGroup=7", ""],
  [
    "POST",
    "/v1/admin/instruments",
    { symbol: "A-B", tickSize: "1", lotSize: "1", priceMax: "9", quantityMax: "9" },
  ],
];

Deno.test("a secret that a gateway knows makes no money, where that is not wanted", async () => {
  const { gateway } = await gatewayWithRequest();
  gateway.addKey(1, ["read", "trade", "keys", "admin"]);
  gateway.acts.trustsSecrets = false;
  for (const [method, path, content] of WEIGHTY) {
    const body = content === "" ? "" : JSON.stringify(content);
    const answer = await gateway.acts.registrar.carryOut(forged(gateway, method, path, body));
    assert.deepEqual([path, codeOf(answer)], [path, "keyKindRefused"]);
  }
  assert.equal(gateway.acts.sent.length, 0);
  // Nor does it make a key that could.
  const publicKey = `${"A".repeat(43)}=`;
  const key = (scopes: string[]) => JSON.stringify({ scopes, kind: "ed25519", publicKey });
  const raised = forged(gateway, "POST", "/v1/keys", key(["admin"]));
  assert.equal(codeOf(await gateway.acts.registrar.carryOut(raised)), "keyBeyondOwn");
  const plain = forged(gateway, "POST", "/v1/keys", key(["read", "trade"]));
  assert.ok("status" in (await gateway.acts.registrar.carryOut(plain) ?? {}));
  // What takes risk away needs no more than before.
  const kill = "/v1/admin/instruments/BTC-USD/kill";
  for (const path of [HALT, kill, "/v1/admin/accounts/2/kill", "/v1/admin/accounts/2/disable"]) {
    const answer = await gateway.acts.registrar.carryOut(forged(gateway, "POST", path, ""));
    assert.ok(answer !== null && "status" in answer, path);
  }
});

Deno.test("an Ed25519 key may do what is weighty, signed by its own half", async () => {
  const { gateway } = await gatewayWithRequest();
  gateway.acts.trustsSecrets = false;
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const { x = "" } = publicKey.export({ format: "jwk" });
  const record = gateway.acts.records.get(keyOf(ADMIN));
  assert.ok(record?.kind === "hmac");
  const { secret: _, ...common } = record;
  const id = "key_of_the_treasurer";
  gateway.acts.put({
    ...common,
    id,
    kind: "ed25519",
    publicKey: x.replaceAll("-", "+").replaceAll("_", "/") + "=",
  });
  const timestampMillis = Math.floor(gateway.nowMicros / 1_000);
  for (const [method, path, content] of WEIGHTY) {
    const body = content === "" ? "" : JSON.stringify(content);
    const text = `${timestampMillis}\n5000\n${method}\n${path}\n${body}`;
    const headers = {
      "X-Edgebook-Key": id,
      "X-Edgebook-Timestamp": String(timestampMillis),
      "X-Edgebook-Signature": sign(null, new TextEncoder().encode(text), privateKey)
        .toString("base64"),
    };
    const options = body === "" ? { headers } : { headers, body };
    const answer = await gateway.send(method, path, options);
    assert.ok(answer.status === 200 || answer.status === 201, `${path}: ${answer.text}`);
  }
  const refused = await gateway.signed(ADMIN, "POST", WEIGHTY[0][1], {
    body: { account: "11" },
  });
  assert.deepEqual([refused.status, refused.body.code], [403, "key_kind_refused"]);
});

Deno.test("acts of the operator go one behind the other, whichever account a key is of", async () => {
  const { gateway } = await gatewayWithRequest();
  gateway.addKey(1, ["admin"]);
  const body = JSON.stringify({
    symbol: "A-B",
    tickSize: "1",
    lotSize: "1",
    priceMax: "9",
    quantityMax: "9",
  });
  const path = "/v1/admin/instruments";
  const [one, other] = await Promise.all([
    gateway.signed(ADMIN, "POST", path, { body }),
    gateway.signed(1, "POST", path, { body }),
  ]);
  assert.deepEqual([one.status, other.status], [201, 200]);
  assert.equal(gateway.acts.sent.length, 3);
});
