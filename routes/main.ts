/**
 * The gateway's entry: reads the configuration, serves, connects in the background, and stops in
 * order. The same on Deno Deploy and on a machine of one's own.
 *
 * It serves before it has reached anything. On SIGTERM or SIGINT it takes no more connections,
 * finishes what it has begun, says 202 to whoever still waits for a report, and exits with 0. Exit
 * code 1: it cannot listen; 2: it refuses its configuration.
 *
 * @module
 */
import { LeaderClock } from "../core/auth/leader_clock.ts";
import { type Config, ConfigError, describeVariables, readConfig } from "../infra/config.ts";
import { importMasterKeys, MasterKeyError } from "../infra/keys/master_key.ts";
import { serverList } from "../infra/nats/connect.ts";
import { CredentialsError } from "../infra/nats/errors.ts";
import { parseCredentials } from "../infra/nats/jwt.ts";
import type { AppSigner } from "../infra/nats/mint.ts";
import { importNkey, isPublicNkey, NkeyKind } from "../infra/nats/nkey.ts";
import { ADMISSION_VARIABLES, createAdmission } from "../infra/upstash/create_admission.ts";
import { createApp } from "./app.ts";
import { BackendLink } from "./backend_link.ts";
import { clockFinding } from "./clock_finding.ts";
import type { Log, LogLevel } from "./gateway.ts";
import { GatewayTotal } from "./gateway_total.ts";
import { LastingServer } from "./lasting_server.ts";
import { BODY_SWEEP_MILLIS, BodyReads } from "./middleware/body_reads.ts";
import { StreamTable } from "./streams/stream_table.ts";

/** Time for requests to finish by themselves; then those that wait for a report get 202. */
const DRAIN_MILLIS_MAX = 3_500;
/** Time for streams to be told that they end. */
const TELL_MILLIS = 20;
/** Time for those last answers to go out, and for NATS to close. */
const CLOSE_MILLIS_MAX = 500;
const EXIT_LISTEN = 1;
const EXIT_CONFIGURATION = 2;

const VARIABLE_NAMES = [
  "host",
  "port",
  "shard",
  "natsUrl",
  "natsCredentials",
  "natsSocket",
  "natsSigner",
  "masterKey",
  ...ADMISSION_VARIABLES,
  "limitMode",
  "totalRate",
  "concurrency",
  "trustedProxies",
  "waitMillis",
  "logLevel",
] as const;
type GatewayConfig = Config<(typeof VARIABLE_NAMES)[number]>;

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];
const encoder = new TextEncoder();

function say(line: string, output: typeof Deno.stderr = Deno.stderr): void {
  output.writeSync(encoder.encode(`${line}\n`));
}

const pause = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));
/** This machine's wall clock, be it right or wrong. */
const ownMicros = () => Date.now() * 1_000;
/** For ages and rates: a wall clock that is set back would stop them for as long. */
const steadyMicros = () => Math.floor(performance.now() * 1_000);

/** Lines from `least` on, each on one line. */
function logFrom(least: LogLevel): Log {
  return (level, message) => {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(least)) return;
    say(`gateway: ${level}: ${message.replaceAll(/\s*\n\s*/g, " | ")}`);
  };
}

/** Reads the signing key of private streams; `null` where there is none. */
async function readSigner(text: string): Promise<AppSigner | null> {
  if (text === "") return null;
  const [accountPublicKey = "", signingSeed = ""] = text.split(":");
  if (!isPublicNkey(NkeyKind.account, accountPublicKey)) {
    throw new CredentialsError(
      "EDGEBOOK_NATS_SIGNER",
      "ACCOUNT:SEED with an account's public nkey",
    );
  }
  await importNkey(signingSeed);
  return { accountPublicKey, signingSeed };
}

