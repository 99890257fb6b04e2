import assert from "node:assert/strict";
import { readStreamUrl } from "../../../../routes/binance/streams/stream_endpoints.ts";
import { STREAMS_PER_ADDRESS_MAX } from "../../../../routes/streams/stream_table.ts";
import { JsonSocket } from "../../../support/json_socket.ts";
import { TestGateway } from "../../test_gateway.ts";

const HEALTHY = 5;
const TRADES = "md.BTC-USD.trades.json";
const CANDLES = "md.BTC-USD.candles.1m.json";
const UPGRADE = { headers: { upgrade: "websocket" } };
/** More than the kernel and the gateway hold for one that does not read. */
const MESSAGES_MAX = 4_000;
const pause = (millis = 0) => new Promise((resolve) => setTimeout(resolve, millis));

/** A gateway that listens, and sockets to it. */
class StreamGateway extends TestGateway implements AsyncDisposable {
  readonly server;

  constructor() {
    super();
    const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
    this.server = Deno.serve(options, this.app.fetch);
  }

  /** Opens a socket, and waits until it listens to as many subjects. */
  async open(path: string, subjects: number): Promise<JsonSocket> {
    const socket = await JsonSocket.open(`ws://127.0.0.1:${this.server.addr.port}${path}`);
    while (this.feeds.subjects < subjects) await pause(1);
    return socket;
  }

  /** Says a trade on its feed. */
  trade(id: number): void {
    const trade = { tradeId: `${id}`, price: "1.00", quantity: "1", takerSide: "buy" };
    const head = { symbol: "BTC-USD", sequence: id, prevSequence: id - 1, timeMicros: 1_234_567 };
    this.broker.publish(TRADES, { ...head, trades: [{ ...trade, timeMicros: 1_234_567 }] });
  }

