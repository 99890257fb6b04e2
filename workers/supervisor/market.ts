/**
 * The market of `deno task start`: its components in the order in which they need each other.
 *
 * @module
 */
import { type NatsConnection, NatsError } from "nats.ws";
import { AdminClient } from "../../infra/administration/admin_client.ts";
import { type MarketFile, replaceFile } from "../../infra/administration/local_installation.ts";
import { readInstruments } from "../../infra/administration/reference.ts";
import { readConfig } from "../../infra/config.ts";
import type { KeyRecord } from "../../infra/keys/key_record.ts";
import { connectNats } from "../../infra/nats/connect.ts";
import type { BrokerAccess } from "../../infra/nats/cluster.ts";
import { NatsSetupError } from "../../infra/nats/errors.ts";
import { isPortFree, pickPorts } from "../../infra/nats/ports.ts";
import { ensureStreams } from "../../infra/nats/streams.ts";
import { demoEnvironment, type ReadyMarket } from "./announcement.ts";
import { openApiKeys, shownKeys, storeApiKeys } from "./api_keys.ts";
import { ANSWER_MILLIS_MAX, AUTHOR, Bootstrap } from "./bootstrap.ts";
import { type EmbeddedBroker, planBroker } from "./broker.ts";
import { Component, type ComponentName, type ComponentSpec, NATS_NAMES } from "./component.ts";
import {
  answers,
  demoComponent,
  ENTRIES,
  gatewayComponent,
  matchingComponent,
  SNAPSHOTS_ENTRY,
  WORKER_ENTRIES,
} from "./components.ts";
import { spawnDeno } from "./deno_process.ts";
import type { DataDirectory } from "./data_directory.ts";
import type { Say } from "./log_lines.ts";
import { MasterKeyFile, openMasterKeys } from "./master_key_file.ts";
import { ENDING_ORDER, endOrphans } from "./orphans.ts";
import { cachePackages } from "./packages.ts";
import { demoProcess, gatewayProcess, matchingProcess, snapshotsProcess } from "./process_specs.ts";
import { SnapshotRounds } from "./snapshot_rounds.ts";
import { DEMO_ACCOUNTS, STANDARD_ACCOUNTS } from "./standard_market.ts";

/** The one shard of the embedded market. */
const SHARD = 0;
/**
 * When each component must have ended, counted from the beginning of the stop. The gateway needs up
 * to four seconds where a request waits for its report; the others follow in a moment.
 */
const END_BY_MILLIS: Readonly<Record<ComponentName, number>> = {
  demo: 400,
  gateway: 4_100,
  matching: 4_400,
  nats: 4_600,
  "nats-2": 4_600,
  "nats-3": 4_600,
};
/** How long the gateway may take to be ready once all that it needs is up. */
const GATEWAY_READY_MILLIS = 60_000;
const MILLIS_PER_MINUTE = 60_000;
/** Attempts to make the streams; each waits for the client library's five seconds. */
const STREAM_ATTEMPTS_MAX = 6;
const PUBLIC_MODE = 0o644;
const SECRET_MODE = 0o600;

/** The market cannot be started or kept running. */
export class MarketError extends Error {
  override readonly name = "MarketError";
}

/** What a market is started with. */
export interface MarketOptions {
  readonly directory: DataDirectory;
  /** Port of the gateway; 0: one that is free. */
  readonly port: number;
  readonly withDemo: boolean;
  /** Number of nats-servers; `null`: as many as the directory was made with, one on a fresh one. */
  readonly servers: number | null;
  readonly say: Say;
  /** Takes what the components print. */
  readonly log: Say;
}

/** A market, started once and stopped once. */
export class Market {
  readonly #options: MarketOptions;
  readonly #components = new Map<ComponentName, Component>();
  readonly #failed = Promise.withResolvers<never>();
  readonly #snapshots: SnapshotRounds;
  #broker: EmbeddedBroker | null = null;
  #isStopping = false;

  constructor(options: MarketOptions) {
    this.#options = options;
    const { directory, log, say } = options;
    const snapshots = () => snapshotsProcess(this.#running(), directory.paths);
    this.#snapshots = new SnapshotRounds(
      () => spawnDeno({ ...snapshots(), onLine: log, say: log }),
      say,
    );
    // Who does not wait for it yet will ask later.
    this.#failed.promise.catch(() => {});
  }

