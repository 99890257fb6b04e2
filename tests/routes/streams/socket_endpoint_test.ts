import assert from "node:assert/strict";
import { MESSAGE_LENGTH_MAX } from "../../../routes/streams/socket_message.ts";
import { EXCESS_MAX, MESSAGES_BURST, WAITING_MAX } from "../../../routes/streams/socket_session.ts";
import { JsonSocket } from "../../support/json_socket.ts";
import { TestGateway } from "../test_gateway.ts";

/** A gateway that listens, and sockets to it. */
class SocketGateway extends TestGateway implements AsyncDisposable {
  readonly server;

  constructor() {
    super();
    this.server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      this.app.fetch,
    );
  }

  get url(): string {
    return `ws://127.0.0.1:${this.server.addr.port}/v1/ws`;
  }

  open(): Promise<JsonSocket> {
    return JsonSocket.open(this.url);
  }

  /** Fields of a login that is signed by the account's key. */
  login(account: number): Record<string, string> {
    this.nowMicros += 1_000;
    const headers = this.sign(account, "GET", "/v1/ws");
    return {
      key: headers["X-Edgebook-Key"],
      timestamp: headers["X-Edgebook-Timestamp"],
      signature: headers["X-Edgebook-Signature"],
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.feeds.stop();
    await this.server.shutdown();
  }
}

const bbo = (sequence: number) => ({ symbol: "BTC-USD", sequence, prevSequence: 0 });
const metric = async (gateway: TestGateway, name: string) => {
  const { text } = await gateway.send("GET", "/metrics");
  return Number(text.split("\n").find((line) => line.startsWith(`${name} `))?.split(" ")[1]);
};

Deno.test("a socket subscribes, is given what comes, and unsubscribes", async () => {
  await using gateway = new SocketGateway();
  await gateway.place(1);
  await using socket = await gateway.open();
  socket.send({ op: "subscribe", channels: ["bbo:BTC-USD", "depth:BTC-USD"], id: 1 });
  const channels = ["bbo:BTC-USD", "depth:BTC-USD"];
  assert.deepEqual(await socket.until("subscribed"), { type: "subscribed", id: 1, channels });
  const { channel, data } = await socket.until("snapshot");
  assert.deepEqual([channel, data.bids], ["depth:BTC-USD", [["50000.00", "0.5000"]]]);
  gateway.broker.publish("md.BTC-USD.bbo.json", bbo(7));
  const message = { type: "message", channel: "bbo:BTC-USD", data: bbo(7) };
  assert.deepEqual(await socket.until("message"), message);
  socket.send({ op: "unsubscribe", channels: ["bbo:BTC-USD"], id: "two" });
  assert.equal((await socket.until("unsubscribed")).id, "two");
  gateway.broker.publish("md.BTC-USD.bbo.json", bbo(8));
  socket.send({ op: "ping" });
  assert.deepEqual(await socket.until("pong"), { type: "pong" });
  assert.equal(socket.messages.filter(({ type }) => type === "message").length, 1);
});

Deno.test("trades are resumed behind a cursor", async () => {
  await using gateway = new SocketGateway();
  for (let count = 0; count < 3; count++) {
    await gateway.place(1, { side: "sell", quantity: "0.1000" });
    await gateway.place(2, { quantity: "0.1000" });
  }
  const { trades } = (await gateway.send("GET", "/v1/trades?symbol=BTC-USD")).body;
  await using socket = await gateway.open();
  const after = `trades:BTC-USD.${trades[2].tradeId}`;
  socket.send({ op: "subscribe", channels: ["trades:BTC-USD"], after });
  const { data, cursor } = await socket.until("snapshot");
  assert.deepEqual(data.trades, [trades[1], trades[0]]);
  assert.equal(cursor, `trades:BTC-USD.${trades[0].tradeId}`);
  assert.equal((await socket.until("joined")).cursor, cursor);
});

