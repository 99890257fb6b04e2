/**
 * Messages of a feed that wait for a snapshot, as copies: whoever hands one over may reuse its bytes.
 *
 * @module
 */

import { u64At } from "./feed_check.ts";
import { FeedWord } from "./feed_frame.ts";

const SEQUENCE_AT = FeedWord.sequence * 4;

/** Messages that are kept; the oldest go first. */
export const KEPT_MESSAGES_MAX = 1_000;
/** Bytes that are kept; the oldest messages go first. The newest message is kept at any length. */
export const KEPT_BYTES_MAX = 2 ** 22;

/** The newest messages, in the order in which they came. */
export class KeptMessages {
  #messages: Uint8Array[] = [];
  #byteLength = 0;

  /** The oldest message that is kept. */
  get oldest(): Uint8Array | undefined {
    return this.#messages[0];
  }

  /** Keeps a copy of the message. */
  keep(message: Uint8Array): void {
    this.#messages.push(message.slice());
    this.#byteLength += message.length;
    while (
      this.#messages.length > KEPT_MESSAGES_MAX ||
      (this.#byteLength > KEPT_BYTES_MAX && this.#messages.length > 1)
    ) this.#byteLength -= this.#messages.shift()?.length ?? 0;
  }

  /** The messages with a sequence above this, the oldest first; they stay kept. O(messages). */
  newerThan(sequence: number): readonly Uint8Array[] {
    return this.#messages.filter((message) => u64At(message, SEQUENCE_AT) > sequence);
  }

  /** Hands out the messages, the oldest first, and keeps none. */
  take(): readonly Uint8Array[] {
    const messages = this.#messages;
    this.clear();
    return messages;
  }

  /** Keeps none any more. */
  clear(): void {
    this.#messages = [];
    this.#byteLength = 0;
  }
}
