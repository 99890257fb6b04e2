import assert from "node:assert/strict";
import {
  NoAnswerError,
  OutcomeUnknownError,
  RefusedError,
} from "../../../routes/client/client_error.ts";
import type { NewOrder } from "../../../routes/client/trading_client.ts";
import { ATTEMPTS_MAX } from "../../../routes/client/retry_schedule.ts";
import { TradingClient } from "../../../routes/client/trading_client.ts";
import { newSeed, seededRandom } from "../../core/market_data/random_orders.ts";
import { LIMIT_BUY } from "../test_gateway.ts";
import { type Fate, FaultyNetwork } from "./faulty_network.ts";

const FATES: readonly Fate[] = ["is lost", "loses its answer", "meets a broken proxy"];

Deno.test("trading client: places, amends, reads and cancels an order", async () => {
  const client = new FaultyNetwork().client(1);
  const placed = await client.placeOrder({ ...LIMIT_BUY, clientOrderId: "a1" });
  assert.deepEqual([placed.status, placed.clientOrderId, placed.duplicate], ["new", "a1", false]);
  const amended = await client.amendOrder({ clientOrderId: "a1" }, { quantity: "0.3000" });
  assert.equal(amended.leavesQuantity, "0.3000");
  assert.equal((await client.order({ orderId: placed.orderId }))?.quantity, "0.3000");
  const held = (await client.balances()).find(({ asset }) => asset === "USD")?.held;
  assert.ok(Number(held) >= 15_000, held);
  const canceled = await client.cancelOrder({ orderId: placed.orderId });
  assert.equal(canceled.status, "canceled");
  assert.equal(await client.order({ clientOrderId: "other" }), null);
  await assert.rejects(client.cancelOrder({ orderId: placed.orderId }), (error: unknown) => {
    assert.ok(error instanceof RefusedError);
    assert.equal(error.code, "unknown_order");
    return true;
  });
});

Deno.test("trading client: cancels all orders, those of a symbol, of a side, of both", async () => {
  const network = new FaultyNetwork();
  const client = network.client(1);
  const place = (changes: Partial<NewOrder>) => client.placeOrder({ ...LIMIT_BUY, ...changes });
  const eth = { symbol: "ETH-USD", price: "3000.00" };
  const ask = { side: "sell", price: "60000.00" } as const;
  for (const order of [{}, {}, ask, eth, eth, eth, { ...eth, side: "sell", price: "9000.00" }]) {
    await place(order);
  }
  let lost = 1;
  network.fateOf = () => lost-- > 0 ? "loses its answer" : "arrives";
  assert.equal(await client.cancelAll({ symbol: "BTC-USD", side: "buy" }, "bids"), 2);
  assert.equal(await client.cancelAll({ side: "sell" }), 2);
  assert.equal(await client.cancelAll("BTC-USD"), 0);
  assert.equal(await client.cancelAll({ symbol: "ETH-USD" }), 3);
  assert.equal(await client.cancelAll(), 0);
});

Deno.test("trading client: whatever the network loses, each order is placed once", async () => {
  const seed = newSeed();
  const random = seededRandom(seed);
  const network = new FaultyNetwork();
  network.fateOf = () => random() < 0.5 ? FATES[Math.floor(random() * 3)] : "arrives";
  const client = network.client(1, { random });
  const told = new Map<string, string>();
  let unknown = 0;
  for (let count = 0; count < 100; count++) {
    const clientOrderId = `order-${count}`;
    try {
      const order = await client.placeOrder({ ...LIMIT_BUY, quantity: "0.0001", clientOrderId });
      told.set(clientOrderId, order.orderId);
    } catch (error) {
      assert.ok(error instanceof OutcomeUnknownError, `seed ${seed}: ${error}`);
      assert.equal(error.id, clientOrderId);
      unknown++;
    }
  }
  network.fateOf = () => "arrives";
  const known = new Map<string, string>();
  for await (const { clientOrderId, orderId } of client.orders({ status: "open" })) {
    assert.ok(clientOrderId !== null && !known.has(clientOrderId), `seed ${seed}: placed twice`);
    known.set(clientOrderId, orderId);
  }
  for (const [clientOrderId, orderId] of told) {
    assert.equal(known.get(clientOrderId), orderId, `seed ${seed}`);
  }
  assert.equal(told.size + unknown, 100);
  assert.ok(network.sent.length > 150, `seed ${seed}: ${network.sent.length} requests lost little`);
});

Deno.test("trading client: amends and cancels that come twice count once", async () => {
  const network = new FaultyNetwork();
  const client = network.client(1);
  const { orderId } = await client.placeOrder(LIMIT_BUY);
  let lost = 2;
  network.fateOf = () => lost-- > 0 ? "loses its answer" : "arrives";
  const amended = await client.amendOrder({ orderId }, { quantity: "0.4000" });
  assert.deepEqual([amended.quantity, amended.duplicate], ["0.4000", true]);
  lost = 2;
  const canceled = await client.cancelOrder({ orderId });
  assert.equal(canceled.status, "canceled");
  assert.deepEqual(network.sent.length, 1 + 3 + 3);
});

