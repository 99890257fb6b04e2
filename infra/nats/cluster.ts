/**
 * Several nats-servers on this machine as one cluster, each with a folder of its own below the
 * broker's: `DIR/nats/server-1`, `server-2` and so on; keys and credentials are common.
 *
 * @example
 * ```ts ignore
 * const cluster = await Cluster.plan({ dataDirectory, size: 3, say: console.error });
 * await cluster.start();
 * // ... connectNats({ servers: cluster.webSocketUrl, credentials: cluster.credentials.matcher })
 * cluster.server(0).kill(); // kill -9
 * await cluster.launch(0); // again, on its own data and ports
 * await cluster.stop();
 * ```
 *
 * @module
 */
import { connectionLimits } from "./accounts.ts";
import {
  type ClusterMember,
  memberName,
  newRoutePassword,
  type RouteAddress,
} from "./cluster_config.ts";
import { ServerStartError } from "./errors.ts";
import { launchNats, type LaunchOptions, type RunningNats, START_ATTEMPTS_MAX } from "./launch.ts";
import { type Installation, openInstallation, writeCredentialFiles } from "./operator.ts";
import { freePorts, pickPorts } from "./ports.ts";
import { memberDirectory, type ServerPorts } from "./server_config.ts";
import { assertStoredFor } from "./stored_servers.ts";

/** Fewest servers that go on without one of them. */
export const CLUSTER_SIZE_LEAST = 3;
/** Copies of each stream in a cluster. */
export const CLUSTER_REPLICAS = 3;

/** How to launch a cluster. */
export interface ClusterOptions
  extends Omit<LaunchOptions, "host" | "member" | "ports" | "binary" | "syncAlways"> {
  /** Number of servers. */
  readonly size: number;
  /** Wanted ports of each server, 0 for any that is free. All 0 when left out. */
  readonly ports?: readonly ServerPorts[];
  /**
   * Leads the routes over something in between: where server `from` finds server `to`, which
   * listens at `address`. Default there.
   */
  readonly route?: (from: number, to: number, address: RouteAddress) => RouteAddress;
}

/** What clients need of a broker, be it one server or a cluster. */
export type BrokerAccess = Pick<
  RunningNats,
  "appSigner" | "credentials" | "url" | "webSocketUrl"
>;

/** The streams' copies with so many servers. */
export const replicasOf = (servers: number): number =>
  servers < CLUSTER_SIZE_LEAST ? 1 : CLUSTER_REPLICAS;

const HOST = "127.0.0.1";

/** A cluster, its places fixed when it is planned. */
export class Cluster implements BrokerAccess {
  readonly #options: ClusterOptions;
  /** The broker's folder. */
  readonly #common: string;
  readonly #installation: Installation;
  readonly #servers: (RunningNats | null)[];
  readonly #ports: readonly ServerPorts[];
  readonly #members: readonly ClusterMember[];

  private constructor(options: ClusterOptions, common: string, installation: Installation) {
    const { size, route = (_from, _to, address) => address } = options;
    this.#options = options;
    this.#common = common;
    this.#installation = installation;
    this.#servers = Array.from({ length: size }, () => null);
    const taken = options.ports ?? [];
    this.#ports = Array.from(
      { length: size },
      (_, index) => pickPorts(HOST, taken[index] ?? { client: 0, webSocket: 0, monitor: 0 }),
    );
    const listens = freePorts(HOST, size).map((port) => ({ host: HOST, port }));
    const password = newRoutePassword();
    this.#members = listens.map((listen, from) => ({
      serverName: memberName(from),
      listen,
      others: listens.flatMap((address, to) => to === from ? [] : [route(from, to, address)]),
      password,
      // Nobody listens at an address with the port of no server: the routes stay as they were led.
      ...(options.route === undefined ? {} : { advertised: { host: HOST, port: 1 } }),
    }));
  }

  /**
   * Picks names, ports and the routes' password, and opens the installation's keys. Starts nothing.
   *
   * @throws {StoreOfOthersError} when the folder holds the store of another number of servers
   * @throws {KeyStoreError} when the stored keys are damaged
   */
  static async plan(options: ClusterOptions): Promise<Cluster> {
    const { dataDirectory, shards = [0], size } = options;
    await Deno.mkdir(dataDirectory, { recursive: true });
    const common = `${await Deno.realPath(dataDirectory)}/nats`;
    await assertStoredFor(common, size);
    const limits = connectionLimits(options.connectionLimits);
    const installation = await openInstallation(common, shards, Date.now(), limits);
    await writeCredentialFiles(`${common}/creds`, installation.credentials);
    return new Cluster(options, common, installation);
  }

  /** Number of servers. */
  get size(): number {
    return this.#members.length;
  }

  /** TCP URLs of all servers, with commas between them. */
  get url(): string {
    return this.#ports.map(({ client }) => `nats://${HOST}:${client}`).join(",");
  }

  /** WebSocket URLs of all servers, with commas between them. */
  get webSocketUrl(): string {
    return this.#ports.map(({ webSocket }) => `ws://${HOST}:${webSocket}`).join(",");
  }

  /** Text of the credentials file of each user. Secrets. */
  get credentials(): Installation["credentials"] {
    return this.#installation.credentials;
  }

  /** For gateways: mints app users. A secret. */
  get appSigner(): Installation["appSigner"] {
    return this.#installation.appSigner;
  }

  /** The present process of a server, or the last one. @throws when it has never run */
  server(index: number): RunningNats {
    const server = this.#servers[index];
    if (server === null) throw new Error(`${memberName(index)} has not run yet`);
    return server;
  }

  /** Name of a server, as in what JetStream says of its leaders. */
  nameOf(index: number): string {
    return this.#members[index].serverName;
  }

  /** Folder of a server: its store, configuration, log and pid. */
  directoryOf(index: number): string {
    return memberDirectory(this.#common, this.nameOf(index));
  }

  /** Starts one server, for the first time or again, and waits until all it holds is current. */
  async launch(index: number): Promise<RunningNats> {
    const { ports: _ports, route: _route, size: _size, ...options } = this.#options;
    const server = await launchNats({
      ...options,
      host: HOST,
      ports: this.#ports[index],
      member: this.#members[index],
    });
    this.#servers[index] = server;
    return server;
  }

  /** Starts all: none is ready before most of them have found each other. */
  async start(): Promise<void> {
    const started = await Promise.allSettled(this.#members.map((_, index) => this.launch(index)));
    const failed = started.find((one) => one.status === "rejected");
    if (failed === undefined) return;
    await this.stop();
    throw failed.reason;
  }

  /** Ends all in order. */
  async stop(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server?.stop()));
  }
}

/**
 * Plans and starts a cluster, on other ports where somebody took one meanwhile.
 *
 * @throws see {@link Cluster.plan} and launchNats
 */
export async function launchCluster(options: ClusterOptions): Promise<Cluster> {
  for (let attempt = 1;; attempt++) {
    const cluster = await Cluster.plan(options);
    try {
      await cluster.start();
      return cluster;
    } catch (error) {
      const isTaken = error instanceof ServerStartError && error.portTaken;
      if (!isTaken || attempt === START_ATTEMPTS_MAX) throw error;
    }
  }
}
