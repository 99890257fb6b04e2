/**
 * Answers with no more than their client needs, with the real core behind them: each case in a plain
 * batch and in one that is read by way of JSON.
 *
 * @module
 */

import assert from "node:assert/strict";
import { type Answer, LIMIT_BUY, TestGateway } from "../test_gateway.ts";
import { escaped } from "./plain_batch/plain_batches.ts";

const PATH = "/v1/orders/batch";
const MINIMAL = { Prefer: "return=minimal" };
const place = (changes: object = {}) => ({ place: { ...LIMIT_BUY, ...changes } });

interface Sending {
  readonly prefer?: string;
  readonly idempotencyKey?: string;
}

/** Both ways: a letter as an escape is all that makes a batch one that is not plain. */
const WAYS: Readonly<Record<string, (body: string) => string>> = {
  straight: (body) => body,
  "by way of JSON": escaped,
};

for (const [way, written] of Object.entries(WAYS)) {
  const send = (
    gateway: TestGateway,
    items: readonly unknown[],
    { prefer = "return=minimal", ...options }: Sending = {},
  ): Promise<Answer> =>
    gateway.signed(1, "POST", PATH, {
      ...options,
      body: written(JSON.stringify({ items })),
      headers: { Prefer: prefer },
    });
  /** The answers to the commands, without the sequence, which each has. */
  const toldOf = ({ body, headers }: Answer) => {
    assert.equal(headers.get("preference-applied"), "return=minimal");
    // deno-lint-ignore no-explicit-any -- what stands in it is what the tests are about
    return body.items.map(({ status, order: { sequence, ...order } }: any) => {
      assert.match(sequence, /^\d+$/);
      return [status, order];
    });
  };

  Deno.test(`${way}: an order has its id, its status and what was executed`, async () => {
    const gateway = new TestGateway();
    await gateway.place(2, { side: "sell", quantity: "0.2000" });
    const told = toldOf(
      await send(gateway, [
        place({ clientOrderId: "mine" }),
        place({ price: "40000.00" }),
        place({ side: "sell", price: "50000.00", quantity: "0.1000", timeInForce: "IOC" }),
        place({ type: "market", price: undefined, quantity: "1.0000" }),
      ]),
    );
    assert.deepEqual(told, [
      [201, {
        orderId: "2",
        status: "partially_filled",
        executedQuantity: "0.2000",
        executedNotional: "10000.000000",
      }],
      [201, { orderId: "3", status: "new", executedQuantity: "0" }],
      [201, {
        orderId: "4",
        status: "canceled",
        reason: "self_trade",
        executedQuantity: "0",
      }],
      [201, {
        orderId: "5",
        status: "expired",
        reason: "market_remainder",
        executedQuantity: "0",
      }],
    ]);
  });

  Deno.test(`${way}: what prevention of self-trades took off an order is told`, async () => {
    const gateway = new TestGateway();
    const sell = { side: "sell", quantity: "0.2000" };
    await gateway.place(1, sell);
    await gateway.place(2, { ...sell, quantity: "0.1000" });
    const told = toldOf(await send(gateway, [place({ selfTradePrevention: "decrement" })]));
    assert.deepEqual(told, [[201, {
      orderId: "3",
      status: "partially_filled",
      executedQuantity: "0.1000",
      executedNotional: "5000.000000",
      leavesQuantity: "0.2000",
    }]]);
  });

  Deno.test(`${way}: a cancel has what was executed before it`, async () => {
    const gateway = new TestGateway();
    await gateway.place(1, { clientOrderId: "mine" });
    await gateway.place(1);
    await gateway.place(2, { side: "sell", quantity: "0.2000" });
    const items = [{ cancel: { clientOrderId: "mine" } }, { cancel: { orderId: "2" } }];
    const canceled = { status: "canceled", executedQuantity: "0" };
    const both = [
      [200, { ...canceled, orderId: "1", executedQuantity: "0.2000" }],
      [200, { ...canceled, orderId: "2" }],
    ];
    const named = { idempotencyKey: "cancel-both" };
    assert.deepEqual(toldOf(await send(gateway, items, named)), both);
    const again = both.map(([status, order]) => [status, { ...order as object, duplicate: true }]);
    assert.deepEqual(toldOf(await send(gateway, items, named)), again);
  });

  Deno.test(`${way}: a repeat is told as such, and what is refused or unknown is told whole`, async () => {
    const gateway = new TestGateway();
    const items = [
      place({ clientOrderId: "a" }),
      place({ clientOrderId: "b", quantity: "900.0000", price: "1000000.00" }),
      { cancel: { orderId: "77" } },
    ];
    const first = await send(gateway, items);
    const again = await send(gateway, items);
    const [{ order }] = first.body.items;
    assert.deepEqual(again.body.items[0], { status: 200, order: { ...order, duplicate: true } });
    const whole = await send(gateway, items, { prefer: "return=representation" });
    assert.equal(whole.headers.get("preference-applied"), null);
    for (const index of [1, 2]) {
      const { requestId: _, ...problem } = again.body.items[index].problem;
      const { requestId: __, ...same } = whole.body.items[index].problem;
      assert.deepEqual(problem, same);
    }
    assert.equal(whole.body.items[0].order.clientOrderId, "a");
    gateway.exchange.trouble = "silent";
    const silent = await send(gateway, [place({ clientOrderId: "c" })]);
    assert.deepEqual([silent.body.items[0].status, silent.body.items[0].order.status], [
      202,
      "pending",
    ]);
    assert.match(silent.body.items[0].order.detail, /by-client-id\/c$/);
    gateway.exchange.trouble = "none";
    const unasked = await send(gateway, items, { prefer: "return=minimal, respond-async" });
    assert.equal(unasked.headers.get("preference-applied"), "respond-async, return=minimal");
    // deno-lint-ignore no-explicit-any -- what stands in it is what the tests are about
    assert.deepEqual(unasked.body.items.map((one: any) => one.status), [202, 202, 202]);
  });

  Deno.test(`${way}: a hundred orders are answered in less than a third of the bytes`, async () => {
    const gateway = new TestGateway();
    const count = 100;
    const named = (prefix: string) =>
      Array.from(
        { length: count },
        (_, index) => place({ clientOrderId: `${prefix}-${index}`, price: "40000.00" }),
      );
    const whole = await send(gateway, named("a"), { prefer: "wait=1" });
    const minimal = await send(gateway, named("b"));
    const [before, after] = [whole, minimal].map(({ bytes }) => bytes.length / count);
    assert.ok(
      after !== undefined && before !== undefined && after * 3 < before,
      `${after} bytes an order, and ${before} without the preference`,
    );
  });
}

