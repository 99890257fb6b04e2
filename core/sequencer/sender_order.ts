/**
 * The order of each sender's frames: a frame that comes before its predecessor is refused, so that
 * the commands of one account stay in their order however many frames a gateway has in flight.
 *
 * @module
 */

/** Senders that are remembered; the one silent for longest is forgotten first. */
export const SENDERS_MAX = 4096;

/** Highest frame number that was accepted from each sender. */
export class SenderOrder {
  readonly #last = new Map<number, number>();

  /**
   * Whether a frame may be taken now: it is the sender's next, or was taken before (the outcome
   * table answers it), or the sender is not known and has no unanswered frame before this one.
   * Remembers it when it may.
   */
  accept(sender: number, number: number, behind: number): boolean {
    const last = this.#last.get(sender);
    if (last === undefined ? behind !== 0 : number > last + 1) return false;
    if (last === undefined || number > last) this.remember(sender, number);
    return true;
  }

  /** Remembers the highest frame of a sender, as one that has just been heard. */
  remember(sender: number, number: number): void {
    this.#last.delete(sender);
    if (this.#last.size >= SENDERS_MAX) {
      const [oldest] = this.#last.keys();
      if (oldest !== undefined) this.#last.delete(oldest);
    }
    this.#last.set(sender, number);
  }
}
