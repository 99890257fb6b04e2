import assert from "node:assert/strict";
import type { HistoryQuery } from "../../../../core/protocol/queries.ts";
import { transfer } from "../../../support/commands.ts";
import { type ApiGateway, BUY, listening, ORDER, SIGN_UP, STRONG_KEY } from "./api_gateway.ts";

/** Number of the asset. */
const BTC = 1;
const pause = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));

/** The fields by these letters. */
const pick = (event: Record<string, unknown>, letters: string) =>
  [...letters].map((letter) => event[letter]);

/** The report of the entry of {@link BUY} under the id "mine". */
const entryOf = (orderId: number, created: number, nowMicros: number, executionId: number) => ({
  e: "executionReport",
  E: Math.floor(nowMicros / 1_000),
  s: "BTCUSD",
  c: "mine",
  S: "BUY",
  o: "LIMIT",
  f: "GTC",
  q: "0.50000000",
  p: "50000.00000000",
  P: "0.00000000",
  F: "0.00000000",
  g: -1,
  C: "",
  x: "NEW",
  X: "NEW",
  r: "NONE",
  i: orderId,
  l: "0.00000000",
  z: "0.00000000",
  L: "0.00000000",
  n: "0",
  N: null,
  T: created,
  t: -1,
  I: executionId,
  w: true,
  m: false,
  M: false,
  O: created,
  Z: "0.00000000",
  Y: "0.00000000",
  Q: "0.00000000",
  W: created,
});

Deno.test("an order is told from its entry to its end, as REST tells it", async () => {
  await using run = await listening();
  const { gateway, other, place, socket } = run;
  await place(2, { ...ORDER, side: "SELL", quantity: "0.2", price: "49999.00" });
  const order = await place(1, { ...BUY, newClientOrderId: "mine" });
  await place(2, { ...ORDER, side: "SELL", quantity: "0.1", price: "50000.00" });
  const fields = { symbol: "BTCUSD", orderId: order.orderId };
  const query = await gateway.ok(other, 1, "order.status", fields);
  await gateway.ok(other, 1, "order.amend.keepPriority", { ...fields, newQty: "0.4" });
  const canceled = await gateway.ok(other, 1, "order.cancel", fields);
  const events = await run.told(5);
  assert.deepEqual(events.map(({ e, x, X }) => [e, x, X]), [
    ["executionReport", "NEW", "NEW"],
    ["executionReport", "TRADE", "PARTIALLY_FILLED"],
    ["executionReport", "TRADE", "PARTIALLY_FILLED"],
    ["executionReport", "REPLACED", "PARTIALLY_FILLED"],
    ["executionReport", "CANCELED", "CANCELED"],
  ]);
  const [entry, taken, made, replaced, end] = events;
  assert.deepEqual(entry, entryOf(order.orderId, query.time, gateway.nowMicros, entry.I));
  const [fill] = order.fills;
  assert.deepEqual(pick(taken, "tlLnNmzZYw"), [
    fill.tradeId,
    "0.20000000",
    fill.price,
    fill.commission,
    "USD",
    false,
    order.executedQty,
    order.cummulativeQuoteQty,
    "9999.80000000",
    true,
  ]);
  assert.deepEqual(pick(made, "lLmzZY"), [
    "0.10000000",
    "50000.00000000",
    true,
    query.executedQty,
    query.cummulativeQuoteQty,
    "5000.00000000",
  ]);
  assert.deepEqual(pick(replaced, "qzZC"), [
    "0.40000000",
    query.executedQty,
    query.cummulativeQuoteQty,
    "",
  ]);
  assert.deepEqual(pick(end, "cCXwqzZt"), [
    "mine",
    "mine",
    canceled.status,
    false,
    canceled.origQty,
    canceled.executedQty,
    canceled.cummulativeQuoteQty,
    -1,
  ]);
  assert.ok(events.every(({ I }, index) => index === 0 || I > events[index - 1].I));
  assert.equal(
    socket.messages.filter(({ subscriptionId }) => subscriptionId === 0).length >= 6,
    true,
  );
});

