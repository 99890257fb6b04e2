import assert from "node:assert/strict";
import { EventReader } from "../../support/event_reader.ts";
import { TestGateway } from "../test_gateway.ts";
import { STREAMS_PER_ADDRESS_MAX } from "../../../routes/streams/stream_table.ts";

/** Opens a stream; closed with `await using`. */
async function open(gateway: TestGateway, query: string, headers: Record<string, string> = {}) {
  const response = await gateway.fetch("GET", `/v1/stream?${query}`, { headers });
  assert.equal(response.status, 200, response.status === 200 ? "" : await response.text());
  const reader = new EventReader(response);
  return Object.assign(reader, { response, [Symbol.asyncDispose]: () => reader.close() });
}

/** Some trades of BTC-USD, so that there is a market. */
async function trade(gateway: TestGateway, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    await gateway.place(1, { side: "sell", quantity: "0.1000" });
    const bought = await gateway.place(2, { quantity: "0.1000" });
    assert.equal(bought.body.status, "filled");
  }
}

const sequenceOf = (gateway: TestGateway) => gateway.exchange.feeds.find("BTC-USD")!.sequence;
const bbo = (sequence: number) => ({ symbol: "BTC-USD", sequence, prevSequence: 0 });
const names = (events: readonly { event: string }[]) => events.map(({ event }) => event);

Deno.test("a stream says what it carries, and passes messages on as they came", async () => {
  using gateway = new TestGateway();
  await using stream = await open(gateway, "channels=bbo:BTC-USD,ticker:BTC-USD");
  const { headers } = stream.response;
  assert.equal(headers.get("content-type"), "text/event-stream");
  assert.equal(headers.get("cache-control"), "no-store");
  assert.equal(headers.get("access-control-allow-origin"), "*");
  const ready = await stream.until("ready");
  assert.deepEqual(ready.data, { channels: ["bbo:BTC-USD", "ticker:BTC-USD"] });
  assert.ok(stream.retryMillis! >= 1_000 && stream.retryMillis! < 2_000);
  gateway.broker.publish("md.BTC-USD.bbo.json", bbo(7));
  const message = await stream.until("bbo:BTC-USD");
  assert.deepEqual(message.data, bbo(7));
  assert.deepEqual(gateway.broker.subscribed, ["md.BTC-USD.bbo.json", "md.BTC-USD.ticker.json"]);
});

Deno.test("depth begins with a snapshot that joins what follows", async () => {
  using gateway = new TestGateway();
  await gateway.place(1);
  await using stream = await open(gateway, "channels=depth:BTC-USD");
  const at = sequenceOf(gateway);
  const depth = (prevSequence: number, sequence: number) => ({ sequence, prevSequence });
  // These come while the snapshot is asked for: it covers the first.
  gateway.broker.publish("md.BTC-USD.depth.json", depth(at - 1, at));
  gateway.broker.publish("md.BTC-USD.depth.json", depth(at, at + 2));
  const snapshot = await stream.until("snapshot");
  assert.deepEqual([snapshot.data.channel, snapshot.data.sequence], ["depth:BTC-USD", at]);
  assert.deepEqual(snapshot.data.bids, [["50000.00", "0.5000"]]);
  await stream.until("joined");
  assert.deepEqual((await stream.until("depth:BTC-USD")).data, depth(at, at + 2));
  // A message is lost: a new snapshot comes, and what was kept behind it.
  for (let count = 0; count < 5; count++) await gateway.place(1, { price: `4${count}000.00` });
  gateway.broker.publish("md.BTC-USD.depth.json", depth(at + 2, at + 3));
  gateway.broker.publish("md.BTC-USD.depth.json", depth(at + 4, at + 5));
  const again = await stream.until("snapshot");
  assert.equal(again.data.sequence, at + 5);
  assert.deepEqual(names(stream.events).filter((name) => name === "gap"), []);
});

Deno.test("trades begin with the last ones where asked, and each comes once", async () => {
  using gateway = new TestGateway();
  await trade(gateway, 3);
  await using stream = await open(gateway, "channels=trades:BTC-USD&trades=2");
  const snapshot = await stream.until("snapshot");
  const { trades } = (await gateway.send("GET", "/v1/trades?symbol=BTC-USD")).body;
  assert.deepEqual(snapshot.data.trades, trades.slice(0, 2).reverse());
  assert.equal(snapshot.id, `trades:BTC-USD.${trades[0].tradeId}`);
  // Published late, together with one that is new.
  const sequence = sequenceOf(gateway) + 1;
  const fresh = { ...trades[0], tradeId: String(Number(trades[0].tradeId) + 5) };
  const message = { sequence, prevSequence: 0, trades: [trades[0], fresh] };
  gateway.broker.publish("md.BTC-USD.trades.json", message);
  const got = await stream.until("trades:BTC-USD");
  assert.deepEqual([got.data.trades, got.id], [[fresh], `trades:BTC-USD.${fresh.tradeId}`]);
});

