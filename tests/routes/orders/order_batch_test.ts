/**
 * Several commands in one request, with the real core behind them.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Admission } from "../../../core/limits/admission.ts";
import { AdmissionKind } from "../../../core/limits/admission_code.ts";
import { admissionPolicy } from "../../../core/limits/policy.ts";
import { FRAME_HEADER_BYTES, RECORD_BYTES } from "../../../core/protocol/frame.ts";
import { OrderWord } from "../../../core/protocol/order_record.ts";
import { MemoryAdmission } from "../../../infra/upstash/memory.ts";
import { BATCH_ITEMS_MAX } from "../../../routes/schema/order_batch.ts";
import { type Answer, LIMIT_BUY, type RequestOptions, TestGateway } from "../test_gateway.ts";

const PATH = "/v1/orders/batch";
const place = (changes: object = {}) => ({ place: { ...LIMIT_BUY, ...changes } });
const SELL = { side: "sell", price: "50000.00" } as const;

function send(
  gateway: TestGateway,
  items: readonly unknown[],
  options: RequestOptions = {},
): Promise<Answer> {
  return gateway.signed(1, "POST", PATH, { ...options, body: { items } });
}

// deno-lint-ignore no-explicit-any -- what stands in it is what the tests are about
const statusesOf = ({ body }: Answer) => body.items.map((item: any) => item.status);

/** Sends the same signed request again. */
function again(gateway: TestGateway, headers: Record<string, string>, body: object) {
  return gateway.send("POST", PATH, { body, headers });
}

Deno.test("each command of a batch has its own status, in their order", async () => {
  const gateway = new TestGateway();
  await gateway.place(1, { clientOrderId: "old", price: "40000.00" });
  await gateway.place(1, { clientOrderId: "to-amend", price: "40000.00" });
  const answer = await send(gateway, [
    place({ clientOrderId: "new" }),
    place({ price: "50000.001" }),
    { cancel: { clientOrderId: "old" } },
    { amend: { clientOrderId: "to-amend", price: "41000.00" } },
    { cancel: { orderId: "77" } },
    place({ quantity: "900.0000", price: "1000000.00" }),
  ]);
  assert.equal(answer.status, 200);
  assert.deepEqual(statusesOf(answer), [201, 400, 200, 200, 404, 422]);
  const [placed, offTick, canceled, amended, unknown, poor] = answer.body.items;
  assert.deepEqual([placed.order.clientOrderId, placed.order.status], ["new", "new"]);
  assert.deepEqual([offTick.problem.code, offTick.problem.field], ["price_off_tick", "price"]);
  assert.deepEqual([canceled.order.clientOrderId, canceled.order.status], ["old", "canceled"]);
  assert.deepEqual([amended.order.clientOrderId, amended.order.price], ["to-amend", "41000.00"]);
  assert.deepEqual([unknown.problem.code, unknown.problem.value], ["unknown_order", "77"]);
  assert.equal(poor.problem.code, "insufficient_funds");
  const kinds = gateway.exchange.commands.slice(2).map(({ kind }) => kind);
  assert.deepEqual(kinds, ["newOrder", "cancel", "amend", "cancel", "newOrder"]);
});

Deno.test("an answer in a batch is the answer that the command has by itself", async () => {
  const [alone, together] = [new TestGateway(), new TestGateway()];
  const sell = { ...SELL, quantity: "0.2000", clientOrderId: "s" };
  for (const gateway of [alone, together]) await gateway.place(2, sell);
  const single = await alone.place(1, { clientOrderId: "b" });
  const { body } = await send(together, [place({ clientOrderId: "b" })]);
  assert.deepEqual(body.items, [{ status: single.status, order: single.body }]);
  assert.equal(single.body.fills.length, 1);
});

Deno.test("the same signed batch again repeats nothing and is answered with the first outcomes", async () => {
  const gateway = new TestGateway();
  const body = { items: [place(), place(), { cancel: { orderId: "1" } }, place()] };
  gateway.nowMicros += 1_000;
  const headers = gateway.sign(1, "POST", PATH, { body });
  const first = await again(gateway, headers, body);
  assert.deepEqual(statusesOf(first), [201, 201, 200, 201]);
  const second = await again(gateway, headers, body);
  assert.deepEqual(statusesOf(second), [200, 200, 200, 200]);
  for (const [index, item] of first.body.items.entries()) {
    const { order } = second.body.items[index];
    assert.deepEqual([order.orderId, order.duplicate], [item.order.orderId, true]);
  }
  assert.equal(gateway.exchange.state.orders.liveCount, 2);
  const keys = gateway.exchange.frames.flatMap((frame) => {
    const words = new Uint32Array(frame.buffer);
    return [0, 1, 2, 3].map((index) => {
      const at = (FRAME_HEADER_BYTES + index * RECORD_BYTES) / 4;
      return `${words[at + OrderWord.keyLow]}/${words[at + OrderWord.keyHigh]}`;
    });
  });
  assert.deepEqual([keys.length, new Set(keys).size], [8, 4], "four keys, each of them twice");
});

