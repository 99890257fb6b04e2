import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { START_MICROS } from "../memory_exchange.ts";
import { keyOf, secretOf, TestGateway } from "../test_gateway.ts";
import { verifyingKeyOf } from "../../../infra/keys/verify_signature.ts";
import { BinanceClient, LIMIT, refused } from "./binance_client.ts";

const NOW_MILLIS = START_MICROS / 1_000;
const hmac = (text: string) => createHmac("sha256", secretOf(keyOf(1))).update(text).digest("hex");

Deno.test("query, body and both signed together are the same to an order", async () => {
  const client = new BinanceClient(new TestGateway());
  const { symbol, side, ...rest } = LIMIT;
  const answers = [
    await client.send("POST", "order", LIMIT),
    await client.send("POST", "order", {}, { form: LIMIT }),
    await client.send("POST", "order", { symbol, side }, { form: rest }),
  ];
  assert.deepEqual(answers.map(({ status }) => status), [200, 200, 200], answers[2]?.text);
  assert.equal(new Set(answers.map(({ body }) => body.orderId)).size, 3);
});

Deno.test("a signature in capital digits is the same signature", async () => {
  const client = new BinanceClient(new TestGateway());
  const query = `timestamp=${NOW_MILLIS}`;
  const { status } = await client.raw(
    "GET",
    `account?${query}&signature=${hmac(query).toUpperCase()}`,
  );
  assert.equal(status, 200);
});

Deno.test("the signature may stand anywhere among the parameters", async () => {
  const client = new BinanceClient(new TestGateway());
  const query = `timestamp=${NOW_MILLIS}&recvWindow=4000`;
  const { status, text } = await client.raw(
    "GET",
    `account?timestamp=${NOW_MILLIS}&signature=${hmac(query)}&recvWindow=4000`,
  );
  assert.equal(status, 200, text);
});

Deno.test("what is in both counts as it is in the query", async () => {
  const client = new BinanceClient(new TestGateway());
  const { price: _, ...rest } = LIMIT;
  const { body } = await client.send("POST", "order", { price: "49000.00" }, {
    form: { ...rest, price: "48000.00" },
  });
  assert.equal(body.price, "49000.00000000");
});

Deno.test("a changed byte, another's secret, an unknown key: all are the same wrong signature", async () => {
  const gateway = new TestGateway();
  const client = new BinanceClient(gateway);
  const query = `symbol=BTCUSD&timestamp=${NOW_MILLIS}`;
  const signature = hmac(query);
  const changed = await client.raw(
    "GET",
    `openOrders?${query.replace("BTC", "ETH")}&signature=${signature}`,
  );
  const stranger = await client.send("GET", "account", {}, { secret: secretOf(keyOf(2)) });
  const unknown = await client.raw("GET", `openOrders?${query}&signature=${signature}`, {
    headers: { "X-MBX-APIKEY": "key_of_nobody_at_all" },
  });
  const malformed = await client.raw("GET", `openOrders?${query}&signature=abc`);
  const texts = [changed, stranger, unknown, malformed].map(({ text }) => text);
  assert.equal(new Set(texts).size, 1, texts.join("\n"));
  refused(changed, 400, -1022, "Signature for this request is not valid.");
});

Deno.test("a captured request parted elsewhere between query and body is another, and none", async () => {
  const gateway = new TestGateway();
  const client = new BinanceClient(gateway);
  const query = `symbol=BTCUSD&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.5&price=50000.00&` +
    `timestamp=${NOW_MILLIS}`;
  const signature = hmac(query);
  let accepted = 0;
  for (let at = 1; at < query.length; at++) {
    const body = `${query.slice(at)}&signature=${signature}`;
    const answer = await client.raw("POST", `order?${query.slice(0, at)}`, {}, body);
    if (answer.status === 200) accepted++;
  }
  assert.ok(accepted > 0, "parted between two parameters it is the same order");
  const orders = new Set(gateway.exchange.commands.map((command) => JSON.stringify(command)));
  assert.equal(orders.size, 1, "and never another one");
  const open = await client.ok("GET", "openOrders");
  assert.equal(open.length, 1);
});

Deno.test("Ed25519 signs in base64, and its text is one", async () => {
  const gateway = new TestGateway();
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  const id = keyOf(1);
  const { scopes, createdMicros } = gateway.keys.get(id) ?? assert.fail();
  gateway.keys.set(
    id,
    verifyingKeyOf({
      id,
      account: 1,
      kind: "ed25519",
      publicKey: raw.toString("base64"),
      scopes,
      createdMicros,
      expiresMicros: null,
      revoked: false,
      tier: null,
      addresses: [],
    }),
  );
  const client = new BinanceClient(gateway);
  const query = `timestamp=${NOW_MILLIS}`;
  const signature = sign(null, Buffer.from(query), privateKey).toString("base64");
  const good = await client.raw(
    "GET",
    `account?${query}&signature=${encodeURIComponent(signature)}`,
  );
  assert.equal(good.status, 200, good.text);
  // The same 64 bytes in another text: the unused bits of the last digit are set.
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const last = alphabet[alphabet.indexOf(signature[85] ?? "A") + 1];
  const other = `${signature.slice(0, 85)}${last}==`;
  assert.deepEqual(Buffer.from(other, "base64"), Buffer.from(signature, "base64"));
  refused(
    await client.raw("GET", `account?${query}&signature=${encodeURIComponent(other)}`),
    400,
    -1022,
  );
});