  /** Rejects when the market cannot go on; never settles otherwise. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  /**
   * Starts everything; settles when everything answers.
   *
   * @throws {MarketError} when a component cannot be started
   */
  start(): Promise<ReadyMarket> {
    return Promise.race([this.#start(), this.failed]);
  }

  /** Ends everything in order. Settles when nothing of it is left. */
  async stop(): Promise<void> {
    const { directory, say } = this.#options;
    this.#isStopping = true;
    const began = performance.now();
    await this.#snapshots.stop();
    const end = async (name: ComponentName): Promise<void> => {
      const left = Math.max(1, END_BY_MILLIS[name] - (performance.now() - began));
      // A component that is being launched cannot be told; what is left of it is ended below.
      const late = cancelablePause(left + 100);
      await Promise.race([this.#components.get(name)?.stop(left), late.over]);
      late.cancel();
    };
    const isNats = (name: ComponentName) => NATS_NAMES.some((one) => one === name);
    for (const name of ENDING_ORDER) if (!isNats(name)) await end(name);
    await Promise.all(NATS_NAMES.map(end));
    await endOrphans(directory.paths, say, 0);
    for (const name of ENDING_ORDER) await removeIfThere(directory.paths.pid(name));
  }

  async #start(): Promise<ReadyMarket> {
    const { directory, say, withDemo } = this.#options;
    const { paths } = directory;
    await cachePackages([...Object.values(ENTRIES), SNAPSHOTS_ENTRY, ...WORKER_ENTRIES], say);
    const { host, port, url } = this.#gatewayAddress();
    await this.#startNats();
    const server = this.#running();
    const connection = await connectNats({
      servers: server.webSocketUrl,
      credentials: server.credentials.admin,
      name: "supervisor",
    });
    await this.#makeStreams(connection);
    await this.#writeRunFiles(url, server);
    const masterKeys = new MasterKeyFile(paths, await openMasterKeys(paths), say);
    const keys = await openApiKeys(paths, withDemo);
    const environment = demoEnvironment(url, shownKeys(keys));
    await replaceFile(paths.demoEnvironment(), environment, SECRET_MODE);
    const gateway = () => gatewayProcess(this.#running(), { host, port }, masterKeys.read(), paths);
    await Promise.all([
      this.#add(gatewayComponent(url, () => ({ ...gateway(), ...this.#output("gateway") }))),
      this.#startMatching(connection, masterKeys),
    ]);
    const client = new AdminClient(connection, SHARD, ANSWER_MILLIS_MAX, AUTHOR);
    await storeApiKeys(connection, client, masterKeys.read(), keys, say);
    await this.#gatewayReady(url);
    if (withDemo) await this.#startDemo(url, keys);
    const { snapshotMinutes } = readConfig(["snapshotMinutes"]);
    if (snapshotMinutes > 0) this.#snapshots.start(snapshotMinutes * MILLIS_PER_MINUTE);
    const instruments = (await readInstruments(connection)).map(({ symbol }) => symbol);
    await connection.close();
    return {
      gateway: url,
      nats: server.url,
      natsWebSocket: server.webSocketUrl,
      subscriberCreds: server.credentials.subscriber,
      keys: shownKeys(keys),
      instruments,
      pids: {
        nats: this.#pid("nats"),
        matching: this.#pid("matching"),
        gateway: this.#pid("gateway"),
        ...this.#pidsOfOthers(),
      },
    };
  }

  /** Where the gateway is to listen. Refused before anything is started. */
  #gatewayAddress(): { host: string; port: number; url: string } {
    const { host } = readConfig(["host"]);
    let { port } = this.#options;
    if (port === 0) port = pickPorts(host, { client: 0, webSocket: 0, monitor: 0 }).client;
    else if (!isPortFree(host, port)) {
      throw new MarketError(
        `port ${port} of ${host}, for the gateway, is taken; choose another with --port N, or ` +
          "--port 0 for one that is free",
      );
    }
    const reached = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
    return {
      host,
      port,
      url: `http://${reached.includes(":") ? `[${reached}]` : reached}:${port}`,
    };
  }

  async #startNats(): Promise<void> {
    const { directory, say, servers } = this.#options;
    const { paths } = directory;
    try {
      this.#broker = await planBroker({
        dataDirectory: paths.data,
        natsDirectory: paths.nats(),
        servers,
        say,
      });
    } catch (error) {
      throw error instanceof NatsSetupError ? new MarketError(error.message) : error;
    }
    await Promise.all(this.#broker.components.map((spec) => this.#add(spec)));
  }

  /** The servers of a cluster may still elect who places the streams. */
  async #makeStreams(connection: NatsConnection): Promise<void> {
    const replicas = this.#broker?.replicas ?? 1;
    const mayTrim = readConfig(["retention"]).retention === "trim";
    for (let attempt = 1;; attempt++) {
      try {
        await ensureStreams(connection, { shards: [SHARD], replicas, mayTrim });
        return;
      } catch (error) {
        if (!(error instanceof NatsError) || attempt === STREAM_ATTEMPTS_MAX) throw error;
      }
    }
  }

