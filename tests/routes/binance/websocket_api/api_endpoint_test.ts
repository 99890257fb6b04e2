import assert from "node:assert/strict";
import { admissionPolicy } from "../../../../core/limits/policy.ts";
import { MemoryAdmission } from "../../../../infra/upstash/memory.ts";
import { API_REQUEST_LENGTH_MAX } from "../../../../routes/binance/websocket_api/api_request.ts";
import { STREAMS_PER_ADDRESS_MAX } from "../../../../routes/streams/stream_table.ts";
import type { JsonSocket } from "../../../support/json_socket.ts";
import { START_MICROS } from "../../memory_exchange.ts";
import { BinanceClient } from "../binance_client.ts";
import { keyOf, secretOf, TestGateway } from "../../test_gateway.ts";
import { ApiGateway, STRONG_KEY } from "./api_gateway.ts";

const ORDER = {
  symbol: "BTCUSD",
  side: "BUY",
  type: "LIMIT",
  timeInForce: "GTC",
  quantity: "0.5",
  price: "50000.00",
};
const SIGN_UP = "userDataStream.subscribe.signature";

/** Status and code of a refusal. */
const refusalOf = (
  answer: { status: number; error?: { code: number } },
) => [answer.status, answer.error?.code];

Deno.test("anybody may ask what is public, and each answer has its request's id", async () => {
  await using gateway = new ApiGateway();
  await using socket = await gateway.open();
  const pong = await gateway.ask(socket, "ping");
  assert.deepEqual([pong.status, pong.result], [200, {}]);
  const [limit] = pong.rateLimits;
  assert.deepEqual([limit.rateLimitType, limit.interval, limit.intervalNum], [
    "REQUEST_WEIGHT",
    "MINUTE",
    1,
  ]);
  assert.ok(limit.limit > 0 && limit.count >= 0 && limit.count < limit.limit);
  const { serverTime } = (await gateway.ask(socket, "v3/time")).result;
  assert.equal(serverTime, Math.floor(gateway.nowMicros / 1_000));
  const depth = await gateway.ask(socket, "depth", { symbol: "BTCUSD", limit: 5 });
  assert.deepEqual([depth.result.bids, depth.result.asks], [[], []]);
  const two = await gateway.ask(socket, "ticker.price", { symbols: ["BTCUSD", "ETHUSD"] });
  assert.equal(two.status, 200);
  assert.equal(two.result.length, 2);
});

Deno.test("limits are told unless the request or the connection says otherwise", async () => {
  await using gateway = new ApiGateway();
  await using quiet = await gateway.open("?returnRateLimits=false&timeUnit=MICROSECOND");
  assert.equal((await gateway.ask(quiet, "ping")).rateLimits, undefined);
  assert.ok((await gateway.ask(quiet, "ping", { returnRateLimits: true })).rateLimits.length > 0);
  assert.equal((await gateway.ask(quiet, "time")).result.serverTime, gateway.nowMicros);
  await using told = await gateway.open();
  assert.equal(
    (await gateway.ask(told, "ping", { returnRateLimits: false })).rateLimits,
    undefined,
  );
});

Deno.test("the path is for WebSockets, and takes two parameters", async () => {
  using gateway = new TestGateway();
  const refusal = async (query: string, headers = {}) => {
    const { status, body } = await gateway.send("GET", `/ws-api/v3${query}`, { headers });
    return [status, body.code];
  };
  const upgrade = { upgrade: "websocket" };
  assert.deepEqual(await refusal(""), [426, -1000]);
  assert.deepEqual(await refusal("?timeUnit=SECOND", upgrade), [400, -1194]);
  assert.deepEqual(await refusal("?returnRateLimits=maybe", upgrade), [400, -1130]);
  assert.deepEqual(await refusal("?streams=x", upgrade), [400, -1104]);
});

Deno.test("what is wrong with a request has Binance's form, and costs the address", async () => {
  await using gateway = new ApiGateway();
  await using socket = await gateway.open();
  socket.send("{");
  const { rateLimits, ...told } = await socket.next();
  assert.deepEqual(told, {
    id: null,
    status: 400,
    error: { code: -1135, msg: "Invalid JSON Request" },
  });
  assert.equal(rateLimits[0].rateLimitType, "REQUEST_WEIGHT");
  assert.deepEqual(refusalOf(await gateway.ask(socket, "order.nothing")), [404, -1020]);
  const unread = await gateway.ask(socket, "depth", { symbol: "BTCUSD", depth: 5 });
  assert.deepEqual(refusalOf(unread), [400, -1104]);
  const empty = await gateway.ask(socket, "depth", { symbol: "" });
  assert.deepEqual(refusalOf(empty), [400, -1105]);
  const unknown = await gateway.ask(socket, "depth", { symbol: "NOSUCH" });
  assert.deepEqual(refusalOf(unknown), [400, -1121]);
});

