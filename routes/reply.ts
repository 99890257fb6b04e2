/**
 * What a handler answers, as data: the endpoint (endpoint.ts) makes the response of it.
 *
 * @module
 */

/** Header fields as pairs of a lower-case name and a value. */
export type HeaderFields = readonly (readonly [string, string])[];

/** An answer. */
export interface Reply {
  readonly status: number;
  /** `null`: none. */
  readonly body: string | Uint8Array<ArrayBuffer> | null;
  /** In the place of the body: what goes on after the answer. */
  readonly stream?: ReadableStream<Uint8Array>;
  readonly contentType: string;
  readonly headers: HeaderFields;
}

const JSON_TYPE = "application/json";
const NO_HEADERS: HeaderFields = [];

/** An answer whose body is text. */
export interface TextReply extends Reply {
  readonly body: string;
}

/** An answer in JSON. */
export function jsonReply(
  status: number,
  value: unknown,
  headers: HeaderFields = NO_HEADERS,
): TextReply {
  return { status, body: JSON.stringify(value), contentType: JSON_TYPE, headers };
}
