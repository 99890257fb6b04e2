import assert from "node:assert/strict";
import { RestClient } from "../support/client_rest.ts";
import { pause } from "../support/venue.ts";
import { StartedMarket, withDataDirectory } from "../workers/supervisor/started_market.ts";
import { SpareGateway } from "./spare_gateway.ts";
import { noteHealed } from "./heal_time.ts";

/** Clients that each have one order on its way, always. */
const CLIENTS = 64;
/** Orders a second that one key may send: far less than these clients do. */
const RATE = 50;
/** Of each round the gateway runs for a fifth. */
const STOPPED_MILLIS = 200;
const RUNNING_MILLIS = 50;
const STARVED_MILLIS = 4_000;
const CANCEL_MILLIS_MAX = 2_500;
const HEALED_MILLIS_MAX = 2_000;

/** What was answered, by status. */
type Tally = Map<number, number>;

async function load(client: RestClient, lane: number, tally: Tally, signal: AbortSignal) {
  for (let count = 0; !signal.aborted; count++) {
    const { status, headers } = await client.request("POST", "/v1/orders", {
      symbol: "BTC-USD",
      side: "buy",
      type: "limit",
      price: "100.00",
      quantity: "0.0010",
      clientOrderId: `starved-${lane}-${count}`,
    });
    tally.set(status, (tally.get(status) ?? 0) + 1);
    if (status === 429 || status === 503) assert.ok(Number(headers.get("retry-after")) >= 1);
    else assert.ok(status === 201 || status === 202, `${status}`);
  }
}

/** Takes most of the processor away from a gateway until told to stop. */
async function starve(gateway: SpareGateway, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    gateway.signal("SIGSTOP");
    await pause(STOPPED_MILLIS);
    gateway.signal("SIGCONT");
    await pause(RUNNING_MILLIS);
  }
}

Deno.test("a gateway that is starved refuses what is too much, cancels, and has no queue behind it", () =>
  withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    const env = { EDGEBOOK_LIMIT_KEY_RATE: String(RATE) };
    await using gateway = await SpareGateway.start(data, line, { env });
    const client = new RestClient(gateway.url, line.keys[0]);
    const stop = new AbortController();
    const tally: Tally = new Map();
    const lanes = Array.from(
      { length: CLIENTS },
      (_, lane) => load(client, lane, tally, stop.signal),
    );
    const before = await gateway.memoryMegabytes();
    const starving = new AbortController();
    const starved = starve(gateway, starving.signal);
    const until = performance.now() + STARVED_MILLIS;
    let slowest = 0;
    while (performance.now() < until) {
      const began = performance.now();
      const { status } = await client.request("DELETE", "/v1/orders?symbol=BTC-USD");
      assert.equal(status, 200, "cancels go through");
      slowest = Math.max(slowest, performance.now() - began);
      await pause(50);
    }
    starving.abort();
    await starved;
    const ended = performance.now();
    stop.abort();
    await Promise.all(lanes);
    const drained = performance.now() - ended;
    noteHealed("a gateway with a fifth of a core", drained);
    const grown = await gateway.memoryMegabytes() - before;
    console.log(
      `starved: ${[...tally].map(([status, count]) => `${count} x ${status}`).join(", ")}; ` +
        `slowest cancel ${Math.round(slowest)} ms; ${Math.round(grown)} MB`,
    );
    assert.ok((tally.get(429) ?? 0) > 0, "too much is refused");
    assert.ok((tally.get(201) ?? 0) > 0, "what is allowed goes on");
    assert.ok(slowest < CANCEL_MILLIS_MAX, `${slowest} ms`);
    assert.ok(drained < HEALED_MILLIS_MAX, `${drained} ms`);
    assert.equal((await market.end("SIGTERM")).code, 0);
  }));
