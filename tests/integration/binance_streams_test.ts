/**
 * Binance's streams out of the feeds of a running market, and a local book that is kept by the
 * procedure that Binance documents for its clients.
 *
 * @module
 */
import assert from "node:assert/strict";
import { connectNats } from "../../infra/nats/connect.ts";
import { serveStreams, type StreamSources } from "../../routes/binance/streams/stream_socket.ts";
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

/** A gateway for streams alone, over a subscriber's connection. */
async function serveFeeds({ gateway, natsWebSocket, subscriberCreds }: ReadyLine) {
  const servers = natsWebSocket;
  const connection = await connectNats({ servers, credentials: subscriberCreds, name: "streams" });
  const { instruments } = await (await fetch(`${gateway}/v1/instruments`)).json();
  // What a gateway knows of an instrument, as far as names of streams need it.
  const all = instruments.map(({ symbol, base, quote }: Record<string, string>) => ({
    symbol,
    baseName: base,
    quoteName: quote,
  }));
  const sources: StreamSources = {
    subscribe: (subject, onMessage) => {
      const subscription = connection.subscribe(subject, {
        callback: (_, message) => onMessage(message.data),
      });
      return () => subscription.unsubscribe();
    },
    reference: { all: () => all },
    steadyMicros: () => Math.floor(performance.now() * 1_000),
  };
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => serveStreams(request, sources),
  );
  const close = async () => {
    await server.shutdown();
    await connection.close();
  };
  return { address: `ws://127.0.0.1:${server.addr.port}`, connection, close };
}

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

Deno.test("a client of Binance's streams keeps an exact book, and hears every trade", () =>
  withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    const seed = Math.floor(Math.random() * 2 ** 32);
    console.log(`seed ${seed}`);
    const traders = new RandomTraders(line, seed);
    const streams = await serveFeeds(line);
    const get = async (path: string) =>
      await (await fetch(`${line.gateway}/api/v3/${path}`)).json();
    try {
      const depth = await listen(`${streams.address}/ws/btcusd@depth@100ms`);
      const combined = await listen(`${streams.address}/stream?streams=${COMBINED}`);
      await streams.connection.flush();
      const book = new LocalBook();
      const drain = () => depth.said.splice(0).forEach((event) => book.receive(event));
      for (let count = 0; count < ORDERS_BEFORE; count++) await traders.trade();
      await eventually("a snapshot that goes on from what was heard", async () => {
        await traders.trade();
        drain();
        return book.begin(await get("depth?symbol=BTCUSD&limit=1000")) || undefined;
      });
      for (let count = 0; count < ORDERS_AFTER; count++) {
        await traders.trade();
        drain();
      }
      const end = await get("depth?symbol=BTCUSD&limit=1000");
      const expected = [sorted(end.bids), sorted(end.asks)].join();
      await eventually("the last change of the book", () => {
        drain();
        return [sorted(book.bids), sorted(book.asks)].join() === expected || undefined;
      });
      assert.equal(book.gaps, 0);
      assert.ok(book.bids.size > 0 && book.asks.size > 0);
      await checkCombined(
        combined.said,
        traders.trades,
        end,
        await get("trades?symbol=BTCUSD&limit=1000"),
      );
      combined.socket.send('{"method":"UNSUBSCRIBE","params":["btcusd@trade"],"id":7}');
      await eventually("the answer", () => combined.said.find(({ id }) => id === 7));
      await Promise.all([depth.close(), combined.close()]);
    } finally {
      await streams.close();
    }
    assert.equal((await market.end("SIGTERM")).code, 0);
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