Deno.test("orders that end by their own rules are told as EXPIRED", async (t) => {
  await using run = await listening();
  const { place } = run;
  await place(2, { ...ORDER, side: "SELL", quantity: "0.2", price: "50000.00" });
  await t.step("of a market order by budget what it bought", async () => {
    await place(1, {
      symbol: "BTCUSD",
      side: "BUY",
      type: "MARKET",
      quoteOrderQty: "20000",
    });
    const events = await run.told(3);
    assert.deepEqual(events.map(({ x, X, o, f }) => [x, X, o, f]), [
      ["NEW", "NEW", "MARKET", "GTC"],
      ["TRADE", "PARTIALLY_FILLED", "MARKET", "GTC"],
      ["EXPIRED", "EXPIRED", "MARKET", "GTC"],
    ]);
    const end = events.at(-1);
    assert.deepEqual(pick(end, "pqzZQ"), [
      "0.00000000",
      "0.20000000",
      "0.20000000",
      "10000.00000000",
      "20000.00000000",
    ]);
  });
  await t.step("of one that prevents a trade with oneself", async () => {
    await place(1, { ...BUY, quantity: "0.1" });
    await place(1, {
      ...BUY,
      side: "SELL",
      quantity: "0.1",
      timeInForce: "IOC",
      selfTradePreventionMode: "EXPIRE_TAKER",
    });
    const events = (await run.told(6, 2)).slice(3);
    assert.deepEqual(events.map(({ x, X, f }) => [x, X, f]), [
      ["NEW", "NEW", "GTC"],
      ["NEW", "NEW", "IOC"],
      ["TRADE_PREVENTION", "EXPIRED_IN_MATCH", "IOC"],
    ]);
  });
});

Deno.test("an order whose entry nobody heard has all its fills in its sums", async () => {
  await using run = await listening();
  const { gateway, other, place } = run;
  const late = await gateway.open();
  const order = await place(1, BUY);
  await place(2, { ...ORDER, side: "SELL", quantity: "0.1", price: "50000.00" });
  await run.told(2);
  assert.deepEqual(await gateway.ok(late, 1, SIGN_UP), { subscriptionId: 0 });
  await place(2, { ...ORDER, side: "SELL", quantity: "0.2", price: "49000.00" });
  // History is at the second trade already when it is asked about the first of them.
  await place(2, { ...ORDER, side: "SELL", quantity: "0.2", price: "50000.00" });
  await gateway.publishReports(1);
  const events = (await gateway.events(late, 3)).filter(({ x }) => x === "TRADE");
  assert.deepEqual(events.map(({ z, Z, X, i }) => [z, Z, X, i]), [
    ["0.30000000", "15000.00000000", "PARTIALLY_FILLED", order.orderId],
    ["0.50000000", "25000.00000000", "FILLED", order.orderId],
  ]);
  await late[Symbol.asyncDispose]();
  const read = await gateway.ok(other, 1, "order.status", {
    symbol: "BTCUSD",
    orderId: order.orderId,
  });
  assert.deepEqual([read.executedQty, read.cummulativeQuoteQty], ["0.50000000", "25000.00000000"]);
});

Deno.test("balances are told after each change, as the account has them", async () => {
  await using run = await listening("?timeUnit=MICROSECOND");
  const { gateway, other, place, socket } = run;
  await place(1, BUY);
  await run.told(1);
  const [, position] = await gateway.events(socket, 2);
  const { balances } = await gateway.ok(other, 1, "account.status");
  assert.deepEqual(position, {
    e: "outboundAccountPosition",
    E: gateway.nowMicros - 1_000,
    u: position.u,
    B: balances.filter(({ asset }: { asset: string }) => asset !== "ETH")
      .map(({ asset, free, locked }: Record<string, string>) => ({ a: asset, f: free, l: locked })),
  });
  assert.ok(position.u >= 1_700_000_000_000_000);
  assert.ok(Number(position.B.find(({ a }: { a: string }) => a === "USD").l) > 25_000);
  gateway.exchange.operate([transfer(1, 2, BTC, 150_000_000)]);
  await gateway.publishReports(1);
  const [update, after] = (await gateway.events(socket, 4)).slice(2);
  assert.deepEqual([update.e, update.a, update.d], ["balanceUpdate", "BTC", "-1.50000000"]);
  assert.deepEqual(after.B, [{ a: "BTC", f: "998.50000000", l: "0.00000000" }]);
});

