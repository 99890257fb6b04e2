/**
 * What the auth bench verifies: orders as clients sign them, and tokens as app backends issue them.
 *
 * Every check gets texts of its own, made anew: a text that was hashed or interned before would make
 * a look into a table cheaper than it is for a header that has just come in.
 *
 * @module
 */
import { SignJWT } from "jose";
import { createHmac, createPrivateKey, sign } from "node:crypto";
import { signingText } from "../../core/auth/signing_text.ts";
import type { IssuerRecord } from "../../infra/keys/key_record.ts";
import { newKey } from "../../infra/keys/new_key.ts";
import { AUDIENCE, ISSUER, issuerRecord } from "../../tests/support/token_issuer.ts";

/** The secret of HS256. */
export const SECRET = "a-secret-that-is-shared-with-the-issuer-of-tokens";

const ACCOUNT = 1_001;
/** Accounts that the tokens may act for. */
const ACCOUNTS = { accountMost: 1_000_000 };
const RECV_WINDOW_MILLIS = 5_000;
const PATH = "/v1/orders";
/** Claims that identity providers add: the tokens come to some 500 characters. */
const MORE_CLAIMS = {
  sub: "8e03978e-40d5-43e8-bc93-6894a57f9324",
  azp: "mobile-app-production",
  sid: "0d6f1f0e-6f3c-4b57-9a0e-1d7f3a4a9a51",
  acr: "urn:example:assurance:two-factor",
};
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A signed order on its way: what the signature is over, and the signature. */
export interface SignedOrder {
  readonly timestampMillis: number;
  readonly body: string;
  readonly signature: string;
}

/** The text that is signed, as the gateway puts it together. */
export const textOf = ({ timestampMillis, body }: SignedOrder): string =>
  signingText(timestampMillis, RECV_WINDOW_MILLIS, "POST", PATH, body);

/** `count` different orders and the record of the key that signed them. */
export async function signedOrders(kind: "hmac" | "ed25519", count: number) {
  const request = { kind, account: ACCOUNT, scopes: ["trade"], createdMicros: 0 } as const;
  const { record, secret } = await newKey({ ...request, expiresMicros: null });
  const privateKey = kind === "ed25519" ? createPrivateKey(secret) : null;
  const orders = Array.from({ length: count }, (_, n): SignedOrder => {
    const body = JSON.stringify({
      symbol: "BTC-USD",
      side: n % 2 === 0 ? "buy" : "sell",
      type: "limit",
      timeInForce: "GTC",
      price: `${50_000 + n % 1_000}.00`,
      quantity: "0.5000",
      clientOrderId: `order-${n}`,
    });
    const unsigned = { timestampMillis: 1_700_000_000_000 + n, body, signature: "" };
    const text = textOf(unsigned);
    const signature = privateKey === null
      ? createHmac("sha256", secret).update(text).digest("hex")
      : sign(null, encoder.encode(text), privateKey).toString("base64");
    return { ...unsigned, signature };
  });
  return { record, secret, orders };
}

/** How tokens are signed. */
export type TokenAlgorithm = "HS256" | "EdDSA" | "ES256";

/** Keys of an issuer, for whoever signs and whoever verifies. */
export interface TokenKeys {
  readonly algorithm: TokenAlgorithm;
  readonly signing: CryptoKey;
  readonly verifying: CryptoKey;
  /** The issuer's record, as the gateway has it. */
  readonly record: IssuerRecord;
}

/** New keys; those of HS256 are {@link SECRET}. */
export async function tokenKeys(algorithm: TokenAlgorithm): Promise<TokenKeys> {
  const uses: KeyUsage[] = ["sign", "verify"];
  if (algorithm === "HS256") {
    const hmac = { name: "HMAC", hash: "SHA-256" };
    const key = await crypto.subtle.importKey("raw", encoder.encode(SECRET), hmac, false, uses);
    const record = issuerRecord({ by: "secret", secret: SECRET }, ACCOUNTS);
    return { algorithm, signing: key, verifying: key, record };
  }
  const curve = algorithm === "ES256" ? { name: "ECDSA", namedCurve: "P-256" } : "Ed25519";
  const pair = await crypto.subtle.generateKey(curve, true, uses) as CryptoKeyPair;
  const { kty = "", crv = "", x = "", y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const jwk = { kty, crv, x, ...(y === undefined ? {} : { y }) };
  const record = issuerRecord({ by: "keys", keys: [jwk] }, ACCOUNTS);
  return { algorithm, signing: pair.privateKey, verifying: pair.publicKey, record };
}

/** `count` different tokens behind `before`, as bytes. They are good for an hour from now. */
export async function tokens(
  keys: TokenKeys,
  count: number,
  before = "",
): Promise<Uint8Array[]> {
  const { algorithm: alg, signing } = keys;
  const made: Uint8Array[] = [];
  for (let n = 0; n < count; n++) {
    const claims = { ...MORE_CLAIMS, edgebook_account: String(ACCOUNT + n), scope: "read trade" };
    const token = await new SignJWT(claims).setProtectedHeader({ alg, typ: "JWT" })
      .setIssuer(ISSUER).setAudience(AUDIENCE).setIssuedAt().setExpirationTime("1h")
      .setJti(`${alg}-${n}-${crypto.randomUUID()}`).sign(signing);
    made.push(encoder.encode(before + token));
  }
  return made;
}

/** `count` texts out of the bytes from number `first` on, in turn, each one made anew. */
export function freshTexts(bytes: readonly Uint8Array[], count: number, first = 0): string[] {
  return Array.from({ length: count }, (_, n) => decoder.decode(bytes[(first + n) % bytes.length]));
}
