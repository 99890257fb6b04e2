/**
 * A feed that is joined with an answer: first what was asked for, as of some number, and then every
 * message after it, once and in order.
 *
 * Messages that come before the answer are kept. What the answer covers is passed over; what follows
 * a hole is kept, and the answer has to be asked for again. The rule is that of
 * core/market_data/feed_messages.ts.
 *
 * @module
 */

/** The numbers of a message. */
export interface Numbered {
  readonly sequence: number;
  /** That of the message before it on the same feed. */
  readonly prevSequence: number;
}

/** Messages that are kept until the answer is there; of more, the oldest are let go. */
export const KEPT_MESSAGES_MAX = 512;

/** What became of a message: `hole`: one before it is missing, and it has been kept. */
export type Offered = "next" | "kept" | "covered" | "hole";

/** One feed of one listener. */
export class JoinedFeed<Message extends Numbered> {
  #kept: Message[] = [];
  #isJoined = false;
  #at = 0;

  /** Whether the answer is there, and nothing is missing behind it. */
  get isJoined(): boolean {
    return this.#isJoined;
  }

  /** Number of the last message that the listener has got, or that the answer covered. */
  get at(): number {
    return this.#at;
  }

  /** Takes a message. O(1). */
  offer(message: Message): Offered {
    const { sequence, prevSequence } = message;
    if (this.#isJoined) {
      if (sequence <= this.#at) return "covered";
      if (prevSequence <= this.#at) {
        this.#at = sequence;
        return "next";
      }
      this.#isJoined = false;
      this.#keep(message);
      return "hole";
    }
    this.#keep(message);
    return "kept";
  }

  /**
   * Joins with an answer as of `sequence`. O(kept).
   *
   * @returns the messages that follow it; `null` where one is missing between: ask again
   */
  join(sequence: number): Message[] | null {
    const next: Message[] = [];
    let at = sequence;
    for (let index = 0; index < this.#kept.length; index++) {
      const message = this.#kept[index];
      if (message.sequence <= at) continue;
      if (message.prevSequence > at) {
        this.#kept = this.#kept.slice(index);
        return null;
      }
      at = message.sequence;
      next.push(message);
    }
    this.#kept = [];
    this.#at = at;
    this.#isJoined = true;
    return next;
  }

  #keep(message: Message): void {
    if (this.#kept.length === KEPT_MESSAGES_MAX) this.#kept.shift();
    this.#kept.push(message);
  }
}
