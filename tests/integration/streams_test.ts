/**
 * Streams of a running market: a book that joins, reports that survive a reconnect, tickets, and the
 * examples of STREAMS.md as they stand there.
 *
 * @module
 */
import assert from "node:assert/strict";
import { RestClient } from "../support/client_rest.ts";
import { EventReader } from "../support/event_reader.ts";
import { JsonSocket } from "../support/json_socket.ts";
import {
  eventually,
  keyOf,
  StartedMarket,
  withDataDirectory,
} from "../workers/supervisor/started_market.ts";

const STREAMS = new URL("../../routes/streams/STREAMS.md", import.meta.url);
const SYMBOL = "BTC-USD";
type Level = readonly [price: string, quantity: string];

/** A running market and its two traders. */
interface Setting {
  readonly gateway: string;
  readonly seller: RestClient;
  readonly buyer: RestClient;
}

const order = (changes: object) => ({
  symbol: SYMBOL,
  side: "buy",
  type: "limit",
  price: "50000.00",
  quantity: "0.1000",
  ...changes,
});

async function trade({ seller, buyer }: Setting, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const sold = await seller.request("POST", "/v1/orders", order({ side: "sell" }));
    const bought = await buyer.request("POST", "/v1/orders", order({}));
    assert.deepEqual([sold.status, bought.json.status], [201, "filled"]);
  }
}

async function openStream({ gateway, buyer }: Setting, path: string, isSigned: boolean) {
  const headers = isSigned ? buyer.headersOf("GET", path, "") : {};
  const response = await fetch(gateway + path, { headers });
  assert.equal(response.status, 200, response.status === 200 ? "" : await response.text());
  return new EventReader(response);
}

/** Applies a depth channel as STREAMS.md says. */
class Book {
  readonly sides = { bids: new Map<string, string>(), asks: new Map<string, string>() };

  take(isSnapshot: boolean, data: Record<"bids" | "asks", readonly Level[]>): void {
    for (const side of ["bids", "asks"] as const) {
      if (isSnapshot) this.sides[side].clear();
      for (const [price, quantity] of data[side]) {
        if (Number(quantity) === 0) this.sides[side].delete(price);
        else this.sides[side].set(price, quantity);
      }
    }
  }

  /** Best first. */
  get shown(): Record<"bids" | "asks", Level[]> {
    const sorted = (side: "bids" | "asks", sign: number) =>
      [...this.sides[side]].sort(([one], [other]) => sign * (Number(one) - Number(other)));
    return { bids: sorted("bids", -1), asks: sorted("asks", 1) };
  }
}

/** The book of a stream that is opened in the middle of orders comes to what the gateway says. */
async function checkDepth(setting: Setting): Promise<void> {
  const { buyer } = setting;
  const place = async (from: number) => {
    for (let index = 0; index < 25; index++) {
      await buyer.request("POST", "/v1/orders", order({ price: `${from + index * 7}.00` }));
      if (index % 5 === 4) await buyer.request("DELETE", `/v1/orders?symbol=${SYMBOL}`);
    }
  };
  const placing = place(20_000);
  const stream = await openStream(setting, `/v1/stream?channels=depth:${SYMBOL}`, false);
  const book = new Book();
  let sequence = -1;
  const read = async () => {
    const one = await stream.next();
    if (one === null || one.data.bids === undefined) return;
    book.take(one.event === "snapshot", one.data);
    sequence = one.data.sequence;
  };
  await read();
  await placing;
  const { json } = await buyer.request("POST", "/v1/orders", order({ price: "19000.00" }));
  const path = `/v1/depth?symbol=${SYMBOL}&levels=1000&minSequence=${json.sequence}`;
  const depth = (await buyer.request("GET", path)).json;
  while (sequence < Number(depth.sequence)) await read();
  assert.deepEqual(book.shown, { bids: depth.bids, asks: depth.asks });
  await stream.close();
  await buyer.request("DELETE", `/v1/orders?symbol=${SYMBOL}`);
}