Deno.test("reports and balances that are not answered at once come late, and in order", async () => {
  await using run = await listening();
  const { gateway, place, socket } = run;
  await place(1, BUY);
  const { failures } = gateway.exchange.queries;
  failures.set("history", "timeout").set("leader", "timeout");
  gateway.broker.publish("user.1.reports", await reportOf(gateway, 1));
  await pause(50);
  failures.clear();
  const events = await gateway.events(socket, 2);
  assert.deepEqual(events.map(({ e }) => e), ["executionReport", "outboundAccountPosition"]);
});

/** The last report of an account, whatever the queries of the gateway say. */
async function reportOf(gateway: ApiGateway, account: number) {
  const { queries } = gateway.exchange;
  const failures = new Map(queries.failures);
  queries.failures.clear();
  const query = { kind: "reports", account, afterSequence: 0, limit: 500, minSequence: 0 } as const;
  const { reports } = await queries.history(query as HistoryQuery & { kind: "reports" });
  for (const [service, failure] of failures) queries.failures.set(service, failure);
  return reports.find(({ kind }) => kind === "accepted")!;
}

Deno.test("a stream whose reports are not answered ends", async () => {
  await using run = await listening();
  const { gateway, place, socket } = run;
  await place(1, BUY);
  const report = await reportOf(gateway, 1);
  gateway.exchange.queries.failures.set("leader", "timeout");
  gateway.broker.publish("user.1.reports", report);
  assert.deepEqual(await socket.closed, { code: 4003, reason: "unavailable" });
  assert.equal(socket.messages.at(-1).event.e, "eventStreamTerminated");
});

Deno.test("a connection carries each account once, until it is unsubscribed", async () => {
  await using run = await listening();
  const { gateway, socket } = run;
  const twice = await gateway.ask(socket, SIGN_UP, gateway.signedParams(1));
  assert.deepEqual([twice.status, twice.error.code], [400, -2035]);
  assert.deepEqual(await gateway.ok(socket, 2, SIGN_UP), { subscriptionId: 1 });
  const ids = async () => (await gateway.ask(socket, "session.subscriptions")).result;
  assert.deepEqual(await ids(), [{ subscriptionId: 0 }, { subscriptionId: 1 }]);
  assert.equal((await gateway.ask(socket, "session.status")).result.userDataStream, true);
  const one = await gateway.ask(socket, "userDataStream.unsubscribe", { subscriptionId: 1 });
  assert.deepEqual([one.status, one.result], [200, {}]);
  const gone = socket.messages.find(({ event }) => event?.e === "eventStreamTerminated");
  assert.equal(gone.subscriptionId, 1);
  assert.deepEqual(await ids(), [{ subscriptionId: 0 }]);
  const none = await gateway.ask(socket, "userDataStream.unsubscribe", { subscriptionId: 1 });
  assert.deepEqual([none.status, none.error.code], [400, -2036]);
  // As a library sends it that signs everything.
  await gateway.ok(socket, 1, "userDataStream.unsubscribe");
  assert.deepEqual(await ids(), []);
  assert.deepEqual(await gateway.ok(socket, 1, SIGN_UP), { subscriptionId: 2 });
});

Deno.test("a logout ends the stream of the session, and no other", async () => {
  await using run = await listening();
  const { gateway, socket } = run;
  gateway.addStrongKey();
  await gateway.ask(socket, "session.logon", gateway.strongParams());
  assert.equal((await gateway.ask(socket, "session.status")).result.apiKey, STRONG_KEY);
  const { result } = await gateway.ask(socket, "userDataStream.subscribe");
  assert.deepEqual(result, { subscriptionId: 1 });
  await gateway.ask(socket, "session.logout");
  const [gone, ...others] = socket.messages.filter(({ event }) => event !== undefined);
  assert.deepEqual([gone.subscriptionId, gone.event.e, others], [1, "eventStreamTerminated", []]);
  const left = (await gateway.ask(socket, "session.subscriptions")).result;
  assert.deepEqual(left, [{ subscriptionId: 0 }]);
});
