/**
 * Result codes of authentication: the band of 800.
 *
 * @module
 */

/** Why a signed request was or was not accepted. */
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
} as const;
/** Any of the codes. */
export type AuthCode = (typeof AuthCode)[keyof typeof AuthCode];
