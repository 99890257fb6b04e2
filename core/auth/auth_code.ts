/**
 * Result codes of authentication: the band of 800.
 *
 * @module
 */

/** Why a request was or was not accepted as that of whom it says. */
export const AuthCode = {
  ok: 0,
  /** One of the required headers is absent. */
  headerMissing: 800,
  keyMalformed: 801,
  timestampMalformed: 802,
  recvWindowMalformed: 803,
  signatureMalformed: 804,
  /** The timestamp is further back than the receive window. */
  timestampTooOld: 805,
  /** The timestamp is further ahead than clocks may differ. */
  timestampAhead: 806,
  keyUnknown: 807,
  keyRevoked: 808,
  keyExpired: 809,
  signatureWrong: 810,
  scopeMissing: 811,
  /** The view of the keys is too old to be used, and no newer one could be had. */
  keysUnavailable: 812,
  /** A request is signed or bears a token, and this one did both. */
  twoCredentials: 813,
  /** The bearer token is not one that vouches for anything, for whatever reason. */
  tokenInvalid: 814,
  /** The bearer token was good, and is not any more. */
  tokenExpired: 815,
  /** The key may not be used from this address. */
  addressNotAllowed: 816,
  idempotencyKeyMalformed: 817,
} as const;
/** Any of the codes. */
export type AuthCode = (typeof AuthCode)[keyof typeof AuthCode];