Deno.test("a signed request is verified as by REST", async (t) => {
  await using gateway = new ApiGateway();
  await using socket = await gateway.open();
  const refusal = async (params: object) =>
    refusalOf(await gateway.ask(socket, "account.status", { ...params }));
  await t.step("it says whose it is", async () => {
    const { signature: _, ...unsigned } = gateway.signedParams(1);
    assert.deepEqual(await refusal({}), [401, -2014]);
    assert.deepEqual(await refusal(unsigned), [400, -1102]);
    assert.deepEqual(await refusal({ ...unsigned, signature: "0".repeat(64) }), [400, -1022]);
    assert.deepEqual(await refusal({ ...gateway.signedParams(1), apiKey: "?" }), [400, -1022]);
    assert.deepEqual(await refusal({ ...gateway.signedParams(1), apiKey: "no" }), [400, -1022]);
    assert.deepEqual(await refusal({ ...gateway.signedParams(1), recvWindow: 1 }), [400, -1022]);
  });
  await t.step("and when", async () => {
    const now = Math.floor(gateway.nowMicros / 1_000);
    for (const timestamp of [now - 6_000, now + 2_000]) {
      assert.deepEqual(await refusal(gateway.signedParams(1, { timestamp })), [400, -1021]);
    }
    const wide = gateway.signedParams(1, { timestamp: now - 6_000, recvWindow: 60_000 });
    assert.equal((await gateway.ask(socket, "account.status", wide)).status, 200);
    const { timestamp: _, ...timeless } = gateway.signedParams(1);
    assert.deepEqual(await refusal(timeless), [400, -1102]);
  });
  await t.step("by a key that may do it, from where it may", async () => {
    gateway.addKey(3, ["read"]);
    const order = gateway.signedParams(3, ORDER);
    assert.deepEqual(refusalOf(await gateway.ask(socket, "order.place", order)), [401, -2015]);
    gateway.addKey(3, ["trade"]);
    assert.deepEqual(refusalOf(await gateway.ask(socket, SIGN_UP, gateway.signedParams(3))), [
      401,
      -2015,
    ]);
    gateway.addKey(3, ["read"], { addresses: ["203.0.113.0/24"] });
    assert.deepEqual(await refusal(gateway.signedParams(3)), [401, -2015]);
    gateway.addKey(3, ["read"], { addresses: ["127.0.0.1"] });
    assert.equal(
      (await gateway.ask(socket, "account.status", gateway.signedParams(3))).status,
      200,
    );
    gateway.addKey(3, ["read"], { revoked: true });
    assert.deepEqual(await refusal(gateway.signedParams(3)), [400, -1022]);
    gateway.addKey(3, ["read"], { expiresMicros: gateway.nowMicros });
    assert.deepEqual(await refusal(gateway.signedParams(3)), [400, -1022]);
  });
});

Deno.test("values may be signed encoded, and none can be read in two ways", async () => {
  await using gateway = new ApiGateway();
  await using socket = await gateway.open();
  const { createHmac } = await import("node:crypto");
  const ask = (params: Record<string, string>, text: string) => {
    const signature = createHmac("sha256", secretOf(keyOf(1))).update(text).digest("hex");
    return gateway.ask(socket, "order.status", { ...params, signature });
  };
  const timestamp = String(Math.floor(gateway.nowMicros / 1_000));
  const apiKey = keyOf(1);
  const name = { apiKey, origClientOrderId: "a:b/c", symbol: "BTCUSD", timestamp };
  const raw = `apiKey=${apiKey}&origClientOrderId=a:b/c&symbol=BTCUSD&timestamp=${timestamp}`;
  assert.deepEqual(refusalOf(await ask(name, raw)), [400, -2013]);
  assert.deepEqual(refusalOf(await ask(name, raw.replace("a:b/c", "a%3Ab%2Fc"))), [400, -2013]);
  // Signed for one client order id and a symbol; shown as one parameter.
  const merged = { apiKey, origClientOrderId: "a&symbol=BTCUSD", timestamp };
  const captured = `apiKey=${apiKey}&origClientOrderId=a&symbol=BTCUSD&timestamp=${timestamp}`;
  assert.deepEqual(refusalOf(await ask(merged, captured)), [400, -1022]);
});

