/**
 * The user data stream of a running market, with a library that others wrote and over a bare
 * WebSocket: what it tells is what REST says, after a gateway has died as well, until its key does.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { MainClient, WebsocketAPIClient, WS_KEY_MAP } from "binance";
import type { RestKey } from "../support/client_rest.ts";
import { JsonSocket } from "../support/json_socket.ts";
import {
  eventually,
  keyOf,
  type ReadyLine,
  runTask,
  StartedMarket,
  withDataDirectory,
} from "../workers/supervisor/started_market.ts";

/** Orders that are placed at random. */
const ORDERS = 40;
const SIGN_UP = "userDataStream.subscribe.signature";
const silent = () => {};
const logger = { trace: silent, info: silent, error: silent };

// deno-lint-ignore no-explicit-any -- a test says by its assertions what it expects
type Event = any;

/** A small generator (mulberry32), so that a run can be had again. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The library's client of the WebSocket API, and what it hears. What is set is the address. */
class Listener {
  readonly events: Event[] = [];
  readonly client: WebsocketAPIClient;

  constructor({ gateway }: ReadyLine, { key, secret }: RestKey) {
    this.client = new WebsocketAPIClient({
      api_key: key,
      api_secret: secret,
      wsUrl: gateway.replace("http", "ws"),
      attachEventListeners: false,
      resubscribeUserDataStreamDelaySeconds: 0.2,
    }, logger);
    this.client.getWSClient().on("message", (event) => void this.events.push(event));
    this.client.getWSClient().on("exception", silent);
  }

  async listen(): Promise<void> {
    await this.client.subscribeUserDataStream(WS_KEY_MAP.mainWSAPI);
  }

  /** Places an order over the WebSocket API. The library leaves the time to its user. */
  async place(order: ReturnType<typeof limit>): Promise<{ orderId: number; status: string }> {
    const timed = { ...order, timestamp: Date.now() };
    const { result } = await this.client.submitNewSpotOrder(timed);
    const { orderId, status } = result as Event;
    return { orderId, status };
  }

  /** Reports of one order. */
  reportsOf(orderId: number): Event[] {
    return this.events.filter(({ e, i }) => e === "executionReport" && i === orderId);
  }

  /** What was said last of each asset. */
  get balances(): Map<string, string> {
    const positions = this.events.filter(({ e }) => e === "outboundAccountPosition");
    return new Map(
      positions.flatMap(({ B }): Record<"a" | "f" | "l", string>[] => B)
        .map(({ a, f, l }) => [a, [f, l].map(Number).join()]),
    );
  }

  async close(): Promise<void> {
    await this.client.disconnectAll();
  }
}

const clientOf = ({ gateway }: ReadyLine, { key, secret }: RestKey): MainClient =>
  new MainClient({ api_key: key, api_secret: secret, baseUrl: gateway });

const limit = (side: "BUY" | "SELL", quantity: number, price: number) =>
  ({ symbol: "BTCUSD", side, type: "LIMIT", timeInForce: "GTC", quantity, price }) as const;

/** What has come of every order by REST is what was told last of it, and so are the balances. */
async function agrees(listener: Listener, rest: MainClient): Promise<void> {
  const orders = await rest.getAllOrders({ symbol: "BTCUSD" });
  await eventually(
    "the last report of each order",
    () =>
      orders.every(({ orderId, status, executedQty }) => {
        const last = listener.reportsOf(Number(orderId)).at(-1);
        return last === undefined || (last.X === status && Number(last.z) === Number(executedQty));
      }) || undefined,
  );
  for (const order of orders) {
    const reports = listener.reportsOf(Number(order.orderId));
    const last = reports.at(-1);
    if (last === undefined) continue;
    assert.equal(last.c, order.clientOrderId);
    assert.equal(Number(last.Z), Number(order.cummulativeQuoteQty));
    assert.equal(Number(last.p), Number(order.price));
    assert.deepEqual([last.S, last.o, last.f], [order.side, order.type, order.timeInForce]);
    assert.equal(last.O, order.time);
  }
  const { balances } = await rest.getAccountInformation();
  await eventually("the balances", () =>
    [...listener.balances].every(([asset, told]) => {
      const found = balances.find((balance) => balance.asset === asset);
      return [found?.free, found?.locked].map(Number).join() === told;
    }) || undefined);
  assert.ok(listener.balances.size > 0);
}

/** One order that is placed, filled in part and canceled, all of it by the library. */
async function followsOne(listener: Listener, maker: MainClient, taker: MainClient) {
  const order = await maker.submitNewOrder(limit("SELL", 0.5, 51_000));
  const orderId = Number(order.orderId);
  await taker.submitNewOrder({ symbol: "BTCUSD", side: "BUY", type: "MARKET", quantity: 0.2 });
  await maker.cancelOrder({ symbol: "BTCUSD", orderId });
  const reports = await eventually("three reports", () => {
    const all = listener.reportsOf(orderId);
    return all.length === 3 ? all : undefined;
  });
  assert.deepEqual(reports.map(({ x, X }) => [x, X]), [
    ["NEW", "NEW"],
    ["TRADE", "PARTIALLY_FILLED"],
    ["CANCELED", "CANCELED"],
  ]);
  const [trade] = await maker.getAccountTradeList({ symbol: "BTCUSD", orderId });
  const told = reports[1];
  assert.deepEqual([told.t, told.m, Number(told.l), Number(told.L), Number(told.n), told.N], [
    trade?.id,
    true,
    0.2,
    51_000,
    Number(trade?.commission),
    trade?.commissionAsset,
  ]);
}

