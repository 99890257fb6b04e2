import assert from "node:assert/strict";
import { RefusedError } from "../../../routes/client/client_error.ts";
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
  onclose: ((event: { code: number; reason: string | null }) => void) | null = null;
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

const KEY = { id: "key-of-account-1", secret: "secret-of-sufficient-length-for-a-key-0" };

/** Lets what waits for a promise go on. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

/** A connection that has asked for the reports and for a public channel. */
async function loggingIn() {
  const parts = connected({ key: KEY });
  parts.connection.subscribe("reports", () => {});
  parts.connection.subscribe("ticker:BTC-USD", () => {});
  const [socket] = parts.sockets;
  socket.onopen?.();
  await settled();
  const joined = parts.connection.joined("reports").then(() => "joined", (error) => error);
  return { ...parts, joined, socket };
}

function connected(options: { key?: { id: string; secret: string } } = {}) {
  const time = new FakeTime();
  const sockets: TestSocket[] = [];
  const states: ConnectionState[] = [];
  const refusals: string[] = [];
  const clocks: number[] = [];
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
    setClock: () => {
      clocks.push(time.nowMillis);
      time.nowMillis += 1_000_000;
      return Promise.resolve();
    },
    random: () => 1,
    changed: (state) => states.push(state),
    refused: (code) => refusals.push(code),
  });
  return { clocks, connection, refusals, sockets, states, time };
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
  assert.deepEqual(socket.said, [{ op: "subscribe", id: 1, channels: ["trades:BTC-USD"] }]);
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
    { op: "subscribe", id: 2, channels: ["trades:BTC-USD"], after: "t.7" },
  ]);
  sockets[5].hear({ type: "subscribed", id: 2, channels: ["trades:BTC-USD"] });
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

Deno.test("stream connection: asks for many channels in parts, and logs in before it asks for reports", async () => {
  const { connection, sockets, time } = connected({ key: KEY });
  using _time = time;
  for (let number = 0; number < CHANNELS_MAX; number++) {
    connection.subscribe(`ticker:A${number}-USD`, () => {});
  }
  connection.subscribe("reports", () => {});
  sockets[0].onopen?.();
  await Promise.resolve();
  await Promise.resolve();
  const [first, login, second] = sockets[0].said;
  assert.deepEqual([login.op, login.key, login.timestamp], ["login", KEY.id, time.nowMillis]);
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
    { op: "subscribe", id: 2, channels: ["trades:BTC-USD"] },
  ]);
  connection.close();
});

Deno.test("stream connection: reports are asked for apart, behind a login, whenever they are wanted", async () => {
  const { connection, sockets, time } = connected({ key: KEY });
  using _time = time;
  connection.subscribe("ticker:BTC-USD", () => {});
  const [socket] = sockets;
  socket.onopen?.();
  const ops = () => socket.said.map(({ op, channels }) => channels ? `${op} ${channels}` : op);
  assert.deepEqual(ops(), ["subscribe ticker:BTC-USD"]);
  const leave = connection.subscribe("reports", () => {});
  await settled();
  assert.deepEqual(ops().slice(1), ["login", "subscribe reports"]);
  socket.hear({ type: "loggedIn", id: "login", account: "1" });
  leave();
  connection.subscribe("reports", () => {});
  await settled();
  assert.deepEqual(ops().slice(3), ["unsubscribe reports", "subscribe reports"]);
  connection.close();
});

Deno.test("stream connection: a login that is refused is told, and public channels go on", async () => {
  const { connection, joined, refusals, socket, sockets, time } = await loggingIn();
  using _time = time;
  socket.hear({ type: "error", id: "login", code: "signature_invalid", detail: "Not signed." });
  const [, , { id }] = socket.said;
  const notLoggedIn = { code: "not_logged_in", detail: "The channel needs a login first." };
  socket.hear({ type: "error", id, ...notLoggedIn });
  const error = await joined;
  assert.ok(error instanceof RefusedError, String(error));
  assert.equal(error.message, "signature_invalid: Not signed.");
  assert.deepEqual(refusals, ["signature_invalid"]);
  assert.equal(socket.isClosed, false);
  // It is tried again with the next socket: meanwhile the key may have been made valid.
  socket.onclose?.({ code: 1006, reason: "" });
  time.advance(100);
  sockets[1].onopen?.();
  await settled();
  assert.deepEqual(sockets[1].said.map(({ op }) => op), ["subscribe", "login", "subscribe"]);
  const again = connection.joined("reports");
  sockets[1].hear({ type: "joined", channel: "reports" });
  await again;
  connection.close();
});

