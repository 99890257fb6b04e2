/**
 * What a client may ask twice, and what may not be made of a request that somebody else has seen.
 *
 * @module
 */
import assert from "node:assert/strict";
import { verifyingKeyOf } from "../../../infra/keys/verify_signature.ts";
import { claimsOf, ISSUER_SECRET, issuerRecord, TokenSigner } from "../../support/token_issuer.ts";
import { START_MICROS } from "../memory_exchange.ts";
import { type Answer, LIMIT_BUY, TestGateway } from "../test_gateway.ts";

const SIGNER = await TokenSigner.make("HS256");
const NAME = "8e03978e-40d5-43e8-bc93-6894a57f9324";

/** Asks, signed anew each time, under a name. */
type Ask = (method: string, path: string, body?: object, name?: string) => Promise<Answer>;

function signed(gateway: TestGateway, account = 1): Ask {
  return (method, path, body, idempotencyKey = NAME) =>
    gateway.signed(account, method, path, {
      idempotencyKey,
      ...(body === undefined ? {} : { body }),
    });
}

async function bearing(gateway: TestGateway, account = 1): Promise<Ask> {
  const record = issuerRecord({ by: "secret", secret: ISSUER_SECRET });
  gateway.keys.set(record.id, verifyingKeyOf(record));
  const token = await SIGNER.sign(claimsOf(account, START_MICROS / 1_000));
  return (method, path, body, name = NAME) => {
    const named: Record<string, string> = name === "" ? {} : { "Idempotency-Key": name };
    const headers = { Authorization: `Bearer ${token}`, ...named };
    return gateway.send(method, path, { headers, ...(body === undefined ? {} : { body }) });
  };
}

const restingOf = async (gateway: TestGateway): Promise<string[]> =>
  (await gateway.signed(1, "GET", "/v1/orders?status=open")).body.items
    .map((one: { orderId: string }) => one.orderId);

/** The same request under one name, as two requests: both ways to say who one is. */
for (const way of ["signed", "bearing a token"]) {
  const askerOf = (gateway: TestGateway) =>
    way === "signed" ? Promise.resolve(signed(gateway)) : bearing(gateway);

  Deno.test(`${way}: an order without an id is placed once under a name`, async () => {
    const gateway = new TestGateway();
    const ask = await askerOf(gateway);
    const first = await ask("POST", "/v1/orders", LIMIT_BUY);
    const again = await ask("POST", "/v1/orders", LIMIT_BUY);
    assert.deepEqual([first.status, again.status], [201, 200]);
    assert.deepEqual(again.body, { ...first.body, duplicate: true });
    assert.equal((await ask("POST", "/v1/orders", LIMIT_BUY, "other")).status, 201);
    assert.equal((await restingOf(gateway)).length, 2);
  });

  Deno.test(`${way}: a name is used for other contents once and never again`, async () => {
    const gateway = new TestGateway();
    const ask = await askerOf(gateway);
    await ask("POST", "/v1/orders", LIMIT_BUY);
    const others = [
      await ask("POST", "/v1/orders", { ...LIMIT_BUY, price: "50000.01" }),
      await ask("PATCH", "/v1/orders/1", { quantity: "0.1" }),
      await ask("DELETE", "/v1/orders/1"),
      await ask("DELETE", "/v1/orders"),
    ];
    for (const { status, body } of others) {
      assert.deepEqual([status, body.code, body.field], [
        409,
        "different_content",
        "Idempotency-Key",
      ]);
    }
    assert.equal((await ask("GET", "/v1/orders/1")).body.quantity, "0.5000");
  });

  Deno.test(`${way}: an amend, a cancel and a cancel of all are done once under a name`, async () => {
    const gateway = new TestGateway();
    const ask = await askerOf(gateway);
    await gateway.place(1);
    const amended = await ask("PATCH", "/v1/orders/1", { quantity: "0.4" }, "amend");
    await gateway.amend(1, "1", { quantity: "0.3" });
    const again = await ask("PATCH", "/v1/orders/1", { quantity: "0.4" }, "amend");
    assert.deepEqual([amended.status, again.status], [200, 200]);
    assert.deepEqual([again.body.quantity, again.body.duplicate], ["0.4000", true]);
    assert.equal((await ask("GET", "/v1/orders/1")).body.quantity, "0.3000");

    const canceled = await ask("DELETE", "/v1/orders/1", undefined, "cancel");
    const twice = await ask("DELETE", "/v1/orders/1", undefined, "cancel");
    assert.deepEqual([canceled.body.duplicate, twice.body.duplicate], [false, true]);

    await gateway.place(1);
    assert.equal((await ask("DELETE", "/v1/orders", undefined, "all")).body.canceled, 1);
    await gateway.place(1);
    const all = await ask("DELETE", "/v1/orders", undefined, "all");
    assert.deepEqual([all.body.canceled, all.body.duplicate], [1, true]);
    assert.equal((await restingOf(gateway)).length, 1, "the later order is not in it");
  });
}