Deno.test("trading client: a refusal behind a lost answer leaves the outcome open", async () => {
  const network = new FaultyNetwork();
  const client = network.client(1);
  const fates: Fate[] = ["loses its answer"];
  network.fateOf = () => {
    const fate = fates.shift() ?? "arrives";
    // From the second attempt on the key is not valid.
    if (fates.length === 0) network.gateway.addKey(1, ["trade"], { revoked: fate === "arrives" });
    return fate;
  };
  await assert.rejects(
    client.placeOrder({ ...LIMIT_BUY, clientOrderId: "a1" }),
    (error: unknown) => {
      assert.ok(error instanceof OutcomeUnknownError, String(error));
      assert.ok(error.cause instanceof RefusedError && error.cause.problem.status === 401);
      return true;
    },
  );
});

Deno.test("trading client: what is refused for its contents is not sent again", async () => {
  const network = new FaultyNetwork();
  const client = network.client(1);
  await assert.rejects(client.placeOrder({ ...LIMIT_BUY, price: "0.001" }), (error: unknown) => {
    assert.ok(error instanceof RefusedError && error.isOutcomeKnown);
    assert.equal(
      error.message,
      `price_off_tick: ${error.problem.detail}; price: 0.001 (takes 0.01)`,
    );
    return true;
  });
  assert.equal(network.sent.length, 1);
});

Deno.test("trading client: comes again when asked to, not before and not for ever", async () => {
  const network = new FaultyNetwork();
  network.gateway.hasBackend = false;
  const client = network.client(1);
  await assert.rejects(client.balances(), (error: unknown) => {
    assert.ok(error instanceof RefusedError && error.code === "starting", String(error));
    return true;
  });
  assert.equal(network.sent.length, ATTEMPTS_MAX);
  assert.ok(network.slept.every((millis) => millis >= 1_000), `${network.slept}`);
});

Deno.test("trading client: an exchange that is not there is told with its attempts", async () => {
  const network = new FaultyNetwork();
  network.fateOf = () => "is lost";
  const client = network.client(1);
  await assert.rejects(client.balances(), (error: unknown) => {
    assert.ok(error instanceof NoAnswerError);
    assert.equal(error.attempts, ATTEMPTS_MAX);
    assert.match(error.message, /GET \/v1\/balances was not answered .* connection was reset/);
    return true;
  });
});

Deno.test("trading client: a clock that is an hour off is set by the exchange's", async () => {
  for (const offMillis of [-3_600_000, 3_600_000]) {
    const network = new FaultyNetwork();
    const nowMillis = () => network.gateway.nowMicros / 1_000 + offMillis;
    const client = network.client(1, { nowMillis });
    await client.placeOrder(LIMIT_BUY);
    await client.placeOrder(LIMIT_BUY);
    assert.deepEqual(network.sent, [
      "POST /v1/orders",
      "GET /v1/time",
      "POST /v1/orders",
      "POST /v1/orders",
    ]);
  }
});

Deno.test("trading client: an order whose outcome comes late is asked for", async () => {
  const network = new FaultyNetwork();
  const client = network.client(1);
  network.gateway.exchange.trouble = "silent";
  const order = await client.placeOrder({ ...LIMIT_BUY, clientOrderId: "late" });
  assert.deepEqual([order.clientOrderId, order.status], ["late", "new"]);
  assert.ok(network.sent.includes("GET /v1/orders/by-client-id/late"));
});

Deno.test("trading client: a token that is asked for each time takes the place of a key", async () => {
  const network = new FaultyNetwork();
  let asked = 0;
  const client = network.client(1, {
    token: () => {
      asked++;
      return "not.a.token";
    },
  });
  await assert.rejects(client.balances(), /token_invalid/);
  assert.equal(asked, 1);
});

Deno.test("trading client: without a key and a token only what is public can be read", async () => {
  const network = new FaultyNetwork();
  const client = network.client(1, { key: undefined as never });
  await assert.rejects(client.balances(), TypeError);
  assert.equal(network.sent.length, 0);
  const depth = await client.read("/v1/depth", { symbol: "BTC-USD" }, true);
  assert.deepEqual((depth as { bids: unknown }).bids, []);
});

Deno.test("trading client: options that cannot work are told at once", () => {
  const url = "https://exchange.example";
  const wrong: [options: object, said: RegExp][] = [
    [{}, /^url is undefined; it takes the address of a gateway/],
    [{ url: "exchange.example" }, /^url is "exchange.example"; it takes/],
    [{ url: `${url}/v1` }, /without a path/],
    [{ url, key: { id: "a" } }, /^key\.secret is no text or empty/],
    [{ url, key: { id: "", secret: "b" } }, /^key\.id is no text or empty/],
  ];
  for (const [options, said] of wrong) {
    assert.throws(() => new TradingClient(options as never), (error: unknown) => {
      assert.ok(error instanceof TypeError);
      assert.match(error.message, said);
      return true;
    });
  }
  assert.equal(new TradingClient({ url: `${url}:8000//` }).transport.url, `${url}:8000`);
});
