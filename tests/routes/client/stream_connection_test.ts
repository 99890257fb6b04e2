import assert from "node:assert/strict";
import { FakeTime } from "./fake_time.ts";
import {
  CHANNELS_MAX,
  type ConnectionState,
  QUIET_MILLIS,
  SILENT_MILLIS_MAX,
  type SocketLike,
  StreamConnection,
} from "../../../routes/client/stream_connection.ts";

/** A socket that a test holds the other end of. */
class TestSocket implements SocketLike {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  isClosed = false;
  /** What the client has said. */
  // deno-lint-ignore no-explicit-any -- JSON
  readonly said: any[] = [];

  constructor(readonly url: string) {}

  send(text: string): void {
    this.said.push(JSON.parse(text));
  }
  close(): void {
    this.isClosed = true;
  }
  /** The exchange says something. */
  hear(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

function connected(options: { key?: { id: string; secret: string } } = {}) {
  const time = new FakeTime();
  const sockets: TestSocket[] = [];
  const states: ConnectionState[] = [];
  const refusals: string[] = [];
  const connection = new StreamConnection({
    url: "https://exchange.example",
    key: options.key,
    token: undefined,
    exchangeMillis: () => time.nowMillis,
    openSocket: (url) => {
      const socket = new TestSocket(url);
      sockets.push(socket);
      return socket;
    },
    random: () => 1,
    changed: (state) => states.push(state),
    refused: (code) => refusals.push(code),
  });
  return { connection, refusals, sockets, states, time };
}

/** A connection that has opened and asked for what it has. */
function opened() {
  const parts = connected();
  const heard: unknown[] = [];
  parts.connection.subscribe("trades:BTC-USD", ({ type, data }) => heard.push([type, data]));
  parts.sockets[0].onopen?.();
  return { ...parts, heard };
}

Deno.test("stream connection: opens for the first channel, and closes behind the last", () => {
  const { connection, heard, sockets, states, time } = opened();
  using _time = time;
  const [socket] = sockets;
  assert.equal(socket.url, "wss://exchange.example/v1/ws");
  assert.deepEqual(socket.said, [{ op: "subscribe", channels: ["trades:BTC-USD"] }]);
  const leave = connection.subscribe("ticker:BTC-USD", () => {});
  socket.hear({ type: "message", channel: "trades:BTC-USD", cursor: "t.1", data: { n: 1 } });
  socket.hear({ type: "message", channel: "ticker:BTC-USD", data: {} });
  assert.throws(() => connection.joined("nobody listens"), TypeError);
  assert.deepEqual(heard, [["message", { n: 1 }]]);
  leave();
  leave();
  assert.deepEqual(socket.said.at(-1), { op: "unsubscribe", channels: ["ticker:BTC-USD"] });
  assert.equal(socket.isClosed, false);
  connection.close();
  assert.ok(socket.isClosed);
  time.advance(120_000);
  assert.equal(sockets.length, 1, "it stays closed");
  assert.deepEqual(states.map(({ isOpen }) => isOpen), [true, false]);
});

Deno.test("stream connection: a channel is complete when the exchange says so", async () => {
  const { connection, sockets, time } = opened();
  let isJoined = false;
  const joined = connection.joined("trades:BTC-USD").then(() => isJoined = true);
  sockets[0].hear({ type: "joined", channel: "ticker:BTC-USD", data: {} });
  await Promise.resolve();
  assert.equal(isJoined, false);
  sockets[0].hear({ type: "joined", channel: "trades:BTC-USD", data: {} });
  await joined;
  connection.close();
  time[Symbol.dispose]();
});

Deno.test("stream connection: comes back from where it was, ever more slowly, until it is answered", () => {
  const { connection, sockets, states, time } = opened();
  using _time = time;
  sockets[0].hear({ type: "message", channel: "trades:BTC-USD", cursor: "t.7", data: {} });
  sockets[0].onclose?.({ code: 4001, reason: "draining" });
  assert.deepEqual(states.at(-1), { isOpen: false, reason: "draining" });
  const pauses = [];
  for (let attempt = 1; attempt < 5; attempt++) {
    const from = time.nowMillis;
    while (sockets.length === attempt) time.advance(10);
    pauses.push(time.nowMillis - from);
    sockets[attempt].onclose?.({ code: 1006, reason: "" });
  }
  assert.deepEqual(pauses, [100, 200, 400, 800]);
  while (sockets.length === 5) time.advance(10);
  sockets[5].onopen?.();
  assert.deepEqual(sockets[5].said, [
    { op: "subscribe", channels: ["trades:BTC-USD"], after: "t.7" },
  ]);
  sockets[5].hear({ type: "subscribed", channels: ["trades:BTC-USD"] });
  sockets[5].onclose?.({ code: 1006, reason: "" });
  time.advance(100);
  assert.equal(sockets.length, 7, "an answered one begins with the shortest pause again");
  connection.close();
});

Deno.test("stream connection: a quiet socket is asked, and a silent one given up", () => {
  const { connection, sockets, time } = opened();
  using _time = time;
  const [socket] = sockets;
  time.advance(QUIET_MILLIS + 1_000);
  assert.deepEqual(socket.said.filter(({ op }) => op === "ping").length, 1);
  socket.hear({ type: "pong" });
  time.advance(QUIET_MILLIS + 1_000);
  assert.deepEqual(socket.said.filter(({ op }) => op === "ping").length, 2);
  assert.equal(socket.isClosed, false);
  time.advance(SILENT_MILLIS_MAX - QUIET_MILLIS);
  assert.ok(socket.isClosed);
  time.advance(100);
  assert.equal(sockets.length, 2);
  connection.close();
});

Deno.test("stream connection: one that never opens is given up as well", () => {
  const { connection, sockets, time } = connected();
  using _time = time;
  connection.subscribe("status:BTC-USD", () => {});
  time.advance(SILENT_MILLIS_MAX + 1_200);
  assert.deepEqual([sockets.length, sockets[0].isClosed], [2, true]);
  connection.close();
});

Deno.test("stream connection: asks for many channels in parts, and logs in for reports first", async () => {
  const key = { id: "key-of-account-1", secret: "secret-of-sufficient-length-for-a-key-0" };
  const { connection, sockets, time } = connected({ key });
  using _time = time;
  for (let number = 0; number < CHANNELS_MAX; number++) {
    connection.subscribe(`ticker:A${number}-USD`, () => {});
  }
  connection.subscribe("reports", () => {});
  sockets[0].onopen?.();
  await Promise.resolve();
  await Promise.resolve();
  const [login, first, second] = sockets[0].said;
  assert.deepEqual([login.op, login.key, login.timestamp], ["login", key.id, time.nowMillis]);
  assert.match(login.signature, /^[0-9a-f]{64}$/);
  assert.deepEqual([first.channels.length, second.channels], [CHANNELS_MAX, ["reports"]]);
  connection.close();
});

Deno.test("stream connection: what is refused is told, and a channel can be asked for anew", () => {
  const { connection, refusals, sockets, time } = opened();
  using _time = time;
  sockets[0].hear({ type: "error", code: "unknown_symbol", detail: "There is none." });
  assert.deepEqual(refusals, ["unknown_symbol"]);
  connection.renew("trades:BTC-USD");
  connection.renew("nobody listens");
  assert.deepEqual(sockets[0].said.slice(1), [
    { op: "unsubscribe", channels: ["trades:BTC-USD"] },
    { op: "subscribe", channels: ["trades:BTC-USD"] },
  ]);
  connection.close();
});