Deno.test("a name is the account's, whichever way it says who it is, and no other's", async () => {
  const gateway = new TestGateway();
  const [one, bearer, other] = [signed(gateway), await bearing(gateway), signed(gateway, 2)];
  const first = await one("POST", "/v1/orders", LIMIT_BUY);
  const again = await bearer("POST", "/v1/orders", LIMIT_BUY);
  assert.deepEqual([again.status, again.body.orderId], [200, first.body.orderId]);
  const theirs = await other("POST", "/v1/orders", LIMIT_BUY);
  assert.deepEqual([theirs.status, theirs.body.duplicate], [201, false]);
});

Deno.test("a client order id is the name of its order, whatever else is said", async () => {
  const gateway = new TestGateway();
  const ask = signed(gateway);
  const order = { ...LIMIT_BUY, clientOrderId: "a1" };
  assert.equal((await ask("POST", "/v1/orders", order)).status, 201);
  assert.equal((await ask("POST", "/v1/orders", order, "other")).status, 200);
  assert.equal((await ask("POST", "/v1/orders", { ...order, clientOrderId: "a2" })).status, 201);
});

Deno.test("with a token and without a name each request is one of its own", async () => {
  const gateway = new TestGateway();
  const ask = await bearing(gateway);
  const asked = [1, 2].map(() => ask("POST", "/v1/orders", LIMIT_BUY, ""));
  const [first, second] = await Promise.all(asked);
  assert.deepEqual([first.status, second.status], [201, 201]);
  gateway.exchange.trouble = "silent";
  const { body } = await ask("POST", "/v1/orders", LIMIT_BUY, "");
  assert.match(body.detail, /A repeat would be another request/);
  const named = await ask("POST", "/v1/orders", LIMIT_BUY);
  assert.match(named.body.detail, /The same request with the same Idempotency-Key gives it\.$/);
  const canceled = await ask("DELETE", "/v1/orders", undefined, "");
  assert.match(canceled.body.detail, /Query the order\. A repeat would be another request/);
});

Deno.test("whoever has seen a signed order makes no second one by putting a name on it", async () => {
  const gateway = new TestGateway();
  const body = LIMIT_BUY;
  const captured = gateway.sign(1, "POST", "/v1/orders", { body });
  const send = (headers: Record<string, string>) =>
    gateway.send("POST", "/v1/orders", { body, headers });
  assert.equal((await send(captured)).status, 201);
  for (const name of ["another", "third"]) {
    const { status, body } = await send({ ...captured, "Idempotency-Key": name });
    assert.deepEqual([status, body.duplicate], [200, true]);
  }
  assert.equal((await restingOf(gateway)).length, 1);
});

Deno.test("a name that is signed belongs to its request", async () => {
  const gateway = new TestGateway();
  const body = LIMIT_BUY;
  const captured = gateway.sign(1, "POST", "/v1/orders", { body, idempotencyKey: "mine" });
  const send = (headers: Record<string, string>) =>
    gateway.send("POST", "/v1/orders", { body, headers });
  assert.equal((await send(captured)).status, 201);
  assert.equal((await send(captured)).status, 200, "sent again it is the same order");
  const { "Idempotency-Key": _, ...nameless } = captured;
  for (const headers of [nameless, { ...captured, "Idempotency-Key": "another" }]) {
    const { status, body } = await send(headers);
    assert.deepEqual([status, body.code], [401, "signature_invalid"]);
  }
  assert.equal((await restingOf(gateway)).length, 1);
});

Deno.test("an amend and a cancel have the name that their header gives, signed or not", async () => {
  const gateway = new TestGateway();
  const { body: { orderId } } = await gateway.place(1);
  const path = `/v1/orders/${orderId}`;
  const ask = async (method: string, body?: object) => {
    const options = body === undefined ? {} : { body };
    const signed = gateway.sign(1, method, path, options);
    gateway.nowMicros += 1_000;
    return await gateway.send(method, path, {
      ...options,
      headers: { ...signed, "Idempotency-Key": `${method}-once` },
    });
  };
  const first = await ask("PATCH", { quantity: "0.3000" });
  const again = await ask("PATCH", { quantity: "0.3000" });
  assert.deepEqual([first.status, again.status, again.body.duplicate], [200, 200, true]);
  assert.equal((await ask("PATCH", { quantity: "0.2000" })).status, 409, "with other contents");
  assert.equal((await ask("DELETE")).status, 200);
  assert.equal((await ask("DELETE")).body.duplicate, true);
});

Deno.test("a name out of its bounds is refused, with the field and the limit", async () => {
  const gateway = new TestGateway();
  const bearer = await bearing(gateway);
  for (const name of ["a b", "x".repeat(65), "a, a"]) {
    for (const ask of [signed(gateway), bearer]) {
      const { status, body } = await ask("DELETE", "/v1/orders", undefined, name);
      assert.deepEqual([status, body.code, body.field, body.limit, body.value], [
        400,
        "idempotency_key_malformed",
        "Idempotency-Key",
        "1 to 64 visible ASCII characters",
        name.length > 64 ? `${name.slice(0, 64)}…` : name,
      ]);
    }
  }
});
