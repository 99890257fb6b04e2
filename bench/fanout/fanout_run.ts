/**
 * The processes of the fan-out bench and one round with them.
 *
 * @module
 */
import type { RunningNats } from "../../infra/nats/launch.ts";
import { PartProcess } from "./part_process.ts";
import { cpuOf } from "./process_cpu.ts";
import type { Published, PublisherCommand } from "./publisher_main.ts";
import type { Prepared } from "./publishing.ts";
import type { Received } from "./subscribers_main.ts";

/** Who publishes. */
export const WAYS = ["edgebook", "bare"] as const;
/** Whose CPU is measured. */
export const PART_NAMES = ["broker", "publisher", "subscribers"] as const;

/** One round. */
export interface Round {
  /** Deliveries a second, from the first publication to the last arrival. */
  readonly perSecond: number;
  readonly p50Micros: number;
  readonly p99Micros: number;
  /** Deliveries that never came. With the project's publisher they may have been merged. */
  readonly missing: number;
  /** CPU seconds a second of each part. */
  readonly cores: Readonly<Record<(typeof PART_NAMES)[number], number>>;
  readonly bytesPerDelivery: number;
  readonly messagesPerSecond: number;
}

/** What has not come in this time after the last arrival is lost. */
const QUIET_MILLIS = 500;
const LOOK_MILLIS = 50;
/** Longest wait for what is on its way. */
const ARRIVAL_MILLIS_MAX = 30_000;

/** The parts, from start to end. */
export class FanoutRun {
  readonly #subscribers: PartProcess;
  readonly #publisher: PartProcess;
  readonly #brokerPid: number;
  readonly #connections: number;

  /** Starts publisher and subscribers. */
  constructor(nats: RunningNats, connections: number) {
    const { credentials, pid, ports, webSocketUrl } = nats;
    this.#brokerPid = pid;
    this.#connections = connections;
    this.#subscribers = PartProcess.start("./subscribers_main.ts", {
      FANOUT_PORT: String(ports.client),
      FANOUT_CONNECTIONS: String(connections),
      FANOUT_CREDENTIALS: credentials.subscriber,
    });
    this.#publisher = PartProcess.start("./publisher_main.ts", {
      FANOUT_URL: webSocketUrl,
      FANOUT_CREDENTIALS: credentials.marketData,
    });
  }

  /** Has the publisher make a piece of the market for a round at this rate. */
  async prepare(deliveriesPerSecond: number, millis: number): Promise<Prepared> {
    const deliveries = Math.round(deliveriesPerSecond * millis / 1_000);
    return await this.#tell<Prepared>({ prepare: { deliveries, connections: this.#connections } });
  }

  /** Publishes the piece at hand in one of the ways, within this time if that can be done. */
  async round(
    way: (typeof WAYS)[number],
    prepared: Prepared,
    millis: number,
  ): Promise<Round> {
    await this.#subscribers.ask({ reset: true });
    const before = await this.#cpu();
    const { startMicros } = await this.#tell<Published>({ publish: way, millis });
    const received = await this.#arrival(prepared.deliveries);
    const after = await this.#cpu();
    if (received.errors.length > 0) throw new Error(`the broker says ${received.errors[0]}`);
    const seconds = (received.lastMicros - startMicros) / 1e6;
    const cores = (name: (typeof PART_NAMES)[number]) => (after[name] - before[name]) / seconds;
    return {
      perSecond: received.deliveries / seconds,
      p50Micros: received.p50Micros,
      p99Micros: received.p99Micros,
      missing: prepared.deliveries - received.deliveries,
      cores: {
        broker: cores("broker"),
        publisher: cores("publisher"),
        subscribers: cores("subscribers"),
      },
      bytesPerDelivery: prepared.bytesPerDelivery,
      messagesPerSecond: prepared.messages / seconds,
    };
  }

  /** Ends the parts. */
  async end(): Promise<void> {
    await Promise.all([this.#publisher.end(), this.#subscribers.end()]);
  }

  #tell<Answer>(command: PublisherCommand): Promise<Answer> {
    return this.#publisher.ask<Answer>(command);
  }

  #cpu(): Promise<Record<string, number>> {
    return cpuOf({
      broker: this.#brokerPid,
      publisher: this.#publisher.pid,
      subscribers: this.#subscribers.pid,
    });
  }

  /** Waits until everything has come, or nothing comes any more. */
  async #arrival(deliveries: number): Promise<Received> {
    const untilMillis = performance.now() + ARRIVAL_MILLIS_MAX;
    let [seen, sinceMillis] = [-1, performance.now()];
    for (;;) {
      const received = await this.#subscribers.ask<Received>({});
      if (received.deliveries >= deliveries) return received;
      const now = performance.now();
      if (received.deliveries !== seen) [seen, sinceMillis] = [received.deliveries, now];
      if (now - sinceMillis > QUIET_MILLIS || now > untilMillis) return received;
      await new Promise((done) => setTimeout(done, LOOK_MILLIS));
    }
  }
}
