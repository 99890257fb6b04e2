/**
 * Launches the embedded nats-server: used by `deno task start` and by every test that needs a
 * broker.
 *
 * @example
 * ```ts ignore
 * const nats = await launchNats({ dataDirectory, say: console.error });
 * // ... connectNats({ servers: nats.webSocketUrl, credentials: nats.credentials.matcher, ... })
 * nats.kill(); // kill -9
 * await nats.exited;
 * const again = await launchNats({ dataDirectory, ports: nats.ports, say: console.error });
 * await again.stop();
 * ```
 *
 * @module
 */
import { type Features, natsFeatures } from "../provision/features.ts";
import { provision } from "../provision/provision.ts";
import { formatVersion, serverVersion } from "../provision/server_version.ts";
import { type ConnectionLimits, connectionLimits } from "./accounts.ts";
import type { ClusterMember } from "./cluster_config.ts";
import { ServerStartError } from "./errors.ts";
import type { AppSigner } from "./mint.ts";
import { openInstallation, writeCredentialFiles } from "./operator.ts";
import { pickPorts } from "./ports.ts";
import { configPath, memberDirectory, serverConfig, type ServerPorts } from "./server_config.ts";
import {
  assertUnused,
  assertWritable,
  endServer,
  signal,
  startServer,
  tidyDirectory,
} from "./server_process.ts";
import { assertStoredFor } from "./stored_servers.ts";
import type { UserName } from "./users.ts";

/** Starts that fail because a port was taken, before the error is passed on. */
export const START_ATTEMPTS_MAX = 5;
const DIRECTORY_MODE = 0o700;

/** How to launch. */
export interface LaunchOptions {
  /** The project's data folder; the broker's own is `nats` below it. Created when missing. */
  readonly dataDirectory: string;
  /** Told each step before it is taken. */
  readonly say: (line: string) => void;
  /** Ports to listen on, 0 for any that is free. All 0 when left out. */
  readonly ports?: Partial<ServerPorts>;
  /** Address to listen on. Default 127.0.0.1. */
  readonly host?: string;
  /** Shards that exist: the users' permissions name their streams. Default only shard 0. */
  readonly shards?: readonly number[];
  /** Origins of pages that may open a WebSocket. Default all: credentials are needed anyway. */
  readonly allowedOrigins?: readonly string[];
  /** Fewer connections of outsiders than accounts.ts has. */
  readonly connectionLimits?: Partial<ConnectionLimits>;
  /** Asks for fsync before each acknowledgement; left out where the server cannot. */
  readonly syncAlways?: boolean;
  /**
   * Starts the server in a session of its own, so that Ctrl-C in a terminal does not reach it: for
   * a parent that ends it itself. Default false.
   */
  readonly ownSession?: boolean;
  /** Path of the server binary. Default: whatever {@link provision} finds or installs. */
  readonly binary?: string;
  /** Its part in a cluster. Left to cluster.ts. */
  readonly member?: ClusterMember;
}

/** A running broker. */
export interface RunningNats {
  /** For clients over TCP. */
  readonly url: string;
  /** For clients over WebSocket, this project's among them. */
  readonly webSocketUrl: string;
  /** HTTP monitoring: `/healthz`, `/varz`, `/jsz`. */
  readonly monitorUrl: string;
  /** The ports in use; pass them to launch again on the same ones. */
  readonly ports: ServerPorts;
  readonly pid: number;
  readonly process: Deno.ChildProcess;
  /** Settles when the process has ended, however it did. */
  readonly exited: Promise<Deno.CommandStatus>;
  /** Text of the credentials file of each user. Secrets. */
  readonly credentials: Readonly<Record<UserName, string>>;
  /** For gateways: mints app users. A secret. */
  readonly appSigner: AppSigner;
  readonly version: string;
  readonly features: Features;
  /** Whether each acknowledgement waits for fsync. */
  readonly syncAlways: boolean;
  /** Ends the server in order, by force after some seconds; settles when it has ended. */
  stop(): Promise<void>;
  /** kill -9. Await {@link RunningNats.exited} before launching again. */
  kill(): void;
}

/**
 * Starts a nats-server in operator mode on a data directory, with the keys that are there or new
 * ones, and waits until it is ready.
 *
 * @throws {ProvisionError} when there is no nats-server
 * @throws {DirectoryInUseError} when another server runs on the directory
 * @throws {StoreUnwritableError} when the directory cannot be written
 * @throws {StoreOfOthersError} when the directory holds the stores of a cluster, and this is no member
 * @throws {ServerStartError} when the server does not come up
 * @throws {KeyStoreError} when the stored keys are damaged
 */
export async function launchNats(options: LaunchOptions): Promise<RunningNats> {
  const { say, host = "127.0.0.1", shards = [0], allowedOrigins = [] } = options;
  const binary = options.binary ?? await provision("nats-server", { say });
  const version = await serverVersion(binary);
  const features = natsFeatures(version);
  const syncAlways = options.syncAlways === true && features.syncInterval;
  await Deno.mkdir(options.dataDirectory, { recursive: true });
  const common = `${await Deno.realPath(options.dataDirectory)}/nats`;
  if (options.member === undefined) await assertStoredFor(common, 1);
  const limits = connectionLimits(options.connectionLimits);
  const installation = await openInstallation(common, shards, Date.now(), limits);
  const directory = options.member === undefined
    ? common
    : memberDirectory(common, options.member.serverName);
  await Deno.mkdir(directory, { recursive: true, mode: DIRECTORY_MODE });
  await assertUnused(directory);
  await assertWritable(directory);
  await tidyDirectory(directory);
  // The credentials of a cluster are written once, and not by each of its servers.
  if (options.member === undefined) {
    await writeCredentialFiles(`${common}/creds`, installation.credentials);
  }
  say(`starting nats-server ${formatVersion(version)} (${binary})`);
  const { child, ports } = await startOnPorts(options.ports ?? {}, async (ports) => {
    const { member } = options;
    const settings = {
      host,
      ports,
      directory,
      allowedOrigins,
      syncAlways,
      neverStall: features.neverStall,
      ...(member === undefined ? {} : { member }),
    };
    const text = serverConfig(settings, installation);
    await Deno.writeTextFile(configPath(directory), text, { mode: 0o600 });
    return { child: await startServer(binary, directory, host, options.ownSession), ports };
  }, host);
  return {
    url: `nats://${host}:${ports.client}`,
    webSocketUrl: `ws://${host}:${ports.webSocket}`,
    monitorUrl: `http://${host}:${ports.monitor}`,
    ports,
    pid: child.pid,
    process: child,
    exited: child.status,
    credentials: installation.credentials,
    appSigner: installation.appSigner,
    version: formatVersion(version),
    features,
    syncAlways,
    stop: () => endServer(child),
    kill: () => signal(child, "SIGKILL"),
  };
}

/** Between the pick of a free port and its use somebody else may take it: then others are picked. */
async function startOnPorts<T>(
  wanted: Partial<ServerPorts>,
  start: (ports: ServerPorts) => Promise<T>,
  host: string,
): Promise<T> {
  const asked = { client: 0, webSocket: 0, monitor: 0, ...wanted };
  for (let attempt = 1;; attempt++) {
    try {
      return await start(pickPorts(host, asked));
    } catch (error) {
      const taken = error instanceof ServerStartError && error.portTaken;
      if (!taken || attempt === START_ATTEMPTS_MAX) throw error;
    }
  }
}
