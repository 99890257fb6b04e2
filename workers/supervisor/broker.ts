/**
 * The broker of the embedded market: one nats-server, or three as a cluster, with its components.
 *
 * @module
 */
import { type BrokerAccess, Cluster, replicasOf } from "../../infra/nats/cluster.ts";
import { launchNats, type RunningNats } from "../../infra/nats/launch.ts";
import { isPortFree } from "../../infra/nats/ports.ts";
import type { ServerPorts } from "../../infra/nats/server_config.ts";
import { assertStoredFor, storedServers } from "../../infra/nats/stored_servers.ts";
import { type ComponentSpec, NATS_NAMES } from "./component.ts";
import { natsComponent } from "./components.ts";
import type { Say } from "./log_lines.ts";

/** Ports of the first nats-server where nobody else has them; the others have those behind. */
const NATS_PORTS: ServerPorts = { client: 4222, webSocket: 8443, monitor: 8222 };
const HOST = "127.0.0.1";

/** What a broker is started with. */
export interface BrokerOptions {
  /** The market's data folder. */
  readonly dataDirectory: string;
  /** Path of the broker's own folder in it. */
  readonly natsDirectory: string;
  /** Number of servers; `null`: as many as the folder was made with, one on a fresh one. */
  readonly servers: number | null;
  readonly say: Say;
}

/** A broker that is to run: its components, started side by side, and the way to it. */
export interface EmbeddedBroker {
  readonly components: readonly ComponentSpec[];
  /** Copies of each stream. */
  readonly replicas: number;
  /** What clients need. After the first start. */
  access(): BrokerAccess;
}

/**
 * Plans the broker. Starts nothing.
 *
 * @throws {StoreOfOthersError} when the folder was made with another number of servers
 */
export async function planBroker(options: BrokerOptions): Promise<EmbeddedBroker> {
  const servers = options.servers ?? await storedServers(options.natsDirectory) ?? 1;
  await assertStoredFor(options.natsDirectory, servers);
  return servers === 1 ? oneServer(options) : await clusterOf(servers, options);
}

function oneServer({ dataDirectory, say }: BrokerOptions): EmbeddedBroker {
  let running: RunningNats | null = null;
  const start = async () => {
    // Once it has run, everybody knows its ports.
    const ports = running?.ports ?? freePortsOf(0, say);
    running = await launchNats({ dataDirectory, ports, ownSession: true, say });
    return running;
  };
  return {
    components: [natsComponent("nats", start)],
    replicas: replicasOf(1),
    access: () => {
      if (running === null) throw new Error("nats-server has not run yet");
      return running;
    },
  };
}

async function clusterOf(size: number, options: BrokerOptions): Promise<EmbeddedBroker> {
  const { dataDirectory, say } = options;
  const names = NATS_NAMES.slice(0, size);
  const ports = names.map((_, index) => freePortsOf(index, say));
  const cluster = await Cluster.plan({ dataDirectory, size, ports, ownSession: true, say });
  return {
    components: names.map((name, index) => natsComponent(name, () => cluster.launch(index))),
    replicas: replicasOf(size),
    access: () => cluster,
  };
}

/** The usual ports of a server, and 0 for those that are taken. */
function freePortsOf(index: number, say: Say): ServerPorts {
  const freeOr = (port: number): number => {
    if (isPortFree(HOST, port)) return port;
    say(`port ${port} is taken; nats-server gets a free one`);
    return 0;
  };
  return {
    client: freeOr(NATS_PORTS.client + index),
    webSocket: freeOr(NATS_PORTS.webSocket + index),
    monitor: freeOr(NATS_PORTS.monitor + index),
  };
}