  async #startMatching(connection: NatsConnection, masterKeys: MasterKeyFile): Promise<void> {
    const { directory, say, withDemo } = this.#options;
    await this.#add(
      matchingComponent(() => ({
        ...matchingProcess(this.#running(), masterKeys.read(), directory.paths),
        ...this.#output("matching"),
      })),
    );
    const bootstrap = new Bootstrap(connection, SHARD, say);
    await bootstrap.defineInstruments();
    await bootstrap.fundAccounts([...STANDARD_ACCOUNTS, ...withDemo ? DEMO_ACCOUNTS : []]);
    if (!withDemo) await bootstrap.withdrawDemoOrders();
  }

  async #startDemo(url: string, keys: readonly KeyRecord[]): Promise<void> {
    const { paths } = this.#options.directory;
    const spec = demoComponent(() => ({
      ...demoProcess(url, keys, paths),
      ...this.#output("demo"),
    }));
    await this.#add(spec);
  }

  /** Starts a component; settles when it is up. */
  async #add(spec: ComponentSpec): Promise<void> {
    const { directory, say } = this.#options;
    // A start that was overtaken by the stop goes no further.
    if (this.#isStopping) return await new Promise(() => {});
    const component = new Component(spec, {
      say,
      launched: (name, pid) => replaceFile(directory.paths.pid(name), `${pid}\n`, PUBLIC_MODE),
      givenUp: (reason) => {
        // Without its traders the market is a market still.
        if (spec.name === "demo") say(`giving up the demo: ${reason}`);
        else this.#failed.reject(new MarketError(reason));
      },
    });
    this.#components.set(spec.name, component);
    await component.start();
  }

  async #writeRunFiles(gateway: string, server: BrokerAccess): Promise<void> {
    const { paths } = this.#options.directory;
    const market: MarketFile = {
      gateway,
      nats: server.url,
      natsWebSocket: server.webSocketUrl,
    };
    await replaceFile(paths.market(), JSON.stringify(market) + "\n", PUBLIC_MODE);
    const { subscriber } = server.credentials;
    await replaceFile(paths.subscriberCredentials(), subscriber, SECRET_MODE);
  }

  async #gatewayReady(url: string): Promise<void> {
    const path = `${url}/health/ready`;
    const late = cancelablePause(GATEWAY_READY_MILLIS);
    const isReady = await Promise.race([
      answers(path, late.over).then(() => true),
      late.over.then(() => false),
    ]);
    late.cancel();
    if (isReady) return;
    throw new MarketError(
      `the gateway is not ready ${GATEWAY_READY_MILLIS} ms after all that it needs; ask it what ` +
        `it lacks: curl ${path}`,
    );
  }

  #output(name: ComponentName): { say: Say } {
    const { log } = this.#options;
    return { say: (line) => log(line.startsWith(`${name}:`) ? line : `${name}: ${line}`) };
  }

  #running(): BrokerAccess {
    if (this.#broker === null) throw new MarketError("nats-server has not run yet");
    return this.#broker.access();
  }

  /** Pids of the servers of a cluster but the first. */
  #pidsOfOthers(): Record<string, number> {
    const names = NATS_NAMES.slice(1).filter((name) => this.#components.has(name));
    return Object.fromEntries(names.map((name) => [name, this.#pid(name)]));
  }

  #pid(name: ComponentName): number {
    return this.#components.get(name)?.pid ?? 0;
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** A pause that can be ended, so that no timer is left behind. */
function cancelablePause(millis: number): { over: Promise<void>; cancel(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, millis);
  return {
    over: promise,
    cancel: () => {
      clearTimeout(timer);
      resolve();
    },
  };
}
