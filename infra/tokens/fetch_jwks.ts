/**
 * Fetches a JSON Web Key Set (RFC 7517), bounded in time and size.
 *
 * @module
 */
import { createLocalJWKSet, type JSONWebKeySet } from "jose";
import { jwksUrlProblem } from "./jwks_url.ts";
import type { TokenHeader } from "./verify_jws.ts";

/** How long a fetch may take. */
export const JWKS_FETCH_MILLIS_MAX = 2_000;
/** Longest key set, in bytes. */
export const JWKS_BYTES_MAX = 65_536;
/** Most keys of a set. */
export const JWKS_KEYS_MAX = 32;

/**
 * Finds the key that a header is about. Rejects where the set has none or several, or what it has
 * is no valid public key.
 */
export type FindKey = (header: TokenHeader) => Promise<CryptoKey>;

/** A set as it came. */
export interface FetchedKeySet {
  /** As it was sent: the same text is the same set. */
  readonly text: string;
  readonly find: FindKey;
}

/** A key set that was not to be had. Names its server and the reason, and nothing of what came. */
export class JwksError extends Error {
  override readonly name = "JwksError";
  constructor(url: string, reason: string, options?: ErrorOptions) {
    super(`key set of ${URL.parse(url)?.host ?? "an issuer"}: ${reason}`, options);
  }
}

/**
 * Fetches and reads the set at `url`.
 *
 * @throws {JwksError} when the server does not answer in time, or with something else.
 */
export async function fetchJwks(url: string): Promise<FetchedKeySet> {
  const problem = jwksUrlProblem(url);
  if (problem !== null) throw new JwksError(url, problem);
  const text = await fetchText(url);
  return { text, find: readJwks(url, text) };
}

async function fetchText(url: string): Promise<string> {
  try {
    const response = await fetch(url, {
      headers: { accept: "application/jwk-set+json, application/json" },
      // Where it leads to nobody has agreed to.
      redirect: "error",
      signal: AbortSignal.timeout(JWKS_FETCH_MILLIS_MAX),
    });
    if (response.ok) return await readBounded(url, response);
    await response.body?.cancel();
    throw new JwksError(url, `the server answered ${response.status}`);
  } catch (cause) {
    if (cause instanceof JwksError) throw cause;
    const reason = cause instanceof Error ? cause.name : "unknown";
    throw new JwksError(url, `the server gave no answer (${reason})`, { cause });
  }
}

async function readBounded(url: string, response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > JWKS_BYTES_MAX) throw new JwksError(url, `more than ${JWKS_BYTES_MAX} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function readJwks(url: string, text: string): FindKey {
  let set: JSONWebKeySet;
  try {
    set = JSON.parse(text);
  } catch {
    throw new JwksError(url, "what came is no JSON");
  }
  if (Array.isArray(set?.keys) && set.keys.length > JWKS_KEYS_MAX) {
    throw new JwksError(url, `${set.keys.length} keys; it takes ${JWKS_KEYS_MAX}`);
  }
  try {
    return findIn(set);
  } catch {
    throw new JwksError(url, "what came is no key set");
  }
}

/**
 * What finds the keys of a set. They are imported when they are first asked for, and once.
 *
 * @throws what `jose` throws when it is no set.
 */
export function findIn(set: JSONWebKeySet): FindKey {
  const find = createLocalJWKSet(set);
  // Its name for a key depends on which types of WebCrypto it meets; it is the platform's.
  return async (header) => await find({ ...header }) as CryptoKey;
}
