/**
 * A venue on three nats-servers: which of them leads a stream, and how long nobody was answered.
 *
 * @module
 */
import type { JetStreamManager, StreamInfo } from "nats.ws";
import { journalStream } from "../../core/protocol/subjects.ts";
import { type Cluster, type ClusterOptions, launchCluster } from "../../infra/nats/cluster.ts";
import type { OrderGateway } from "../../infra/orders/commands.ts";
import { whenAnswered } from "../../workers/matching/broker_patience.ts";
import { Crowd } from "./client_crowd.ts";
import { pause, SHARD, Venue, type VenueOptions } from "./venue.ts";

import { audit } from "./venue_audit.ts";
import type { Replayed } from "./venue_log.ts";

/** Servers of the cluster. */
export const SERVERS = 3;
/** How long a stream may take to have a leader, or all copies current. */
const SETTLE_MILLIS_MAX = 40_000;
const POLL_MILLIS = 25;
/** Shorter than the client's own: a question without a leader is asked again. */
const API_MILLIS_MAX = 500;

/** The stream whose leader is what orders wait for. */
export const JOURNAL: string = journalStream(SHARD);

/** A venue and its cluster. */
export class ThreeServers implements AsyncDisposable {
  /** By the server that is asked. */
  readonly #managers = new Map<number | undefined, JetStreamManager>();

  private constructor(readonly venue: Venue, readonly cluster: Cluster) {}

  /** Starts everything. */
  static async open(
    options: Omit<VenueOptions, "cluster"> & Partial<Pick<ClusterOptions, "route">>,
  ): Promise<ThreeServers> {
    const { route, ...rest } = options;
    let launched: Cluster | null = null;
    const cluster = async (dataDirectory: string) => {
      launched = await launchCluster({
        dataDirectory,
        size: SERVERS,
        say: () => {},
        ...(route === undefined ? {} : { route }),
      });
      return launched;
    };
    const venue = await Venue.open({ ...rest, cluster });
    if (launched === null) throw new Error("the venue has no cluster");
    return new ThreeServers(venue, launched);
  }

  /** WebSocket URL of one server. */
  urlOf(server: number): string {
    return this.cluster.server(server).webSocketUrl;
  }

  /** Folder of a server's JetStream files. */
  storeOf(server: number): string {
    return `${this.cluster.directoryOf(server)}/store`;
  }

  /** What a stream's leader says of the stream, once it has one. */
  async info(stream: string = JOURNAL): Promise<StreamInfo> {
    return await this.#until(stream, (info) => info.cluster?.leader !== undefined);
  }

  /** The server that leads a stream, once one does. */
  async leaderOf(stream: string = JOURNAL): Promise<number> {
    const { cluster } = await this.info(stream);
    return Array.from({ length: SERVERS }, (_, at) => at)
      .findIndex((at) => this.cluster.nameOf(at) === cluster?.leader);
  }

  /** Settles when each server says that every copy of a stream has what its leader has. */
  async current(stream: string = JOURNAL): Promise<void> {
    for (let server = 0; server < SERVERS; server++) {
      await this.#until(stream, ({ cluster }) => {
        const replicas = cluster?.replicas ?? [];
        return replicas.length === SERVERS - 1 &&
          replicas.every((one) => one.current && !one.offline && (one.lag ?? 0) === 0);
      }, server);
    }
  }

  /** Makes a server the leader of a stream: the others are asked to give it up until it has it. */
  async makeLeader(server: number, stream: string = JOURNAL): Promise<void> {
    const admin = await this.venue.admin();
    const until = performance.now() + SETTLE_MILLIS_MAX;
    while (await this.leaderOf(stream) !== server) {
      if (performance.now() > until) throw new Error(`server ${server} does not lead ${stream}`);
      const subject = `$JS.API.STREAM.LEADER.STEPDOWN.${stream}`;
      await admin.request(subject, "", { timeout: API_MILLIS_MAX }).catch(() => null);
      await pause(100);
    }
  }

  /**
   * Audits the venue, once the servers answer: one that comes back makes them elect for a moment, and
   * whoever has no leader of all says so to every question.
   */
  async audit(crowd: Crowd): Promise<Replayed> {
    return await whenAnswered(() => audit(this.venue, crowd.clients), () => {});
  }

  /** kill -9 of one server. */
  async kill(server: number): Promise<void> {
    const running = this.cluster.server(server);
    running.kill();
    await running.exited;
  }

  /** Has a server get everything anew from the others. */
  async rebuild(server: number): Promise<void> {
    await this.cluster.server(server).stop();
    await Deno.remove(this.storeOf(server), { recursive: true });
    await this.cluster.launch(server);
    await this.current();
  }

  /** Ends the venue with its cluster. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.venue[Symbol.asyncDispose]();
  }

  /** @param server who is asked; left out: any that answers */
  async #until(
    stream: string,
    holds: (info: StreamInfo) => boolean,
    server?: number,
  ): Promise<StreamInfo> {
    const until = performance.now() + SETTLE_MILLIS_MAX;
    const manager = await this.#manager(server);
    let last: unknown;
    while (performance.now() < until) {
      try {
        const info = await manager.streams.info(stream);
        if (holds(info)) return info;
        last = JSON.stringify(info.cluster);
      } catch (error) {
        last = error;
      }
      await pause(POLL_MILLIS);
    }
    throw new Error(`${stream} does not settle in ${SETTLE_MILLIS_MAX} ms: ${last}`);
  }

  async #manager(server?: number): Promise<JetStreamManager> {
    const known = this.#managers.get(server);
    if (known !== undefined) return known;
    const connection = await this.venue.connectAs(
      "admin",
      server === undefined ? undefined : this.urlOf(server),
    );
    const options = { timeout: API_MILLIS_MAX, checkAPI: false };
    const made = await connection.jetstreamManager(options);
    this.#managers.set(server, made);
    return made;
  }
}

/** Clients under way, and how long nobody of them was answered. */
export interface Load {
  readonly crowd: Crowd;
  readonly silence: Silence;
}

/**
 * Clients that trade through these gateways in turn.
 *
 * @param thinkMillis pause of a client before each order
 */
export function startLoad(
  count: number,
  random: () => number,
  gateways: readonly OrderGateway[],
  thinkMillis = 0,
): Load {
  const silence = new Silence();
  const crowd = new Crowd(count, random, (account) => async (command, waitMillis) => {
    if (thinkMillis > 0) await pause(thinkMillis);
    const answer = await gateways[account % gateways.length].submit(command, waitMillis);
    if (answer !== "pending") silence.answered();
    return answer;
  });
  crowd.start();
  return { crowd, silence };
}

/** Watches how long nobody is answered. */
export class Silence {
  #lastMillis = performance.now();
  #longestMillis = 0;

  /** Somebody was answered. */
  answered(): void {
    const now = performance.now();
    this.#longestMillis = Math.max(this.#longestMillis, now - this.#lastMillis);
    this.#lastMillis = now;
  }

  /** The longest silence since the last call, in milliseconds. */
  take(): number {
    const longest = this.#longestMillis;
    this.#longestMillis = 0;
    return Math.round(longest);
  }
}
