import assert from "node:assert/strict";
import { FrameRingProducer, makeFrameRing } from "../../../core/memory/frame_ring.ts";
import type { MarketDataOptions } from "../../../workers/market_data/market_data_worker.ts";
import { buy } from "../../support/commands.ts";
import {
  askSnapshot,
  type Broker,
  MarketStream,
  subscribe,
  until,
  withBroker,
} from "./market_stream.ts";

const MODULE = new URL("../../../workers/market_data/market_data_worker.ts", import.meta.url);

/** Starts the Worker as the matching process does. */
function startWorker(broker: Broker, credentials: string, ring = makeFrameRing(1_024)) {
  const worker = new Worker(MODULE, { type: "module" });
  const said: Record<string, unknown>[] = [];
  worker.onmessage = ({ data }) => said.push(data);
  const options: MarketDataOptions = {
    natsUrl: broker.server.webSocketUrl,
    credentials,
    natsSocket: "ws",
    shard: 0,
    eventsRing: ring,
  };
  worker.postMessage(options);
  worker.postMessage({ lead: true });
  const says = (name: string) => until(() => said.some((one) => name in one), name);
  return { worker, said, says };
}

Deno.test("market-data worker: says ready, publishes, and stops when it is asked to", async () => {
  await withBroker(async (broker) => {
    const stream = new MarketStream(await broker.connectAs("matcher"));
    await stream.open();
    const subscriber = await broker.connectAs("subscriber");
    const received = await subscribe(subscriber);
    const { worker, said, says } = startWorker(broker, broker.server.credentials.marketData);
    await says("ready");
    await stream.append([buy(1, 40)]);
    await until(() => received.length === 7, "definitions, statuses, orders, depth and bbo");
    assert.deepEqual((await askSnapshot(subscriber)).bids, [["0.40", "0.0001"]]);
    worker.postMessage({ stop: true });
    await says("stopped");
    assert.deepEqual(said, [{ ready: true }, { stopped: true }]);
    worker.terminate();
  });
});

Deno.test("market-data worker: publishes what comes by the ring before the stream has it", async () => {
  await withBroker(async (broker) => {
    const memory = makeFrameRing(1_024);
    const stream = new MarketStream(
      await broker.connectAs("matcher"),
      new FrameRingProducer(memory),
    );
    await stream.open();
    const subscriber = await broker.connectAs("subscriber");
    const received = await subscribe(subscriber);
    const { worker, says } = startWorker(broker, broker.server.credentials.marketData, memory);
    await says("ready");
    stream.handOver(stream.market.append([buy(1, 40)]));
    await until(() => received.length === 7, "definitions, status messages, orders, depth and bbo");
    worker.postMessage({ stop: true });
    await says("stopped");
    worker.terminate();
  });
});

Deno.test("market-data worker: says why it cannot go on", async () => {
  await withBroker(async (broker) => {
    const stream = new MarketStream(await broker.connectAs("matcher"));
    await stream.publish([new Uint8Array(100)]);
    const { worker, said, says } = startWorker(broker, broker.server.credentials.marketData);
    await says("failure");
    assert.match(String(said[0]?.failure), /EVENTS_0 message 1 is no valid frame of events/);
    worker.terminate();
  });
});
