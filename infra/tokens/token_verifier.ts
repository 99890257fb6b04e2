/**
 * Verifies bearer tokens, and knows those again that it has verified.
 *
 * A signature costs from fifty microseconds (HS256) to half a millisecond (ES256), and an app sends
 * the same token with every request. So a token is verified once and then known by its text, as long
 * as nothing has changed that it was verified by: the issuer's record is the same object, its key
 * set the same set, and the token was not revoked. Each use looks at all of them.
 *
 * @module
 */
import { decodeJwt } from "jose";
import type { AddressRanges } from "../../core/auth/address_ranges.ts";
import { AuthCode } from "../../core/auth/auth_code.ts";
import { readTokenClaims, type TokenRefusal } from "../../core/auth/token_claims.ts";
import { LimitedSubject } from "../../core/limits/limited_subject.ts";
import { issuerKeyId, revokedTokenId } from "../keys/issuer_id.ts";
import { KeysUnavailableError } from "../keys/key_cache.ts";
import type { Scope } from "../keys/key_record.ts";
import { Lru } from "../keys/lru.ts";
import type { VerifyingKey } from "../keys/verify_signature.ts";
import type { IssuerKeys, IssuerKeySet } from "./issuer_keys.ts";
import { readTokenHeader, verifyJws } from "./verify_jws.ts";

/**
 * Verified tokens that are known again. Of each the view of the records remembers that nobody has
 * revoked it, so there are fewer than it remembers ids of (UNKNOWN_IDS_MAX of key_cache.ts).
 */
export const TOKENS_MAX = 8_000;
/** Tokens that are known not to be valid. */
export const REFUSED_TOKENS_MAX = 1_024;
/** How long they are, in microseconds: what is wrong today may be right tomorrow. */
export const REFUSED_MICROS = 5_000_000;
/** Tokens that are being verified at once, waiting for keys included. */
export const VERIFICATIONS_MAX = 256;

const decoder = new TextDecoder();

/** What a verified token vouches for. The same object as long as it is known. */
export interface VerifiedToken {
  readonly account: number;
  /** Id of its issuer's record. */
  readonly issuerId: string;
  /** Whom its limits are counted of: the issuer's key id, a colon and the account. */
  readonly subject: LimitedSubject;
  readonly scopes: readonly Scope[];
  readonly tier: string | null;
  /** Where tokens of its issuer may be used from; `null`: from anywhere. */
  readonly ranges: AddressRanges | null;
}

/** What is said of a token. */
export type TokenVerdict = VerifiedToken | TokenRefusal;

/** Finds records by their ids; the gateway's view of the keys. */
export interface TokenRecords {
  get(id: string): VerifyingKey | null | Promise<VerifyingKey | null>;
}

/** What a verifier works with, and its bounds. */
export interface TokenVerifierOptions {
  readonly records: TokenRecords;
  readonly issuerKeys: IssuerKeys;
  /** A clock that never goes back, in microseconds. */
  readonly steadyMicros: () => number;
  readonly tokensMax?: number;
  readonly refusedTokensMax?: number;
  readonly verificationsMax?: number;
}

/** A token that was verified, and by what. */
interface KnownToken {
  readonly verified: VerifiedToken;
  readonly expiresMicros: number;
  readonly issuer: VerifyingKey;
  readonly keySet: IssuerKeySet;
  readonly keySetVersion: number;
  /** Id of the entry that would end it; `null` where it has no `jti`. */
  readonly revocationId: string | null;
}

/** A token that was refused. */
interface RefusedToken {
  readonly refusal: TokenRefusal;
  readonly untilMicros: number;
}

/** Verifies the tokens of all issuers. */
export class TokenVerifier {
  readonly #options: TokenVerifierOptions;
  readonly #known: Lru<KnownToken>;
  readonly #refused: Lru<RefusedToken>;
  readonly #running = new Map<string, Promise<TokenVerdict>>();

  constructor(options: TokenVerifierOptions) {
    this.#options = options;
    this.#known = new Lru(options.tokensMax ?? TOKENS_MAX);
    this.#refused = new Lru(options.refusedTokensMax ?? REFUSED_TOKENS_MAX);
  }