Deno.test("limits and bans hold as by REST", async () => {
  const policy = admissionPolicy(10, 10);
  const admission = new MemoryAdmission({ policy, nowMicros: () => START_MICROS });
  await using gateway = new ApiGateway({ admission });
  await using socket = await gateway.open();
  let last = await gateway.ask(socket, "ping");
  // What cannot be read counts as well.
  for (let count = 0; count < 10; count++) socket.send("{");
  for (let count = 0; last.status === 200 && count < 30; count++) {
    last = await gateway.ask(socket, "ping");
  }
  assert.deepEqual(refusalOf(last), [429, -1003]);
  const { serverTime, retryAfter } = last.error.data;
  assert.equal(serverTime, Math.floor(gateway.nowMicros / 1_000));
  assert.ok(retryAfter > serverTime);
  gateway.bans.ban("127.0.0.1", gateway.nowMicros + 5_000_000, gateway.nowMicros);
  const banned = await gateway.ask(socket, "account.status", gateway.signedParams(1));
  assert.deepEqual(refusalOf(banned), [418, -1003]);
  assert.equal(banned.error.data.retryAfter - banned.error.data.serverTime, 5_000);
});

Deno.test("a connection is bounded", async (t) => {
  const closing = async (socket: JsonSocket) => (await socket.closed).reason;
  await t.step("by the size of a request", async () => {
    await using gateway = new ApiGateway();
    const socket = await gateway.open();
    socket.send(`{"id":1,"method":"${"x".repeat(API_REQUEST_LENGTH_MAX)}"}`);
    assert.deepEqual(await socket.closed, { code: 1009, reason: "message_too_large" });
  });
  await t.step("by requests within a second", async () => {
    await using gateway = new ApiGateway();
    const socket = await gateway.open();
    for (let count = 0; count < 1_001; count++) socket.send({ id: count, method: "ping" });
    assert.equal(await closing(socket), "too_many_messages");
  });
  await t.step("and an address by their number", async () => {
    await using gateway = new ApiGateway();
    const sockets = [];
    for (let count = 0; count < STREAMS_PER_ADDRESS_MAX; count++) {
      sockets.push(await gateway.open());
    }
    await assert.rejects(gateway.open());
    for (const socket of sockets) await socket[Symbol.asyncDispose]();
  });
});

Deno.test("a session that is logged on needs no signatures, as long as its key is good", async () => {
  await using gateway = new ApiGateway();
  gateway.addStrongKey();
  await using socket = await gateway.open();
  const before = (await gateway.ask(socket, "session.status")).result;
  assert.deepEqual(before, {
    apiKey: null,
    authorizedSince: null,
    connectedSince: before.connectedSince,
    returnRateLimits: true,
    serverTime: Math.floor(gateway.nowMicros / 1_000),
    userDataStream: false,
  });
  const weak = await gateway.ask(socket, "session.logon", gateway.signedParams(1));
  assert.deepEqual(refusalOf(weak), [400, -1020]);
  assert.deepEqual(refusalOf(await gateway.ask(socket, "userDataStream.subscribe")), [401, -2014]);
  const logon = await gateway.ask(socket, "session.logon", gateway.strongParams());
  assert.deepEqual([logon.status, logon.result.apiKey], [200, STRONG_KEY]);
  assert.equal(logon.result.authorizedSince, Math.floor(gateway.nowMicros / 1_000));
  const timestamp = Math.floor(gateway.nowMicros / 1_000);
  const account = await gateway.ask(socket, "account.status", { timestamp });
  assert.equal(account.result.uid, 2);
  assert.deepEqual(refusalOf(await gateway.ask(socket, "account.status")), [400, -1102]);
  const old = await gateway.ask(socket, "account.status", { timestamp: timestamp - 6_000 });
  assert.deepEqual(refusalOf(old), [400, -1021]);
  const other = await gateway.ok(socket, 1, "account.status");
  assert.equal(other.uid, 1, "whoever signs is meant by what he signs");
  gateway.addStrongKey(true);
  const revoked = await gateway.ask(socket, "account.status", { timestamp });
  assert.deepEqual(refusalOf(revoked), [400, -1022]);
  gateway.addStrongKey();
  assert.equal((await gateway.ask(socket, "session.logout")).result.apiKey, null);
  assert.deepEqual(refusalOf(await gateway.ask(socket, "account.status", { timestamp })), [
    401,
    -2014,
  ]);
});

