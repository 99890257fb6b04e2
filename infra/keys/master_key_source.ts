/**
 * Master keys in a file that somebody replaces while they are in use: whoever seals or opens with them
 * reads it again.
 *
 * A new key comes by the file system, as the old one did, and over no network: whoever had learnt the
 * old key and could read the broker would learn the new one where it was handed on under the old.
 *
 * @module
 */
import { isMasterKeys } from "./master_key.ts";

/** Longest file that is taken, in characters: many more than as many keys as there may be. */
const FILE_LENGTH_MAX = 4_096;

/** One file. Needs leave to read it. */
export class MasterKeySource {
  #complaint = "";

  /** @param onError is told why the file cannot be used, once for each reason; never of what is in it */
  constructor(readonly path: string, readonly onError: (error: Error) => void) {}

  /** The keys that are in the file, as KeyStore.open takes them; `null` where it cannot be used. Secrets. */
  async read(): Promise<string | null> {
    const found = await this.#look();
    if (typeof found === "string") {
      this.#complaint = "";
      return found;
    }
    if (found.message !== this.#complaint) this.onError(found);
    this.#complaint = found.message;
    return null;
  }

  async #look(): Promise<string | Error> {
    try {
      const text = await Deno.readTextFile(this.path);
      if (text.length <= FILE_LENGTH_MAX && isMasterKeys(text)) return text.trim();
      return new Error(`${this.path} has not a master key a line; going on with those there were`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return new Error(`${this.path} cannot be read (${reason}); going on with those there were`);
    }
  }
}