Deno.test("reports need a login, by the signature of any request", async () => {
  await using gateway = new SocketGateway();
  gateway.addKey(2, ["read"], { addresses: ["127.0.0.0/8"] });
  gateway.addKey(3, ["read"], { addresses: ["192.0.2.0/24"] });
  await using socket = await gateway.open();
  socket.send({ op: "subscribe", channels: ["reports"], id: 1 });
  const refused = await socket.until("error");
  assert.deepEqual([refused.id, refused.code, refused.field], [1, "not_logged_in", "channels"]);
  const wrong = { ...gateway.login(2), signature: "0".repeat(64) };
  socket.send({ op: "login", id: 2, ...wrong });
  assert.equal((await socket.until("error")).code, "signature_invalid");
  socket.send({ op: "login", id: 3, ...gateway.login(3) });
  assert.equal((await socket.until("error")).code, "address_not_allowed");
  socket.send({ op: "login", id: 4 });
  assert.equal((await socket.until("error")).code, "signature_missing");
  socket.send({ op: "login", id: 5, token: "a.b.c" });
  assert.equal((await socket.until("error")).code, "token_invalid");
  socket.send({ op: "login", id: 6, ...gateway.login(2) });
  assert.deepEqual(await socket.until("loggedIn"), { type: "loggedIn", id: 6, account: "2" });
  socket.send({ op: "login", id: 7, ...gateway.login(1) });
  assert.equal((await socket.until("error")).code, "invalid_combination");
  socket.send({ op: "subscribe", channels: ["reports"], id: 8 });
  await socket.until("joined");
  const first = gateway.exchange.history.reportSequence(2);
  const report = { account: "2", sequence: first + 1, prevSequence: first };
  gateway.broker.publish("user.2.reports", report);
  const { data, cursor } = await socket.until("message");
  assert.deepEqual([data, cursor], [report, `reports.${first + 1}`]);
  assert.deepEqual([...gateway.listeners.keys()], ["2"]);
});

Deno.test("what is sent behind a login, without waiting for its answer, is done in that order", async () => {
  await using gateway = new SocketGateway();
  gateway.addKey(2, ["read"]);
  const { promise, resolve } = Promise.withResolvers<void>();
  gateway.listenersAnswer = promise;
  await using socket = await gateway.open();
  socket.send({ op: "login", id: 1, ...gateway.login(2) });
  socket.send({ op: "subscribe", id: 2, channels: ["reports"] });
  socket.send({ op: "login", id: 3, ...gateway.login(2) });
  for (let id = 4; id <= WAITING_MAX + 1; id++) socket.send({ op: "ping", id });
  socket.send({ op: "subscribe", id: "late", channels: ["reports"] });
  const late = await socket.next();
  const limit = `${WAITING_MAX} messages behind a login`;
  assert.deepEqual([late.id, late.code, late.limit], ["late", "too_many_messages", limit]);
  resolve();
  const told = [];
  while (told.length < WAITING_MAX + 1) {
    const { id, type } = await socket.next();
    if (id !== undefined) told.push([id, type]);
  }
  assert.deepEqual(told.slice(0, 4), [
    [1, "loggedIn"],
    [2, "subscribed"],
    [3, "error"],
    [4, "pong"],
  ]);
  assert.deepEqual(told.at(-1), [WAITING_MAX + 1, "pong"]);
});

Deno.test("behind a login that fails another one may follow", async () => {
  await using gateway = new SocketGateway();
  gateway.addKey(2, ["read"]);
  const { promise, reject } = Promise.withResolvers<void>();
  gateway.listenersAnswer = promise;
  await using socket = await gateway.open();
  socket.send({ op: "login", id: 1, ...gateway.login(2) });
  socket.send({ op: "login", id: 2, ...gateway.login(2) });
  socket.send({ op: "subscribe", id: 3, channels: ["reports"] });
  socket.send({ op: "nothing", id: 4 });
  assert.equal((await socket.next()).id, 4, "what cannot be read is refused at once");
  gateway.listenersAnswer = Promise.resolve();
  reject(new Error("no answer in time"));
  assert.equal((await socket.next()).code, "streams_unavailable");
  assert.deepEqual(await socket.next(), { type: "loggedIn", id: 2, account: "2" });
  assert.equal((await socket.next()).type, "subscribed");
});

