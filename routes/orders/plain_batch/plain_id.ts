/**
 * Ids as clients write them, where they stand in the bytes of a body.
 *
 * @module
 */
import {
  CLIENT_ORDER_ID_LENGTH_MAX,
  CLIENT_ORDER_ID_PATTERN,
} from "../../../core/protocol/request_key.ts";
import { SAFE_MAX } from "../../../core/protocol/wire_buffer.ts";

const ZERO = 0x30;
const NINE = 0x39;
/** Digits of {@link SAFE_MAX}. */
const NUMBER_LENGTH_MAX = 16;

/** No number that a record holds as it is. */
export const NO_NUMBER = -1;

/** The number from 1 on that a record holds as it is, or {@link NO_NUMBER}. O(length). */
export function numberIn(bytes: Uint8Array, from: number, end: number): number {
  if (end - from > NUMBER_LENGTH_MAX || end === from || bytes[from] === ZERO) return NO_NUMBER;
  let number = 0;
  for (let at = from; at < end; at++) {
    const byte = bytes[at];
    if (byte < ZERO || byte > NINE) return NO_NUMBER;
    number = number * 10 + (byte - ZERO);
  }
  return number > SAFE_MAX ? NO_NUMBER : number;
}

/** The client order id in a body, or `null` where it is none. O(length). */
export function clientOrderIdIn(body: string, from: number, end: number): string | null {
  if (end - from > CLIENT_ORDER_ID_LENGTH_MAX) return null;
  const text = body.slice(from, end);
  return CLIENT_ORDER_ID_PATTERN.test(text) ? text : null;
}
