/**
 * What a bearer token says (RFC 7519), once its signature is known to be the issuer's.
 *
 * | claim | |
 * | --- | --- |
 * | `iss` | the issuer's |
 * | `aud` | names the audience, alone or among others |
 * | `exp` | required, at most {@link TOKEN_LIFE_SECONDS_MAX} ahead |
 * | `nbf`, `iat` | not ahead, where there are any |
 * | `edgebook_account` | an account in the issuer's range, a whole number or its decimal text |
 * | `scope` | scopes with spaces between them (RFC 8693); without any the token has none |
 * | `jti` | a text, where there is one; the token can be revoked by it |
 *
 * @module
 */
import { AuthCode } from "./auth_code.ts";

/** How far ahead a token may expire, in seconds. */
export const TOKEN_LIFE_SECONDS_MAX = 86_400;
/** How far the clocks of issuer and gateway may differ, in seconds. */
export const TOKEN_CLOCK_TOLERANCE_SECONDS = 5;
/** Name of the claim that holds the account. */
export const ACCOUNT_CLAIM = "edgebook_account";

const MICROS_PER_SECOND = 1_000_000;
const ACCOUNT_PATTERN = /^[1-9]\d{0,15}$/;

/** What an issuer's tokens have to say, and the most they get. */
export interface TokenTerms<Scope extends string> {
  readonly issuer: string;
  readonly audience: string;
  readonly accountLeast: number;
  readonly accountMost: number;
  readonly scopes: readonly Scope[];
}

/** What a token vouches for. */
export interface TokenClaims<Scope extends string> {
  readonly account: number;
  /** Those that the token names and the issuer may give. */
  readonly scopes: readonly Scope[];
  /** The `jti` claim; `null` where there is none. */
  readonly tokenId: string | null;
  /** First microsecond at which the token is not taken any more, tolerance included. */
  readonly expiresMicros: number;
}

/** Why a token vouches for nothing. */
export type TokenRefusal = typeof AuthCode.tokenInvalid | typeof AuthCode.tokenExpired;

/**
 * Reads the claims of a token whose signature was verified. O(length).
 *
 * @returns what it vouches for; {@link AuthCode.tokenExpired} where its time is all that is wrong
 *   with it; {@link AuthCode.tokenInvalid} for everything else
 */
export function readTokenClaims<Scope extends string>(
  claims: unknown,
  terms: TokenTerms<Scope>,
  nowMicros: number,
): TokenClaims<Scope> | TokenRefusal {
  if (!isRecord(claims) || claims.iss !== terms.issuer) return AuthCode.tokenInvalid;
  const { aud, exp, nbf, iat, jti, scope } = claims;
  const isForUs = Array.isArray(aud) ? aud.includes(terms.audience) : aud === terms.audience;
  if (!isForUs) return AuthCode.tokenInvalid;
  const latest = nowMicros / MICROS_PER_SECOND + TOKEN_CLOCK_TOLERANCE_SECONDS;
  if (!isTime(exp) || exp > latest + TOKEN_LIFE_SECONDS_MAX) return AuthCode.tokenInvalid;
  if (!isPast(nbf, latest) || !isPast(iat, latest)) return AuthCode.tokenInvalid;
  if (jti !== undefined && (typeof jti !== "string" || jti === "")) return AuthCode.tokenInvalid;
  const account = readAccount(claims[ACCOUNT_CLAIM]);
  if (account < terms.accountLeast || account > terms.accountMost) return AuthCode.tokenInvalid;
  const expiresMicros = Math.floor((exp + TOKEN_CLOCK_TOLERANCE_SECONDS) * MICROS_PER_SECOND);
  if (nowMicros >= expiresMicros) return AuthCode.tokenExpired;
  const named = typeof scope === "string" ? scope.split(" ") : [];
  return {
    account,
    scopes: terms.scopes.filter((one) => named.includes(one)),
    tokenId: jti ?? null,
    expiresMicros,
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A NumericDate: seconds since the epoch, perhaps with a fraction. */
function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function isPast(value: unknown, latest: number): boolean {
  return value === undefined || isTime(value) && value <= latest;
}

/** The account, or -1. */
function readAccount(value: unknown): number {
  const account = typeof value === "string" && ACCOUNT_PATTERN.test(value) ? Number(value) : value;
  return typeof account === "number" && Number.isSafeInteger(account) ? account : -1;
}