Deno.test("what is wrong with a message is told, with the limit and the value", async () => {
  await using gateway = new SocketGateway();
  await using socket = await gateway.open();
  const wrong: [message: object | string, code: string, field?: string, id?: number][] = [
    ["{", "malformed_json"],
    ["[]", "not_an_object"],
    [{ op: "buy", id: 3 }, "invalid_field", "op", 3],
    [{ op: "ping", id: {} }, "invalid_field", "id"],
    [{ op: "ping", channels: [], id: 4 }, "unknown_field", "channels", 4],
    [{ op: "subscribe", id: 5 }, "invalid_field", "channels", 5],
    [{ op: "subscribe", channels: [] }, "unknown_channel", "channels"],
    [{ op: "subscribe", channels: [7] }, "unknown_channel", "channels"],
    [{ op: "subscribe", channels: ["bbo:X-Y"] }, "unknown_symbol", "symbol"],
    [{ op: "subscribe", channels: ["bbo:BTC-USD"], after: "x" }, "invalid_cursor", "after"],
    [{ op: "subscribe", channels: ["bbo:BTC-USD"], after: 1 }, "invalid_field", "after"],
    [{ op: "subscribe", channels: ["bbo:BTC-USD"], trades: -1 }, "invalid_field", "trades"],
    [{ op: "login", key: { a: 1 } }, "invalid_field", "key"],
    [{ op: "login", token: "a\nb" }, "invalid_field", "token"],
  ];
  for (const [message, code, field, id] of wrong) {
    socket.send(message);
    const error = await socket.until("error");
    assert.deepEqual([error.code, error.field, error.id], [code, field, id], code);
  }
  const many = Array(33).fill("bbo:BTC-USD");
  socket.send({ op: "subscribe", channels: many });
  const { code, limit, value } = await socket.until("error");
  assert.deepEqual([code, limit, value], ["too_many_channels", "32 channels a stream", "33"]);
  assert.deepEqual(gateway.broker.subscribed, []);
});

Deno.test("a message that is too long closes the socket, and so do too many", async () => {
  await using gateway = new SocketGateway();
  const long = await gateway.open();
  long.send("x".repeat(MESSAGE_LENGTH_MAX + 1));
  assert.equal((await long.closed).code, 1009);
  const eager = await gateway.open();
  for (let count = 0; count <= MESSAGES_BURST; count++) eager.send({ op: "ping", id: count });
  const { code, id } = await eager.until("error");
  assert.deepEqual([code, id], ["too_many_messages", MESSAGES_BURST]);
  for (let count = 0; count < EXCESS_MAX; count++) eager.send({ op: "ping" });
  const { code: closeCode, reason } = await eager.closed;
  assert.deepEqual([closeCode, reason], [4007, "too_many_messages"]);
  const labels = '{transport="ws",reason="too_many_messages"}';
  assert.equal(await metric(gateway, `edgebook_streams_ended_total${labels}`), 1);
  assert.equal(await metric(gateway, 'edgebook_streams_open{transport="ws"}'), 0);
});

Deno.test("whoever does not ask for a socket is told what the path is for", async () => {
  using gateway = new TestGateway();
  const { status, body, headers } = await gateway.send("GET", "/v1/ws");
  assert.deepEqual([status, body.code, headers.get("upgrade")], [
    426,
    "upgrade_required",
    "websocket",
  ]);
  const upgrade = { headers: { upgrade: "websocket" } };
  assert.equal((await gateway.send("GET", "/v1/ws", upgrade)).status, 426);
  gateway.hasBackend = false;
  assert.equal((await gateway.send("GET", "/v1/ws", upgrade)).status, 503);
  assert.equal(await metric(gateway, 'edgebook_streams_open{transport="ws"}'), 0);
});

Deno.test("a gateway that stops, or loses the broker, tells its sockets", async () => {
  await using gateway = new SocketGateway();
  const socket = await gateway.open();
  socket.send({ op: "ping" });
  await socket.until("pong");
  gateway.isDraining = true;
  assert.equal((await socket.until("dropped")).reason, "draining");
  assert.deepEqual(await socket.closed, { code: 4001, reason: "draining" });
  gateway.isDraining = false;
  const other = await gateway.open();
  other.send({ op: "subscribe", channels: ["bbo:BTC-USD"] });
  await other.until("joined");
  gateway.feeds.stop();
  assert.deepEqual(await other.closed, { code: 4002, reason: "backend_lost" });
});
