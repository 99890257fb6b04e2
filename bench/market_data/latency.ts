/**
 * From an event of the matcher to the callback of a subscriber, beside a bare publication of the same
 * bytes: real broker, real market-data Worker; this thread stands in the leader's place, hands over
 * and stores events as it does, and subscribes.
 *
 * One event and one bare publication in turn, each answered before the next, so that both see the same
 * moods of the machine.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import { FrameRingProducer, makeFrameRing } from "../../core/memory/frame_ring.ts";
import {
  eventsSubject,
  marketDataSubject,
  REFERENCE_BUCKET,
} from "../../core/protocol/subjects.ts";
import { connectNats } from "../../infra/nats/connect.ts";
import { Bucket } from "../../infra/nats/kv.ts";
import { launchNats, type RunningNats } from "../../infra/nats/launch.ts";
import { ensureStreams } from "../../infra/nats/streams.ts";
import type { UserName } from "../../infra/nats/users.ts";
import type { MarketDataOptions } from "../../workers/market_data/market_data_worker.ts";
import { TestMarket } from "../../tests/core/market_data/test_market.ts";
import { buy, by, sell } from "../../tests/support/commands.ts";

const WARM_UP = 300;
const SAMPLES = 3_000;
/** Pause between two samples, so that nothing is warm that would not be. */
const PAUSE_MILLIS = 1;
const RING_SLOTS = 2 ** 12;
const ANSWER_MILLIS_MAX = 5_000;
const FEED = marketDataSubject("BTC-USD", "depth", "bin");
/** A subject that market data may publish and subscribers read. */
const BARE = "md.BENCH-BARE.depth.bin";

/** Microseconds, sorted. */
export interface LatencyResult {
  readonly events: Float64Array;
  readonly bare: Float64Array;
}

/** Measures on a fresh broker. */
export async function measureLatency(): Promise<LatencyResult> {
  const directory = await Deno.makeTempDir({ prefix: "edgebook-bench-" });
  const nats = await launchNats({ dataDirectory: directory, say: () => {} });
  const connections: NatsConnection[] = [];
  const connectAs = async (user: UserName) => {
    const { credentials, webSocketUrl } = nats;
    const servers = webSocketUrl;
    const connection = await connectNats({
      servers,
      credentials: credentials[user],
      name: "bench",
    });
    connections.push(connection);
    return connection;
  };
  const ring = makeFrameRing(RING_SLOTS);
  const worker = new Worker(
    new URL("../../workers/market_data/market_data_worker.ts", import.meta.url),
    { type: "module" },
  );
  try {
    await ensureStreams(await connectAs("admin"), { shards: [0], replicas: 1 });
    const leader = new Leader(await connectAs("matcher"), new FrameRingProducer(ring));
    await leader.open();
    await startWorker(worker, nats, ring);
    return await sample(leader, await connectAs("marketData"), await connectAs("subscriber"));
  } finally {
    worker.terminate();
    await Promise.all(connections.map((connection) => connection.close()));
    await nats.stop();
    await Deno.remove(directory, { recursive: true });
  }
}

async function startWorker(
  worker: Worker,
  nats: RunningNats,
  eventsRing: SharedArrayBuffer,
): Promise<void> {
  const ready = Promise.withResolvers<void>();
  worker.onmessage = ({ data }) => data.ready ? ready.resolve() : ready.reject(data.failure);
  const options: MarketDataOptions = {
    natsUrl: nats.webSocketUrl,
    credentials: nats.credentials.marketData,
    natsSocket: "ws",
    shard: 0,
    eventsRing,
  };
  worker.postMessage(options);
  worker.postMessage({ lead: true });
  await ready.promise;
}

/** What the leader does with the events of an append. */
class Leader {
  readonly #market = new TestMarket();
  readonly #connection: NatsConnection;
  readonly #ring: FrameRingProducer;
  #place = 0;
  #turn = 0;

  constructor(connection: NatsConnection, ring: FrameRingProducer) {
    this.#connection = connection;
    this.#ring = ring;
  }

  async open(): Promise<void> {
    const messages = this.#market.open();
    const bucket = new Bucket(this.#connection, REFERENCE_BUCKET);
    for (const reference of this.#market.references) {
      await bucket.put(reference.symbol, JSON.stringify(reference));
    }
    for (const message of messages) this.#publish(message);
    await this.#connection.flush();
  }

  /** An order that rests, or one that takes it: each changes one level. Returns when it was made. */
  step(): number {
    const isTaker = this.#turn++ % 2 === 1;
    const commands = [isTaker ? buy(1, 100, by(2)) : sell(1, 100, by(1))];
    const messages = this.#market.append(commands);
    const madeAt = performance.now();
    for (const message of messages) this.#publish(message);
    return madeAt;
  }

  #publish(message: Uint8Array): void {
    this.#connection.publish(eventsSubject(0), message);
    this.#ring.offer(message, ++this.#place);
  }
}

/** Takes the samples, one of each in turn. */
async function sample(
  leader: Leader,
  publisher: NatsConnection,
  subscriber: NatsConnection,
): Promise<LatencyResult> {
  let arrived: (payload: Uint8Array) => void = () => {};
  for (const subject of [FEED, BARE]) {
    subscriber.subscribe(subject, { callback: (_, message) => arrived(message.data) });
  }
  await subscriber.flush();
  let payload = new Uint8Array(0);
  const once = async (publish: () => number): Promise<number> => {
    const arrival = Promise.withResolvers<number>();
    const timer = setTimeout(() => arrival.reject(new Error("no message came")), ANSWER_MILLIS_MAX);
    arrived = (data) => {
      arrival.resolve(performance.now());
      payload = data.slice();
    };
    const publishedAt = publish();
    const micros = (await arrival.promise - publishedAt) * 1_000;
    clearTimeout(timer);
    await new Promise((done) => setTimeout(done, PAUSE_MILLIS));
    return micros;
  };
  const events: number[] = [];
  const bare: number[] = [];
  for (let count = -WARM_UP; count < SAMPLES; count++) {
    const one = await once(() => leader.step());
    const other = await once(() => {
      const publishedAt = performance.now();
      publisher.publish(BARE, payload);
      return publishedAt;
    });
    if (count < 0) continue;
    events.push(one);
    bare.push(other);
  }
  return { events: Float64Array.from(events).sort(), bare: Float64Array.from(bare).sort() };
}
