/**
 * Who sends this request, shown as Binance wants it: the key in `X-MBX-APIKEY`, the moment in
 * `timestamp`, and in `signature` the signature of query and body as they were sent.
 *
 * What such a signature does not cover is the method and the path. A request that is captured can
 * therefore be sent to another endpoint that takes the same parameters, for as long as its window
 * lasts; BINANCE.md says so.
 *
 * @module
 */
import { AuthCode } from "../../core/auth/auth_code.ts";
import {
  CLOCK_AHEAD_MILLIS_MAX,
  RECV_WINDOW_MILLIS_DEFAULT,
  RECV_WINDOW_MILLIS_MAX,
} from "../../core/auth/recv_window.ts";
import { KEY_ID_PATTERN, signatureEncoding } from "../../core/auth/signed_headers.ts";
import type { Scope } from "../../infra/keys/key_record.ts";
import type { VerifyingKey } from "../../infra/keys/verify_signature.ts";
import type { Exchange } from "../exchange.ts";
import { checkPermission } from "../middleware/permission.ts";
import { Problem } from "../problems/problem.ts";
import { allParameters, missingParameter, type Parameters } from "./parameters.ts";
import { microsOf } from "./times.ts";

/** Header field with the id of the key. */
export const KEY_HEADER = "x-mbx-apikey";

const MICROS_PER_MILLI = 1_000;
/** Milliseconds or microseconds since the epoch. */
const TIMESTAMP_PATTERN = /^[1-9]\d{11,15}$/;
/** Milliseconds, with microseconds behind the point. */
const RECV_WINDOW_PATTERN = /^(\d{1,5})(?:\.(\d{1,3}))?$/;
const HEX_LENGTH = 64;

/** What a request says about itself; nothing of it is verified. */
export interface Claim {
  /** Names the request. */
  readonly signature: string;
  readonly deadlineMicros: number;
  /** Whether the key vouches for the request. */
  readonly isOf: (key: VerifyingKey) => boolean;
}

/** Looks at the key's id, which is all that the head of a request has. */
export function checkKeyHeader(exchange: Exchange): Problem | null {
  const keyId = exchange.header(KEY_HEADER);
  if (keyId === null) return new Problem(AuthCode.headerMissing);
  return KEY_ID_PATTERN.test(keyId) ? null : new Problem(AuthCode.keyMalformed);
}

/** Verifies the signature, and that the key may be used for this, from here. */
export function authenticateSigned(
  exchange: Exchange,
  scope: Scope,
): Problem | null | Promise<Problem | null> {
  const parameters = allParameters(exchange);
  if (parameters instanceof Problem) return parameters;
  const claim = readClaim(exchange, parameters);
  if (claim instanceof Problem) return claim;
  return verifyClaim(exchange, claim, exchange.header(KEY_HEADER) ?? "", scope);
}

/** Verifies that the key of this id vouches for the request, and may be used for it, from here. */
export function verifyClaim(
  exchange: Exchange,
  claim: Claim,
  keyId: string,
  scope: Scope,
): Problem | null | Promise<Problem | null> {
  const key = exchange.backend.keys.get(keyId);
  return key instanceof Promise
    ? key.then((found) => verify(exchange, claim, found, scope))
    : verify(exchange, claim, key, scope);
}

function readClaim(exchange: Exchange, parameters: Parameters): Claim | Problem {
  const text = readSignature(exchange);
  const deadlineMicros = readDeadline(exchange, parameters, text !== null);
  if (deadlineMicros instanceof Problem) return deadlineMicros;
  const signature = text ?? "";
  return {
    signature,
    deadlineMicros,
    isOf: (key) => key.verify(signedText(exchange), signature),
  };
}

/**
 * Until when a request may be carried out, by its `timestamp` and `recvWindow`.
 *
 * @param isSigned whether there is a signature, or none is needed
 */
export function readDeadline(
  exchange: Exchange,
  parameters: Parameters,
  isSigned: boolean,
): number | Problem {
  const timestamp = parameters.get("timestamp");
  if (timestamp === undefined || !TIMESTAMP_PATTERN.test(timestamp)) {
    return missingParameter("timestamp");
  }
  const windowMicros = readWindow(parameters.get("recvWindow"));
  if (windowMicros === null) return new Problem(AuthCode.recvWindowMalformed);
  if (!isSigned) return missingParameter("signature");
  const sentMicros = microsOf(Number(timestamp));
  // Nobody is refused by a clock that was never compared with the leader's.
  void exchange.backend;
  const { nowMicros } = exchange;
  const deadlineMicros = sentMicros + windowMicros;
  if (nowMicros > deadlineMicros) return new Problem(AuthCode.timestampTooOld);
  const isAhead = sentMicros > nowMicros + CLOCK_AHEAD_MILLIS_MAX * MICROS_PER_MILLI;
  return isAhead ? new Problem(AuthCode.timestampAhead) : deadlineMicros;
}

/** The receive window in microseconds; `null` where it is malformed or too long. */
function readWindow(text: string | undefined): number | null {
  if (text === undefined) return RECV_WINDOW_MILLIS_DEFAULT * MICROS_PER_MILLI;
  const [, millis = "", parts = ""] = RECV_WINDOW_PATTERN.exec(text) ?? [];
  if (millis === "") return null;
  const micros = Number(millis) * MICROS_PER_MILLI + Number(parts.padEnd(3, "0"));
  return micros <= RECV_WINDOW_MILLIS_MAX * MICROS_PER_MILLI ? micros : null;
}

/**
 * The signature, decoded: hexadecimal digits of either case, which become small ones, or base64. A
 * plus sign that was not escaped is one. `null` where there is none.
 */
function readSignature({ query, body }: Exchange): string | null {
  for (const part of [query, body]) {
    for (const pair of part.split("&")) {
      if (!isSignature(pair)) continue;
      const text = pair.slice(pair.indexOf("=") + 1);
      try {
        return plainSignature(decodeURIComponent(text));
      } catch {
        return text;
      }
    }
  }
  return null;
}

/** A signature as it is verified: of hexadecimal digits the case does not matter. */
export const plainSignature = (text: string): string =>
  text.length === HEX_LENGTH ? text.toLowerCase() : text;

const isSignature = (pair: string): boolean => pair.startsWith("signature=");

/** What is signed: query and body without the signature, as they came. */
function signedText({ query, body }: Exchange): string {
  return withoutSignature(query) + withoutSignature(body);
}

function withoutSignature(part: string): string {
  return part.split("&").filter((pair) => !isSignature(pair)).join("&");
}

function verify(
  exchange: Exchange,
  { signature, deadlineMicros, isOf }: Claim,
  key: VerifyingKey | null,
  scope: Scope,
): Problem | null {
  if (key === null) return new Problem(AuthCode.keyUnknown);
  // A signature names its request, so it must have one text only.
  if (signatureEncoding(signature) === null) return new Problem(AuthCode.signatureMalformed);
  if (!isOf(key)) return new Problem(AuthCode.signatureWrong);
  if (key.revoked) return new Problem(AuthCode.keyRevoked);
  if (key.expiresMicros !== null && exchange.nowMicros >= key.expiresMicros) {
    return new Problem(AuthCode.keyExpired);
  }
  const { account, scopes, tier } = key;
  const forbidden = checkPermission(exchange, key.ranges ?? null, scopes, scope);
  if (forbidden !== null) return forbidden;
  exchange.authenticate({
    account,
    keyId: key.id,
    subject: key.subject,
    scopes,
    tier,
    deadlineMicros,
    signature,
    idempotencyKey: null,
    isNameVouchedFor: true,
  });
  return null;
}
