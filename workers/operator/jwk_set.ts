/**
 * Public keys of an issuer out of a file: a JSON Web Key Set (RFC 7517), a list of keys, or one key.
 *
 * @module
 */
import { ISSUER_KEYS_MAX } from "../../infra/keys/key_record.ts";
import { UsageError } from "./command_line.ts";

/** Members of a key that are kept; the others are for somebody else. */
const KEPT = ["kty", "crv", "x", "y", "kid", "alg", "use"] as const;
/** Members that only the private half of a key has, and a shared secret. */
const PRIVATE = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] as const;
/** Members that a key of each type must have. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  EC: ["crv", "x", "y"],
  OKP: ["crv", "x"],
};

/** A public key with the members that are kept. */
export type PublicJwk = Record<string, string>;

/**
 * The public keys in the text of the file at `path`. Errors show nothing of the text.
 *
 * @throws {UsageError} when it is no JSON, has a private key, a kind of key that is not used, or too
 *   many
 */
export function publicKeysOf(text: string, path: string): PublicJwk[] {
  const found = listOf(text, path);
  if (found.length === 0 || found.length > ISSUER_KEYS_MAX) {
    throw new UsageError(
      `${path} has ${found.length} keys; it takes 1 to ${ISSUER_KEYS_MAX}`,
    );
  }
  return found.map((key, index) => publicKeyOf(key, `key ${index + 1} of ${path}`));
}

function listOf(text: string, path: string): unknown[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new UsageError(`${path} is no JSON`);
  }
  if (Array.isArray(parsed)) return parsed;
  const { keys } = (parsed ?? {}) as { keys?: unknown };
  return Array.isArray(keys) ? keys : [parsed];
}

function publicKeyOf(key: unknown, what: string): PublicJwk {
  if (typeof key !== "object" || key === null) throw new UsageError(`${what} is no JSON Web Key`);
  const members = key as Record<string, unknown>;
  const secret = PRIVATE.find((name) => members[name] !== undefined);
  if (secret !== undefined) {
    throw new UsageError(
      `${what} has the member "${secret}" of a private key or a secret: it must not leave its ` +
        "issuer. Give the public key; a shared secret goes by --secret-file",
    );
  }
  const needed = NEEDED[String(members.kty)];
  if (needed === undefined) {
    throw new UsageError(`${what} is of type ${JSON.stringify(members.kty)}; it takes EC or OKP`);
  }
  const kept = KEPT.filter((name) => members[name] !== undefined);
  const wrong = [...needed, ...kept].find((name) => typeof members[name] !== "string");
  if (wrong !== undefined) throw new UsageError(`${what} has no text as its member "${wrong}"`);
  return Object.fromEntries(kept.map((name) => [name, members[name] as string]));
}
