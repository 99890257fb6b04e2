/**
 * Batches and frames through a whole market, started as anybody starts it: real broker, real matching
 * process, real gateway.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { ClientFrame, readReports } from "../support/client_frames.ts";
import { RestClient, type RestKey } from "../support/client_rest.ts";
import { pythonProgramOf } from "../support/python_program.ts";
import {
  type ReadyLine,
  StartedMarket,
  withDataDirectory,
} from "../workers/supervisor/started_market.ts";

const FRAME_TYPE = "application/vnd.edgebook.frame";
/** More than fit into one frame of the gateway. */
const RECORDS = 1_500;
const order = (changes: object) => ({
  symbol: "BTC-USD",
  side: "buy",
  type: "limit",
  price: "40000.00",
  quantity: "0.0100",
  ...changes,
});

/** Signs a frame as FRAMES.md says, and sends it. */
async function sendFrame(gateway: string, key: RestKey, body: Uint8Array<ArrayBuffer>) {
  const timestamp = Date.now();
  const digest = createHash("sha256").update(body).digest("hex");
  const text = `${timestamp}\n60000\nPOST\n/v1/frames\n${digest}`;
  const headers = {
    "Content-Type": FRAME_TYPE,
    "X-Edgebook-Key": key.key,
    "X-Edgebook-Timestamp": String(timestamp),
    "X-Edgebook-Recv-Window": "60000",
    "X-Edgebook-Signature": createHmac("sha256", key.secret).update(text).digest("hex"),
  };
  const attempt = async () => {
    const response = await fetch(`${gateway}/v1/frames`, { method: "POST", body, headers });
    return { status: response.status, bytes: new Uint8Array(await response.arrayBuffer()) };
  };
  return { first: await attempt(), again: await attempt() };
}

/** An order, an amend and a cancel, of which the client is told no more than he needs. */
async function answerMinimally(buyer: RestClient): Promise<void> {
  const path = "/v1/orders/batch";
  const items = [
    { place: order({ clientOrderId: "short" }) },
    { cancel: { clientOrderId: "short" } },
    { amend: { clientOrderId: "b-2", quantity: "0.0090" } },
    { cancel: { orderId: "1" } },
  ];
  for (const some of [items.slice(0, 2), items.slice(2)]) {
    const body = JSON.stringify({ items: some });
    const headers = {
      ...buyer.headersOf("POST", path, body),
      Prefer: "handling=lenient, return=minimal",
    };
    const { json } = await buyer.send("POST", path, headers, body);
    for (const { order, problem } of json.items) {
      const fields = Object.keys(order ?? problem).filter((name) => name !== "value");
      assert.deepEqual(
        fields,
        order === undefined
          ? ["type", "title", "status", "detail", "code", "field", "requestId"]
          : ["orderId", "status", "executedQuantity", "sequence"],
      );
    }
  }
}

/** Orders, an amend and cancels in one request; the orders are there once, however often they come. */
async function tradeByBatches({ gateway, keys }: ReadyLine): Promise<void> {
  const buyer = new RestClient(gateway, keys[0]);
  const items = Array.from({ length: 98 }, (_, index) => ({
    place: order(index < 49 ? { clientOrderId: `b-${index}` } : { price: "39000.00" }),
  }));
  const path = "/v1/orders/batch";
  const body = JSON.stringify({
    items: [...items, { cancel: { clientOrderId: "b-0" } }, { cancel: { orderId: "1" } }],
  });
  const headers = buyer.headersOf("POST", path, body, { recvWindowMillis: 60_000 });
  const first = await buyer.send("POST", path, headers, body);
  const again = await buyer.send("POST", path, headers, body);
  // deno-lint-ignore no-explicit-any -- see RestAnswer
  const statuses = (json: any) => json.items.map((item: any) => item.status);
  assert.deepEqual(statuses(first.json), [...Array(98).fill(201), 200, 404]);
  assert.deepEqual(statuses(again.json), [...Array(99).fill(200), 404]);
  // deno-lint-ignore no-explicit-any -- see RestAnswer
  const ids = (json: any) => json.items.map((item: any) => item.order?.orderId);
  assert.deepEqual(ids(again.json), ids(first.json));
  assert.equal((await buyer.all("/v1/orders?status=open&limit=500")).length, 97);
  const amend = { amend: { clientOrderId: "b-1", price: "39500.00" } };
  const amended = await buyer.request("POST", path, { items: [amend] });
  assert.deepEqual([amended.json.items[0].status, amended.json.items[0].order.price], [
    200,
    "39500.00",
  ]);
  await answerMinimally(buyer);
  const clientOrderIds = Array.from({ length: 48 }, (_, index) => `b-${index + 1}`);
  const canceled = await buyer.request("POST", "/v1/orders/cancel", { clientOrderIds });
  assert.deepEqual(new Set(statuses(canceled.json)), new Set([200]));
  assert.equal((await buyer.all("/v1/orders?status=open&limit=500")).length, 49);
}

