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
import { AUDIENCE, ISSUER } from "../../tests/support/token_issuer.ts";
import {
  freshTexts,
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

/**
 * Checks that are timed together. Their texts are made just before, as a request's headers are: out
 * of a list of thousands they would have to be fetched from memory first.
 */
export const BLOCK = 64;

/** One of the checks. */
export interface Check {
  readonly name: string;
  /** Blocks in one run. */
  readonly blocks: number;
  /** Makes what the block checks that begins with number `first`; not timed. */
  readonly prepare: (first: number) => readonly string[];
  /** Runs the block. Throws when one says that what is good is not. */
  readonly run: (texts: readonly string[], first: number) => void | Promise<void>;
}

const steadyMicros = () => Math.floor(performance.now() * 1_000);
const nowMicros = () => Date.now() * 1_000;
const nothing = () => [];

function mustHold(isGood: boolean): void {
  if (!isGood) throw new Error("a check refused what is good");
}

/** Signed orders: this project's two kinds, and `node:crypto`. */
export async function signatureChecks(): Promise<Check[]> {
  const hmac = await signedOrders("hmac", ORDERS);
  const ed25519 = await signedOrders("ed25519", ORDERS);
  const check = (name: string, blocks: number, { record, orders }: typeof hmac): Check => {
    const key = verifyingKeyOf(record);
    return {
      name,
      blocks,
      prepare: nothing,
      run: (_, first) => {
        for (let n = first; n < first + BLOCK; n++) {
          const order = orders[n % ORDERS];
          mustHold(key.verify(textOf(order), order.signature));
        }
      },
    };
  };
  const peer: Check = {
    name: "node:crypto createHmac",
    blocks: 300,
    prepare: nothing,
    run: (_, first) => {
      for (let n = first; n < first + BLOCK; n++) {
        const order = hmac.orders[n % ORDERS];
        const digest = createHmac("sha256", hmac.secret).update(textOf(order)).digest();
        mustHold(timingSafeEqual(digest, Buffer.from(order.signature, "hex")));
      }
    },
  };
  return [check("HMAC", 800, hmac), check("Ed25519", 60, ed25519), peer];
}

/**
 * A verifier whose records come as a gateway's view gives them: bounded, with an age, and ids that
 * are none in a map of their own. Nobody revokes anything here.
 */
function verifierOf({ record }: TokenKeys): TokenVerifier {
  const known = new Lru<{ readonly key: VerifyingKey; readonly readMicros: number }>(10_000);
  const unknown = new Lru<{ readonly key: null; readonly readMicros: number }>(10_000);
  known.set(record.id, { key: verifyingKeyOf(record), readMicros: Infinity });
  const get = (id: string): VerifyingKey | null => {
    const entry = known.get(id) ?? unknown.get(id);
    if (entry !== undefined && steadyMicros() - entry.readMicros <= STALE_MICROS) return entry.key;
    unknown.set(id, { key: null, readMicros: Infinity });
    return null;
  };
  const issuerKeys = new IssuerKeys({ steadyMicros });
  return new TokenVerifier({ records: { get }, issuerKeys, steadyMicros });
}

/** A token that was verified before: the header comes anew with each request. */
export async function knownTokenCheck(blocks: number): Promise<Check> {
  const keys = await tokenKeys("ES256");
  const verifier = verifierOf(keys);
  const known = await tokens(keys, USERS, SCHEME);
  for (const text of freshTexts(known, USERS)) {
    mustHold(typeof await verifier.verify(text.slice(SCHEME.length), nowMicros()) === "object");
  }
  return {
    name: "known token",
    blocks,
    prepare: (first) => freshTexts(known, BLOCK, first),
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
export async function firstTokenChecks(
  algorithm: TokenAlgorithm,
  blocks: number,
): Promise<Check[]> {
  const keys = await tokenKeys(algorithm);
  const made = await tokens(keys, blocks * BLOCK);
  const shared = { blocks, prepare: (first: number) => freshTexts(made, BLOCK, first) };
  let verifier = verifierOf(keys);
  const own: Check = {
    name: `first ${algorithm} token`,
    ...shared,
    run: async (texts, first) => {
      // A verifier of its own for each run: it is not to know the tokens of the last one.
      if (first === 0) verifier = verifierOf(keys);
      for (const text of texts) {
        mustHold(typeof await verifier.verify(text, nowMicros()) === "object");
      }
    },
  };
  const jose: Check = {
    name: `jose jwtVerify ${algorithm}`,
    ...shared,
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
    ...shared,
    run: async (texts) => {
      for (const text of texts) {
        mustHold((await verifyByHono(text, SECRET, "HS256")).iss === ISSUER);
      }
    },
  };
  return [own, jose, hono];
}
