/**
 * The market-data Worker of the matching process: a connection of its own and, on it, the market
 * data of one shard.
 *
 * | message | meaning |
 * | --- | --- |
 * | in: {@link MarketDataOptions} | start; once |
 * | in: `{lead: true}` | publish and answer from now on |
 * | out: `{ready: true}` | it leads, and everything that the stream had is in the feeds |
 * | out: `{failure: string}` | it can go on no longer and must be started again |
 * | in: `{stop: true}` | end in order |
 * | out: `{stopped: true}` | ended |
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import { FrameRingConsumer } from "../../core/memory/frame_ring.ts";
import { connectNats } from "../../infra/nats/connect.ts";
import { MarketData } from "./market_data.ts";

/** The longest sleep beside an empty ring: whoever wakes it does so at once. */
const RING_SLEEP_MILLIS_MAX = 1_000;

/** Cores from which on one may be spent on looking at the ring, and for how long after a frame. */
const POLL_CORES_MIN = 4;
const POLL_MILLIS = 2;

/** How to start the Worker. */
export interface MarketDataOptions {
  /** `ws://` or `wss://` URL. */
  readonly natsUrl: string;
  /** Text of the credentials file of the user `marketData`. A secret. */
  readonly credentials: string;
  readonly natsSocket: "ws" | "native";
  readonly shard: number;
  /** Memory of the ring by which the leader hands its events over (core/memory/frame_ring.ts). */
  readonly eventsRing: SharedArrayBuffer;
}

/** What it may be told beside the start. */
type Order = { readonly stop: true } | { readonly lead: true };

/** What a Worker's global scope has beside a window's. */
interface WorkerScope {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent<MarketDataOptions | Order>) => void) | null;
}

const scope = globalThis as unknown as WorkerScope;
const say = (line: string) => console.error(`market data: ${line}`);
let marketData: MarketData | undefined;
let isStopping = false;
let mayLead = false;

scope.onmessage = ({ data }) => {
  if ("stop" in data) stop();
  else if ("lead" in data) lead();
  else void start(data);
};

async function start(options: MarketDataOptions): Promise<void> {
  let connection: NatsConnection | undefined;
  try {
    connection = await connectNats({
      servers: options.natsUrl,
      credentials: options.credentials,
      name: `market-data-${options.shard}`,
      socket: options.natsSocket,
      waitForServer: true,
    });
    void connection.closed().then((error) => {
      if (!isStopping) fail(error ?? new Error("the connection to NATS was closed"));
    });
    const ring = new FrameRingConsumer(options.eventsRing, RING_SLEEP_MILLIS_MAX);
    const pollMillis = navigator.hardwareConcurrency >= POLL_CORES_MIN ? POLL_MILLIS : 0;
    marketData = new MarketData({ connection, shard: options.shard, ring, pollMillis, say });
    if (isStopping) marketData.stop();
    if (mayLead) marketData.lead();
    marketData.ready.then(() => scope.postMessage({ ready: true }));
    await marketData.run();
    scope.postMessage({ stopped: true });
  } catch (error) {
    fail(error);
  } finally {
    isStopping = true;
    await connection?.close();
  }
}

function lead(): void {
  mayLead = true;
  marketData?.lead();
}

function stop(): void {
  isStopping = true;
  marketData?.stop();
}

function fail(error: unknown): void {
  scope.postMessage({ failure: error instanceof Error ? error.message : String(error) });
}
