/**
 * Checks messages of the public feeds in binary (feed_frame.ts), and reads their fields in place, at
 * any alignment and without an object.
 *
 * @module
 */
import { ENTRY_BYTES, FEED_HEAD_BYTES, FEED_VERSION, FeedKind, FIXED_BYTES } from "./feed_frame.ts";

const TWO_TO_32 = 4294967296;

/** A message that is none, or is cut off: the field, what it takes, and what it is. */
export class FeedFrameError extends Error {
  override readonly name = "FeedFrameError";
  constructor(readonly field: string, readonly limit: string, readonly value: number) {
    super(`${field} is ${value}; it takes ${limit}`);
  }
}

/**
 * Checks that the message is whole, and of a kind and a version that are known. O(1), allocates
 * nothing.
 *
 * @throws {FeedFrameError} naming what is wrong with it
 */
export function checkFrame(message: Uint8Array): FeedKind {
  const { length } = message;
  if (length < FEED_HEAD_BYTES) {
    throw new FeedFrameError("length", `${FEED_HEAD_BYTES} bytes at least`, length);
  }
  const kind = message[0];
  if (!isKind(kind)) throw new FeedFrameError("kind", "1 to 11", kind);
  const version = message[1];
  if (version !== FEED_VERSION) throw new FeedFrameError("version", `${FEED_VERSION}`, version);
  const entries = halfAt(message, 2);
  const whole = FIXED_BYTES[kind] + entries * ENTRY_BYTES[kind];
  if (length !== whole) {
    throw new FeedFrameError("length", `${whole} bytes with ${entries} entries`, length);
  }
  if (!hasSides(kind)) return kind;
  const both = halfAt(message, FEED_HEAD_BYTES) + halfAt(message, FEED_HEAD_BYTES + 2);
  if (both === entries) return kind;
  const what = kind === FeedKind.orderSnapshot ? "orders" : "levels";
  throw new FeedFrameError("bids and asks", `${entries} ${what} together`, both);
}

/** The unsigned 16-bit field at a byte offset. */
export function halfAt(message: Uint8Array, at: number): number {
  return message[at] | (message[at + 1] << 8);
}

/** The 32-bit field at a byte offset, as a signed integer. */
export function wordAt(message: Uint8Array, at: number): number {
  return message[at] | (message[at + 1] << 8) | (message[at + 2] << 16) | (message[at + 3] << 24);
}

/** The 64-bit field at a byte offset. Exact below 2^53. */
export function u64At(message: Uint8Array, at: number): number {
  return (wordAt(message, at + 4) >>> 0) * TWO_TO_32 + (wordAt(message, at) >>> 0);
}

/** Whether the entries of a kind are those of two sides. */
function hasSides(kind: FeedKind): boolean {
  return kind === FeedKind.depth || kind === FeedKind.book || kind === FeedKind.snapshot ||
    kind === FeedKind.orderSnapshot;
}

const isKind = (kind: number): kind is FeedKind => FIXED_BYTES[kind as FeedKind] !== undefined;