Deno.test("a session's order without an id is one order, however often it is sent", async () => {
  await using gateway = new ApiGateway();
  gateway.addStrongKey();
  await using socket = await gateway.open();
  await gateway.ask(socket, "session.logon", gateway.strongParams());
  const order = { ...ORDER, timestamp: Math.floor(gateway.nowMicros / 1_000) };
  const first = await gateway.ask(socket, "order.place", order);
  const again = await gateway.ask(socket, "order.place", order);
  assert.equal(again.result.orderId, first.result.orderId);
  assert.equal(first.result.clientOrderId.length, 22);
  const other = await gateway.ask(socket, "order.place", {
    ...order,
    timestamp: order.timestamp + 1,
  });
  assert.notEqual(other.result.orderId, first.result.orderId);
});

Deno.test("methods are the endpoints of REST, with the same answers", async () => {
  await using gateway = new ApiGateway();
  await using socket = await gateway.open();
  const rest = new BinanceClient(gateway);
  const named = { ...ORDER, newClientOrderId: "one" };
  assert.deepEqual(await gateway.ok(socket, 1, "order.test", named), {});
  const placed = await gateway.ok(socket, 1, "order.place", named);
  assert.deepEqual([placed.status, placed.clientOrderId], ["NEW", "one"]);
  const name = { symbol: "BTCUSD", origClientOrderId: "one" };
  assert.deepEqual(
    await gateway.ok(socket, 1, "order.status", name),
    await rest.ok("GET", "order", name),
  );
  assert.deepEqual(
    await gateway.ok(socket, 1, "openOrders.status", { symbol: "BTCUSD" }),
    await rest.ok("GET", "openOrders", { symbol: "BTCUSD" }),
  );
  const twice = await gateway.ask(socket, "order.place", gateway.signedParams(1, named));
  assert.deepEqual([...refusalOf(twice), twice.error.msg], [400, -2010, "Duplicate order sent."]);
  assert.deepEqual(twice.rateLimits.map((one: { rateLimitType: string }) => one.rateLimitType), [
    "ORDERS",
    "REQUEST_WEIGHT",
  ]);
  const amended = await gateway.ok(socket, 1, "order.amend.keepPriority", { ...name, newQty: 0.4 });
  assert.equal(amended.amendedOrder.qty, "0.40000000");
  const replace = { ...ORDER, cancelReplaceMode: "STOP_ON_FAILURE" };
  const failed = await gateway.ask(
    socket,
    "order.cancelReplace",
    gateway.signedParams(1, { ...replace, cancelOrderId: 77 }),
  );
  assert.deepEqual([...refusalOf(failed), failed.error.data.cancelResult], [400, -2022, "FAILURE"]);
  const replaced = await gateway.ok(socket, 1, "order.cancelReplace", {
    ...replace,
    cancelOrigClientOrderId: "one",
  });
  assert.equal(replaced.newOrderResponse.status, "NEW");
  const { orderId } = replaced.newOrderResponse;
  const canceled = await gateway.ask(
    socket,
    "order.cancel",
    gateway.signedParams(1, { symbol: "BTCUSD", orderId }),
  );
  assert.deepEqual([canceled.status, canceled.rateLimits], [200, []]);
  await gateway.ok(socket, 1, "order.place", ORDER);
  assert.equal(
    (await gateway.ok(socket, 1, "openOrders.cancelAll", { symbol: "BTCUSD" })).length,
    1,
  );
  assert.equal((await gateway.ok(socket, 1, "allOrders", { symbol: "BTCUSD" })).length, 3);
  assert.deepEqual(await gateway.ok(socket, 1, "myTrades", { symbol: "BTCUSD" }), []);
  assert.equal((await gateway.ok(socket, 1, "account.rateLimits.orders"))[0].interval, "SECOND");
  const { symbols } = (await gateway.ask(socket, "exchangeInfo", { symbol: "BTCUSD" })).result;
  assert.equal(symbols[0].symbol, "BTCUSD");
});

Deno.test("the stream behind a listenKey names what there is in its place", async () => {
  await using gateway = new ApiGateway();
  await using socket = await gateway.open();
  for (const method of ["userDataStream.start", "userDataStream.ping", "userDataStream.stop"]) {
    const { status, error } = await gateway.ask(socket, method, { apiKey: keyOf(1) });
    assert.deepEqual([status, error.code], [410, -1020]);
    assert.match(error.msg, /userDataStream\.subscribe\.signature .* \/ws-api\/v3/);
  }
  for (const method of ["POST", "PUT", "DELETE"]) {
    const headers = { "x-mbx-apikey": keyOf(1) };
    const { status, body } = await gateway.send(method, "/api/v3/userDataStream", { headers });
    assert.deepEqual([status, body.code], [410, -1020]);
  }
});
