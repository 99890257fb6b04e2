/**
 * Acts: what clients ask of a venue over REST that gateways have no right to do themselves. Keys of
 * their own account, transfers between accounts of one owner, and administration.
 *
 * A gateway hands the registrar the request as the client signed it, on `act.<shard>`, as JSON. The
 * registrar believes the signature and nothing else: it reads the key from the bucket, verifies the
 * text, and looks at scopes, account and address rules of the key itself. What the gateway has found
 * out about the request is not part of it.
 *
 * @module
 */

/** Longest request, and longest answer. */
export const ACT_BYTES_MAX = 256 * 1024;
/** Longest body of a request, in characters. */
export const ACT_BODY_LENGTH_MAX = 8_192;
/** Longest path with its query, in characters. */
export const ACT_PATH_LENGTH_MAX = 2_048;

/** A request as it was signed (see core/auth/signing_text.ts). */
export interface ActRequest {
  readonly keyId: string;
  readonly timestampMillis: number;
  readonly recvWindowMillis: number;
  readonly signature: string;
  /** Where it is part of what was signed, else `null`. */
  readonly idempotencyKey: string | null;
  readonly method: string;
  readonly pathWithQuery: string;
  readonly body: string;
}

/** Asks the registrar whether it answers; it does nothing, and needs no signature. */
export const ACT_PROBE = { probe: true } as const;

/** What the registrar answers to {@link ACT_PROBE}, as the body of an answer with status 200. */
export interface RegistrarStatus {
  /** Records of keys that it cannot open: sealed under a master key that it has not, or damaged. */
  readonly unreadableKeys: number;
}

/** Why an act was refused, where there is no result code that says so. */
export type ActRefusalName =
  | "malformedBody"
  | "invalidField"
  | "invalidParameter"
  | "unknownAct"
  | "unknownSymbol"
  | "keyNotFound"
  | "keyBeyondOwn"
  | "keysFull"
  | "keyKindRefused"
  | "leaderUnavailable"
  | "busy";

/** A refusal: a result code of the core or of authentication, or one of the names. */
export interface ActRefusal {
  readonly refused: number | ActRefusalName;
  readonly detail?: string;
  readonly field?: string;
  readonly limit?: string;
  readonly value?: string;
}

/** What became of a request: an answer as the client gets it, or why it was refused. */
export type ActAnswer =
  | { readonly status: 200 | 201; readonly body: object }
  | ActRefusal;

/** Whether an answer is a refusal. */
export const isActRefusal = (answer: ActAnswer): answer is ActRefusal => "refused" in answer;