  /**
   * What is known of a token without verifying it; `null`: it has to be verified. Answers without a
   * promise as long as the view of the records does.
   *
   * @returns a promise that rejects with {@link KeysUnavailableError} when no view is recent enough
   */
  recall(
    token: string,
    nowMicros: number,
  ): TokenVerdict | null | Promise<TokenVerdict | null> {
    const known = this.#known.get(token);
    if (known === undefined) return this.#recallRefused(token);
    const { records } = this.#options;
    const issuer = records.get(known.verified.issuerId);
    const revocation = known.revocationId === null ? null : records.get(known.revocationId);
    if (issuer instanceof Promise || revocation instanceof Promise) {
      return Promise.all([issuer, revocation])
        .then(([one, other]) => this.#judge(token, known, one, other, nowMicros));
    }
    return this.#judge(token, known, issuer, revocation, nowMicros);
  }

  /**
   * Verifies a token. Those who ask for the same one meanwhile share one verification.
   *
   * @throws {KeysUnavailableError} when too many are being verified, or what verifies it is not to
   *   be had.
   */
  verify(token: string, nowMicros: number): Promise<TokenVerdict> {
    const running = this.#running.get(token);
    if (running !== undefined) return running;
    if (this.#running.size >= (this.#options.verificationsMax ?? VERIFICATIONS_MAX)) {
      return Promise.reject(new KeysUnavailableError("of a token", "busy"));
    }
    const verification = this.#verify(token, nowMicros).finally(() => this.#running.delete(token));
    this.#running.set(token, verification);
    return verification;
  }

  #recallRefused(token: string): TokenRefusal | null {
    const refused = this.#refused.get(token);
    if (refused === undefined) return null;
    if (this.#options.steadyMicros() < refused.untilMicros) return refused.refusal;
    this.#refused.delete(token);
    return null;
  }

  #judge(
    token: string,
    known: KnownToken,
    issuer: VerifyingKey | null,
    revocation: VerifyingKey | null,
    nowMicros: number,
  ): TokenVerdict | null {
    const keySetVersion = known.keySet.version();
    if (keySetVersion < 0) throw new KeysUnavailableError(known.verified.issuerId, "failed");
    if (issuer !== known.issuer || keySetVersion !== known.keySetVersion) {
      this.#known.delete(token);
      return null;
    }
    if (revocation !== null || !isValid(issuer, nowMicros)) return AuthCode.tokenInvalid;
    return nowMicros < known.expiresMicros ? known.verified : AuthCode.tokenExpired;
  }

  async #verify(token: string, nowMicros: number): Promise<TokenVerdict> {
    const header = readTokenHeader(token);
    const iss = header === null ? null : claimedIssuer(token);
    if (header === null || iss === null) return AuthCode.tokenInvalid;
    const issuerId = issuerKeyId(iss);
    const { records, issuerKeys } = this.#options;
    const issuer = await records.get(issuerId);
    const terms = issuer?.issuer ?? null;
    // None of these is remembered: the record may come at any moment, and a look costs little.
    if (issuer === null || terms === null || terms.issuer !== iss) return AuthCode.tokenInvalid;
    if (!isValid(issuer, nowMicros)) return AuthCode.tokenInvalid;
    const keySet = issuerKeys.of(terms);
    // The family of algorithms is the issuer's: whoever has a public key has no secret by it.
    if (!keySet.algorithms.includes(header.alg)) return AuthCode.tokenInvalid;
    const found = await keySet.find(header, issuerId);
    if (found === null) return AuthCode.tokenInvalid;
    const payload = await verifyJws(token, found.key, keySet.algorithms);
    const claims = payload === null
      ? AuthCode.tokenInvalid
      : readTokenClaims(parsed(payload), { ...terms, scopes: issuer.scopes }, nowMicros);
    if (typeof claims === "number") return this.#refuse(token, claims);
    const { account, scopes, tokenId, expiresMicros } = claims;
    const revocationId = tokenId === null ? null : revokedTokenId(iss, tokenId);
    if (revocationId !== null && await records.get(revocationId) !== null) {
      return this.#refuse(token, AuthCode.tokenInvalid);
    }
    // Keys and signature may have taken their time: the issuer must still be one.
    const now = await records.get(issuerId);
    if (now === null || !isValid(now, nowMicros)) return AuthCode.tokenInvalid;
    const verified: VerifiedToken = {
      account,
      issuerId,
      subject: new LimitedSubject(`${issuerId}:${account}`),
      scopes,
      tier: issuer.tier,
      ranges: issuer.ranges ?? null,
    };
    // Where its record is another one by now, the next use will find that and verify again.
    const by = { issuer, keySet, keySetVersion: found.version, revocationId };
    this.#known.set(token, { verified, expiresMicros, ...by });
    return verified;
  }

  #refuse(token: string, refusal: TokenRefusal): TokenRefusal {
    const untilMicros = this.#options.steadyMicros() + REFUSED_MICROS;
    this.#refused.set(token, { refusal, untilMicros });
    return refusal;
  }
}

/** Whether the record is neither revoked nor at its end. */
function isValid({ revoked, expiresMicros }: VerifyingKey, nowMicros: number): boolean {
  return !revoked && (expiresMicros === null || nowMicros < expiresMicros);
}

/** The `iss` claim of a token that nobody has verified; `null` where it has none. */
function claimedIssuer(token: string): string | null {
  try {
    const { iss } = decodeJwt(token);
    return typeof iss === "string" ? iss : null;
  } catch {
    return null;
  }
}

function parsed(payload: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(payload));
  } catch {
    return null;
  }
}
