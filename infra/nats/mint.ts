/**
 * Short-lived users, minted at the edge with WebCrypto alone.
 *
 * A gateway holds the seed of a *scoped* signing key of the account of apps: the permissions stand
 * in the account's JWT, as a template that the server fills in from the user's tags and key, and
 * the server refuses a user of that key that claims permissions of its own. A plain signing key can
 * grant anything and belongs on no edge.
 *
 * @module
 */
import { CredentialsError } from "./errors.ts";
import { formatCredentials, signJwt } from "./jwt.ts";
import { createNkey, importNkey, isPublicNkey, NkeyKind } from "./nkey.ts";
import { type Grant, permissionClaims } from "./users.ts";

/** Longest life of a minted user. */
export const MINTED_TTL_SECONDS_MAX = 24 * 3_600;

/** What {@link mintUser} needs. */
export interface MintRequest {
  /** Seed of a signing key of the account. A secret. */
  readonly signingSeed: string;
  /** Public key of the account itself, not of the signing key. */
  readonly accountPublicKey: string;
  /** Shown by the server in its connection list. */
  readonly name: string;
  /** Tags for a scoped key's template, or the permissions for a plain key. */
  readonly grant: { readonly tags: readonly string[] } | { readonly permissions: Grant };
  readonly ttlSeconds: number;
  /** Present time in milliseconds since the epoch. */
  readonly nowMillis: number;
}

/** A minted user. `creds` is the text of a credentials file; it and `seed` are secrets. */
export interface MintedUser {
  readonly jwt: string;
  readonly seed: string;
  readonly creds: string;
  readonly publicKey: string;
  /** When the server drops the user, in seconds since the epoch. */
  readonly expiresSeconds: number;
}

/**
 * Mints a user of an account.
 *
 * @throws {CredentialsError} when the seed, the account key or the time to live is not valid
 */
export async function mintUser(request: MintRequest): Promise<MintedUser> {
  const { accountPublicKey, ttlSeconds, grant, name } = request;
  if (!isPublicNkey(NkeyKind.account, accountPublicKey)) {
    throw new CredentialsError("accountPublicKey", "the public nkey of an account");
  }
  if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1 || ttlSeconds > MINTED_TTL_SECONDS_MAX) {
    throw new CredentialsError(
      `ttlSeconds ${ttlSeconds}`,
      `a whole number from 1 to ${MINTED_TTL_SECONDS_MAX}`,
    );
  }
  const signer = await importNkey(request.signingSeed);
  const user = await createNkey(NkeyKind.user);
  const nowSeconds = Math.floor(request.nowMillis / 1_000);
  const expiresSeconds = nowSeconds + ttlSeconds;
  const rights = "tags" in grant
    ? { tags: grant.tags }
    : permissionClaims(grant.permissions, user.publicKey);
  const nats = { ...rights, issuer_account: accountPublicKey, type: "user", version: 2 };
  const claims = { sub: user.publicKey, name, exp: expiresSeconds, nats };
  const jwt = await signJwt(claims, signer, nowSeconds);
  const creds = formatCredentials(jwt, user.seed);
  return { jwt, seed: user.seed, creds, publicKey: user.publicKey, expiresSeconds };
}

/** What a gateway needs to mint app users. */
export interface AppSigner {
  /** Seed of the account's scoped signing key. A secret. */
  readonly signingSeed: string;
  readonly accountPublicKey: string;
}

/**
 * Mints the user of one account's app: `user.<account>.>`, public feeds, snapshot requests.
 *
 * @throws {CredentialsError} see {@link mintUser}
 */
export function mintAppUser(
  signer: AppSigner,
  account: number,
  ttlSeconds: number,
  nowMillis: number,
): Promise<MintedUser> {
  if (!Number.isSafeInteger(account) || account < 0) {
    throw new CredentialsError(`account ${account}`, "a whole number");
  }
  return mintUser({
    ...signer,
    name: `app-${account}`,
    grant: { tags: [`account:${account}`] },
    ttlSeconds,
    nowMillis,
  });
}
