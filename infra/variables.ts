/**
 * Every environment variable of the project, with its meaning, default and allowed values.
 *
 * @module
 */
import { oneOf, secret, text, variable, whole } from "./variable.ts";

/** A name or address, perhaps with a port, as a permission of Deno takes it. */
const HOST_PATTERN = /^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?$/;

/** Every variable the project reads. */
export const VARIABLES = {
  host: text("EDGEBOOK_HOST", "address the gateway listens on", "127.0.0.1"),
  port: whole("EDGEBOOK_PORT", "port the gateway listens on", 8000, 0, 65535),
  shard: whole("EDGEBOOK_SHARD", "shard that this process serves", 0, 0, 999),
  natsUrl: text(
    "EDGEBOOK_NATS_URL",
    "NATS WebSocket endpoint; of a cluster, those of all its servers",
    "ws://127.0.0.1:8443",
    "ws:// or wss:// URLs, with commas between them",
  ),
  natsCredentials: secret(
    "EDGEBOOK_NATS_CREDENTIALS",
    "text of the NATS credentials file of this process",
    undefined,
    "a NATS creds file's text",
  ),
  natsSocket: oneOf(
    "EDGEBOOK_NATS_SOCKET",
    "WebSocket implementation: npm ws (no Nagle delay) or the platform's",
    "ws",
    ["ws", "native"],
  ),
  natsSigner: secret(
    "EDGEBOOK_NATS_SIGNER",
    "scoped signing key that mints the credentials of private streams; without it there are none",
    "",
    "ACCOUNT:SEED, the public nkey of the account of apps and the seed of the signing key",
  ),
  marketDataCredentials: secret(
    "EDGEBOOK_MARKET_DATA_CREDENTIALS",
    "text of the NATS credentials file of the market-data worker",
    "",
    "a NATS creds file's text",
  ),
  historyCredentials: secret(
    "EDGEBOOK_HISTORY_CREDENTIALS",
    "text of the NATS credentials file of the history worker",
    "",
    "a NATS creds file's text",
  ),
  registrarCredentials: secret(
    "EDGEBOOK_REGISTRAR_CREDENTIALS",
    "text of the NATS credentials file of the registrar worker; without it there is none, and " +
      "EDGEBOOK_MASTER_KEY is not read",
    "",
    "a NATS creds file's text",
  ),
  masterKeyFile: text(
    "EDGEBOOK_MASTER_KEY_FILE",
    "file with EDGEBOOK_MASTER_KEY, one a line, that the registrar reads again when it is replaced",
    "",
    "a path",
  ),
  weightyKeys: oneOf("EDGEBOOK_WEIGHTY_KEYS", "keys that may move money by REST", "ed25519", [
    "ed25519",
    "any",
  ]),
  historyPath: text(
    "EDGEBOOK_HISTORY_PATH",
    "SQLite file of the history projection; it can be rebuilt",
    "data/history.db",
    "a path",
  ),
  outcomesAtStart: whole(
    "EDGEBOOK_OUTCOMES",
    "request outcomes that the matcher has room for at the start; it grows when they are used up",
    131_072,
    65_536,
    16_777_216,
  ),
  projections: oneOf(
    "EDGEBOOK_PROJECTIONS",
    "whether market data and history run as workers of the matching process: both, the first, or none",
    "on",
    ["on", "market-data", "off"],
  ),
  masterKey: secret(
    "EDGEBOOK_MASTER_KEY",
    "key that seals API keys at rest; several, the newest first, while it is being replaced",
    undefined,
    "64 hexadecimal digits (32 bytes), several with commas between them",
  ),
  jwksHosts: variable<string>(
    "EDGEBOOK_JWKS_HOSTS",
    "hosts that an embedded market's gateway may fetch key sets of token issuers from",
    "",
    "host or host:port, several with commas between them",
    (value) => value.split(",").every((host) => HOST_PATTERN.test(host)) ? value : undefined,
  ),
  limiter: oneOf("EDGEBOOK_LIMITER", "where the limits are counted", "memory", [
    "memory",
    "upstash",
  ]),
  upstashUrl: text("UPSTASH_REDIS_REST_URL", "Upstash Redis REST endpoint", "", "https:// URL"),
  upstashToken: secret("UPSTASH_REDIS_REST_TOKEN", "Upstash Redis REST token", "", "a token"),
  keyRate: whole(
    "EDGEBOOK_LIMIT_KEY_RATE",
    "requests a second for one key, sustained",
    1_000,
    1,
    10_000_000,
  ),
  addressRate: whole(
    "EDGEBOOK_LIMIT_ADDRESS_RATE",
    "requests a second from one address, sustained",
    2_000,
    1,
    10_000_000,
  ),
  totalRate: whole(
    "EDGEBOOK_LIMIT_TOTAL_RATE",
    "requests a second that one gateway lets through to the order path, sustained",
    20_000,
    10,
    500_000,
  ),
  concurrency: whole(
    "EDGEBOOK_LIMIT_CONCURRENCY",
    "requests that one gateway has on the order path at once; more where the broker is far away",
    320,
    16,
    100_000,
  ),
  tierRates: text(
    "EDGEBOOK_LIMIT_TIERS",
    "requests a second, sustained, for keys of a tier",
    "none",
    "none, or name=rate with commas between them, such as pro=5000,maker=20000",
  ),
  limitMode: oneOf(
    "EDGEBOOK_LIMIT_MODE",
    "whether what a limit refuses is refused, or only counted and told",
    "enforce",
    ["enforce", "shadow"],
  ),
  limitInstances: whole(
    "EDGEBOOK_LIMIT_INSTANCES",
    "gateways that share the limits, as long as Upstash has not told how many there are",
    8,
    1,
    1_000,
  ),
  waitMillis: whole(
    "EDGEBOOK_WAIT_MS",
    "how long an order request waits for its report before 202",
    3_000,
    1,
    30_000,
  ),
  demoGateway: text(
    "EDGEBOOK_DEMO_GATEWAY",
    "gateway that the traders of the demo use; set by the supervisor",
    "http://127.0.0.1:8000",
    "http:// or https:// URL",
  ),
  demoTraders: secret(
    "EDGEBOOK_DEMO_TRADERS",
    "accounts and keys of the traders of the demo; set by the supervisor",
    undefined,
    "JSON",
  ),
  searchPath: text("PATH", "folders that are searched for executables", "", "a list of folders"),
  snapshotDirectory: text(
    "EDGEBOOK_SNAPSHOT_DIRECTORY",
    "directory with snapshots, beside those in the broker; none: those alone",
    "none",
    "path of a directory, or none",
  ),
  retention: oneOf(
    "EDGEBOOK_RETENTION",
    "whether an embedded market's journal is kept whole, or may be cut off behind two valid " +
      "snapshots by deno task admin trim; decided at the first start",
    "keep",
    ["keep", "trim"],
  ),
  snapshotMinutes: whole(
    "EDGEBOOK_SNAPSHOT_MINUTES",
    "minutes between two snapshots of an embedded market; 0: none are taken",
    5,
    0,
    1_440,
  ),
  natsServer: text("EDGEBOOK_NATS_SERVER", "nats-server to use", "", "path of an executable"),
  redisServer: text("EDGEBOOK_REDIS_SERVER", "redis-server to use", "", "path of an executable"),
  chromium: text("EDGEBOOK_CHROMIUM", "browser to use in tests", "", "path of an executable"),
  trustedProxies: whole(
    "EDGEBOOK_TRUST_PROXY",
    "proxies in front of the gateway that each add an address to X-Forwarded-For; 0: none",
    0,
    0,
    10,
  ),
  logLevel: oneOf("EDGEBOOK_LOG", "least severe level that is logged", "info", [
    "debug",
    "info",
    "warn",
    "error",
  ]),
} as const;
