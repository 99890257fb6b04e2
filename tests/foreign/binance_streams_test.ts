/**
 * Binance's streams of a running market, and a local book that is kept by the procedure that Binance
 * documents for its clients: over a bare WebSocket, and with a library that others wrote.
 *
 * @module
 */
import assert from "node:assert/strict";
import { MainClient, WebsocketClient, type WsRawMessage } from "binance";
import { RestClient } from "../support/client_rest.ts";
import {
  eventually,
  type ReadyLine,
  StartedMarket,
  withDataDirectory,
} from "../workers/supervisor/started_market.ts";

type Levels = readonly (readonly [price: string, quantity: string])[];

/** An event of `@depth`. */
interface DepthEvent {
  readonly U: number;
  readonly u: number;
  readonly b: Levels;
  readonly a: Levels;
}

/** A book as Binance's documentation has its clients keep it. */
class LocalBook {
  readonly bids = new Map<string, string>();
  readonly asks = new Map<string, string>();
  readonly #buffered: DepthEvent[] = [];
  #lastUpdateId: number | null = null;
  /** Events that did not follow the one before them. */
  gaps = 0;

  /** Takes an event of the stream. */
  receive(event: DepthEvent): void {
    if (this.#lastUpdateId === null) this.#buffered.push(event);
    else this.#apply(event, this.#lastUpdateId);
  }

  /**
   * Takes a snapshot, then what was buffered. False: nothing was heard yet, or the snapshot is too
   * old, and another one is needed.
   */
  begin(snapshot: { lastUpdateId: number; bids: Levels; asks: Levels }): boolean {
    const [first] = this.#buffered;
    if (first === undefined || snapshot.lastUpdateId < first.U - 1) return false;
    for (const [price, quantity] of snapshot.bids) this.bids.set(price, quantity);
    for (const [price, quantity] of snapshot.asks) this.asks.set(price, quantity);
    this.#lastUpdateId = snapshot.lastUpdateId;
    for (const event of this.#buffered.splice(0)) this.#apply(event, this.#lastUpdateId);
    return true;
  }

  get lastUpdateId(): number {
    return this.#lastUpdateId ?? 0;
  }

  #apply({ U, u, b, a }: DepthEvent, last: number): void {
    if (u <= last) return;
    if (U > last + 1) this.gaps++;
    for (const [side, levels] of [[this.bids, b], [this.asks, a]] as const) {
      for (const [price, quantity] of levels) {
        if (Number(quantity) === 0) side.delete(price);
        else side.set(price, quantity);
      }
    }
    this.#lastUpdateId = u;
  }
}

const sorted = (levels: Levels | Map<string, string>): string =>
  JSON.stringify([...levels].sort(([one], [other]) => Number(one) - Number(other)));

/** Opens a WebSocket, and collects what it says. */
async function listen(url: string) {
  const socket = new WebSocket(url);
  // deno-lint-ignore no-explicit-any -- a test says by its assertions what it expects
  const said: any[] = [];
  socket.onmessage = ({ data }) => void said.push(JSON.parse(data));
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  const close = () =>
    new Promise((resolve) => {
      socket.onclose = resolve;
      socket.close();
    });
  return { socket, said, close };
}

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

/** Two traders who meet around one price, at random. */
class RandomTraders {
  readonly #clients: readonly RestClient[];
  readonly #random: () => number;
  /** Trades that they made. */
  trades = 0;

