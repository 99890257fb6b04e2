/**
 * The catalogue's part about keys, signatures, tokens, addresses and limits.
 *
 * @module
 */
import type { CataloguePart } from "./catalogue_entry.ts";

/** Who are you? */
export const SIGNATURE_PROBLEMS = {
  signature_missing: [
    "The request needs a signature or a bearer token and has neither, or a header of it is " +
    "missing; `field` names the header.",
    "Send `X-Edgebook-Key`, `X-Edgebook-Timestamp` and `X-Edgebook-Signature`, or " +
    "`Authorization: Bearer`.",
  ],
  signature_invalid: [
    "The key is unknown, revoked or expired, or the signature is not that of this request. " +
    "Which of them is not said.",
    "Sign the path with its query and the body exactly as they are sent, with the right receive " +
    "window, and hold your way of signing against the worked example of the reference " +
    "(`/reference#signing`). Where other requests of the key fail as well, have the operator look " +
    "at the key.",
  ],
  timestamp_malformed: [
    "`X-Edgebook-Timestamp` is not a number of milliseconds since the epoch.",
    "Send 12 to 14 digits without a sign or leading zeros.",
  ],
  recv_window_malformed: [
    "`X-Edgebook-Recv-Window` is not a number of milliseconds that is allowed.",
    "Send 1 to 60000, or leave the header out for 5000.",
  ],
  timestamp_too_old: [
    "The request came later than its receive window allows.",
    "Compare your clock with `GET /v1/time`, sign anew and send at once; widen the window on " +
    "slow networks.",
  ],
  timestamp_ahead: [
    "The timestamp is more than a second ahead of the exchange's clock.",
    "Compare your clock with `GET /v1/time` and sign anew.",
  ],
  two_credentials: [
    "The request is signed and bears a token as well.",
    "Send one of the two.",
  ],
  token_invalid: [
    "The bearer token is malformed, of an issuer that is not known here, or its claims do not fit.",
    "Get a new token of an issuer that the operator has added.",
  ],
  token_expired: [
    "The bearer token was good and has expired.",
    "Get a new token and send the request again.",
  ],
  idempotency_key_malformed: [
    "`Idempotency-Key` is empty, too long or has characters that are not visible ASCII.",
    "Send 1 to 64 visible ASCII characters.",
  ],
  keys_unavailable: [
    "The gateway's view of the keys is too old to be trusted, so nobody is let in.",
    "Send the request again after `Retry-After`; it was not carried out.",
  ],
} as const satisfies CataloguePart;

/** May you? */
export const PERMISSION_PROBLEMS = {
  scope_missing: [
    "The key or token is good but has not the scope that this request needs; `limit` names it.",
    "Use another key, or have the operator make one with the scope.",
  ],
  address_not_allowed: [
    "The key is confined to address ranges, and this request comes from elsewhere.",
    "Send it from an address of the key's ranges.",
  ],
  signature_required: [
    "This changes keys, money or the venue, and takes a request that a key has signed itself; a " +
    "bearer token is not enough.",
    "Sign the request with a key.",
  ],
  key_not_found: [
    "The account has no such key, or what stands in the path is no id of a key.",
    "List the keys with `GET /v1/keys`, and take the `key` of one.",
  ],
  key_beyond_own: [
    "The new key would have a scope, addresses or an end beyond those of the key that asks.",
    "Ask for no more than the key has, or have the operator make it.",
  ],
  keys_full: [
    "The account has as many keys as it may have; `limit` says how many.",
    "Revoke one that is not used with `DELETE /v1/keys/{keyId}`. Where `limit` counts all keys " +
    "that the account ever had, ask the operator: those that are revoked count.",
  ],
  key_kind_refused: [
    "This moves money or defines the venue, and the key is one with a secret, which gateways know as " +
    "well; `limit` names the kind that it takes.",
    "Have the operator make an Ed25519 key: its private half never leaves you.",
  ],
  address_banned: [
    "The operator has banned the address that the request comes from.",
    "Ask the operator; sending again does not help.",
  ],
} as const satisfies CataloguePart;

/** Not so fast. */
export const LIMIT_PROBLEMS = {
  rate_limited: [
    "A limit of the key or of the address is used up; `field` names which, and " +
    "`RateLimit-Policy` has its size.",
    "Wait for `Retry-After`. Spend no more than `RateLimit` says is left, and you are never " +
    "refused.",
  ],
  outcome_quota_full: [
    "The account has sent more commands within the last minutes than the venue remembers " +
    "outcomes for.",
    "Wait for `Retry-After`; cancels still pass.",
  ],
  overloaded: [
    "The gateway has no room for more commands, or pauses to let the ones under way finish.",
    "Send the request again after `Retry-After`; it was not carried out. Cancels have room of " +
    "their own.",
  ],
} as const satisfies CataloguePart;
