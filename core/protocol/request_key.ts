/**
 * Request keys: the 64 bits by which a command is recognised when it comes again.
 *
 * | high word | class |
 * | --- | --- |
 * | below 2^21 | a client order id that is a plain number below 2^53, as it is |
 * | bit 31 set, bit 30 clear | hash of a client order id that is text |
 * | bits 31 and 30 set | derived from the signed request, where the client sent no id |
 *
 * Two texts of one account with the same 62 bits do not merge: the core compares a hash of the
 * whole content, text included, and answers "other content".
 *
 * @module
 */
import { SAFE_MAX } from "./wire_buffer.ts";

/** Class bits of the high word. */
export const KeyClass = { number: 0, text: 0x80000000, derived: 0xc0000000 } as const;

const CLASS_MASK = 0x3fffffff;

/** A request key in its two words. Made at the edge, never on the hot path. */
export interface RequestKey {
  readonly low: number;
  readonly high: number;
}

/** Longest client order id. */
export const CLIENT_ORDER_ID_LENGTH_MAX = 36;
const ANY = "[A-Za-z0-9._:/-]";
const NO_DOT = "[A-Za-z0-9_:/-]";
/**
 * A client order id: of these characters, but not `.` or `..`, which as a part of a path mean another
 * path, however they are encoded: nobody could ask for such an order by its name. In the form that
 * every dialect of regular expressions reads, for it stands in the OpenAPI document.
 */
export const CLIENT_ORDER_ID_PATTERN = new RegExp(
  `^(${NO_DOT}${ANY}{0,35}|\\.${NO_DOT}${ANY}{0,34}|\\.\\.${ANY}{1,34})$`,
);
/** What {@link CLIENT_ORDER_ID_PATTERN} takes, in words. */
export const CLIENT_ORDER_ID_TAKES = "1 to 36 letters, digits and . _ : / -, but not . or ..";

/** Whether a client order id is a number that the record holds as it is. */
export function isNumericClientOrderId(id: string): boolean {
  return /^[1-9]\d{0,15}$/.test(id) && Number(id) <= SAFE_MAX;
}

/** Key of a client order id. */
export function requestKeyOfClientOrderId(id: string): RequestKey {
  if (isNumericClientOrderId(id)) {
    const value = Number(id);
    return { low: value >>> 0, high: Math.floor(value / 4294967296) };
  }
  return hashedKey(id, KeyClass.text);
}

/** Key of a request without a client order id, from a text that names the signed request. */
export function requestKeyOfSignedRequest(signedRequest: string): RequestKey {
  return hashedKey(signedRequest, KeyClass.derived);
}

/** Low word of the derived key of command `index`, from 0, of the request whose key is `request`. */
export function derivedKeyLow(request: RequestKey, index: number): number {
  return (request.low ^ (index + 1)) >>> 0;
}

/** High word of the key that {@link derivedKeyLow} has the low word of. */
export function derivedKeyHigh(request: RequestKey): number {
  return ((request.high & CLASS_MASK) | KeyClass.derived) >>> 0;
}

/**
 * The key of one of several commands that came in one request: the same whenever that comes again,
 * and no other command's. The key of the request itself is none of them. Neighbours have neighbours'
 * keys, which the outcome table finds in one cache line.
 */
export function derivedKeyOfItem(request: RequestKey, index: number): RequestKey {
  return { low: derivedKeyLow(request, index), high: derivedKeyHigh(request) };
}

/** The client order id that a numeric key stands for, or `null` for the other classes. */
export function clientOrderIdOfKey(low: number, high: number): string | null {
  return high < 0x200000 && (low !== 0 || high !== 0) ? String(high * 4294967296 + low) : null;
}

/** Two lanes of a multiply-xor hash that feed each other; ASCII text. */
function hashedKey(text: string, keyClass: number): RequestKey {
  let one = 0x9e3779b1 ^ text.length;
  let two = 0x85ebca77;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    one = Math.imul(one ^ code, 0xcc9e2d51);
    one ^= one >>> 15;
    two = Math.imul(two ^ code ^ (one >>> 7), 0x1b873593);
    two ^= two >>> 13;
  }
  one = Math.imul(one ^ (one >>> 16), 0x7feb352d) ^ two;
  two = Math.imul(two ^ (two >>> 15), 0x846ca68b) ^ (one >>> 9);
  one ^= one >>> 16;
  two ^= two >>> 16;
  return { low: one >>> 0, high: ((two & CLASS_MASK) | keyClass) >>> 0 };
}
