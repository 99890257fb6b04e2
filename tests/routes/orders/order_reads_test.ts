/**
 * Reading orders, with the real core and the real history projection behind it.
 *
 * @module
 */

import assert from "node:assert/strict";
import { TestGateway } from "../test_gateway.ts";

const SELL = { side: "sell", price: "50000.00", quantity: "0.3000" };

Deno.test("an order read back is the object that it was answered with, open or closed", async () => {
  const gateway = new TestGateway();
  const resting = await gateway.place(1, { clientOrderId: "a1" });
  assert.deepEqual((await gateway.signed(1, "GET", "/v1/orders/1")).body, resting.body);
  const taker = await gateway.place(2, { ...SELL, clientOrderId: "4711" });
  assert.deepEqual(
    (await gateway.signed(2, "GET", "/v1/orders/by-client-id/4711")).body,
    taker.body,
  );
  const { body } = await gateway.signed(1, "GET", "/v1/orders/by-client-id/a1");
  assert.deepEqual(
    [body.status, body.executedQuantity, body.leavesQuantity, body.fills[0].liquidity],
    ["partially_filled", "0.3000", "0.2000", "maker"],
  );
  await gateway.signed(1, "DELETE", "/v1/orders/1");
  const closed = await gateway.signed(1, "GET", "/v1/orders/1");
  assert.deepEqual(
    [closed.body.status, closed.body.reason, closed.body.fills.length],
    ["canceled", "canceled_by_request", 1],
  );
});

Deno.test("a client order id that the leader forgot is found in history", async () => {
  const gateway = new TestGateway();
  await gateway.place(1, { clientOrderId: "a1", timeInForce: "IOC" });
  // Past the horizon of outcomes the next append drops it.
  gateway.exchange.stampMicros += 700_000_000;
  gateway.nowMicros += 700_000_000;
  await gateway.place(2);
  const { status, body } = await gateway.signed(1, "GET", "/v1/orders/by-client-id/a1");
  assert.deepEqual([status, body.orderId, body.status], [200, "1", "expired"]);
});

Deno.test("another account's order is as unknown as none", async () => {
  const gateway = new TestGateway();
  await gateway.place(1, { clientOrderId: "a1" });
  for (const path of ["1", "2", "nonsense", "by-client-id/a1", "by-client-id/%C3%A4"]) {
    const { status, body } = await gateway.signed(2, "GET", `/v1/orders/${path}`);
    assert.deepEqual([path, status, body.code], [path, 404, "unknown_order"]);
  }
});

Deno.test("history is asked for what the leader has seen, so that nothing answered is missed", async () => {
  const gateway = new TestGateway();
  await gateway.place(1);
  const { sequence } = gateway.exchange.state.events;
  for (const path of ["/v1/orders/1", "/v1/orders?status=all", "/v1/fills"]) {
    await gateway.signed(1, "GET", path);
    const asked = gateway.exchange.queries.asked.at(-1) as { minSequence: number };
    assert.equal(asked.minSequence, sequence, path);
  }
});

Deno.test("what must be reflected and is not yet is 503, not an old answer", async () => {
  const gateway = new TestGateway();
  await gateway.place(1);
  const { sequence } = gateway.exchange.state.events;
  const paths = ["/v1/orders/1?", "/v1/orders?status=open&", "/v1/balances?", "/v1/fills?"];
  for (const path of paths) {
    const now = await gateway.signed(1, "GET", `${path}minSequence=${sequence}`);
    assert.equal(now.status, 200, path);
    const { status, body } = await gateway.signed(1, "GET", `${path}minSequence=${sequence + 1}`);
    assert.deepEqual([status, body.code], [503, "behind"], path);
    assert.deepEqual([body.limit, body.value], [String(sequence), String(sequence + 1)]);
  }
});