async function start(config: GatewayConfig): Promise<void> {
  // What is wrong with the secrets shows now, and not at the first request.
  parseCredentials(config.natsCredentials);
  await importMasterKeys(config.masterKey);
  const appSigner = await readSigner(config.natsSigner);
  const log = logFrom(config.logLevel);
  const admission = createAdmission(config, steadyMicros, ({ degraded, lastFailure }) => {
    if (degraded) log("warn", `limits: Upstash is lost (${lastFailure}); deciding here`);
    else log("info", "limits: Upstash is back");
  });
  const clock = new LeaderClock();
  const bodies = new BodyReads();
  setInterval(() => bodies.sweep(), BODY_SWEEP_MILLIS);
  const link = new BackendLink({
    connect: {
      servers: config.natsUrl,
      credentials: config.natsCredentials,
      name: `gateway-${config.shard}`,
      socket: config.natsSocket,
    },
    shard: config.shard,
    masterKey: config.masterKey,
    steadyMicros,
    clock,
    ownMicros,
    log,
  });
  let isDraining = false;
  const streams = new StreamTable();
  const app = createApp({
    backend: () => link.backend,
    admission,
    total: new GatewayTotal(config.totalRate, config.concurrency, Math.random()),
    steadyMicros,
    limits: () => admission.status(),
    nowMicros: () => clock.at(ownMicros()),
    clockFinding: () => clockFinding(clock),
    bodies,
    settings: {
      shard: config.shard,
      waitMillis: config.waitMillis,
      trustedProxies: config.trustedProxies,
      enforcesLimits: config.limitMode === "enforce",
      appSigner,
      natsServers: serverList(config.natsUrl),
    },
    log,
    isDraining: () => isDraining,
  }, streams);
  const server = serve(config, app.fetch, log);
  void link.run();
  onceTold(async () => {
    isDraining = true;
    // Before the server, which closes sockets without a word.
    streams.drain();
    await pause(TELL_MILLIS);
    const served = server.stop();
    await Promise.race([served, pause(DRAIN_MILLIS_MAX)]);
    const closed = Promise.all([served, link.stop(), admission.stop()]);
    await Promise.race([closed, pause(CLOSE_MILLIS_MAX)]);
    Deno.exit(0);
  });
}

/** Listens where the configuration says, and again when that ends by itself. */
function serve(
  { host: hostname, port }: GatewayConfig,
  handler: Deno.ServeHandler<Deno.NetAddr>,
  log: Log,
): LastingServer {
  return new LastingServer({
    hostname,
    port,
    handler,
    onListen: (address) => {
      const host = address.hostname.includes(":") ? `[${address.hostname}]` : address.hostname;
      say(`listening http://${host}:${address.port}`);
    },
    onChange: (failure) => {
      if (failure === null) {
        log("warn", "listening again; connections without a request are closed");
      } else log("error", `no connection can be accepted: ${failure.message}`);
    },
    onLost: (failure) => {
      say(`gateway: cannot listen again: ${failure.message}`);
      Deno.exit(EXIT_LISTEN);
    },
  });
}

/** Calls `stop` at the first signal; the next ones change nothing. */
function onceTold(stop: () => Promise<void>): void {
  let isTold = false;
  const told = (): void => {
    if (isTold) return;
    isTold = true;
    void stop();
  };
  Deno.addSignalListener("SIGINT", told);
  // Windows has no SIGTERM.
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", told);
}

/** Whether the configuration is what is wrong, and not the program. */
function isRefusal(error: unknown): error is Error {
  return error instanceof ConfigError || error instanceof MasterKeyError ||
    error instanceof CredentialsError;
}

// A supervisor may put a label behind the entry, by which it knows its process again.
const argument = Deno.args.find((one) => one.startsWith("-"));
if (argument === "--help") {
  say(`The gateway. Its environment:\n${describeVariables(VARIABLE_NAMES)}`, Deno.stdout);
} else if (argument !== undefined) {
  say(`gateway: ${argument} is not known; it takes --help, and its configuration from variables`);
  Deno.exit(EXIT_CONFIGURATION);
} else {
  try {
    await start(readConfig(VARIABLE_NAMES));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    say(`gateway: ${message}`);
    Deno.exit(isRefusal(error) ? EXIT_CONFIGURATION : EXIT_LISTEN);
  }
}
