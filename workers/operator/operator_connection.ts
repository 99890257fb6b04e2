/**
 * The operator's connection to an installation: the local one by its data directory, or any other
 * by URL and credentials file.
 *
 * @module
 */
import { resolve } from "node:path";
import type { NatsConnection } from "nats.ws";
import {
  DEFAULT_DATA_DIRECTORY,
  InstallationError,
  InstallationPaths,
  readInstalled,
  readMarketFile,
} from "../../infra/administration/local_installation.ts";
import { connectNats } from "../../infra/nats/connect.ts";
import { ConnectError } from "../../infra/nats/errors.ts";
import type { UserName } from "../../infra/nats/users.ts";
import { readConfig } from "../../infra/config.ts";

/** Which installation, as the command line says. */
export interface InstallationChoice {
  /** Data directory of a local installation; the default one when left out. */
  readonly data?: string;
  /** WebSocket URL of another broker. */
  readonly natsUrl?: string;
  /** Path of a credentials file for it. */
  readonly creds?: string;
}

/** The paths of the chosen local installation. */
export function pathsOf(choice: Pick<InstallationChoice, "data">): InstallationPaths {
  const { data } = choice;
  return new InstallationPaths(data === undefined ? DEFAULT_DATA_DIRECTORY : resolve(data));
}

/**
 * Connects as one of the installation's users.
 *
 * @throws {InstallationError} when there is no such installation, or it does not run
 * @throws {ConnectError} when another broker does not answer
 */
export async function connectTo(
  choice: InstallationChoice,
  user: UserName,
): Promise<NatsConnection> {
  const paths = pathsOf(choice);
  const servers = choice.natsUrl ?? (await readMarketFile(paths)).natsWebSocket;
  if (choice.natsUrl !== undefined && choice.creds === undefined) {
    throw new InstallationError(`--nats-url needs --creds FILE, the credentials of user ${user}`);
  }
  const credentials = await readInstalled(paths, choice.creds ?? paths.credentials(user));
  try {
    return await connectNats({ servers, credentials, name: `operator-${user}` });
  } catch (error) {
    if (!(error instanceof ConnectError) || choice.natsUrl !== undefined) throw error;
    throw new InstallationError(
      `${error.message}; does the market of ${paths.data} run? Start it with: deno task start`,
    );
  }
}

/**
 * The keys that seal the API keys, the newest first: those of the local installation, or of the
 * environment for another one. Secrets.
 *
 * @throws {InstallationError} or {ConfigError} when there is none
 */
export async function masterKeyOf(choice: InstallationChoice): Promise<string> {
  if (choice.natsUrl !== undefined) return readConfig(["masterKey"]).masterKey;
  const paths = pathsOf(choice);
  return (await readInstalled(paths, paths.masterKey())).trim();
}
