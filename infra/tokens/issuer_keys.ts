/**
 * What verifies the tokens of each issuer: its secret, the public keys in its record, or the set
 * that it publishes.
 *
 * @module
 */
import { Lru } from "../keys/lru.ts";
import type { TokenIssuer } from "../keys/verify_signature.ts";
import { findIn } from "./fetch_jwks.ts";
import { type FoundKey, RemoteKeySet, type RemoteKeySetOptions } from "./remote_key_set.ts";
import { PUBLIC_KEY_ALGORITHMS, SECRET_ALGORITHMS, type TokenHeader } from "./verify_jws.ts";

/** Published sets that are held. */
export const REMOTE_KEY_SETS_MAX = 256;

/** Number of a set that stands in its issuer's record: another one is another record. */
const KNOWN_VERSION = 1;

/** The keys of one issuer. */
export interface IssuerKeySet {
  /** The algorithms that its tokens may name. */
  readonly algorithms: readonly string[];
  /** Number of the set as it is now, another one for each that is not the same; -1: none now. */
  version(): number;
  /**
   * The key that verifies a token with this header; `null` where there is none.
   *
   * @param id named in the error
   * @throws {KeysUnavailableError} when that cannot be said now.
   */
  find(header: TokenHeader, id: string): Promise<FoundKey | null>;
}

/** The key sets of all issuers. */
export class IssuerKeys {
  readonly #options: Omit<RemoteKeySetOptions, "url">;
  /** Of issuers whose keys stand in their record, as long as anybody holds the record. */
  readonly #known = new WeakMap<TokenIssuer, IssuerKeySet>();
  /** By URL, so that a set outlives a change of its issuer's record. */
  readonly #remote = new Lru<IssuerKeySet>(REMOTE_KEY_SETS_MAX);

  constructor(options: Omit<RemoteKeySetOptions, "url">) {
    this.#options = options;
  }

  /** The keys of `issuer`. */
  of(issuer: TokenIssuer): IssuerKeySet {
    const verification = issuer.verification();
    if (verification.by === "url") return this.#remoteOf(verification.url);
    let set = this.#known.get(issuer);
    if (set === undefined) {
      set = verification.by === "secret"
        ? secretSet(verification.secret)
        : publicSet(verification.keys);
      this.#known.set(issuer, set);
    }
    return set;
  }

  #remoteOf(url: string): IssuerKeySet {
    let set = this.#remote.get(url);
    if (set === undefined) {
      const remote = new RemoteKeySet({ ...this.#options, url });
      set = {
        algorithms: PUBLIC_KEY_ALGORITHMS,
        version: () => remote.version(),
        find: (header, id) => remote.find(header, id),
      };
      this.#remote.set(url, set);
    }
    return set;
  }
}

/** The bytes of the text are the key, as those of a key's shared secret are. */
function secretSet(secret: string): IssuerKeySet {
  const bytes = new TextEncoder().encode(secret);
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const found = crypto.subtle.importKey("raw", bytes, algorithm, false, ["verify"])
    .then((key) => ({ key, version: KNOWN_VERSION }));
  return { algorithms: SECRET_ALGORITHMS, version: () => KNOWN_VERSION, find: () => found };
}

function publicSet(keys: readonly Readonly<Record<string, string>>[]): IssuerKeySet {
  const find = findIn({ keys: keys.map((key) => ({ ...key })) });
  return {
    algorithms: PUBLIC_KEY_ALGORITHMS,
    version: () => KNOWN_VERSION,
    // Where it has no such key, or it is not a valid public one, there is none.
    find: (header) => find(header).then((key) => ({ key, version: KNOWN_VERSION }), () => null),
  };
}