Deno.test("the same items in another request are other orders, unless it has the same signed name", async () => {
  const gateway = new TestGateway();
  await send(gateway, [place(), place()]);
  await send(gateway, [place(), place()]);
  assert.equal(gateway.exchange.state.orders.liveCount, 4);
  const named = { idempotencyKey: "hedge-17" };
  await send(gateway, [place()], named);
  const repeated = await send(gateway, [place()], named);
  assert.deepEqual(statusesOf(repeated), [200]);
  assert.equal(gateway.exchange.state.orders.liveCount, 5);
  const other = await send(gateway, [place({ quantity: "0.1000" })], named);
  assert.deepEqual(statusesOf(other), [409]);
});

Deno.test("a name that somebody put on a captured batch makes no second order of it", async () => {
  const gateway = new TestGateway();
  const body = { items: [place()] };
  const headers = gateway.sign(1, "POST", PATH, { body });
  await again(gateway, headers, body);
  const answer = await again(gateway, { ...headers, "Idempotency-Key": "thief" }, body);
  assert.deepEqual(statusesOf(answer), [200]);
  assert.equal(gateway.exchange.state.orders.liveCount, 1);
});

Deno.test("a batch whose envelope is bad is refused as a whole, and nothing of it is sent", async () => {
  const gateway = new TestGateway();
  const many = Array.from({ length: BATCH_ITEMS_MAX + 1 }, () => place());
  const cases: readonly (readonly [unknown, string, string | undefined])[] = [
    ["{", "malformed_json", undefined],
    ["[]", "not_an_object", undefined],
    [{}, "missing_field", "items"],
    [{ items: "all" }, "invalid_field", "items"],
    [{ items: [] }, "invalid_field", "items"],
    [{ items: many }, "invalid_field", "items"],
    [{ items: [place()], atomic: true }, "unknown_field", "atomic"],
  ];
  for (const [body, code, field] of cases) {
    const answer = await gateway.signed(1, "POST", PATH, { body: body as object });
    assert.deepEqual([answer.status, answer.body.code, answer.body.field], [400, code, field]);
  }
  const counted = await gateway.signed(1, "POST", PATH, { body: { items: many } });
  assert.deepEqual([counted.body.limit, counted.body.value], ["1 to 100", "101"]);
  assert.equal(gateway.exchange.commands.length, 0);
});

Deno.test("an item that is not right is refused by itself and says what it takes", async () => {
  const gateway = new TestGateway();
  const items = [
    null,
    { place: LIMIT_BUY, cancel: { orderId: "1" } },
    { replace: {} },
    { place: [] },
    { cancel: {} },
    { cancel: { orderId: "1", clientOrderId: "a" } },
    { cancel: { orderId: 1 } },
    { amend: { orderId: "1" } },
    { amend: { price: "1.00" } },
    { place: { ...LIMIT_BUY, price: 50000 } },
    place(),
  ];
  const answer = await send(gateway, items);
  const codes = answer.body.items.slice(0, -1).map((
    { problem }: { problem: { code: string; field?: string } },
  ) => `${problem.code} ${problem.field}`);
  assert.deepEqual(codes, [
    "invalid_field item",
    "invalid_field item",
    "invalid_field item",
    "not_an_object undefined",
    "missing_field orderId",
    "invalid_combination clientOrderId",
    "invalid_field orderId",
    "amend_empty price",
    "missing_field orderId",
    "invalid_decimal price",
  ]);
  assert.equal(answer.body.items.at(-1).status, 201);
});

Deno.test("a hundred of the longest orders fit into a body", async () => {
  const gateway = new TestGateway();
  const long = {
    symbol: "BTC-USD",
    price: "50000.00000000000000000000000000",
    quantity: "0.500000000000000000000000000000",
    timeInForce: "GTC",
    postOnly: false,
    selfTradePrevention: "expire_maker",
  };
  const items = Array.from(
    { length: BATCH_ITEMS_MAX },
    (_, index) => place({ ...long, clientOrderId: `${index}`.padEnd(36, "x") }),
  );
  const answer = await send(gateway, items);
  assert.deepEqual(new Set(statusesOf(answer)), new Set([201]));
  assert.equal(gateway.exchange.state.orders.liveCount, BATCH_ITEMS_MAX);
});

Deno.test("what no room is left for, and what is not known in time, says so by itself", async () => {
  const gateway = new TestGateway();
  gateway.exchange.trouble = "overloaded";
  const crowded = await send(gateway, [place(), { cancel: { orderId: "1" } }]);
  assert.deepEqual(statusesOf(crowded), [503, 503]);
  assert.equal(crowded.body.items[0].problem.code, "overloaded");
  gateway.exchange.trouble = "silent";
  const silent = await send(gateway, [place({ clientOrderId: "a" })]);
  assert.deepEqual(statusesOf(silent), [202]);
  assert.equal(silent.body.items[0].order.status, "pending");
  gateway.exchange.trouble = "none";
  const headers = { Prefer: "respond-async" };
  const unasked = await send(gateway, [place(), { cancel: { orderId: "1" } }], { headers });
  assert.deepEqual(statusesOf(unasked), [202, 202]);
});

