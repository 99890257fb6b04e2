/**
 * An installation on this machine: what lies where in its data directory, and what of it is read
 * by the operator's programs.
 *
 * ```text
 * edgebook.json             marks the directory as one of ours
 * nats/                     the broker: store, keys, creds/USER.creds, configuration, log
 * history/history.db        history projection, can be rebuilt
 * secrets/master.key        seals the API keys in the broker: one a line, the newest first (0600)
 * run/NAME.pid              pid of each component: nats, matching, gateway, demo
 * run/supervisor.{lock,pid} held and written by the supervisor
 * run/market.json           the URLs of the running market
 * run/keys.json             API keys of the accounts that come with a fresh directory (0600)
 * run/demo.env              the gateway's URL and the demo accounts' keys, for a shell (0600)
 * run/subscriber.creds      NATS credentials of a subscriber to market data (0600)
 * ```
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { UserName } from "../nats/users.ts";

/** The project's root folder, with a slash at its end. */
export const PROJECT_ROOT: string = fileURLToPath(new URL("../../", import.meta.url));
/** Data directory when none is named. */
export const DEFAULT_DATA_DIRECTORY = `${PROJECT_ROOT}data`;
/** Entries of a data directory that the project makes, but for the marker. */
export const OWN_ENTRIES = ["nats", "history", "secrets", "run"] as const;

/** URLs of a running market, in `run/market.json`. */
export interface MarketFile {
  readonly gateway: string;
  readonly nats: string;
  readonly natsWebSocket: string;
}

/** There is no installation at a path, or it does not run. */
export class InstallationError extends Error {
  override readonly name = "InstallationError";
}

/** Paths in a data directory. */
export class InstallationPaths {
  /** @param data absolute path of the data directory */
  constructor(readonly data: string) {}

  readonly marker = (): string => `${this.data}/edgebook.json`;
  readonly run = (): string => `${this.data}/run`;
  readonly pid = (name: string): string => `${this.data}/run/${name}.pid`;
  readonly lock = (): string => `${this.data}/run/supervisor.lock`;
  readonly market = (): string => `${this.data}/run/market.json`;
  readonly keys = (): string => `${this.data}/run/keys.json`;
  readonly demoEnvironment = (): string => `${this.data}/run/demo.env`;
  readonly subscriberCredentials = (): string => `${this.data}/run/subscriber.creds`;
  readonly secrets = (): string => `${this.data}/secrets`;
  readonly masterKey = (): string => `${this.data}/secrets/master.key`;
  readonly history = (): string => `${this.data}/history`;
  readonly historyDatabase = (): string => `${this.data}/history/history.db`;
  readonly nats = (): string => `${this.data}/nats`;
  readonly credentials = (user: UserName): string => `${this.data}/nats/creds/${user}.creds`;
}

/**
 * URLs of the market that runs, or last ran, on a data directory.
 *
 * @throws {InstallationError} when none ever did
 */
export async function readMarketFile(paths: InstallationPaths): Promise<MarketFile> {
  const text = await readInstalled(paths, paths.market());
  const { gateway, nats, natsWebSocket } = JSON.parse(text) as Partial<MarketFile>;
  if (gateway === undefined || nats === undefined || natsWebSocket === undefined) {
    throw new InstallationError(`${paths.market()} has not the three URLs of a market`);
  }
  return { gateway, nats, natsWebSocket };
}

/**
 * Text of a file of the installation.
 *
 * @throws {InstallationError} when it is not there
 */
export async function readInstalled(paths: InstallationPaths, path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new InstallationError(
      `${paths.data} holds no market (${path} is missing); start one with: deno task start, ` +
        "or name its directory with --data DIR",
    );
  }
}

/** Replaces a file as a whole, so that a reader sees the old text or the new one. */
export async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const draft = `${path}.${Deno.pid}.new`;
  await Deno.writeTextFile(draft, text, { mode });
  await Deno.chmod(draft, mode);
  await Deno.rename(draft, path);
}
