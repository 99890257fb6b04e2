/**
 * A broker with everybody that history meets: the leader that publishes events and instruments, a
 * gateway that asks and names listeners, the app of an account.
 *
 * @module
 */

import type { NatsConnection } from "nats.ws";
import { listInstruments } from "../../../core/matching/inspect.ts";
import type { PrivateReport } from "../../../core/protocol/private_report.ts";
import type { QueryError, ReportsAnswer } from "../../../core/protocol/queries.ts";
import {
  eventsSubject,
  historySubject,
  LISTENERS_BUCKET,
  REFERENCE_BUCKET,
  reportsSubject,
} from "../../../core/protocol/subjects.ts";
import { Bucket } from "../../../infra/nats/kv.ts";
import { mintAppUser } from "../../../infra/nats/mint.ts";
import { HistoryService } from "../../../workers/history/history_service.ts";
import type { EventSource } from "../../core/history/event_source.ts";
import { type TemporaryNats, withNats } from "../../infra/nats/temporary_nats.ts";

const SHARD = 0;
const WAIT_MILLIS_MAX = 15_000;
/** A message that was sent into a dying connection is lost: its answer is not waited for longer. */
const PUBLISH_MILLIS_MAX = 500;
/** How often, and how long in between, a connection that is away is looked at. */
const CONNECT_ATTEMPTS = 100;
const CONNECT_PAUSE_MILLIS = 50;
/** Attempts to publish while the broker is away. */
const PUBLISH_ATTEMPTS_MAX = 50;

/** A running service with what it said. */
export interface RunningHistory {
  readonly service: HistoryService;
  readonly said: string[];
  /** Settles when the service ends by itself; rejects with what ended it. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** The connections of a test. */
export class HistoryBroker {
  readonly nats: TemporaryNats;
  readonly #matcher: NatsConnection;
  readonly #gateway: NatsConnection;
  readonly #running = new Set<() => Promise<void>>();

  constructor(nats: TemporaryNats, matcher: NatsConnection, gateway: NatsConnection) {
    this.nats = nats;
    this.#matcher = matcher;
    this.#gateway = gateway;
  }

  /**
   * Publishes messages of events; settles when the stream has them. One whose answer did not come
   * is published again, as a leader does after a start: it may then be in the stream twice.
   */
  async publish(messages: readonly Uint8Array[]): Promise<void> {
    for (const message of messages) await this.#publish(message);
  }

  async #publish(message: Uint8Array): Promise<void> {
    const subject = eventsSubject(SHARD);
    for (let attempt = 1;; attempt++) {
      try {
        const answer = await this.#matcher.request(subject, message, {
          timeout: PUBLISH_MILLIS_MAX,
        });
        const { error } = answer.json<{ error?: { description: string } }>();
        if (error === undefined) return;
        throw new Error(error.description);
      } catch (error) {
        if (attempt === PUBLISH_ATTEMPTS_MAX) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  /** Publishes the instruments of a venue, as its leader does. */
  async publishInstruments(source: EventSource): Promise<void> {
    const bucket = new Bucket(this.#matcher, REFERENCE_BUCKET);
    for (const one of listInstruments(source.state)) {
      await bucket.put(one.symbol, JSON.stringify(one));
    }
    await bucket.put("_index", "[]");
  }

  /** Says that somebody listens to the account for some seconds from now on. */
  async listen(account: number, seconds: number): Promise<void> {
    const expiresMicros = (Date.now() + seconds * 1000) * 1000;
    const bucket = new Bucket(this.#gateway, LISTENERS_BUCKET);
    await bucket.put(String(account), JSON.stringify({ expiresMicros }));
  }

  /** Asks history and returns its answer. */
  async ask<T = Record<string, unknown>>(query: unknown): Promise<T> {
    const payload = typeof query === "string" ? query : JSON.stringify(query);
    // A request that is made while the connection is away is lost, and nothing says so.
    const isThere = () => this.#gateway.flush().then(() => true, () => false);
    for (let attempt = 0; attempt < CONNECT_ATTEMPTS && !await isThere(); attempt++) {
      await new Promise((done) => setTimeout(done, CONNECT_PAUSE_MILLIS));
    }
    const answer = await this.#gateway.request(historySubject(SHARD), payload, { timeout: 5_000 });
    return answer.json<T>();
  }

  /** Every report of an account from its first one on. */
  async askReports(account: number, minSequence: number): Promise<PrivateReport[]> {
    const reports: PrivateReport[] = [];
    while (true) {
      const page = await this.ask<ReportsAnswer | QueryError>({
        kind: "reports",
        account,
        afterSequence: reports.length,
        limit: 500,
        minSequence,
      });
      if ("error" in page) throw new Error(page.detail);
      if (page.reports.length === 0) return reports;
      reports.push(...page.reports);
    }
  }

  /** The reports that an app of the account is sent from now on. */
  async subscribe(account: number): Promise<PrivateReport[]> {
    const { creds } = await mintAppUser(this.nats.server.appSigner, account, 600, Date.now());
    const app = await this.nats.connectWith(creds);
    const reports: PrivateReport[] = [];
    app.subscribe(reportsSubject(account), {
      callback: (_, message) => void reports.push(message.json<PrivateReport>()),
    });
    await app.flush();
    return reports;
  }

  /** Starts the projection in this process; without `pauseMillis`, with the pauses of a market. */
  async start(databasePath: string, pauseMillis?: number): Promise<RunningHistory> {
    const connection = await this.nats.connectAs("history");
    const said: string[] = [];
    const say = (line: string) => void said.push(line);
    const service = new HistoryService({
      connection,
      shard: SHARD,
      databasePath,
      say,
      ...(pauseMillis === undefined ? {} : { pauseMillis }),
    });
    service.lead();
    const ended = service.run();
    ended.catch(() => {});
    const stop = async () => {
      if (!this.#running.delete(stop)) return;
      await service.stop();
      await connection.close();
    };
    this.#running.add(stop);
    return { service, said, ended, stop };
  }

  /** Stops what a test that failed has left running. */
  async stopAll(): Promise<void> {
    for (const stop of [...this.#running]) await stop();
  }
}

/** Runs `use` with a broker of its own. */
export async function withBroker(use: (broker: HistoryBroker) => Promise<void>): Promise<void> {
  await withNats(async (nats) => {
    const matcher = await nats.connectAs("matcher");
    const broker = new HistoryBroker(nats, matcher, await nats.connectAs("gateway"));
    try {
      await use(broker);
    } finally {
      await broker.stopAll();
    }
  });
}

/** Waits until history has every event of a venue. */
export function untilReached(history: RunningHistory, source: EventSource): Promise<void> {
  const { sequence } = source.state.events;
  return until(`event ${sequence}`, () => history.service.eventSequence === sequence);
}

/** Waits until something holds. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const end = performance.now() + WAIT_MILLIS_MAX;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`${what}: not within ${WAIT_MILLIS_MAX} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
