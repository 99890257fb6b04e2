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
import { Problem } from "../problem.ts";
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

/** What a request says about itself; the signature is not verified. */
interface Claim {
  readonly signature: string;
  readonly deadlineMicros: number;
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
  const key = exchange.backend.keys.get(exchange.header(KEY_HEADER) ?? "");
  return key instanceof Promise
    ? key.then((found) => verify(exchange, claim, found, scope))
    : verify(exchange, claim, key, scope);
}

function readClaim(exchange: Exchange, parameters: Parameters): Claim | Problem {
  const timestamp = parameters.get("timestamp");
  if (timestamp === undefined || !TIMESTAMP_PATTERN.test(timestamp)) {
    return missingParameter("timestamp");
  }
  const windowMicros = readWindow(parameters.get("recvWindow"));
  if (windowMicros === null) return new Problem(AuthCode.recvWindowMalformed);
  const signature = readSignature(exchange);
  if (signature === null) return missingParameter("signature");
  const sentMicros = microsOf(Number(timestamp));
  // Nobody is refused by a clock that was never compared with the leader's.
  void exchange.backend;
  const { nowMicros } = exchange;
  const deadlineMicros = sentMicros + windowMicros;
  if (nowMicros > deadlineMicros) return new Problem(AuthCode.timestampTooOld);
  const isAhead = sentMicros > nowMicros + CLOCK_AHEAD_MILLIS_MAX * MICROS_PER_MILLI;
  return isAhead ? new Problem(AuthCode.timestampAhead) : { signature, deadlineMicros };
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
        const decoded = decodeURIComponent(text);
        return decoded.length === HEX_LENGTH ? decoded.toLowerCase() : decoded;
      } catch {
        return text;
      }
    }
  }
  return null;
}

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
  { signature, deadlineMicros }: Claim,
  key: VerifyingKey | null,
  scope: Scope,
): Problem | null {
  if (key === null) return new Problem(AuthCode.keyUnknown);
  // A signature names its request, so it must have one text only.
  if (signatureEncoding(signature) === null) return new Problem(AuthCode.signatureMalformed);
  if (!key.verify(signedText(exchange), signature)) return new Problem(AuthCode.signatureWrong);
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
