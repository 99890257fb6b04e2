/**
 * The key set that an issuer publishes, as a gateway holds it.
 *
 * | age of the set | what happens |
 * | --- | --- |
 * | up to {@link KEY_SET_FRESH_MICROS} | used |
 * | up to {@link KEY_SET_KEPT_MICROS} | used, and fetched again in the background |
 * | older | fetched again before it is used; nothing can be verified where that fails |
 *
 * A key that the set does not have may be new: then the set is fetched, and the token waits for it.
 * Between two fetches there are {@link KEY_SET_COOLDOWN_MICROS} at least, whoever asks for them and
 * whatever they come to, so that invented key ids cost the issuer next to nothing. A token whose key
 * the set has never waits.
 *
 * @module
 */
import { KeysUnavailableError } from "../keys/key_cache.ts";
import { type FetchedKeySet, fetchJwks, JwksError } from "./fetch_jwks.ts";
import type { TokenHeader } from "./verify_jws.ts";

/** Age in microseconds up to which a set needs no fetch. */
export const KEY_SET_FRESH_MICROS = 300_000_000;
/** Age in microseconds up to which a set is used while its server does not answer. */
export const KEY_SET_KEPT_MICROS = 3_600_000_000;
/** Least time between the beginnings of two fetches, in microseconds. */
export const KEY_SET_COOLDOWN_MICROS = 10_000_000;
/** Tokens that wait for one fetch. */
export const KEY_SET_WAITERS_MAX = 32;

/** A key, and the number of the set that it is from. */
export interface FoundKey {
  readonly key: CryptoKey;
  readonly version: number;
}

/** What a set needs, and its bounds. */
export interface RemoteKeySetOptions {
  /** Where it is fetched from. */
  readonly url: string;
  /** A clock that never goes back, in microseconds. */
  readonly steadyMicros: () => number;
  /** Told that a fetch failed, and why. */
  readonly onFailure?: (error: Error) => void;
  /** Fetches the set; must settle in bounded time. */
  readonly fetchSet?: (url: string) => Promise<FetchedKeySet>;
}

/** The set of one URL. Starts nothing by itself. */
export class RemoteKeySet {
  readonly #options: Required<RemoteKeySetOptions>;
  #set: FetchedKeySet | null = null;
  #setMicros = 0;
  /** When the latest fetch began; `null` before the first. */
  #begunMicros: number | null = null;
  #hasFailed = false;
  #fetching: Promise<void> | null = null;
  #waiters = 0;
  #version = 0;

  constructor(options: RemoteKeySetOptions) {
    this.#options = { onFailure: () => {}, fetchSet: fetchJwks, ...options };
  }

  /**
   * Number of the present set, another one for each that is not the same: what was verified by an
   * earlier one has to be verified again. Fetches in the background where the set is not fresh.
   *
   * @returns -1 while there is no set that is recent enough
   */
  version(): number {
    const ageMicros = this.#ageMicros();
    if (ageMicros > KEY_SET_FRESH_MICROS) this.#start();
    return ageMicros > KEY_SET_KEPT_MICROS ? -1 : this.#version;
  }

  /**
   * The key that the header is about; `null` where the set has none, or several.
   *
   * @param id named in the error
   * @throws {KeysUnavailableError} when that cannot be said now.
   */
  async find(header: TokenHeader, id: string): Promise<FoundKey | null> {
    const found = this.version() < 0 ? null : await this.#look(header);
    if (found !== null) return found;
    const fetching = this.#start();
    if (fetching !== null) await this.#wait(fetching, id);
    // An unknown key of a set that could not be fetched may be in it by now.
    if (this.#hasFailed || this.version() < 0) throw new KeysUnavailableError(id, "failed");
    return fetching === null ? null : await this.#look(header);
  }

  #ageMicros(): number {
    return this.#set === null ? Infinity : this.#options.steadyMicros() - this.#setMicros;
  }

  async #look(header: TokenHeader): Promise<FoundKey | null> {
    const version = this.#version;
    if (this.#set === null) return null;
    try {
      return { key: await this.#set.find(header), version };
    } catch {
      // None, several, or one that is not valid: the platform throws what it thinks of that.
      return null;
    }
  }

  async #wait(fetching: Promise<void>, id: string): Promise<void> {
    if (this.#waiters >= KEY_SET_WAITERS_MAX) throw new KeysUnavailableError(id, "busy");
    this.#waiters++;
    try {
      await fetching;
    } finally {
      this.#waiters--;
    }
  }

  /** Starts a fetch, or joins the one that is under way; `null` within the cooldown. */
  #start(): Promise<void> | null {
    if (this.#fetching !== null) return this.#fetching;
    const nowMicros = this.#options.steadyMicros();
    const begun = this.#begunMicros;
    if (begun !== null && nowMicros - begun < KEY_SET_COOLDOWN_MICROS) return null;
    this.#begunMicros = nowMicros;
    this.#fetching = this.#fetch(nowMicros).finally(() => this.#fetching = null);
    return this.#fetching;
  }

  /** Never rejects. */
  async #fetch(nowMicros: number): Promise<void> {
    const { url, fetchSet, onFailure } = this.#options;
    try {
      const fetched = await fetchSet(url);
      this.#hasFailed = false;
      this.#setMicros = nowMicros;
      if (fetched.text === this.#set?.text) return;
      this.#set = fetched;
      this.#version++;
    } catch (error) {
      this.#hasFailed = true;
      onFailure(error instanceof Error ? error : new JwksError(url, String(error)));
    }
  }
}
