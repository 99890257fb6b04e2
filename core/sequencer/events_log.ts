/**
 * Gets the messages of the events stream there, each at its place, whatever is lost on the way.
 *
 * A pure state machine. The journal decides what the n-th message of the stream says, so every
 * message is sent with the place it must get, and the broker refuses it anywhere else. Many may be
 * in flight: one that is lost makes the broker refuse those behind it, and the stream is read and
 * the rest sent again. Two leaders may write at once: they write the same. The stream therefore
 * never has a hole, a repeat, or a message out of order.
 *
 * ```text
 *   add ──▶ waiting ──next──▶ sent ──stored──▶ gone
 *                               │ refused, no answer, reconnect
 *                               ▼
 *                            in doubt: read how long the stream is ──▶ send what is not in it again
 * ```
 *
 * @module
 */

/** Messages that are not stored beyond which the leader takes no more orders. */
export const EVENTS_WAITING_MAX = 512;
/** Bytes of them, likewise. One append may add its messages whatever their size. */
export const EVENTS_WAITING_BYTES_MAX = 64 * 1_048_576;

/** A message and the sequence that it must get in the stream. */
export interface PlacedMessage {
  readonly place: number;
  readonly message: Uint8Array;
}

/** What came out of a doubt. */
export type EventsResolved = "resend" | "none" | "lost";

/** Keeps the messages that are not known to be stored. */
export class EventsLog {
  /** Oldest first, their places without a gap up to {@link made}. */
  readonly #waiting: PlacedMessage[] = [];
  #waitingBytes = 0;
  #made = 0;
  #stored = 0;
  /** Place up to which messages were sent in the present round. */
  #sent = 0;
  #round = 1;
  #isInDoubt = false;
  /** What was known to be stored when the doubt began. */
  #storedBeforeDoubt = 0;

  /** Counts the times that sending began anew: refusals of an earlier round say nothing. */
  get round(): number {
    return this.#round;
  }

  /** Messages that were made: the place of the last one. */
  get made(): number {
    return this.#made;
  }

  /** Place up to which the stream is known to be written. */
  get stored(): number {
    return this.#stored;
  }

  /** Messages that are not known to be stored. */
  get waitingCount(): number {
    return this.#waiting.length;
  }

  /** Whether the stream keeps up. */
  get hasRoom(): boolean {
    return this.#waiting.length < EVENTS_WAITING_MAX &&
      this.#waitingBytes < EVENTS_WAITING_BYTES_MAX;
  }

  /** The stream was read: it has this many messages. Call before the first message is made. */
  begin(stored: number): void {
    this.#stored = stored;
    this.#sent = stored;
  }

  /** The replica begins behind its first `made` messages, all of which are stored. */
  beginBehind(made: number): void {
    this.#made = made;
  }

  /** Whether the next message that is made is in the stream already, so that nobody need make it. */
  get nextIsStored(): boolean {
    return this.#made < this.#stored;
  }

  /** Takes the next message; `null` stands for one that {@link nextIsStored}. */
  add(message: Uint8Array | null): void {
    this.#made++;
    if (message === null || this.#made <= this.#stored) return;
    this.#waiting.push({ place: this.#made, message });
    this.#waitingBytes += message.length;
  }

  /** The next message to send; `null` when there is none, or while in doubt. */
  next(): PlacedMessage | null {
    if (this.#isInDoubt) return null;
    const oldest = this.#waiting[0];
    if (oldest === undefined) return null;
    const place = Math.max(this.#sent + 1, oldest.place);
    const message = this.#waiting[place - oldest.place];
    if (message === undefined) return null;
    this.#sent = place;
    return message;
  }

  /** A message was stored at this place, in whichever round it was sent. */
  acknowledged(place: number): void {
    if (place > this.#stored) this.#drop(place);
  }

  /**
   * Messages were lost, or may have been: nothing more is sent until the stream was read.
   *
   * @returns the round that {@link resolve} asks for
   */
  doubt(): number {
    if (!this.#isInDoubt) {
      this.#isInDoubt = true;
      this.#storedBeforeDoubt = this.#stored;
      this.#round++;
    }
    return this.#round;
  }

  /**
   * The stream was read in this round: it has `stored` messages. More than were made here is no
   * error: another leader is ahead. Fewer than were acknowledged before the doubt is one.
   */
  resolve(round: number, stored: number): EventsResolved {
    if (!this.#isInDoubt || round !== this.#round) return "none";
    if (stored < this.#storedBeforeDoubt) return "lost";
    this.#drop(Math.max(stored, this.#stored));
    this.#isInDoubt = false;
    this.#sent = this.#stored;
    return "resend";
  }

  #drop(stored: number): void {
    this.#stored = stored;
    let count = 0;
    while (count < this.#waiting.length && this.#waiting[count].place <= stored) {
      this.#waitingBytes -= this.#waiting[count++].message.length;
    }
    this.#waiting.splice(0, count);
  }
}
