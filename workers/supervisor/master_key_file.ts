/**
 * The master keys of a data directory: `secrets/master.key`, one a line, the newest first.
 *
 * It is read again whenever a gateway is started, so that a new key comes into force without a stop
 * of the market: RUNBOOK.md says how one is replaced.
 *
 * @module
 */
import {
  type InstallationPaths,
  replaceFile,
} from "../../infra/administration/local_installation.ts";
import { isMasterKeys } from "../../infra/keys/master_key.ts";
import type { Say } from "./log_lines.ts";

const SECRET_MODE = 0o600;
const MASTER_KEY_BYTES = 32;

/** The keys as the environment takes them, made at the first start. Secrets. */
export async function openMasterKeys(paths: InstallationPaths): Promise<string> {
  try {
    return onOneLine(await Deno.readTextFile(paths.masterKey()));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const bytes = crypto.getRandomValues(new Uint8Array(MASTER_KEY_BYTES));
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  await replaceFile(paths.masterKey(), `${hex}\n`, SECRET_MODE);
  return hex;
}

/** The keys of a running market: a file that cannot be used must not end its gateway. */
export class MasterKeyFile {
  #keys: string;

  /** @param keys that are in force */
  constructor(readonly paths: InstallationPaths, keys: string, readonly say: Say) {
    this.#keys = keys;
  }

  /** What is in the file now, or what was before where that is no list of master keys. Secrets. */
  read(): string {
    const path = this.paths.masterKey();
    try {
      const keys = onOneLine(Deno.readTextFileSync(path));
      if (isMasterKeys(keys)) this.#keys = keys;
      else this.say(`${path} has not a master key a line; going on with what it had before`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.say(`${path} cannot be read (${reason}); going on with what it had before`);
    }
    return this.#keys;
  }
}

const onOneLine = (text: string): string => text.trim().split(/\s+/).join(",");
