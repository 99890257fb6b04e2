/**
 * The `Idempotency-Key` header: a name that a client gives to what it asks for, so that the same
 * may be asked again, in a request of its own, and is done once.
 *
 * It is part of what is signed (signing_text.ts): whoever has seen a signed request and sends it
 * again under another name would have made a second one of it.
 *
 * @module
 */

/** Longest name. */
export const IDEMPOTENCY_KEY_LENGTH_MAX = 64;

const IDEMPOTENCY_KEY_PATTERN = /^[\x21-\x7e]{1,64}$/;

/** Whether `text` may be such a name. */
export function isIdempotencyKey(text: string): boolean {
  return IDEMPOTENCY_KEY_PATTERN.test(text);
}