/** Each report comes once, though the stream is cut and some of them happen meanwhile. */
async function checkReports(setting: Setting): Promise<void> {
  const path = "/v1/stream?channels=reports,trades:BTC-USD";
  const first = await openStream(setting, path, true);
  await first.until("joined");
  while (first.events.filter(({ event }) => event === "joined").length < 2) await first.read();
  const start = Number(/reports\.(\d+)/.exec(first.lastId)?.[1]);
  await trade(setting, 2);
  const reports = (reader: EventReader) =>
    reader.events.filter(({ event }) => event === "reports").map(({ data }) => data.sequence);
  const isTrade = ({ event, data }: EventReader["events"][number]) =>
    event === "reports" && data.kind === "trade";
  while (first.events.filter(isTrade).length < 2) await first.next();
  await first.close();
  await trade(setting, 3);
  const { ticket } = (await setting.buyer.request("POST", "/v1/stream-tickets")).json;
  const resumed = `${path}&ticket=${ticket}&lastEventId=${encodeURIComponent(first.lastId)}`;
  const second = await openStream(setting, resumed, false);
  while (second.events.filter(isTrade).length < 3) await second.next();
  await trade(setting, 1);
  while (second.events.filter(isTrade).length < 4) await second.next();
  const all = [...reports(first), ...reports(second)];
  // Of what was done before, the last reports may have come behind the word that it has joined.
  assert.ok(all[0] <= start + 1);
  assert.deepEqual(all, all.map((_, index) => all[0] + index));
  assert.ok(!second.events.some(({ event }) => event === "gap"));
  const ids = [first, second].flatMap(({ events }) =>
    events.filter(({ data }) => Array.isArray(data?.trades))
      .flatMap(({ data }) => data.trades.map((one: { tradeId: string }) => Number(one.tradeId)))
  );
  const { trades } =
    (await setting.buyer.request("GET", `/v1/trades?symbol=${SYMBOL}&limit=6`)).json;
  await eventually("the last trade", async () => {
    if (ids.length >= 6) return true;
    const one = await second.next();
    ids.push(...(one?.data.trades ?? []).map((each: { tradeId: string }) => Number(each.tradeId)));
    return undefined;
  });
  assert.deepEqual(ids, trades.map((one: { tradeId: string }) => Number(one.tradeId)).reverse());
  const again = await fetch(setting.gateway + resumed);
  assert.equal(again.status, 401);
  assert.equal((await again.json()).code, "ticket_invalid");
  await second.close();
}

/** The blocks of STREAMS.md in JavaScript, as functions of what stands around them. */
async function examples(): Promise<((names: Record<string, unknown>) => Promise<unknown>)[]> {
  const text = await Deno.readTextFile(STREAMS);
  const blocks = [...text.matchAll(/^```js\n(.*?)^```/gms)].map(([, code]) => code);
  return blocks.map((code) => (names) => {
    const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
    return new AsyncFunction(...Object.keys(names), code)(...Object.values(names));
  });
}

async function checkExamples({ gateway, buyer }: Setting): Promise<void> {
  await buyer.request("POST", "/v1/orders", order({ price: "18000.00" }));
  const [events, socket, ...others] = await examples();
  assert.deepEqual(others, []);
  let found: string | null = null;
  const isEnough = ({ bids }: { bids: Map<string, string> }, lastEventId: string) => {
    if (lastEventId !== "" && bids.get("18000.00") === "0.1000") found = lastEventId;
    return found !== null;
  };
  await events({ gateway, isEnough });
  const seen: unknown[] = [];
  const onTrades = (trades: readonly unknown[]) => void seen.push(...trades);
  const cursor = await socket({ gateway, onTrades });
  const { trades } = (await buyer.request("GET", `/v1/trades?symbol=${SYMBOL}&limit=5`)).json;
  assert.deepEqual(seen, trades.toReversed());
  assert.deepEqual([cursor, found], Array(2).fill(`trades:${SYMBOL}.${trades[0].tradeId}`));
}

Deno.test("streams of a running market", (t) =>
  withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    const { gateway } = line;
    const setting = {
      gateway,
      seller: new RestClient(gateway, keyOf(line, "1")),
      buyer: new RestClient(gateway, keyOf(line, "2")),
    };
    await t.step("a book is joined in the middle of orders", () => checkDepth(setting));
    await t.step("reports come once each, over a reconnect", () => checkReports(setting));
    await t.step("the examples of STREAMS.md", () => checkExamples(setting));
    await t.step("a market that stops tells its streams", async () => {
      const stream = await openStream(setting, `/v1/stream?channels=bbo:${SYMBOL}`, false);
      await stream.until("joined");
      await using socket = await JsonSocket.open(`${gateway.replace("http", "ws")}/v1/ws`);
      const ended = market.end("SIGTERM");
      assert.equal((await stream.until("dropped")).data.reason, "draining");
      assert.equal((await socket.closed).code, 4001);
      assert.equal((await ended).code, 0);
      while (!stream.isOver) await stream.read();
    });
  }));
