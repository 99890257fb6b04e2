/**
 * An issuer of bearer tokens under test, written from the RFCs (7515, 7517, 7519) and from nothing
 * of the library that verifies them.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { issuerKeyId, revokedTokenId } from "../../infra/keys/issuer_id.ts";
import type { IssuerRecord, KeyRecord } from "../../infra/keys/key_record.ts";

/** The `iss` claim of the tokens. */
export const ISSUER = "https://id.example";
/** What the tokens are for. */
export const AUDIENCE = "edgebook";

/** How a key signs. */
export type SigningAlgorithm = "HS256" | "ES256" | "EdDSA";

/** A secret that an issuer and the gateway share. */
export const ISSUER_SECRET = "a secret of thirty-two characters or more".replaceAll(" ", "-");

const SIGN: Readonly<Record<SigningAlgorithm, EcdsaParams | { readonly name: string }>> = {
  HS256: { name: "HMAC" },
  ES256: { name: "ECDSA", hash: "SHA-256" },
  EdDSA: { name: "Ed25519" },
};
const USES: KeyUsage[] = ["sign", "verify"];
const encoder = new TextEncoder();

/** One key of an issuer. */
export class TokenSigner {
  private constructor(
    readonly algorithm: SigningAlgorithm,
    readonly keyId: string | null,
    readonly key: CryptoKey,
    /** The public key as it is published; of a shared secret, nothing. */
    readonly jwk: Readonly<Record<string, string>>,
  ) {}

  /** A new key, or the one of {@link ISSUER_SECRET}. `keyId` `null`: its tokens name no key. */
  static async make(
    algorithm: SigningAlgorithm,
    keyId: string | null = null,
  ): Promise<TokenSigner> {
    if (algorithm === "HS256") {
      const secret = encoder.encode(ISSUER_SECRET);
      const hmac = { name: "HMAC", hash: "SHA-256" };
      const key = await crypto.subtle.importKey("raw", secret, hmac, false, USES);
      return new TokenSigner(algorithm, keyId, key, {});
    }
    const generated = algorithm === "ES256" ? { name: "ECDSA", namedCurve: "P-256" } : "Ed25519";
    const pair = await crypto.subtle.generateKey(generated, true, USES) as CryptoKeyPair;
    const { kty = "", crv = "", x = "", y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
    const point = { kty, crv, x, ...(y === undefined ? {} : { y }) };
    const jwk = { ...point, alg: algorithm, ...(keyId === null ? {} : { kid: keyId }) };
    return new TokenSigner(algorithm, keyId, pair.privateKey, jwk);
  }

  /** Signs claims; `header` adds to the header, or takes its parts' place. */
  async sign(
    claims: unknown,
    header: Readonly<Record<string, unknown>> = {},
  ): Promise<string> {
    const named = this.keyId === null ? {} : { kid: this.keyId };
    const head = { alg: this.algorithm, typ: "JWT", ...named, ...header };
    const text = `${base64url(JSON.stringify(head))}.${base64url(JSON.stringify(claims))}`;
    const { key, algorithm } = this;
    const bytes = await crypto.subtle.sign(SIGN[algorithm], key, encoder.encode(text));
    return `${text}.${Buffer.from(bytes).toString("base64url")}`;
  }
}

/** A part of a token, from text. */
export const base64url = (text: string): string => Buffer.from(text).toString("base64url");

/** Claims of a token for an account, which ends ten minutes after `nowMillis`. */
export function claimsOf(
  account: number,
  nowMillis: number,
  changes: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const seconds = Math.floor(nowMillis / 1_000);
  return {
    iss: ISSUER,
    aud: AUDIENCE,
    iat: seconds,
    exp: seconds + 600,
    edgebook_account: String(account),
    scope: "read trade",
    ...changes,
  };
}

/** The record of the issuer. */
export function issuerRecord(
  verification: IssuerRecord["verification"],
  changes: Partial<IssuerRecord> = {},
): IssuerRecord {
  return {
    id: issuerKeyId(ISSUER),
    kind: "issuer",
    account: 0,
    scopes: ["read", "trade"],
    createdMicros: 0,
    expiresMicros: null,
    revoked: false,
    tier: null,
    addresses: [],
    issuer: ISSUER,
    audience: AUDIENCE,
    accountLeast: 1,
    accountMost: 1_000,
    verification,
    ...changes,
  };
}

/** The entry that ends the token `tokenId` of the issuer. */
export function revokedToken(tokenId: string): Extract<KeyRecord, { kind: "revokedToken" }> {
  return {
    id: revokedTokenId(ISSUER, tokenId),
    kind: "revokedToken",
    account: 0,
    scopes: ["read"],
    createdMicros: 0,
    expiresMicros: null,
    revoked: true,
    tier: null,
    addresses: [],
  };
}