  constructor({ gateway, keys }: ReadyLine, seed: number) {
    this.#random = randomOf(seed);
    this.#clients = ["1", "2"].map((account) => {
      const key = keys.find((one) => one.account === account);
      assert.ok(key !== undefined);
      return new RestClient(gateway, key);
    });
  }

  /** One order, and now and then its cancel. */
  async trade(): Promise<void> {
    const isBuy = this.#random() < 0.5;
    const client = this.#clients[isBuy ? 0 : 1];
    assert.ok(client !== undefined);
    const lots = 1 + Math.floor(this.#random() * 99);
    const { status, json } = await client.request("POST", "/v1/orders", {
      symbol: "BTC-USD",
      side: isBuy ? "buy" : "sell",
      type: "limit",
      price: `${50_000 - 20 + Math.floor(this.#random() * 40)}.00`,
      quantity: `0.${String(lots).padStart(4, "0")}`,
    });
    assert.equal(status, 201);
    this.trades += json.fills.length;
    if (this.#random() < 0.3) await client.request("DELETE", `/v1/orders/${json.orderId}`);
  }
}

const ORDERS_BEFORE = 60;
const ORDERS_AFTER = 100;
const COMBINED = "btcusd@trade/btcusd@bookTicker/btcusd@depth5@100ms/btcusd@kline_1m";

/** What was heard on a combined connection. */
type Heard = readonly { readonly stream: string; readonly data: never }[];

// deno-lint-ignore no-explicit-any -- a test says by its assertions what it expects
const ofStream = (heard: Heard, name: string): any[] =>
  heard.filter(({ stream }) => stream === name).map(({ data }) => data);

/** The book by REST. */
type Depth = () => Promise<{ lastUpdateId: number; bids: Levels; asks: Levels }>;

/**
 * Joins a book in the middle of orders and keeps it until they are over.
 *
 * @param heard the events so far; it is emptied
 * @returns the book by REST, which is the same in the end
 */
async function keepBook(traders: RandomTraders, heard: DepthEvent[], depth: Depth) {
  const book = new LocalBook();
  const drain = () => heard.splice(0).forEach((event) => book.receive(event));
  for (let count = 0; count < ORDERS_BEFORE; count++) await traders.trade();
  await eventually("a snapshot that goes on from what was heard", async () => {
    await traders.trade();
    drain();
    return book.begin(await depth()) || undefined;
  });
  for (let count = 0; count < ORDERS_AFTER; count++) {
    await traders.trade();
    drain();
  }
  const end = await depth();
  const expected = [sorted(end.bids), sorted(end.asks)].join();
  await eventually("the last change of the book", () => {
    drain();
    return [sorted(book.bids), sorted(book.asks)].join() === expected || undefined;
  });
  assert.equal(book.gaps, 0);
  assert.ok(book.bids.size > 0 && book.asks.size > 0);
  return end;
}

/** With nothing but a WebSocket. */
async function checkBare(line: ReadyLine, traders: RandomTraders): Promise<void> {
  const get = async (path: string) => await (await fetch(`${line.gateway}/api/v3/${path}`)).json();
  const address = line.gateway.replace("http", "ws");
  const depth = await listen(`${address}/ws/btcusd@depth@100ms`);
  const combined = await listen(`${address}/stream?streams=${COMBINED}`);
  // The answer to a request comes when nothing of what was asked for before is missed.
  combined.socket.send('{"method":"SUBSCRIBE","params":["btcusd@trade"],"id":6}');
  await eventually("the answer", () => combined.said.find(({ id }) => id === 6));
  const path = "depth?symbol=BTCUSD&limit=1000";
  const end = await keepBook(traders, depth.said, () => get(path));
  const tape = await get("trades?symbol=BTCUSD&limit=1000");
  await checkCombined(combined.said, traders.trades, end, tape);
  combined.socket.send('{"method":"UNSUBSCRIBE","params":["btcusd@trade"],"id":7}');
  await eventually("the answer", () => combined.said.find(({ id }) => id === 7));
  await Promise.all([depth.close(), combined.close()]);
}

/** With `binance` of npm: what had to be set is the address. */
async function checkLibrary({ gateway }: ReadyLine, traders: RandomTraders): Promise<void> {
  const client = new MainClient({ baseUrl: gateway });
  const streams = new WebsocketClient({ wsUrl: gateway.replace("http", "ws") });
  const heard: DepthEvent[] = [];
  const tradeIds: number[] = [];
  const lost: unknown[] = [];
  streams.on("message", (message: WsRawMessage) => {
    // deno-lint-ignore no-explicit-any -- the library hands on what came, of whatever stream
    const event = (message as any).data ?? message;
    if (event.e === "depthUpdate") heard.push(event);
    if (event.e === "trade") tradeIds.push(event.t);
  });
  streams.on("reconnecting", (event) => void lost.push(event));
  streams.on("exception", (event) => void lost.push(event));
  const answers: unknown[] = [];
  streams.on("response", (answer) => void answers.push(answer));
  try {
    await streams.subscribeSpotDiffBookDepth("BTCUSD", 100);
    await streams.subscribeSpotTrades("BTCUSD");
    await eventually("two answers", () => answers.length >= 2 || undefined);
    const before = traders.trades;
    const text = (levels: readonly (readonly [unknown, unknown])[]): Levels =>
      levels.map(([price, quantity]) => [String(price), String(quantity)]);
    await keepBook(traders, heard, async () => {
      const book = await client.getOrderBook({ symbol: "BTCUSD", limit: 1000 });
      return { ...book, bids: text(book.bids), asks: text(book.asks) };
    });
    const made = traders.trades - before;
    await eventually("every trade", () => tradeIds.length === made || undefined);
    assert.deepEqual(tradeIds, tradeIds.toSorted((one, other) => one - other));
    assert.equal(new Set(tradeIds).size, made);
    assert.deepEqual(lost, []);
  } finally {
    streams.closeAll(true);
  }
}

/** Opens a socket with the busiest streams, and reads nothing. */
async function stickTo({ gateway }: ReadyLine): Promise<Deno.TcpConn> {
  const { hostname, port } = new URL(gateway);
  const socket = await Deno.connect({ hostname, port: Number(port) });
  const request = `GET /ws/btcusd@trade/btcusd@depth@100ms HTTP/1.1\r\nHost: ${hostname}\r\n` +
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  await socket.write(new TextEncoder().encode(request));
  return socket;
}

Deno.test("clients of Binance's streams keep an exact book, and hear every trade", (t) =>
  withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    const seed = Math.floor(Math.random() * 2 ** 32);
    console.log(`seed ${seed}`);
    const traders = new RandomTraders(line, seed);
    const stuck = await stickTo(line);
    await t.step("over a bare WebSocket", () => checkBare(line, traders));
    await t.step("with the library binance", () => checkLibrary(line, traders));
    await t.step("and are closed with a reason when the market stops", async () => {
      const socket = new WebSocket(`${line.gateway.replace("http", "ws")}/ws/btcusd@trade`);
      await new Promise((resolve) => socket.onopen = resolve);
      const closed = new Promise<number>((resolve) => {
        socket.onclose = ({ code }) => resolve(code);
      });
      const ended = market.end("SIGTERM");
      assert.equal(await closed, 4001);
      assert.equal((await ended).code, 0);
    });
    stuck.close();
  }));

/** The other streams: every trade once, and the best of the book as it was in the end. */
async function checkCombined(
  heard: Heard,
  trades: number,
  end: { readonly bids: Levels; readonly asks: Levels },
  tape: readonly { readonly id: number; readonly price: string; readonly qty: string }[],
): Promise<void> {
  await eventually(
    "every trade",
    () => ofStream(heard, "btcusd@trade").length === trades || undefined,
  );
  assert.deepEqual(
    ofStream(heard, "btcusd@trade").map(({ t, p, q }) => [t, p, q]),
    tape.map(({ id, price, qty }) => [id, price, qty]),
  );
  const best = ofStream(heard, "btcusd@bookTicker").at(-1);
  assert.deepEqual([best.b, best.a], [end.bids[0]?.[0], end.asks[0]?.[0]]);
  const five = JSON.stringify(end.bids.slice(0, 5));
  await eventually("the best levels", () => {
    const last = ofStream(heard, "btcusd@depth5@100ms").at(-1);
    return JSON.stringify(last?.bids) === five || undefined;
  });
  await eventually("a candle", () => ofStream(heard, "btcusd@kline_1m").length > 0 || undefined);
}
