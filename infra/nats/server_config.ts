/**
 * The text of nats-server's configuration for the embedded set-up: one server on this machine, or a
 * member of a cluster (cluster_config.ts), in operator mode, so that nobody connects without a
 * signed user.
 *
 * @module
 */
import { CONNECTIONS_MAX } from "./accounts.ts";
import { clusterBlock, type ClusterMember } from "./cluster_config.ts";
import type { Installation } from "./operator.ts";

/** Longest message. The server's default, written down because frames are sized by it. */
export const MAX_PAYLOAD_BYTES = 1_048_576;
/** Memory that JetStream may use for streams in memory; the project keeps none there. */
const MEMORY_STORE_BYTES_MAX = 64 * 1_048_576;
/**
 * What the server keeps for a connection that does not take it. Half of it is also where the server
 * begins to hold back who publishes to such a connection, everybody else's messages with it: by 0.1 to
 * 0.6 s a message in 2.9.10. So it is large, and the time to write ends a stuck connection long before;
 * and it is more than twice what a follower of a stream asks for at once (48 messages of 1 MiB).
 */
export const PENDING_BYTES_MAX = 128 * 1_048_576;
/**
 * How long one write to a connection may take before it is cut off. A stuck one holds back nobody as
 * long as its feeds have less than half of {@link PENDING_BYTES_MAX} in that time: 22 MB/s.
 */
export const WRITE_SECONDS_MAX = 3;
/** Time to sign in. The server's 2 s are short for a process that is busy at its start. */
const SIGN_IN_SECONDS_MAX = 10;
/** The server starts a new log file at this length. */
const LOG_FILE_BYTES_MAX = 16 * 1_048_576;

/** Ports of a server. Where a server is asked for, 0 means one that is free. */
export interface ServerPorts {
  readonly client: number;
  readonly webSocket: number;
  readonly monitor: number;
}

/** What the configuration is made of. */
export interface ServerSettings {
  readonly host: string;
  readonly ports: ServerPorts;
  /** Absolute path of the folder for store, log and pid file. */
  readonly directory: string;
  /** Origins of pages that may open a WebSocket; none given: every page. */
  readonly allowedOrigins: readonly string[];
  /** `sync_interval: always`: only for a server that knows the field. */
  readonly syncAlways: boolean;
  /**
   * A connection that is behind misses messages, and holds nobody back: only for a server that knows
   * the field.
   */
  readonly neverStall: boolean;
  /** Its part in a cluster; left out: it is alone. */
  readonly member?: ClusterMember;
}

/** Folder of one server of a cluster, in the broker's own. */
export const memberDirectory = (common: string, serverName: string): string =>
  `${common}/${serverName}`;
/** Path of the server's log, in the folder of its settings. */
export const logPath = (directory: string): string => `${directory}/nats-server.log`;
/** Path of the folder that holds the streams. */
export const storePath = (directory: string): string => `${directory}/store`;
/** Path of the file that holds the pid of the present server. */
export const pidPath = (directory: string): string => `${directory}/nats-server.pid`;
/** Path of the configuration file. */
export const configPath = (directory: string): string => `${directory}/nats-server.conf`;

/** Writes the configuration. */
export function serverConfig(settings: ServerSettings, installation: Installation): string {
  const { host, ports, directory, allowedOrigins } = settings;
  const { operatorJwt, systemAccount, tradingAccount, outsideAccounts } = installation;
  const accounts = [systemAccount, tradingAccount, ...Object.values(outsideAccounts)];
  const quote = (text: string) => JSON.stringify(text);
  const listen = (port: number) => quote(`${host}:${port}`);
  const origins = allowedOrigins.length === 0
    ? ""
    : `  allowed_origins: [${allowedOrigins.map(quote).join(", ")}]\n`;
  return `# Written at every start; changes are lost.
server_name: ${settings.member?.serverName ?? "edgebook"}
listen: ${listen(ports.client)}
http: ${listen(ports.monitor)}
max_payload: ${MAX_PAYLOAD_BYTES}
max_connections: ${CONNECTIONS_MAX}
max_pending: ${PENDING_BYTES_MAX}
write_deadline: "${WRITE_SECONDS_MAX}s"
${
    settings.neverStall
      ? "no_fast_producer_stall: true\n"
      : ""
  }authorization { timeout: ${SIGN_IN_SECONDS_MAX} }
log_file: ${quote(logPath(directory))}
logfile_size_limit: ${LOG_FILE_BYTES_MAX}
pid_file: ${quote(pidPath(directory))}
ports_file_dir: ${quote(directory)}

websocket {
  listen: ${listen(ports.webSocket)}
  no_tls: true
  compression: false
${origins}}

jetstream {
  store_dir: ${quote(storePath(directory))}
  max_mem: ${MEMORY_STORE_BYTES_MAX}
${settings.syncAlways ? "  sync_interval: always\n" : ""}}

operator: ${quote(operatorJwt)}
system_account: ${systemAccount.publicKey}
resolver: MEMORY
resolver_preload: {
${accounts.map(({ publicKey, jwt }) => `  ${publicKey}: ${quote(jwt)}`).join("\n")}
}
${settings.member === undefined ? "" : clusterBlock(settings.member)}`;
}
