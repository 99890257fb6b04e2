/**
 * A real broker with the events of a real engine in its stream, and subscribers to the feeds.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Msg, NatsConnection } from "nats.ws";
import {
  FrameRingConsumer,
  FrameRingProducer,
  makeFrameRing,
} from "../../../core/memory/frame_ring.ts";
import type { FeedMessage } from "../../../core/market_data/feed_messages.ts";
import type { SnapshotAnswer } from "../../../core/protocol/queries.ts";
import {
  eventsSubject,
  REFERENCE_BUCKET,
  snapshotSubject,
} from "../../../core/protocol/subjects.ts";
import { Bucket } from "../../../infra/nats/kv.ts";
import { launchNats, type RunningNats } from "../../../infra/nats/launch.ts";
import type { UserName } from "../../../infra/nats/users.ts";
import { MarketData } from "../../../workers/market_data/market_data.ts";
import type { Command } from "../../support/commands.ts";
import { TestMarket } from "../../core/market_data/test_market.ts";
import { withNats } from "../../infra/nats/temporary_nats.ts";

/** A broker that can be killed and started again. */
export interface Broker {
  connectAs(user: UserName): Promise<NatsConnection>;
  readonly server: RunningNats;
  readonly dataDirectory: string;
  /** kill -9, and a new server on the same ports and folder. */
  restart(): Promise<void>;
}

/** Runs a test with a broker; everything ends with it. */
export async function withBroker(body: (broker: Broker) => Promise<void>): Promise<void> {
  await withNats(async ({ server, dataDirectory, connectAs }) => {
    const open: NatsConnection[] = [];
    let present = server;
    try {
      await body({
        server,
        dataDirectory,
        connectAs: async (user) => {
          const connection = await connectAs(user);
          open.push(connection);
          return connection;
        },
        restart: async () => {
          present.kill();
          await present.exited;
          present = await launchNats({ dataDirectory, ports: server.ports, say: () => {} });
        },
      });
    } finally {
      await Promise.all(open.map((connection) => connection.close()));
      if (present !== server) await present.stop();
    }
  });
}

/** How long a test waits for something that should happen at once. */
const WAIT_MILLIS = 15_000;

/** Settles when `isTrue` is. */
export async function until(isTrue: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + WAIT_MILLIS;
  while (!await isTrue()) {
    assert.ok(performance.now() < end, `${what}: not within ${WAIT_MILLIS} ms`);
    await new Promise((done) => setTimeout(done, 5));
  }
}

const RING_SLEEP_MILLIS = 1_000;

/** The leader's side: an engine whose events go to the stream. */
export class MarketStream {
  readonly market = new TestMarket();
  readonly #connection: NatsConnection;
  readonly #ring: FrameRingProducer | null;
  #made = 0;

  /** @param ring gets every message as well, before the stream does */
  constructor(matcher: NatsConnection, ring: FrameRingProducer | null = null) {
    this.#connection = matcher;
    this.#ring = ring;
  }

  /** Opens the market: instruments to the bucket, events to the stream. */
  async open(): Promise<void> {
    const messages = this.market.open();
    await this.publishReferences();
    await this.publish(messages);
  }

  /** Writes the instruments to the bucket. */
  async publishReferences(): Promise<void> {
    const bucket = new Bucket(this.#connection, REFERENCE_BUCKET);
    for (const reference of this.market.references) {
      await bucket.put(reference.symbol, JSON.stringify(reference));
    }
  }

  /** Applies an append and stores its events. */
  async append(commands: readonly Command[], eventsMax?: number): Promise<void> {
    await this.publish(this.market.append(commands, eventsMax));
  }

  /** Gives messages to the ring alone. */
  handOver(messages: readonly Uint8Array[]): void {
    for (const message of messages) this.#ring?.offer(message, ++this.#made);
  }

  /** Stores messages in the stream, trying again where the broker is away. */
  async publish(messages: readonly Uint8Array[]): Promise<void> {
    this.handOver(messages);
    const stream = this.#connection.jetstream();
    for (const message of messages) {
      await until(async () => {
        try {
          await stream.publish(eventsSubject(0), message, { timeout: 500 });
          return true;
        } catch {
          return false;
        }
      }, "an append of events");
    }
  }
}

/** The two ends of a ring of events; no ends where it has no slots. */
export interface Rings {
  readonly producer: FrameRingProducer | null;
  /** The end of whoever starts now. */
  consumer(): FrameRingConsumer | null;
}

/** Makes a ring. */
export function openRings(slots: number): Rings {
  if (slots === 0) return { producer: null, consumer: () => null };
  const memory = makeFrameRing(slots);
  return {
    producer: new FrameRingProducer(memory),
    consumer: () => new FrameRingConsumer(memory, RING_SLEEP_MILLIS),
  };
}

/** One message that a subscriber got. */
export interface Received {
  readonly subject: string;
  readonly message: FeedMessage;
}

/**
 * Everything that a subscriber gets from now on, but for what follows a clock: tickers, and numbers
 * that are said again.
 */
export async function subscribe(connection: NatsConnection): Promise<Received[]> {
  const received: Received[] = [];
  connection.subscribe("md.*.*.json", {
    callback: (_, message: Msg) => {
      const { subject } = message;
      const body = message.json<FeedMessage>();
      if (subject.includes(".ticker.") || body.sequence === body.prevSequence) return;
      received.push({ subject, message: body });
    },
  });
  await connection.flush();
  return received;
}

/** Asks for a snapshot as any subscriber does. */
export async function askSnapshot(
  connection: NatsConnection,
  query: unknown = "",
  symbol = "BTC-USD",
): Promise<SnapshotAnswer> {
  const text = typeof query === "string" ? query : JSON.stringify(query);
  const answer = await connection.request(snapshotSubject(symbol), text, { timeout: 5_000 });
  return answer.json<SnapshotAnswer>();
}

/** Market data that runs in this thread, and what it said. */
export interface RunningMarketData {
  readonly marketData: MarketData;
  readonly said: string[];
  /** Settles when it has ended, or fails with why it could not go on. */
  readonly ended: Promise<void>;
  /** Ends it in order. */
  stop(): Promise<void>;
  /** Ends it as a crash does: nothing is published or noted any more. */
  crash(): Promise<void>;
}

/** Starts market data and waits until it is ready, unless told otherwise. */
export async function startMarketData(
  nats: Broker,
  options: { waitUntilReady?: boolean; leads?: boolean; ring?: FrameRingConsumer | null } = {},
): Promise<RunningMarketData> {
  const connection = await nats.connectAs("marketData");
  const said: string[] = [];
  const { ring = null } = options;
  const say = (line: string) => said.push(line);
  const marketData = new MarketData({ connection, shard: 0, ring, say });
  if (options.leads !== false) marketData.lead();
  const running = marketData.run();
  // A failure is for whoever awaits the end.
  running.catch(() => {});
  if (options.waitUntilReady !== false) {
    await Promise.race([marketData.ready, running]);
  }
  return {
    marketData,
    said,
    ended: running,
    stop: async () => {
      marketData.stop();
      await running;
      await connection.close();
    },
    crash: async () => {
      await connection.close();
      marketData.stop();
      await running.catch(() => {});
    },
  };
}
