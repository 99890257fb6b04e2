/**
 * The WebSocket API's form of the dialect: who sends a request is shown by its parameters, or was
 * shown before by `session.logon`.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { AuthCode } from "../../../core/auth/auth_code.ts";
import { RECV_WINDOW_MILLIS_DEFAULT } from "../../../core/auth/recv_window.ts";
import { KEY_ID_PATTERN } from "../../../core/auth/signed_headers.ts";
import type { Scope } from "../../../infra/keys/key_record.ts";
import type { Dialect } from "../../dialect.ts";
import type { Exchange } from "../../exchange.ts";
import { Problem } from "../../problems/problem.ts";
import { writeError } from "../error_table.ts";
import { missingParameter } from "../parameters.ts";
import { plainSignature, readDeadline, verifyClaim } from "../signed_request.ts";
import { usedLimits } from "../usage.ts";
import { LIMITS_HEADER } from "./api_answer.ts";
import { callOf } from "./api_call.ts";
import { signedText } from "./api_request.ts";

const MICROS_PER_MILLI = 1_000;
/** A value that reads the same whether it is encoded or not. */
const PLAIN_PATTERN = /^[A-Za-z0-9_.~-]*$/;

const dialectOf = (authenticate: Dialect["authenticate"]): Dialect => ({
  checkHead: () => null,
  hasBody: () => false,
  authenticate,
  write: writeError,
  addLimits: (headers, decision, kind) => {
    headers.set(LIMITS_HEADER, JSON.stringify(usedLimits(decision, kind)));
  },
});

/** Of requests that have a timestamp, and a signature or a session that was logged on. */
export const timedDialect: Dialect = dialectOf(authenticateTimed);

/** Of requests that have nothing to sign: the session says whose they are. */
export const sessionDialect: Dialect = dialectOf(authenticateSession);

function authenticateTimed(
  exchange: Exchange,
  scope: Scope,
): Problem | null | Promise<Problem | null> {
  const { request: { parameters }, session } = callOf(exchange);
  const keyId = parameters.get("apiKey");
  const given = parameters.get("signature");
  if (keyId === undefined && given === undefined && session.login !== null) {
    const deadlineMicros = readDeadline(exchange, parameters, true);
    return deadlineMicros instanceof Problem
      ? deadlineMicros
      : verifySession(exchange, session.login.keyId, scope, deadlineMicros);
  }
  if (keyId === undefined) return new Problem(AuthCode.headerMissing);
  if (!KEY_ID_PATTERN.test(keyId)) return new Problem(AuthCode.keyMalformed);
  const deadlineMicros = readDeadline(exchange, parameters, given !== undefined);
  if (deadlineMicros instanceof Problem) return deadlineMicros;
  if (given === undefined) return missingParameter("signature");
  const signature = plainSignature(given);
  const texts = signedTexts(parameters);
  const isOf = (key: { verify: (text: string, signature: string) => boolean }) =>
    texts.some((text) => key.verify(text, signature));
  return verifyClaim(exchange, { signature, deadlineMicros, isOf }, keyId, scope);
}

function authenticateSession(
  exchange: Exchange,
  scope: Scope,
): Problem | null | Promise<Problem | null> {
  const { login } = callOf(exchange).session;
  if (login === null) return new Problem(AuthCode.headerMissing);
  const deadlineMicros = exchange.nowMicros + RECV_WINDOW_MILLIS_DEFAULT * MICROS_PER_MILLI;
  return verifySession(exchange, login.keyId, scope, deadlineMicros);
}

/** The key must still be good; what names the request is all that it says, as a signature would. */
function verifySession(
  exchange: Exchange,
  keyId: string,
  scope: Scope,
  deadlineMicros: number,
): Problem | null | Promise<Problem | null> {
  const { method, parameters } = callOf(exchange).request;
  const signature = createHash("sha256").update(`${method}\n${signedText(parameters)}`)
    .digest("hex");
  return verifyClaim(exchange, { signature, deadlineMicros, isOf: () => true }, keyId, scope);
}

/**
 * What may have been signed: values as they are, by the documentation, or encoded, as some libraries
 * do it. Where a value has a mark that parts parameters, only the encoded text says what it means.
 */
function signedTexts(parameters: ReadonlyMap<string, string>): readonly string[] {
  if ([...parameters.values()].every((value) => PLAIN_PATTERN.test(value))) {
    return [signedText(parameters)];
  }
  const encoded = signedText(parameters, encodeURIComponent);
  const isAmbiguous = [...parameters].some(([name, value]) =>
    name !== "signature" && /[&=]/.test(value)
  );
  return isAmbiguous ? [encoded] : [signedText(parameters), encoded];
}