/** More records than a frame of the gateway has, twice: each is there once. */
async function tradeByFrames({ gateway, keys }: ReadyLine): Promise<void> {
  const seller = new RestClient(gateway, keys[1]);
  const frame = new ClientFrame(RECORDS);
  for (let index = 0; index < RECORDS; index++) {
    frame.place({ side: 1, priceTicks: 6_000_000 + index, quantityLots: 1, text: `f-${index}` });
  }
  const { first, again } = await sendFrame(gateway, keys[1], frame.seal());
  assert.deepEqual([first.status, again.status], [200, 200]);
  const reports = readReports(first.bytes);
  assert.deepEqual(
    reports.map(({ index }) => index),
    Array.from({ length: RECORDS }, (_, at) => at),
  );
  assert.deepEqual(new Set(reports.map(({ kind }) => kind)), new Set(["accepted"]));
  const repeated = readReports(again.bytes);
  assert.ok(repeated.every(({ kind, isDuplicate }) => kind === "summary" && isDuplicate));
  assert.deepEqual(repeated.map(({ orderId }) => orderId), reports.map(({ orderId }) => orderId));
  const one = await seller.request("GET", "/v1/orders/by-client-id/f-1234");
  assert.deepEqual([one.json.orderId, one.json.price], [
    String(reports[1_234].orderId),
    "60012.34",
  ]);
  const cancels = await sendFrame(gateway, keys[1], new ClientFrame().cancelAll(0).seal());
  assert.equal(readReports(cancels.first.bytes).at(-1)?.fields[1], RECORDS);
}

/** The program of the page, as its reader would run it. */
async function runPython({ gateway, keys }: ReadyLine): Promise<void> {
  const [{ key, secret }] = keys;
  const page = new URL("../../routes/orders/FRAMES.md", import.meta.url);
  const output = await pythonProgramOf(page, [new URL(gateway).origin, key, secret]);
  if (output === null) return;
  const { status, reports } = JSON.parse(output);
  assert.equal(status, 200);
  const outline = reports.map((one: Record<string, unknown>) =>
    [one.index, one.kind, one.status, one.price, one.quantity].join(" ")
  );
  assert.deepEqual(outline, ["0 accepted 1 100 1", "1 accepted 1 101 1", "2 canceled 4 101 0"]);
  assert.equal(reports[2].orderId, reports[1].orderId);
  const client = new RestClient(gateway, keys[0]);
  const { json } = await client.request("GET", "/v1/orders/by-client-id/from-python");
  assert.deepEqual([json.status, json.price, json.sequence], [
    "new",
    "1.00",
    String(reports[0].sequence),
  ]);
}

Deno.test("batches, frames and the page's program trade on a market as it is started", () =>
  withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    await tradeByBatches(line);
    await tradeByFrames(line);
    await runPython(line);
    assert.equal((await market.end("SIGTERM")).code, 0);
  }));
