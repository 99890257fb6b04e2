/**
 * The checks that the auth bench times: this project's, and those of the peers.
 *
 * @module
 */
import { verify as verifyByHono } from "hono/jwt";
import { jwtVerify } from "jose";
import { createHmac, timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";
import { Lru } from "../../infra/keys/lru.ts";
import { type VerifyingKey, verifyingKeyOf } from "../../infra/keys/verify_signature.ts";
import { IssuerKeys } from "../../infra/tokens/issuer_keys.ts";
import { TokenVerifier } from "../../infra/tokens/token_verifier.ts";
import {
  AUDIENCE,
  freshTexts,
  ISSUER,
  SECRET,
  signedOrders,
  textOf,
  type TokenAlgorithm,
  type TokenKeys,
  tokenKeys,
  tokens,
} from "./auth_inputs.ts";

/** Orders that are signed; they come again in each run. */
const ORDERS = 1_000;
/** Users whose tokens are known. */
const USERS = 1_000;
const SCHEME = "Bearer ";
/** The age that the gateway's view of a record may have. */
const STALE_MICROS = 2_000_000;

/** One of the checks. */
export interface Check {
  readonly name: string;
  /** Checks in one run. */
  readonly count: number;
  /** Makes what the next run checks; not timed. */
  readonly prepare: () => Promise<readonly string[]>;
  /** Runs them all. Throws when one says that what is good is not. */
  readonly run: (texts: readonly string[]) => void | Promise<void>;
}

const steadyMicros = () => Math.floor(performance.now() * 1_000);
const nowMicros = () => Date.now() * 1_000;
const nothing = () => Promise.resolve([]);

function mustHold(isGood: boolean): void {
  if (!isGood) throw new Error("a check refused what is good");
}

/** Signed orders: this project's two kinds, and `node:crypto`. */
export async function signatureChecks(): Promise<Check[]> {
  const hmac = await signedOrders("hmac", ORDERS);
  const ed25519 = await signedOrders("ed25519", ORDERS);
  const check = (name: string, count: number, { record, orders }: typeof hmac): Check => {
    const key = verifyingKeyOf(record);
    return {
      name,
      count,
      prepare: nothing,
      run: () => {
        for (let n = 0; n < count; n++) {
          const order = orders[n % ORDERS];
          mustHold(key.verify(textOf(order), order.signature));
        }
      },
    };
  };
  const peerCount = 20_000;
  const peer: Check = {
    name: "node:crypto createHmac",
    count: peerCount,
    prepare: nothing,
    run: () => {
      for (let n = 0; n < peerCount; n++) {
        const order = hmac.orders[n % ORDERS];
        const digest = createHmac("sha256", hmac.secret).update(textOf(order)).digest();
        mustHold(timingSafeEqual(digest, Buffer.from(order.signature, "hex")));
      }
    },
  };
  return [check("HMAC", 50_000, hmac), check("Ed25519", 4_000, ed25519), peer];
}

/** A verifier whose records come as a gateway's view gives them: bounded, and with an age. */
function verifierOf({ record }: TokenKeys): TokenVerifier {
  const held = new Lru<{ readonly key: VerifyingKey | null; readonly readMicros: number }>(20_000);
  held.set(record.id, { key: verifyingKeyOf(record), readMicros: Infinity });
  const get = (id: string): VerifyingKey | null => {
    const entry = held.get(id);
    if (entry !== undefined && steadyMicros() - entry.readMicros <= STALE_MICROS) return entry.key;
    // Nobody revokes anything here, so an id that is not held is one of a token that is good.
    held.set(id, { key: null, readMicros: Infinity });
    return null;
  };
  const issuerKeys = new IssuerKeys({ steadyMicros });
  return new TokenVerifier({ records: { get }, issuerKeys, steadyMicros });
}

/** A token that was verified before: the header comes anew with each request. */
export async function knownTokenCheck(count: number): Promise<Check> {
  const keys = await tokenKeys("ES256");
  const verifier = verifierOf(keys);
  const known = await tokens(keys, USERS);
  for (const token of freshTexts(known, USERS)) await verifier.verify(token, nowMicros());
  return {
    name: "known token",
    count,
    prepare: () => Promise.resolve(freshTexts(known, count, SCHEME)),
    run: (texts) => {
      const now = nowMicros();
      for (const text of texts) {
        const verdict = verifier.recall(text.slice(SCHEME.length), now);
        mustHold(verdict !== null && typeof verdict === "object" && !(verdict instanceof Promise));
      }
    },
  };
}

/** Tokens that nobody has seen: this project's, and `jose`; for HS256 `hono/jwt` as well. */
export async function firstTokenChecks(algorithm: TokenAlgorithm, count: number): Promise<Check[]> {
  const keys = await tokenKeys(algorithm);
  const made = await tokens(keys, count);
  const prepare = () => Promise.resolve(freshTexts(made, count));
  const own: Check = {
    name: `first ${algorithm} token`,
    count,
    prepare,
    run: async (texts) => {
      // A verifier of its own for each run, or the tokens would be known.
      const verifier = verifierOf(keys);
      for (const text of texts) {
        mustHold(typeof await verifier.verify(text, nowMicros()) === "object");
      }
    },
  };
  const jose: Check = {
    name: `jose jwtVerify ${algorithm}`,
    count,
    prepare,
    run: async (texts) => {
      const options = { issuer: ISSUER, audience: AUDIENCE, algorithms: [algorithm] };
      for (const text of texts) {
        const { payload } = await jwtVerify(text, keys.verifying, options);
        mustHold(payload.iss === ISSUER);
      }
    },
  };
  if (algorithm !== "HS256") return [own, jose];
  const hono: Check = {
    name: "hono/jwt verify HS256",
    count,
    prepare,
    run: async (texts) => {
      for (const text of texts) {
        mustHold((await verifyByHono(text, SECRET, "HS256")).iss === ISSUER);
      }
    },
  };
  return [own, jose, hono];
}