/** A gateway whose keys may send this many commands a second, and what it gives back. */
function limited(rate: number): TestGateway & { readonly givenBack: readonly string[] } {
  const nowMicros = () => gateway.nowMicros;
  const policy = admissionPolicy(rate, rate);
  const memory = new MemoryAdmission({ policy, nowMicros });
  const givenBack: string[] = [];
  const admission: Admission = {
    policy,
    admit: (request) => memory.admit(request),
    giveBack: (request) => {
      const kind = request.kind === AdmissionKind.order ? "orders" : "others";
      givenBack.push(`${request.weight} ${kind}`);
      memory.giveBack(request);
    },
  };
  const gateway: TestGateway = new TestGateway({ admission });
  return Object.assign(gateway, { givenBack });
}

Deno.test("a batch costs a unit for each command, cancels by the limits of cancels", async () => {
  const gateway = limited(10);
  const cancels = Array.from({ length: 10 }, () => ({ cancel: { orderId: "99" } }));
  const orders = Array.from({ length: 6 }, () => place());
  assert.deepEqual(new Set(statusesOf(await send(gateway, orders))), new Set([201]));
  const refused = await send(gateway, orders);
  assert.deepEqual([refused.status, refused.body.code], [429, "rate_limited"]);
  assert.equal(gateway.exchange.state.orders.liveCount, 6, "nothing of it was carried out");
  const mixed = await send(gateway, [...orders, ...cancels]);
  assert.equal(mixed.status, 429);
  assert.equal((await send(gateway, cancels)).status, 200, "cancels by themselves have their own");
  assert.equal((await send(gateway, orders.slice(0, 4))).status, 200, "four units were left");
});

Deno.test("where cancels are refused, the orders of the batch are given back what they cost", async () => {
  const gateway = limited(10);
  const cancels = Array.from({ length: 10 }, () => ({ cancel: { orderId: "99" } }));
  for (let count = 0; count < 10; count++) await send(gateway, cancels);
  const refused = await send(gateway, [place(), place(), ...cancels]);
  assert.deepEqual([refused.status, refused.body.field], [429, "key-cancel"]);
  assert.deepEqual(gateway.givenBack, ["2 orders"]);
});

Deno.test("orders of a batch that trade are given back what they cost", async () => {
  const gateway = limited(100);
  await gateway.place(2, { ...SELL, quantity: "2.0000" });
  await send(gateway, [place(), place(), place({ price: "2.00" }), { cancel: { orderId: "9" } }]);
  assert.deepEqual(gateway.givenBack, ["2 orders"], "all but the one that rests, and the cancel");
});

Deno.test("a batch that no bucket could ever hold is refused for good", async () => {
  const gateway = limited(5);
  const answer = await send(gateway, Array.from({ length: 6 }, () => place()));
  assert.deepEqual([answer.status, answer.body.code], [400, "too_many_commands"]);
  assert.deepEqual([answer.body.limit, answer.body.value], ["5", "6"]);
});

Deno.test("a list of cancels is answered in the order of its ids", async () => {
  const gateway = new TestGateway();
  for (const clientOrderId of ["a", "4711", "c"]) await gateway.place(1, { clientOrderId });
  const body = { orderIds: ["3", "9"], clientOrderIds: ["4711", "a", "a"] };
  const answer = await gateway.signed(1, "POST", "/v1/orders/cancel", { body });
  assert.deepEqual(statusesOf(answer), [200, 404, 200, 200, 404]);
  const ids = answer.body.items.map(({ order }: { order?: { orderId: string } }) => order?.orderId);
  assert.deepEqual(ids, ["3", undefined, "2", "1", undefined]);
  assert.equal(gateway.exchange.state.orders.liveCount, 0);
  for (const bad of [{}, { orderIds: [] }, { orderIds: ["x"] }, { ids: ["1"] }]) {
    const refused = await gateway.signed(1, "POST", "/v1/orders/cancel", { body: bad });
    assert.equal(refused.status, 400, JSON.stringify(bad));
  }
  const most = { orderIds: Array(60).fill("1"), clientOrderIds: Array(41).fill("a") };
  const tooMany = await gateway.signed(1, "POST", "/v1/orders/cancel", { body: most });
  assert.deepEqual([tooMany.status, tooMany.body.value], [400, "101"]);
});

Deno.test("cancels of a list pass where orders are refused", async () => {
  const gateway = limited(10);
  for (let count = 0; count < 20; count++) await gateway.place(1);
  const { status } = await gateway.place(1);
  assert.equal(status, 429);
  const body = { orderIds: ["1", "2"] };
  assert.equal((await gateway.signed(1, "POST", "/v1/orders/cancel", { body })).status, 200);
});

Deno.test("a batch is no more than its key may do", async () => {
  const gateway = new TestGateway();
  gateway.addKey(2, ["read"]);
  const body = { items: [place()] };
  const answer = await gateway.signed(2, "POST", PATH, { body });
  assert.equal(answer.status, 403);
});
