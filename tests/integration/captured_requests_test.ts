/**
 * Signed requests that somebody has captured and sends again, to another gateway as well: each acts
 * once, whatever he changes of what is not signed.
 *
 * @module
 */
import assert from "node:assert/strict";
import { SpareGateway } from "../chaos/spare_gateway.ts";
import { type RestAnswer, RestClient } from "../support/client_rest.ts";
import { StartedMarket, withDataDirectory } from "../workers/supervisor/started_market.ts";

/** So that the machine may be busy. */
const RECV_WINDOW_MILLIS = 60_000;
const ORDER = {
  symbol: "BTC-USD",
  side: "buy",
  type: "limit",
  price: "100.00",
  quantity: "0.4000",
} as const;

/** A request with its headers, as somebody between client and gateway sees it. */
interface Captured {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The trader, and what he and others can send to either gateway. */
interface Setting {
  readonly trader: RestClient;
  readonly gateways: readonly RestClient[];
}

function capture({ trader }: Setting, method: string, path: string, request?: object): Captured {
  const body = request === undefined ? "" : JSON.stringify(request);
  const recvWindowMillis = RECV_WINDOW_MILLIS;
  return {
    method,
    path,
    body,
    headers: trader.headersOf(method, path, body, { recvWindowMillis }),
  };
}

/** Sends a captured request to each of the gateways, twice, in turn and then at once. */
async function sendAgain({ gateways }: Setting, captured: Captured): Promise<RestAnswer[]> {
  const { method, path, headers, body } = captured;
  const answers: RestAnswer[] = [];
  for (const gateway of gateways) answers.push(await gateway.send(method, path, headers, body));
  const atOnce = gateways.map((gateway) => gateway.send(method, path, headers, body));
  return [...answers, ...await Promise.all(atOnce)];
}

/** Of another order or with another body it is not what was signed. */
async function changedIsRefused({ gateways }: Setting, captured: Captured): Promise<void> {
  const { method, path, headers, body } = captured;
  const changes: readonly Captured[] = [
    { ...captured, headers: { ...headers, "X-Edgebook-Recv-Window": "59999" } },
    { ...captured, path: path === "/v1/orders" ? `${path}?symbol=ETH-USD` : `${path}9` },
    ...(body === "" ? [] : [{ ...captured, body: `${body} ` }]),
  ];
  for (const gateway of gateways) {
    for (const change of changes) {
      const answer = await gateway.send(method, change.path, change.headers, change.body);
      assert.equal(answer.status, 401, `${method} ${change.path}`);
    }
  }
}

const place = async ({ trader }: Setting, price: string): Promise<string> =>
  (await trader.request("POST", "/v1/orders", { ...ORDER, price })).json.orderId;
const read = async ({ trader }: Setting, orderId: string) =>
  (await trader.request("GET", `/v1/orders/${orderId}`)).json;
const openOf = async ({ trader }: Setting): Promise<number> =>
  (await trader.request("GET", "/v1/orders?status=open")).json.items.length;

async function replayOrder(setting: Setting): Promise<void> {
  const captured = capture(setting, "POST", "/v1/orders", ORDER);
  const answers = await sendAgain(setting, captured);
  assert.deepEqual(answers.map(({ status }) => status), [201, 200, 200, 200]);
  assert.equal(new Set(answers.map(({ json }) => json.orderId)).size, 1);
  await changedIsRefused(setting, captured);
  assert.equal(await openOf(setting), 1);
  await setting.trader.request("DELETE", "/v1/orders");
  const [late] = await sendAgain(setting, captured);
  assert.deepEqual([late.status, late.json.duplicate], [200, true]);
  assert.equal(await openOf(setting), 0, "it is not placed anew once it is canceled");
}

async function replayAmend(setting: Setting): Promise<void> {
  const orderId = await place(setting, "200.00");
  const path = `/v1/orders/${orderId}`;
  const captured = capture(setting, "PATCH", path, { price: "201.00", quantity: "0.3000" });
  const [first] = await sendAgain(setting, captured);
  assert.deepEqual([first.status, first.json.price], [200, "201.00"]);
  await setting.trader.request("PATCH", path, { price: "150.00", quantity: "0.2000" });
  const answers = await sendAgain(setting, captured);
  assert.deepEqual(answers.map(({ status, json }) => [status, json.duplicate]), [
    [200, true],
    [200, true],
    [200, true],
    [200, true],
  ]);
  await changedIsRefused(setting, captured);
  const { price, quantity } = await read(setting, orderId);
  assert.deepEqual([price, quantity], ["150.00", "0.2000"], "the owner's last word stands");
  await setting.trader.request("DELETE", "/v1/orders");
}

async function replayCancel(setting: Setting): Promise<void> {
  const [one, other] = [await place(setting, "300.00"), await place(setting, "301.00")];
  const captured = capture(setting, "DELETE", `/v1/orders/${one}`);
  const answers = await sendAgain(setting, captured);
  assert.deepEqual(answers.map(({ status, json }) => [status, json.duplicate]), [
    [200, false],
    [200, true],
    [200, true],
    [200, true],
  ]);
  await changedIsRefused(setting, captured);
  assert.equal((await read(setting, other)).status, "new");
  await setting.trader.request("DELETE", "/v1/orders");
}

async function replayCancelAll(setting: Setting): Promise<void> {
  await place(setting, "400.00");
  const captured = capture(setting, "DELETE", "/v1/orders");
  const [first] = await sendAgain(setting, captured);
  assert.deepEqual([first.status, first.json.canceled], [200, 1]);
  const later = await place(setting, "401.00");
  const answers = await sendAgain(setting, captured);
  for (const { status, json } of answers) {
    assert.deepEqual([status, json.canceled, json.duplicate], [200, 1, true]);
  }
  await changedIsRefused(setting, captured);
  assert.equal((await read(setting, later)).status, "new", "it came after the cancel");
  await setting.trader.request("DELETE", "/v1/orders");
}

Deno.test("two gateways: a captured request acts once", (t) =>
  withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    await using spare = await SpareGateway.start(data, line);
    const trader = new RestClient(line.gateway, line.keys[0]);
    const gateways = [line.gateway, spare.url].map((url) => new RestClient(url, null));
    const setting: Setting = { trader, gateways };
    await t.step("an order without a client order id", () => replayOrder(setting));
    await t.step("an amend", () => replayAmend(setting));
    await t.step("a cancel", () => replayCancel(setting));
    await t.step("a cancel of everything", () => replayCancelAll(setting));
    await spare.kill();
    assert.equal((await market.end("SIGTERM")).code, 0);
  }));
