/**
 * Where a watcher connects: the market of a data directory, or any other by URL.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import {
  InstallationError,
  type InstallationPaths,
  readInstalled,
  readMarketFile,
} from "../../infra/administration/local_installation.ts";
import { connectNats } from "../../infra/nats/connect.ts";
import { ConnectError } from "../../infra/nats/errors.ts";
import { UsageError } from "./command_line.ts";
import { pathsOf } from "./operator_connection.ts";
import type { WatchArguments } from "./watch_arguments.ts";

/** Longest wait for the gateway's list of instruments, which only makes an error clearer. */
const INSTRUMENTS_MILLIS_MAX = 2_000;

/** A connection of a subscriber. */
export interface WatchedMarket {
  readonly connection: NatsConnection;
  /** Symbols that the market has; `null` where nobody could be asked. */
  readonly symbols: () => Promise<readonly string[] | null>;
}

/** Which market, and with what. */
type MarketChoice = Pick<WatchArguments, "url" | "creds" | "data">;

/**
 * Connects as a subscriber.
 *
 * @throws {InstallationError} when there is no market, or it does not run
 */
export async function connectToMarket(choice: MarketChoice): Promise<WatchedMarket> {
  const { connection, gateway } = await connectTo(
    choice,
    "watch",
    (paths) => paths.subscriberCredentials(),
  );
  return { connection, symbols: () => symbolsOf(gateway) };
}

/**
 * Connects as who may read the log: the installation's user `replay`.
 *
 * @throws {InstallationError} when there is no market, or it does not run
 * @throws {UsageError} when another market's credentials are not named
 */
export async function connectToLog(choice: MarketChoice): Promise<NatsConnection> {
  if (choice.url !== undefined && choice.creds === undefined) {
    throw new UsageError(
      "--from with --url needs --creds FILE, the credentials of user replay there",
    );
  }
  const { connection } = await connectTo(
    choice,
    "watch-replay",
    (paths) => paths.credentials("replay"),
  );
  return connection;
}

/** @param installed path of the credentials where none are named */
async function connectTo(
  choice: MarketChoice,
  name: string,
  installed: (paths: InstallationPaths) => string,
): Promise<{ connection: NatsConnection; gateway: string | undefined }> {
  const paths = pathsOf(choice.data === undefined ? {} : { data: choice.data });
  const market = choice.url === undefined ? await readMarketFile(paths) : undefined;
  const servers = choice.url ?? market?.natsWebSocket ?? "";
  const credentials = await readCredentials(
    choice.creds,
    () => readInstalled(paths, installed(paths)),
  );
  try {
    const connection = await connectNats({ servers, credentials, name });
    return { connection, gateway: market?.gateway };
  } catch (error) {
    if (!(error instanceof ConnectError) || choice.url !== undefined) throw error;
    throw new InstallationError(
      `the market of ${paths.data} does not answer at ${servers} (${error.code}); ` +
        "start it with: deno task start",
    );
  }
}

async function readCredentials(
  path: string | undefined,
  installed: () => Promise<string>,
): Promise<string> {
  if (path === undefined) return await installed();
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new InstallationError(`--creds ${path}: there is no such file`);
  }
}

async function symbolsOf(gateway: string | undefined): Promise<string[] | null> {
  if (gateway === undefined) return null;
  try {
    const response = await fetch(`${gateway}/v1/instruments`, {
      signal: AbortSignal.timeout(INSTRUMENTS_MILLIS_MAX),
    });
    const { instruments } = await response.json() as { instruments?: { symbol: string }[] };
    return instruments?.map(({ symbol }) => symbol) ?? null;
  } catch {
    // Without the list the error says less, and that is all.
    return null;
  }
}