  async metric(name: string, labels = '{transport="binance"}'): Promise<number> {
    const { text } = await this.send("GET", "/metrics");
    const line = text.split("\n").find((one) =>
      one.startsWith(`edgebook_streams_${name}${labels} `)
    );
    return Number(line?.split(" ")[1]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.feeds.stop();
    await this.server.shutdown();
  }
}

Deno.test("a URL names its streams, in either of Binance's forms", () => {
  const read = (path: string) => readStreamUrl(new URL(`http://127.0.0.1${path}`));
  assert.deepEqual(read("/ws"), { names: [], isCombined: false });
  assert.deepEqual(read("/ws/"), { names: [], isCombined: false });
  assert.deepEqual(read("/ws/b%40trade/b@depth"), {
    names: ["b@trade", "b@depth"],
    isCombined: false,
  });
  assert.deepEqual(read("/ws/12/b@trade/3").names, ["b@trade"], "the number of a connection");
  assert.deepEqual(read("/ws/1a").names, ["1a"]);
  assert.deepEqual(read("/ws/%E0%A4%A").names, ["%E0%A4%A"]);
  assert.deepEqual(read("/stream"), { names: [], isCombined: true });
  assert.deepEqual(read("/stream?streams=a@trade/b@depth&timeUnit=MICROSECOND"), {
    names: ["a@trade", "b@depth"],
    isCombined: true,
  });
});

Deno.test("streams are named in the URL or subscribed to, and the broker is asked once", async () => {
  await using gateway = new StreamGateway();
  await using own = await gateway.open("/v1/ws", 0);
  own.send({ op: "subscribe", channels: ["trades:BTC-USD"] });
  await own.until("joined");
  await using plain = await gateway.open("/ws/btcusd@trade/btcusd@bookTicker", 2);
  // What the book has on top comes by itself, before anybody trades.
  assert.deepEqual(Object.keys(await plain.next()), ["u", "s", "b", "B", "a", "A"]);
  await using combined = await gateway.open(
    "/stream?streams=btcusd@aggTrade&timeUnit=microsecond",
    2,
  );
  await using later = await gateway.open("/ws", 2);
  later.send({ method: "SUBSCRIBE", params: ["btcusd@trade"], id: 7 });
  assert.deepEqual(await later.next(), { result: null, id: 7 });
  while (gateway.feeds.counts.handedOut < 4) {
    // The socket of the combined streams may not have opened yet here.
    gateway.trade(gateway.feeds.counts.messages + 1);
    await pause(1);
  }
  const event = await later.next();
  assert.deepEqual([event.e, event.E, event.t, event.p], ["trade", 1_234, event.t, "1.00000000"]);
  assert.equal((await plain.next()).e, "trade");
  const { stream, data } = await combined.next();
  assert.deepEqual([stream, data.e, data.E], ["btcusd@aggTrade", "aggTrade", 1_234_567]);
  assert.equal((await own.until("message")).channel, "trades:BTC-USD");
  assert.deepEqual(gateway.broker.subscribed.toSorted(), ["md.BTC-USD.bbo.json", TRADES]);
  assert.equal(await gateway.metric("open"), 3);
  assert.ok(await gateway.metric("items_total") >= 3);
  assert.ok(await gateway.metric("bytes_total") > 100);
});

Deno.test("the tickers of all markets are a stream like others: in a URL, and subscribed to", async () => {
  await using gateway = new StreamGateway();
  await using plain = await gateway.open("/ws/!miniTicker@arr", 2);
  await using combined = await gateway.open("/stream?streams=!ticker@arr&timeUnit=microsecond", 4);
  await using later = await gateway.open("/ws", 0);
  const namesOf = (tickers: { s: string }[]) => tickers.map(({ s }) => s).toSorted();
  // Nobody trades: what there is comes with the first second.
  assert.deepEqual(namesOf(await plain.next()), ["BTCUSD", "ETHUSD"]);
  const { stream, data } = await combined.next();
  assert.deepEqual([stream, namesOf(data)], ["!ticker@arr", ["BTCUSD", "ETHUSD"]]);
  assert.deepEqual([data[0].e, data[0].E], ["24hrTicker", gateway.nowMicros]);
  later.send({ method: "SUBSCRIBE", params: ["!miniTicker@arr"], id: 1 });
  later.send({ method: "LIST_SUBSCRIPTIONS", id: 2 });
  later.send({ method: "UNSUBSCRIBE", params: ["!miniTicker@arr"], id: 3 });
  // deno-lint-ignore no-explicit-any -- what stands in it is what the test is about
  const messages: any[] = [];
  for (let count = 0; count < 4; count++) messages.push(await later.next());
  const arrays = messages.filter((one) => Array.isArray(one));
  assert.deepEqual(arrays.map(namesOf), [["BTCUSD", "ETHUSD"]], "what is known comes at once");
  const byId = (id: number) => messages.find((one) => one.id === id)?.result;
  assert.deepEqual([byId(1), byId(2), byId(3)], [null, ["!miniTicker@arr"], null]);
  assert.equal(gateway.broker.subscribed.length, 4, "each subject once");
});

Deno.test("a socket that closes leaves its streams and its place", async () => {
  await using gateway = new StreamGateway();
  const socket = await gateway.open("/ws/btcusd@trade", 1);
  await socket[Symbol.asyncDispose]();
  while (await gateway.metric("open") > 0) await pause(1);
  gateway.trade(1);
  assert.equal(gateway.feeds.counts.handedOut, 0);
  assert.equal(
    await gateway.metric("ended_total", '{transport="binance",reason="slow_reader"}'),
    0,
  );
});

Deno.test("what is wrong with a request is told before there is a socket", async () => {
  using gateway = new TestGateway();
  const refusal = async (path: string, options: object = UPGRADE) => {
    const { status, body } = await gateway.send("GET", path, options);
    return [status, body.code, body.msg];
  };
  assert.deepEqual(await refusal("/ws/btcusd@trade/btcusd@nothing"), [
    400,
    -1100,
    'Invalid request: unknown stream "btcusd@nothing".',
  ]);
  assert.equal((await refusal("/stream?streams=xyz@trade"))[1], -1100);
  assert.equal((await refusal("/ws/%E0%A4%A"))[1], -1100);
  assert.deepEqual((await refusal("/ws?timeUnit=SECOND")).slice(0, 2), [400, -1194]);
  assert.deepEqual((await refusal("/ws?streams=btcusd@trade")).slice(0, 2), [400, -1104]);
  assert.deepEqual(await refusal("/ws", {}), [426, -1000, "This path is for WebSockets."]);
  assert.deepEqual((await refusal("/ws")).slice(0, 2), [426, -1000]);
  const address = "192.0.2.7";
  gateway.bans.ban(address, gateway.nowMicros + 60_000_000, gateway.nowMicros);
  assert.equal((await refusal("/ws", { ...UPGRADE, address }))[0], 418);
  gateway.isDraining = true;
  assert.equal((await refusal("/ws"))[0], 503);
  gateway.isDraining = false;
  gateway.hasBackend = false;
  assert.equal((await refusal("/stream?streams=btcusd@trade"))[0], 503);
  const { text } = await gateway.send("GET", "/metrics");
  assert.ok(text.includes('edgebook_streams_open{transport="binance"} 0\n'));
  assert.ok(text.includes('edgebook_streams_refused_total{transport="binance"} 1\n'));
});

Deno.test("an address has so many streams, of all dialects together", async () => {
  using gateway = new TestGateway();
  const bodies = [];
  for (let count = 0; count < STREAMS_PER_ADDRESS_MAX; count++) {
    bodies.push((await gateway.fetch("GET", "/v1/stream?channels=bbo:BTC-USD")).body);
  }
  const { status, body } = await gateway.send("GET", "/ws/btcusd@trade", UPGRADE);
  assert.deepEqual([status, body.code], [429, -1003]);
  for (const one of bodies) await one?.cancel();
});

Deno.test("a gateway that stops, or loses the broker, closes its sockets with the reason", async () => {
  await using gateway = new StreamGateway();
  const socket = await gateway.open("/ws/btcusd@trade", 1);
  gateway.isDraining = true;
  assert.deepEqual(await socket.closed, { code: 4001, reason: "draining" });
  gateway.isDraining = false;
  const other = await gateway.open("/ws/btcusd@depth", 2);
  gateway.feeds.stop();
  assert.deepEqual(await other.closed, { code: 4002, reason: "backend_lost" });
  assert.deepEqual([socket.messages, other.messages], [[], []]);
});

Deno.test("whoever asks too often is closed", async () => {
  await using gateway = new StreamGateway();
  const socket = await gateway.open("/ws", 0);
  for (let id = 0; id < 6; id++) socket.send({ method: "LIST_SUBSCRIPTIONS", id });
  assert.deepEqual(await socket.closed, { code: 4007, reason: "too_many_messages" });
  assert.equal(socket.messages.length, 5);
});

/** A message of a hundred candles, each of which is an event. */
const candles = (sequence: number) => ({
  symbol: "BTC-USD",
  sequence,
  prevSequence: sequence - 1,
  timeMicros: sequence,
  interval: "1m",
  candles: Array.from({ length: 100 }, (_, index) => ({
    startMicros: index * 60_000_000,
    open: "1.00",
    high: "1.00",
    low: "1.00",
    close: "1.00",
    volume: "1",
    trades: sequence,
    firstTradeId: "1",
    lastTradeId: "1",
    isFinal: false,
  })),
});

Deno.test("a reader that is stuck is closed, and those beside it miss nothing", async () => {
  await using gateway = new StreamGateway();
  const { addr: { hostname, port } } = gateway.server;
  const stuck = await Deno.connect({ hostname, port });
  const request = "GET /ws/btcusd@kline_1m HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n" +
    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  await stuck.write(new TextEncoder().encode(request));
  const readers = await Promise.all(
    Array.from({ length: HEALTHY }, () => gateway.open("/ws/btcusd@kline_1m", 1)),
  );
  while (await gateway.metric("open") < HEALTHY + 1) await pause(1);
  for (const reader of readers) {
    reader.send({ method: "SUBSCRIBE", params: ["btcusd@kline_1m"], id: 1 });
    assert.deepEqual(await reader.next(), { result: null, id: 1 });
  }
  const labels = '{transport="binance",reason="slow_reader"}';
  let sequence = 0;
  while (sequence < MESSAGES_MAX && await gateway.metric("ended_total", labels) === 0) {
    gateway.broker.publish(CANDLES, candles(++sequence));
    for (const reader of readers) {
      for (let index = 0; index < 100; index++) {
        const { E, k } = await reader.next();
        assert.deepEqual([E, k.t, k.n], [Math.floor(sequence / 1_000), index * 60_000, sequence]);
      }
    }
  }
  assert.equal(await gateway.metric("ended_total", labels), 1, `after ${sequence} messages`);
  assert.equal(await gateway.metric("open"), HEALTHY);
  stuck.close();
  for (const reader of readers) await reader[Symbol.asyncDispose]();
});
