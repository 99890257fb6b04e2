/**
 * The text that a client signs.
 *
 * ```text
 * timestamp      milliseconds since the epoch, as in X-Edgebook-Timestamp
 * recv-window    milliseconds, as in X-Edgebook-Recv-Window; 5000 when that is absent
 * idempotency    as in Idempotency-Key; no such line when that is absent, or is not to be signed
 * METHOD         upper case
 * path?query     exactly as sent
 * body           exactly as sent; nothing when there is none
 * ```
 *
 * Five or six parts with a line feed between them. Only the body may contain one, and it is last; a
 * path begins with a slash and no method does, so a text of six parts is none of five. Two different
 * requests never have the same text.
 *
 * A name that is signed belongs to its request. One that is not can be put on a captured request by
 * whoever has captured it, so it names no new order: see routes/orders/order_command.ts.
 *
 * @module
 */

/**
 * The text of one request. O(length).
 *
 * @param pathWithQuery path and query as on the request line, not decoded or normalised
 * @param idempotencyKey `null` where the request has none, or it is not signed
 *
 * @example
 * ```ts
 * import { signingText } from "./signing_text.ts";
 * const text = signingText(1700000000000, 5000, "GET", "/v1/orders?status=open", "");
 * console.log(JSON.stringify(text)); // "1700000000000\n5000\nGET\n/v1/orders?status=open\n"
 * ```
 */
export function signingText(
  timestampMillis: number,
  recvWindowMillis: number,
  method: string,
  pathWithQuery: string,
  body: string,
  idempotencyKey: string | null = null,
): string {
  const name = idempotencyKey === null ? "" : `${idempotencyKey}\n`;
  return `${timestampMillis}\n${recvWindowMillis}\n${name}${method}\n${pathWithQuery}\n${body}`;
}
