/**
 * The order of each sender's frames: a frame that comes before its predecessor is refused, so that
 * the commands of one account stay in their order however many frames a gateway has in flight.
 *
 * A function of the frames in the log alone: a leader that starts from a replay judges as the one
 * before it did.
 *
 * @module
 */

/** Senders that are remembered; the one silent for longest is forgotten first. */
export const SENDERS_MAX = 4096;

/** Highest frame number that was accepted from each sender. */
export class SenderOrder {
  readonly #last = new Map<number, number>();

  /** Senders that are remembered. */
  get count(): number {
    return this.#last.size;
  }

  /** Each sender with the highest frame number, the one silent for longest first. */
  entries(): IterableIterator<[sender: number, number: number]> {
    return this.#last.entries();
  }

  /**
   * Whether a frame may be taken now, and remembers it when it may. It may when all frames before it
   * are answered (so a sender that is not known, or that has given a frame up, goes on from there),
   * when it is the sender's next, or when it was taken before (the outcome table answers it).
   *
   * @param behind frames of the sender before this one that have no answer yet
   */
  accept(sender: number, number: number, behind: number): boolean {
    const last = this.#last.get(sender);
    const follows = last !== undefined && number <= last + 1;
    if (behind !== 0 && !follows) return false;
    this.remember(sender, number);
    return true;
  }

  /** Remembers that a frame of the sender is in the log, which makes it the one heard last. */
  remember(sender: number, number: number): void {
    // A repeat of an earlier frame changes nothing about the highest.
    const highest = Math.max(number, this.#last.get(sender) ?? 0);
    this.#last.delete(sender);
    if (this.#last.size >= SENDERS_MAX) {
      const [oldest] = this.#last.keys();
      if (oldest !== undefined) this.#last.delete(oldest);
    }
    this.#last.set(sender, highest);
  }
}
