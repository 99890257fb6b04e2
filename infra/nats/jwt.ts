/**
 * JWTs as nats-server reads them: `{"typ":"JWT","alg":"ed25519-nkey"}`, signed by an nkey over
 * `header.claims`. Claims of version 2.
 *
 * @see https://github.com/nats-io/jwt
 * @module
 */
import { CredentialsError } from "./errors.ts";
import { encodeBase32, type Nkey } from "./nkey.ts";

const HEADER = base64Url(new TextEncoder().encode('{"typ":"JWT","alg":"ed25519-nkey"}'));
/** Longest credentials text that is looked at. */
const CREDENTIALS_LENGTH_MAX = 64 * 1024;

/** What a JWT says, without `iss`, `iat` and `jti`, which signing adds. Times in seconds. */
export interface Claims {
  readonly sub: string;
  readonly name: string;
  readonly exp?: number;
  readonly nats: Readonly<Record<string, unknown>>;
}

/** Signs claims. `nowSeconds` becomes `iat`; `jti` is the base32 SHA-256 of the claims. */
export async function signJwt(claims: Claims, signer: Nkey, nowSeconds: number): Promise<string> {
  const encoder = new TextEncoder();
  const body = { ...claims, iss: signer.publicKey, iat: nowSeconds };
  const digest = await crypto.subtle.digest("SHA-256", encoder.encode(JSON.stringify(body)));
  const jti = encodeBase32(new Uint8Array(digest));
  const text = `${HEADER}.${base64Url(encoder.encode(JSON.stringify({ jti, ...body })))}`;
  return `${text}.${base64Url(await signer.sign(encoder.encode(text)))}`;
}

/** Claims of a JWT as they stand: the signature is the server's to check. */
export function readClaims(jwt: string): Claims & { readonly iss: string } {
  try {
    const part = jwt.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(part), (character) => character.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof claims.sub !== "string" || typeof claims.nats !== "object") throw new Error();
    return claims;
  } catch {
    throw new CredentialsError("jwt", "a NATS user JWT");
  }
}

/** The text of a credentials file, as every NATS client reads it. */
export function formatCredentials(jwt: string, seed: string): string {
  return [
    "-----BEGIN NATS USER JWT-----",
    jwt,
    "------END NATS USER JWT------",
    "",
    "************************* IMPORTANT *************************",
    "NKEY Seed printed below can be used to sign and prove identity.",
    "NKEYs are sensitive and should be treated as secrets.",
    "",
    "-----BEGIN USER NKEY SEED-----",
    seed,
    "------END USER NKEY SEED------",
    "",
  ].join("\n");
}

/**
 * The JWT and the seed in the text of a credentials file. Line ends may also be the two characters
 * `\n`, as they come out of an environment variable.
 *
 * @throws {CredentialsError} when one of them is missing
 */
export function parseCredentials(text: string): { jwt: string; seed: string } {
  const lines = text.slice(0, CREDENTIALS_LENGTH_MAX).replaceAll("\\n", "\n").split(/\s*\n\s*/);
  const after = (mark: string): string | undefined => {
    const at = lines.findIndex((line) => line.includes(mark));
    return at < 0 ? undefined : lines[at + 1];
  };
  const jwt = after("BEGIN NATS USER JWT");
  const seed = after("BEGIN USER NKEY SEED");
  if (jwt === undefined || seed === undefined) {
    throw new CredentialsError("credentials", "the text of a NATS creds file");
  }
  return { jwt, seed };
}

function base64Url(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