/** Many orders at random, over the WebSocket API and over REST. */
async function followsMany(listener: Listener, maker: MainClient, taker: MainClient) {
  const seed = Math.floor(Math.random() * 2 ** 32);
  console.log(`seed ${seed}`);
  const random = randomOf(seed);
  for (let count = 0; count < ORDERS; count++) {
    const price = 50_000 - 20 + Math.floor(random() * 40);
    const order = limit(
      random() < 0.5 ? "BUY" : "SELL",
      (1 + Math.floor(random() * 99)) / 1e4,
      price,
    );
    const way = random();
    if (way < 0.5) await taker.submitNewOrder(order);
    else if (way < 0.75) await maker.submitNewOrder(order);
    else {
      const { orderId, status } = await listener.place(order);
      if (status !== "NEW" || random() < 0.5) continue;
      await maker.cancelOrder({ symbol: "BTCUSD", orderId });
    }
  }
  await agrees(listener, maker);
  const orders = await maker.getAllOrders({ symbol: "BTCUSD" });
  assert.ok(orders.every(({ orderId }) => listener.reportsOf(Number(orderId)).length > 0));
  const trades = await maker.getAccountTradeList({ symbol: "BTCUSD", limit: 1_000 });
  const told = listener.events.filter(({ x }) => x === "TRADE").map(({ t }) => t);
  assert.deepEqual(new Set(told), new Set(trades.map(({ id }) => id)));
}

/** The gateway dies; the library connects to the new one and subscribes again, by itself. */
async function followsOn(listener: Listener, maker: MainClient, market: StartedMarket) {
  const back = Promise.withResolvers<void>();
  listener.client.getWSClient().on("reconnected", () => back.resolve());
  Deno.kill(market.pidOf("gateway"), "SIGKILL");
  await back.promise;
  const before = listener.events.length;
  // Whoever has no answer to a subscription yet misses what happens before it.
  await eventually("a report of an order", async () => {
    const order = await maker.submitNewOrder(limit("SELL", 0.01, 60_000)).catch(() => null);
    if (order === null) return undefined;
    await maker.cancelOrder({ symbol: "BTCUSD", orderId: Number(order.orderId) });
    return listener.events.length > before || undefined;
  });
  await agrees(listener, maker);
}

/** Runs `deno task admin ... --json` and expects it to work. */
async function admin(data: string, ...words: string[]): Promise<Event> {
  const args = [...words, "--json", "--as", "ada", "--data", data];
  const { code, stdout, stderr } = await runTask("admin", args);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

/** A key that signs with Ed25519 logs the session on, and signs nothing more. */
async function logsOn(line: ReadyLine, data: string): Promise<void> {
  const key = await admin(data, "keys", "create", "2", "--kind", "ed25519");
  const secret = key.secret ?? key.privateKey;
  const listener = new Listener(line, { key: key.key, secret });
  try {
    await listener.listen();
    const { orderId } = await listener.place(limit("BUY", 0.01, 30_000));
    await eventually("its report", () => listener.reportsOf(orderId).at(0));
    await listener.client.unsubscribeUserDataStream(WS_KEY_MAP.mainWSAPI);
    await eventually(
      "the end of the stream",
      () => listener.events.find(({ e }) => e === "eventStreamTerminated"),
    );
  } finally {
    await listener.close();
  }
}

/** Opens a socket and subscribes; the socket and the answer. */
async function subscribeBare({ gateway }: ReadyLine, { key, secret }: RestKey) {
  const socket = await JsonSocket.open(`${gateway.replace("http", "ws")}/ws-api/v3`);
  const params = { apiKey: key, timestamp: Date.now() };
  const signature = createHmac("sha256", secret)
    .update(`apiKey=${key}&timestamp=${params.timestamp}`).digest("hex");
  socket.send({ id: 1, method: SIGN_UP, params: { ...params, signature } });
  return { socket, answer: await socket.next() };
}

/** Who listens with a key that is revoked is told so within the seconds of the first look. */
async function endsWithItsKey(line: ReadyLine, data: string): Promise<void> {
  const key: RestKey = await admin(data, "keys", "create", "2");
  const revoked = admin(data, "keys", "revoke", key.key);
  let last: JsonSocket | null = null;
  const refused = await eventually("a refusal", async () => {
    const { socket, answer } = await subscribeBare(line, key);
    if (answer.status !== 200) {
      await socket[Symbol.asyncDispose]();
      return answer;
    }
    await last?.[Symbol.asyncDispose]();
    last = socket;
    return undefined;
  });
  assert.deepEqual([refused.status, refused.error.code], [400, -1022]);
  await revoked;
  const listening = last as JsonSocket | null;
  assert.ok(listening !== null);
  assert.deepEqual(await listening.closed, { code: 4005, reason: "key_invalid" });
  assert.equal(listening.messages.at(-1).event.e, "eventStreamTerminated");
}

Deno.test("bots follow their own orders by the user data stream", (t) =>
  withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    const [maker, taker] = [clientOf(line, keyOf(line, "1")), clientOf(line, keyOf(line, "2"))];
    const listener = new Listener(line, keyOf(line, "1"));
    try {
      await listener.listen();
      await t.step("one of them", () => followsOne(listener, maker, taker));
      await t.step("and many", () => followsMany(listener, maker, taker));
      await t.step("after a gateway has died", () => followsOn(listener, maker, market));
    } finally {
      await listener.close();
    }
    await t.step("in a session that is logged on", () => logsOn(line, data));
    await t.step("until their key is revoked", () => endsWithItsKey(line, data));
    assert.equal((await market.end("SIGTERM")).code, 0);
  }));