Deno.test("trades are resumed as far as they reach, and the stream says where they do not", async () => {
  using gateway = new TestGateway();
  await trade(gateway, 4);
  const { trades } = (await gateway.send("GET", "/v1/trades?symbol=BTC-USD")).body;
  const ids = trades.map(({ tradeId }: { tradeId: string }) => tradeId).reverse();
  const header = { "Last-Event-ID": `trades:BTC-USD.${ids[1]}` };
  await using resumed = await open(gateway, "channels=trades:BTC-USD", header);
  assert.equal((await resumed.until("ready")).id, `trades:BTC-USD.${ids[1]}`);
  const { data } = await resumed.until("snapshot");
  assert.deepEqual(data.trades.map((one: { tradeId: string }) => one.tradeId), ids.slice(2));
  await resumed.until("joined");
  assert.ok(!names(resumed.events).includes("gap"));
  // Of a cursor that is behind the last trade nobody knows what it was.
  const unknown = `lastEventId=trades:BTC-USD.${Number(ids[3]) + 1}`;
  await using other = await open(gateway, `channels=trades:BTC-USD&${unknown}`);
  const gap = await other.until("gap");
  assert.deepEqual(gap.data.channel, "trades:BTC-USD");
  assert.equal((await other.until("joined")).id, `trades:BTC-USD.${ids[3]}`);
});

Deno.test("whoever comes to a channel of states gets the last one at once", async () => {
  using gateway = new TestGateway();
  await using first = await open(gateway, "channels=bbo:BTC-USD");
  gateway.broker.publish("md.BTC-USD.bbo.json", bbo(7));
  await first.until("bbo:BTC-USD");
  await using second = await open(gateway, "channels=bbo:BTC-USD");
  assert.deepEqual((await second.until("bbo:BTC-USD")).data, bbo(7));
});

Deno.test("what is wrong with a request is told, and opens nothing", async () => {
  using gateway = new TestGateway();
  const refusals: [query: string, status: number, code: string, field?: string][] = [
    ["", 400, "unknown_channel", "channels"],
    ["channels=", 400, "unknown_channel", "channels"],
    ["channels=orders:BTC-USD", 400, "unknown_channel", "channels"],
    ["channels=trades:NONE-USD", 404, "unknown_symbol", "symbol"],
    [`channels=${Array(33).fill("bbo:BTC-USD").join()}`, 400, "too_many_channels", "channels"],
    ["channels=bbo:BTC-USD&trades=1001", 400, "invalid_parameter", "trades"],
    ["channels=bbo:BTC-USD&lastEventId=x", 400, "invalid_cursor", "lastEventId"],
    ["channels=bbo:BTC-USD&symbol=BTC-USD", 400, "unknown_parameter", "symbol"],
    ["channels=reports", 401, "signature_missing", "X-Edgebook-Key"],
    ["channels=reports&ticket=x", 401, "ticket_invalid"],
  ];
  for (const [query, status, code, field] of refusals) {
    const { status: got, body } = await gateway.send("GET", `/v1/stream?${query}`);
    assert.deepEqual([got, body.code, body.field], [status, code, field], query);
  }
  assert.deepEqual([gateway.broker.subscribed, [...gateway.listeners]], [[], []]);
});

Deno.test("an address has so many streams, and gets one back for each that it closes", async () => {
  using gateway = new TestGateway();
  const streams = [];
  for (let count = 0; count < STREAMS_PER_ADDRESS_MAX; count++) {
    streams.push(await open(gateway, "channels=bbo:BTC-USD"));
  }
  const path = "/v1/stream?channels=bbo:BTC-USD";
  const { status, body } = await gateway.send("GET", path);
  assert.deepEqual([status, body.code, body.value], [429, "too_many_streams", "100"]);
  const elsewhere = await gateway.fetch("GET", path, { address: "192.0.2.77" });
  assert.equal(elsewhere.status, 200);
  await elsewhere.body?.cancel();
  await streams.pop()?.close();
  streams.push(await open(gateway, "channels=bbo:BTC-USD"));
  const { text } = await gateway.send("GET", "/metrics");
  assert.ok(text.includes('edgebook_streams_open{transport="sse"} 100\n'));
  assert.ok(text.includes('edgebook_streams_opened_total{transport="sse"} 102\n'));
  assert.ok(text.includes('edgebook_streams_refused_total{transport="sse"} 1\n'));
  for (const stream of streams) await stream.close();
});

Deno.test("a gateway that stops tells its streams, and opens no more", async () => {
  using gateway = new TestGateway();
  await using stream = await open(gateway, "channels=bbo:BTC-USD");
  gateway.isDraining = true;
  const { data } = await stream.until("dropped");
  assert.equal(data.reason, "draining");
  assert.equal(await stream.next(), null);
  const { status } = await gateway.send("GET", "/v1/stream?channels=bbo:BTC-USD");
  assert.equal(status, 503);
});

Deno.test("a quiet connection gets a comment every fifteen seconds", async () => {
  using gateway = new TestGateway();
  await using stream = await open(gateway, "channels=bbo:BTC-USD");
  await stream.until("ready");
  await stream.until("joined");
  const reading = stream.read();
  gateway.nowMicros += 14_999_000;
  await new Promise((resolve) => setTimeout(resolve, 700));
  assert.equal(stream.comments, 0);
  gateway.nowMicros += 1_000;
  await reading;
  assert.equal(stream.comments, 1);
});