Deno.test("stream connection: a login that is refused for its time comes again with the right one, once", async () => {
  const { clocks, connection, joined, refusals, socket, time } = await loggingIn();
  using _time = time;
  const late = { type: "error", id: "login", code: "timestamp_too_old", detail: "Too old." };
  const [, first, { id }] = socket.said;
  socket.hear(late);
  socket.hear({ type: "error", id, code: "not_logged_in", detail: "A login first." });
  await settled();
  assert.deepEqual(clocks, [first.timestamp]);
  const [second, asked] = socket.said.slice(3);
  assert.deepEqual([second.op, second.timestamp], ["login", first.timestamp + 1_000_000]);
  assert.deepEqual([asked.op, asked.channels], ["subscribe", ["reports"]]);
  assert.deepEqual(refusals, []);
  socket.hear(late);
  assert.equal((await joined).code, "timestamp_too_old");
  assert.equal(clocks.length, 1);
  connection.close();
});

Deno.test("stream connection: what is refused for now is asked for again, ever more slowly", async () => {
  const { connection, refusals, sockets, time } = await loggingIn();
  using _time = time;
  const pauses = [];
  for (let attempt = 1; attempt < 5; attempt++) {
    const from = time.nowMillis;
    const socket = sockets[attempt - 1];
    const [{ id }] = socket.said;
    socket.hear({ type: "subscribed", id, channels: ["ticker:BTC-USD"] });
    socket.hear({ type: "error", id: "login", code: "keys_unavailable", detail: "Not now." });
    assert.ok(socket.isClosed);
    while (sockets.length === attempt) time.advance(10);
    pauses.push(time.nowMillis - from);
    sockets[attempt].onopen?.();
    await settled();
  }
  assert.deepEqual([pauses, refusals], [[100, 200, 400, 800], []]);
  connection.close();
});

Deno.test("stream connection: a channel that is refused says so to whoever waits for it", async () => {
  const { connection, refusals, sockets, time } = connected();
  using _time = time;
  connection.subscribe("ticker:X-Y", () => {});
  sockets[0].onopen?.();
  const about = { field: "symbol", limit: "a symbol that is listed", value: "X-Y" };
  sockets[0].hear({ type: "error", id: 1, code: "unknown_symbol", detail: "None.", ...about });
  await assert.rejects(connection.joined("ticker:X-Y"), (error: RefusedError) => {
    assert.deepEqual([error.code, error.problem.value], ["unknown_symbol", "X-Y"]);
    return true;
  });
  assert.deepEqual(refusals, ["unknown_symbol"]);
  connection.close();
});

Deno.test("stream connection: what cannot work is told at once", () => {
  const { connection, sockets, time } = connected();
  using _time = time;
  assert.throws(() => connection.subscribe("reports", () => {}), /need a key or a token/);
  assert.equal(sockets.length, 0);
});

Deno.test("stream connection: each socket has a login of its own, and an answered one is of use", async () => {
  const { connection, socket: first, sockets, time } = await loggingIn();
  using _time = time;
  let socket = first;
  for (let attempt = 1; attempt < 4; attempt++) {
    const [ticker, login, reports] = socket.said;
    assert.deepEqual([ticker.op, login.op, reports.channels], ["subscribe", "login", ["reports"]]);
    socket.hear({ type: "subscribed", id: ticker.id, channels: ticker.channels });
    socket.hear({ type: "loggedIn", id: "login", account: "1" });
    socket.hear({ type: "subscribed", id: reports.id, channels: ["reports"] });
    socket.onclose?.({ code: 4006, reason: "expired" });
    time.advance(100);
    assert.equal(sockets.length, attempt + 1, "after the shortest pause");
    socket = sockets[attempt];
    socket.onopen?.();
    await settled();
  }
  connection.close();
});

Deno.test("stream connection: says why it broke, however the platform says so", () => {
  for (
    const [reason, told] of [["going away", "going away"], ["", "closed (1006)"], [
      null,
      "closed (1006)",
    ]]
  ) {
    const { connection, sockets, states } = opened();
    sockets[0].onclose?.({ code: 1006, reason });
    assert.deepEqual(states.at(-1), { isOpen: false, reason: told });
    connection.close();
  }
});