Deno.test("open orders come oldest first, page by page, each once", async () => {
  const gateway = new TestGateway();
  for (let count = 0; count < 5; count++) await gateway.place(1);
  await gateway.place(1, { symbol: "ETH-USD", price: "3000.00" });
  await gateway.place(2);
  const ids: string[] = [];
  let path = "/v1/orders?limit=2&symbol=BTC-USD";
  for (let pages = 1;; pages++) {
    const { status, body } = await gateway.signed(1, "GET", path);
    assert.equal(status, 200);
    ids.push(...body.items.map((item: { orderId: string }) => item.orderId));
    if (body.nextCursor === null) {
      assert.equal(pages, 3);
      break;
    }
    path = `/v1/orders?limit=2&symbol=BTC-USD&cursor=${body.nextCursor}`;
  }
  assert.deepEqual(ids, ["1", "2", "3", "4", "5"]);
  const all = await gateway.signed(1, "GET", "/v1/orders?status=open");
  assert.equal(all.body.items.length, 6);
  assert.equal(all.body.sequence, String(gateway.exchange.state.events.sequence));
});

Deno.test("an open order in a list shows how far it is", async () => {
  const gateway = new TestGateway();
  await gateway.place(1, { clientOrderId: "a1" });
  await gateway.place(2, SELL);
  const { body } = await gateway.signed(1, "GET", "/v1/orders?status=open");
  const { sequence: _, transactTimeMicros: __, ...item } = body.items[0];
  assert.deepEqual(item, {
    orderId: "1",
    clientOrderId: "a1",
    symbol: "BTC-USD",
    side: "buy",
    type: "limit",
    status: "partially_filled",
    price: "50000.00",
    quantity: "0.5000",
    executedQuantity: "0.3000",
    executedNotional: "15000.000000",
    leavesQuantity: "0.2000",
    averagePrice: "50000.0000000000",
  });
});

Deno.test("closed and all orders come newest first", async () => {
  const gateway = new TestGateway();
  await gateway.place(1);
  await gateway.place(1, { timeInForce: "IOC", price: "40000.00" });
  await gateway.place(1, { timeInForce: "IOC", price: "40000.00" });
  const idsOf = async (path: string) => {
    const { body } = await gateway.signed(1, "GET", path);
    return [body.items.map((item: { orderId: string }) => item.orderId), body.nextCursor];
  };
  assert.deepEqual(await idsOf("/v1/orders?status=all"), [["3", "2", "1"], null]);
  assert.deepEqual(await idsOf("/v1/orders?status=closed"), [["3", "2"], null]);
  const [first, cursor] = await idsOf("/v1/orders?status=all&limit=2");
  assert.deepEqual(first, ["3", "2"]);
  assert.deepEqual(await idsOf(`/v1/orders?status=all&limit=2&cursor=${cursor}`), [["1"], null]);
  assert.deepEqual(await idsOf("/v1/orders?status=all&symbol=ETH-USD"), [[], null]);
});

Deno.test("a list refuses what it does not understand, by name", async () => {
  const gateway = new TestGateway();
  const cases = [
    ["status=new", "status", "open | closed | all"],
    ["limit=0", "limit", "a whole number from 1 to 500"],
    ["limit=501", "limit", "a whole number from 1 to 500"],
    ["limit=1e2", "limit", "a whole number from 1 to 500"],
    ["cursor=!", "cursor", "a nextCursor of this list"],
    ["minSequence=-1", "minSequence", "a whole number from 0 to 9007199254740991"],
  ];
  for (const [query, field, limit] of cases) {
    const { status, body } = await gateway.signed(1, "GET", `/v1/orders?${query}`);
    const expected = [query, 400, "invalid_parameter", field, limit];
    assert.deepEqual([query, status, body.code, body.field, body.limit], expected);
  }
});

Deno.test("who does not answer is named, and the request may be repeated", async () => {
  const gateway = new TestGateway();
  const { failures } = gateway.exchange.queries;
  const cases = [
    ["leader", "unreachable", "leader_unavailable"],
    ["leader", "timeout", "leader_unavailable"],
    ["history", "starting", "history_unavailable"],
    ["history", "behind", "behind"],
    ["history", "busy", "overloaded"],
  ] as const;
  for (const [service, reason, code] of cases) {
    failures.clear();
    failures.set(service, reason);
    const answer = await gateway.signed(1, "GET", "/v1/orders/1");
    assert.deepEqual([answer.status, answer.body.code], [503, code]);
    assert.equal(answer.headers.get("retry-after"), "1");
  }
  assert.deepEqual(gateway.logged, []);
  failures.set("leader", "malformed");
  const { status, body } = await gateway.signed(1, "GET", "/v1/orders/1");
  assert.deepEqual([status, body.code, gateway.logged.length], [500, "internal", 1]);
});
