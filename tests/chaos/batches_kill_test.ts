/**
 * Batches and frames that are sent again, as they were signed, until every outcome is known, while
 * everything is killed in turn: each command is in the log once.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { RestClient, type RestKey } from "../support/client_rest.ts";
import { ClientFrame, readReports } from "../support/client_frames.ts";
import { pause } from "../support/venue.ts";
import {
  eventually,
  type ReadyLine,
  runTask,
  StartedMarket,
  withDataDirectory,
} from "../workers/supervisor/started_market.ts";
import { chaosRandom } from "./chaos_seed.ts";

const ROUNDS = 2;
/** Requests that are answered between two kills, of both traders together. */
const REQUESTS = 6;
const BATCH_ITEMS = 40;
/** More than a frame of the gateway holds, so that a request stands in several appends. */
const FRAME_RECORDS = 600;
const ATTEMPTS_MAX = 300;
const RETRY_MILLIS = 100;
const RECV_WINDOW_MILLIS = 60_000;
/** The status of an item is that of an outcome: its order, or that it was placed before. */
const PLACED = [200, 201];

/** One account that sends one request after the other, each until its outcome is known. */
abstract class Trader {
  readonly orderIds: string[] = [];
  requests = 0;
  repeats = 0;
  readonly client: RestClient;
  #isStopped = false;
  #trading: Promise<void> = Promise.resolve();

  constructor(readonly line: ReadyLine, readonly key: RestKey) {
    this.client = new RestClient(line.gateway, key);
  }

  start(): void {
    this.#trading = this.#trade();
    this.#trading.catch(() => {});
  }

  async rest(): Promise<void> {
    this.#isStopped = true;
    await this.#trading;
  }

  async #trade(): Promise<void> {
    while (!this.#isStopped) this.orderIds.push(...await this.#request());
  }

  async #request(): Promise<string[]> {
    const attempt = this.prepare(++this.requests);
    for (let count = 1; count <= ATTEMPTS_MAX; count++) {
      const orderIds = await attempt().catch((error) => {
        if (error instanceof assert.AssertionError) throw error;
        return null;
      });
      if (orderIds !== null) return orderIds;
      this.repeats++;
      await pause(RETRY_MILLIS);
    }
    assert.fail(`no outcome of a request in ${ATTEMPTS_MAX} attempts`);
  }

  /** Signs a request. What it returns sends it: the order ids, or `null` where one is not known. */
  protected abstract prepare(number: number): () => Promise<string[] | null>;
}

/** Sends batches in JSON; every other order has a name. */
class BatchTrader extends Trader {
  protected override prepare(number: number): () => Promise<string[] | null> {
    const path = "/v1/orders/batch";
    const items = Array.from({ length: BATCH_ITEMS }, (_, index) => ({
      place: {
        symbol: "BTC-USD",
        side: "buy",
        type: "limit",
        price: "100.00",
        quantity: "0.0100",
        timeInForce: "IOC",
        ...(index % 2 === 0 ? {} : { clientOrderId: `${number}-${index}` }),
      },
    }));
    const body = JSON.stringify({ items });
    const changes = { recvWindowMillis: RECV_WINDOW_MILLIS };
    const headers = this.client.headersOf("POST", path, body, changes);
    return async () => {
      const { status, json } = await this.client.send("POST", path, headers, body);
      if (status === 503) return null;
      assert.equal(status, 200, JSON.stringify(json));
      const statuses: number[] = json.items.map((item: { status: number }) => item.status);
      if (statuses.some((one) => one === 202 || one === 503)) return null;
      assert.ok(statuses.every((one) => PLACED.includes(one)), JSON.stringify(statuses));
      return json.items.map(({ order }: { order: { orderId: string } }) => order.orderId);
    };
  }
}

/** Sends frames; every third record has a text, every third a number, and the others nothing. */
class FrameTrader extends Trader {
  protected override prepare(number: number): () => Promise<string[] | null> {
    const path = "/v1/frames";
    const frame = new ClientFrame(FRAME_RECORDS);
    for (let index = 0; index < FRAME_RECORDS; index++) {
      const order = { side: 1, timeInForce: 2, priceTicks: 90_000_000, quantityLots: 1 };
      if (index % 3 === 0) frame.place({ ...order, text: `${number}-${index}` });
      else frame.place({ ...order, key: index % 3 === 1 ? number * 10_000 + index : 0 });
    }
    const body = frame.seal();
    const digest = createHash("sha256").update(body).digest("hex");
    const changes = { recvWindowMillis: RECV_WINDOW_MILLIS };
    const headers = {
      ...this.client.headersOf("POST", path, digest, changes),
      "Content-Type": "application/vnd.edgebook.frame",
    };
    return async () => {
      const signal = AbortSignal.timeout(6_000);
      const response = await fetch(this.line.gateway + path, {
        method: "POST",
        headers,
        body,
        signal,
      });
      const bytes = new Uint8Array(await response.arrayBuffer());
      if (response.status === 202 || response.status === 503) return null;
      assert.equal(response.status, 200, new TextDecoder().decode(bytes));
      const heads = new Map(readReports(bytes).map((report) => [report.index, report]));
      assert.equal(heads.size, FRAME_RECORDS, "a report of each record");
      return [...heads.values()].map(({ kind, orderId }) => {
        assert.ok(["accepted", "expired", "summary"].includes(kind), kind);
        return String(orderId);
      });
    };
  }
}

async function tradeThrough(market: StartedMarket, line: ReadyLine, random: () => number) {
  const traders = [new BatchTrader(line, line.keys[0]), new FrameTrader(line, line.keys[1])];
  const answered = () => traders.reduce((sum, { requests }) => sum + requests, 0);
  const settle = async (more: number) => {
    const wanted = answered() + more;
    await eventually(`${more} more requests`, () => answered() >= wanted || undefined);
  };
  traders.forEach((trader) => trader.start());
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of (["gateway", "matching", "nats"] as const).toSorted(() => random() - 0.5)) {
      await settle(REQUESTS);
      await pause(random() * 30);
      const killed = market.pidOf(name);
      Deno.kill(killed, "SIGKILL");
      await eventually(`another ${name}`, () => market.pidOf(name) !== killed || undefined);
    }
  }
  await settle(REQUESTS);
  await Promise.all(traders.map((trader) => trader.rest()));
  for (const { client, orderIds, repeats } of traders) {
    assert.ok(repeats > 0, "some requests were on their way when something died");
    assert.equal(new Set(orderIds).size, orderIds.length, "no order is that of two commands");
    // The process that was killed last brings history along, which answers once it has caught up.
    const orders = await eventually(
      "every order in history",
      () => client.all("/v1/orders?status=all&limit=500").catch(() => undefined),
    );
    const inLog = orders.map((order) => order.orderId).toSorted();
    assert.deepEqual(inLog, orderIds.toSorted(), "the log has these orders, and no other");
  }
}

Deno.test("batches and frames under kill -9 of every component are carried out once", () =>
  withDataDirectory(async (data, keep) => {
    const random = chaosRandom("components under batches and frames");
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    await tradeThrough(market, line, random);
    const { stdout } = await runTask("replay", ["--data", data, "--verify", "--json"]);
    assert.equal(JSON.parse(stdout).ok, true);
    assert.equal((await market.end("SIGTERM")).code, 0);
  }));
