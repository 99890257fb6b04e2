/**
 * The text that a client signs.
 *
 * ```text
 * timestamp      milliseconds since the epoch, as in X-Edgebook-Timestamp
 * recv-window    milliseconds, as in X-Edgebook-Recv-Window; 5000 when that is absent
 * METHOD         upper case
 * path?query     exactly as sent
 * body           exactly as sent; nothing when there is none
 * ```
 *
 * Five parts with a line feed between them. Only the body may contain one, and it is last, so two
 * different requests never have the same text.
 *
 * @module
 */

/**
 * The text of one request. O(length).
 *
 * @param pathWithQuery path and query as on the request line, not decoded or normalised
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
): string {
  return `${timestampMillis}\n${recvWindowMillis}\n${method}\n${pathWithQuery}\n${body}`;
}
