/**
 * What each process may do and is told: the narrowest permissions, the whole environment.
 *
 * | process | network | files |
 * | --- | --- | --- |
 * | matching | NATS | reads the modules of its Workers and the master key; reads and writes the history's folder |
 * | gateway | its own port, NATS, Upstash and servers of key sets where they are configured | none |
 * | demo | the gateway | none |
 *
 * @module
 */
import {
  type InstallationPaths,
  PROJECT_ROOT,
} from "../../infra/administration/local_installation.ts";
import { inheritedEnvironment, readConfig } from "../../infra/config.ts";
import { VARIABLES } from "../../infra/variables.ts";
import type { KeyRecord } from "../../infra/keys/key_record.ts";
import type { BrokerAccess } from "../../infra/nats/cluster.ts";
import { serverList } from "../../infra/nats/connect.ts";
import { ENTRIES, SNAPSHOTS_ENTRY } from "./components.ts";
import type { DenoProcessSpec } from "./deno_process.ts";
import { EMBEDDED_LIMITS } from "./start_arguments.ts";
import { DEMO_TRADERS } from "./standard_market.ts";

/** A process without where its output goes. */
export type ProcessSpec = Omit<DenoProcessSpec, "onLine" | "say">;

/** Compiled code stays: V8 drops what a few collections have not seen run, as in a quiet minute. */
const KEEP_CODE = "--no-flush-bytecode";
/**
 * New objects of the matching process live long: a larger nursery copies less of them. Its path is
 * many small functions: with the room of two of the compiler's own the engine does a tenth more.
 */
export const MATCHING_V8_FLAGS: readonly string[] = [
  "--max-semi-space-size=64",
  "--max-inlined-bytecode-size-cumulative=2000",
  KEEP_CODE,
];

/** Where the Workers of the matching process have their modules from. */
const WORKER_FOLDERS = [
  "core",
  "infra",
  "workers/history",
  "workers/market_data",
  "workers/registrar",
  // The audit trail is shown in the same words everywhere.
  "workers/operator/shown_act.ts",
  "workers/operator/shown_key.ts",
];

/** The matching process. */
export function matchingProcess(
  server: BrokerAccess,
  masterKey: string,
  paths: InstallationPaths,
): ProcessSpec {
  const { matcher, marketData, history, registrar } = server.credentials;
  return {
    entry: ENTRIES.matching,
    net: hostsOf(server),
    // A Worker needs leave to read every module it imports; the process itself imports without.
    read: [
      ...WORKER_FOLDERS.map((folder) => PROJECT_ROOT + folder),
      paths.history(),
      paths.masterKey(),
    ],
    write: [paths.history()],
    v8Flags: MATCHING_V8_FLAGS,
    environment: {
      // Gateway and registrar are processes of one user of one machine: neither has to fear the other.
      [VARIABLES.weightyKeys.name]: "any",
      ...inheritedEnvironment(),
      [VARIABLES.natsUrl.name]: server.webSocketUrl,
      [VARIABLES.natsCredentials.name]: matcher,
      [VARIABLES.marketDataCredentials.name]: marketData,
      [VARIABLES.historyCredentials.name]: history,
      [VARIABLES.historyPath.name]: paths.historyDatabase(),
      [VARIABLES.registrarCredentials.name]: registrar,
      [VARIABLES.masterKey.name]: masterKey,
      [VARIABLES.masterKeyFile.name]: paths.masterKey(),
    },
    label: paths.data,
  };
}

/** The process that takes one snapshot; it may write nothing on this machine. */
export function snapshotsProcess(server: BrokerAccess, paths: InstallationPaths): ProcessSpec {
  return {
    entry: SNAPSHOTS_ENTRY,
    net: hostsOf(server),
    v8Flags: MATCHING_V8_FLAGS,
    environment: {
      [VARIABLES.natsUrl.name]: server.webSocketUrl,
      [VARIABLES.natsCredentials.name]: server.credentials.snapshots,
    },
    label: paths.data,
  };
}

/** The gateway. */
export function gatewayProcess(
  server: BrokerAccess,
  listen: { readonly host: string; readonly port: number },
  masterKey: string,
  paths: InstallationPaths,
): ProcessSpec {
  const { limiter, upstashUrl, upstashToken, jwksHosts } = readConfig([
    "limiter",
    "upstashUrl",
    "upstashToken",
    "jwksHosts",
  ]);
  const usesUpstash = limiter === "upstash";
  const { accountPublicKey, signingSeed } = server.appSigner;
  return {
    entry: ENTRIES.gateway,
    v8Flags: [KEEP_CODE],
    net: [
      `${listen.host.includes(":") ? `[${listen.host}]` : listen.host}:${listen.port}`,
      ...hostsOf(server),
      ...(usesUpstash && upstashUrl !== "" ? [hostOf(upstashUrl)] : []),
      ...(jwksHosts === "" ? [] : jwksHosts.split(",")),
    ],
    environment: {
      ...EMBEDDED_LIMITS,
      ...inheritedEnvironment(),
      [VARIABLES.host.name]: listen.host,
      [VARIABLES.port.name]: String(listen.port),
      [VARIABLES.natsUrl.name]: server.webSocketUrl,
      [VARIABLES.natsCredentials.name]: server.credentials.gateway,
      [VARIABLES.masterKey.name]: masterKey,
      [VARIABLES.natsSigner.name]: `${accountPublicKey}:${signingSeed}`,
      ...(usesUpstash ? { [VARIABLES.upstashToken.name]: upstashToken } : {}),
    },
    label: paths.data,
  };
}

/** The traders of `--demo`. */
export function demoProcess(
  gateway: string,
  keys: readonly KeyRecord[],
  paths: InstallationPaths,
): ProcessSpec {
  const keyOf = (account: number) => {
    const key = keys.find((one) => one.account === account);
    return { account, key: key?.id ?? "", secret: key?.kind === "hmac" ? key.secret : "" };
  };
  const traders = DEMO_TRADERS.map(({ symbol, maker, taker }) => ({
    symbol,
    maker: keyOf(maker),
    taker: keyOf(taker),
  }));
  return {
    entry: ENTRIES.demo,
    net: [hostOf(gateway)],
    environment: {
      ...inheritedEnvironment(),
      [VARIABLES.demoGateway.name]: gateway,
      [VARIABLES.demoTraders.name]: JSON.stringify(traders),
    },
    label: paths.data,
  };
}

/** Where the broker's servers listen for WebSockets. */
const hostsOf = ({ webSocketUrl }: BrokerAccess): string[] => serverList(webSocketUrl).map(hostOf);

/** `host:port` of a URL, with the port that its scheme stands for. */
function hostOf(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  const isSecure = protocol === "https:" || protocol === "wss:";
  return `${hostname}:${port === "" ? (isSecure ? 443 : 80) : port}`;
}