Deno.test("an amend that names no quantity is told what is left", async () => {
  const gateway = new TestGateway();
  await gateway.place(1, { clientOrderId: "mine" });
  await gateway.place(2, { side: "sell", quantity: "0.2000" });
  await gateway.place(2, { side: "sell", quantity: "0.0500", price: "60000.00" });
  const body = {
    items: [
      { amend: { orderId: "1", quantity: "0.4000" } },
      { amend: { clientOrderId: "mine", price: "45000.00" } },
      { amend: { orderId: "1", price: "60000.00" } },
    ],
  };
  const idempotencyKey = "amends";
  const open = { orderId: "1", status: "partially_filled", executedQuantity: "0.2000" };
  const filled = { ...open, executedQuantity: "0.2500", executedNotional: "13000.000000" };
  const expected = [
    { ...open, executedNotional: "10000.000000" },
    { ...open, executedNotional: "10000.000000", leavesQuantity: "0.2000" },
    { ...filled, leavesQuantity: "0.1500" },
  ];
  for (const duplicate of [undefined, true] as const) {
    const answer = await gateway.signed(1, "POST", PATH, {
      body,
      idempotencyKey,
      headers: MINIMAL,
    });
    const told = answer.body.items.map(({ order: { sequence: _, ...order } }: {
      order: { sequence: string };
    }) => order);
    const more = duplicate === undefined ? {} : { duplicate };
    assert.deepEqual(told, expected.map((one) => ({ ...one, ...more })));
  }
});

Deno.test("lists of cancels and replacements are answered so as well, and single orders whole", async () => {
  const gateway = new TestGateway();
  for (let count = 0; count < 2; count++) await gateway.place(1);
  const list = await gateway.signed(1, "POST", "/v1/orders/cancel", {
    body: { orderIds: ["1"] },
    headers: MINIMAL,
  });
  const canceled = { status: "canceled", executedQuantity: "0" };
  const { sequence: _, ...order } = list.body.items[0].order;
  assert.deepEqual(order, { ...canceled, orderId: "1" });
  const replaced = await gateway.signed(1, "POST", "/v1/orders/2/replace", {
    body: LIMIT_BUY,
    headers: { Prefer: "return=minimal, respond-async" },
  });
  const { cancel, place } = replaced.body;
  assert.deepEqual([cancel.order.orderId, "symbol" in cancel.order], ["2", false]);
  assert.deepEqual([place.order.orderId, "symbol" in place.order], ["3", false]);
  for (const { headers } of [list, replaced]) {
    assert.equal(headers.get("preference-applied"), "return=minimal");
  }
  const alone = [
    await gateway.place(1, {}, { headers: MINIMAL }),
    await gateway.amend(1, "3", { price: "45000.00" }, { headers: MINIMAL }),
    await gateway.signed(1, "DELETE", "/v1/orders/3", { headers: MINIMAL }),
  ];
  for (const { body, headers } of alone) {
    assert.deepEqual([body.symbol, headers.get("preference-applied")], ["BTC-USD", null]);
  }
});

Deno.test("a script of another origin may ask for it, and sees that it was applied", async () => {
  const gateway = new TestGateway();
  const { headers } = await gateway.signed(1, "POST", PATH, {
    body: { items: [place()] },
    headers: { ...MINIMAL, Origin: "https://app.test" },
  });
  assert.match(headers.get("access-control-expose-headers") ?? "", /\bPreference-Applied\b/);
  const preflight = await gateway.send("OPTIONS", PATH);
  assert.match(preflight.headers.get("access-control-allow-headers") ?? "", /\bPrefer\b/);
});