Deno.test("the window is judged to the microsecond, and both ends belong to it", async () => {
  const gateway = new TestGateway();
  const client = new BinanceClient(gateway);
  const send = (timestamp: number, recvWindow: string | number = 5_000) => {
    gateway.nowMicros = START_MICROS - 1_000;
    return client.send("GET", "account", { recvWindow }, { timestamp });
  };
  assert.equal((await send(NOW_MILLIS - 5_000)).status, 200);
  refused(
    await send(NOW_MILLIS - 5_001),
    400,
    -1021,
    "Timestamp for this request is outside of the recvWindow.",
  );
  assert.equal((await send(NOW_MILLIS + 1_000)).status, 200);
  refused(
    await send(NOW_MILLIS + 1_001),
    400,
    -1021,
    "Timestamp for this request was 1000ms ahead of the server's time.",
  );
  assert.equal((await send(START_MICROS - 1_500, "1.5")).status, 200, "microseconds");
  refused(await send(START_MICROS - 1_501, "1.5"), 400, -1021);
  refused(await send(NOW_MILLIS, 60_001), 400, -1131, "recvWindow must be less than 60000.");
  assert.equal((await send(NOW_MILLIS, 60_000)).status, 200);
  refused(await send(NOW_MILLIS, "a"), 400, -1131);
});

Deno.test("what lacks key, timestamp or signature is told which", async () => {
  const gateway = new TestGateway();
  const client = new BinanceClient(gateway);
  refused(await gateway.send("GET", "/api/v3/account"), 401, -2014, "API-key format invalid.");
  const mandatory = (name: string) =>
    `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`;
  refused(await client.raw("GET", "account"), 400, -1102, mandatory("timestamp"));
  refused(await client.raw("GET", "account?timestamp=1x"), 400, -1102, mandatory("timestamp"));
  refused(
    await client.raw("GET", `account?timestamp=${NOW_MILLIS}`),
    400,
    -1102,
    mandatory("signature"),
  );
});

Deno.test("scopes, addresses, expiry, revocation and bans hold here as everywhere", async () => {
  const gateway = new TestGateway();
  const client = new BinanceClient(gateway);
  gateway.addKey(1, ["read"]);
  assert.equal((await client.send("GET", "account")).status, 200);
  refused(await client.place(), 401, -2015, "Invalid API-key, IP, or permissions for action.");
  gateway.addKey(1, ["read", "trade"], { addresses: ["198.51.100.0/24"] });
  refused(await client.place(), 401, -2015);
  assert.equal((await client.place({}, { address: "198.51.100.7" })).status, 200);
  gateway.addKey(1, ["read", "trade"], { expiresMicros: gateway.nowMicros });
  refused(await client.place(), 400, -1022);
  gateway.addKey(1, ["read", "trade"], { revoked: true });
  refused(await client.place(), 400, -1022);
  gateway.addKey(1, ["read", "trade"]);
  gateway.bans.ban("192.0.2.1", gateway.nowMicros + 60_000_000, gateway.nowMicros);
  const banned = await client.place();
  refused(banned, 418, -1003);
  assert.equal(banned.headers.get("retry-after"), "60");
});

Deno.test("the deadline of a command is the end of its window", async () => {
  const gateway = new TestGateway();
  const client = new BinanceClient(gateway);
  await client.place({ recvWindow: "2500.5" });
  const [command] = gateway.exchange.commands;
  assert.equal(command?.deadlineMicros, gateway.nowMicros + 2_500_500);
});

Deno.test("a body that is no form is refused, and one that is too long", async () => {
  const client = new BinanceClient(new TestGateway());
  const json = await client.raw("POST", "order", {
    headers: { "Content-Type": "application/json" },
  }, "{}");
  refused(json, 415, -1100);
  const untyped = await client.raw("DELETE", "order?symbol=BTCUSD", {
    headers: { "Content-Type": "application/json" },
  }, "");
  refused(untyped, 400, -1102);
  const long = await client.raw("POST", "order", {
    headers: { "Content-Length": String(70_000) },
  }, `symbol=${"A".repeat(70_000)}`);
  refused(long, 413, -1101);
});
