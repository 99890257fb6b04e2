/**
 * What was published and may not have reached the broker yet.
 *
 * A client library loses what it holds when its connection breaks, and a publication has no answer.
 * So everything that was published is kept here until a flush that was begun after it has come back;
 * after a reconnect it is published again. A subscriber may then see a message twice, and knows it
 * by its sequence; it never misses one.
 *
 * ```text
 *            beginFlush(event)            confirm()
 *   open ──────────────────────▶ flushing ─────────▶ open, what was there at beginFlush is gone
 *                                    │ fail(), lost()
 *                                    └─────────────▶ open, everything is to be published again
 * ```
 *
 * @module
 */

/** A message that was published. */
export interface OutboundMessage {
  readonly subject: string;
  /** ASCII, or bytes that do not change any more. */
  readonly payload: string | Uint8Array;
  /** Event up to which everything is published once this message is, and those before it. */
  readonly event: number;
}

/** Bytes from which on depth and best prices are held and merged, until less is outstanding. */
export const HOLD_BYTES = 2 ** 22;
/** Bytes from which on nothing more is taken in, until less is outstanding. */
export const WINDOW_BYTES_MAX = 2 ** 24;

/** Messages that the broker has not confirmed. */
export class OutboundWindow {
  #messages: OutboundMessage[] = [];
  #bytes = 0;
  #confirmedEvent: number;
  /** Messages that the flush under way covers; -1 where none is. */
  #flushCount = -1;
  #flushEvent = 0;
  /** Number of the last flush. */
  #flush = 0;

  /** @param confirmedEvent event up to which everything was confirmed before */
  constructor(confirmedEvent: number) {
    this.#confirmedEvent = confirmedEvent;
  }

  /** Whether nothing is outstanding. */
  get isEmpty(): boolean {
    return this.#messages.length === 0;
  }
  /** Whether a flush is under way. */
  get isFlushing(): boolean {
    return this.#flushCount >= 0;
  }
  /** Bytes outstanding. */
  get bytes(): number {
    return this.#bytes;
  }
  /** Event up to which every message has reached the broker. */
  get confirmedEvent(): number {
    return this.#confirmedEvent;
  }

  /** Notes a message that is published now, or would be by who leads. */
  push(subject: string, payload: string | Uint8Array, event: number): void {
    this.#messages.push({ subject, payload, event });
    this.#bytes += subject.length + payload.length;
  }

  /**
   * A flush begins.
   *
   * @param settledEvent event up to which every message has been pushed
   * @returns the number of the flush
   */
  beginFlush(settledEvent: number): number {
    this.#flushCount = this.#messages.length;
    this.#flushEvent = settledEvent;
    return ++this.#flush;
  }

  /** The flush came back. One that is no longer under way, as after {@link lost}, is ignored. */
  confirm(flush: number): void {
    if (!this.isFlushing || flush !== this.#flush) return;
    for (const { subject, payload } of this.#messages.splice(0, this.#flushCount)) {
      this.#bytes -= subject.length + payload.length;
    }
    this.#flushCount = -1;
    this.#confirmedEvent = Math.max(this.#confirmedEvent, this.#flushEvent);
  }

  /** Somebody else has published everything up to this event. */
  confirmThrough(event: number): void {
    const first = this.#messages.findIndex((message) => message.event > event);
    const count = first < 0 ? this.#messages.length : first;
    for (const { subject, payload } of this.#messages.splice(0, count)) {
      this.#bytes -= subject.length + payload.length;
    }
    this.#confirmedEvent = Math.max(this.#confirmedEvent, event);
  }

  /** The flush failed. */
  fail(flush: number): void {
    if (flush === this.#flush) this.#flushCount = -1;
  }

  /** The connection broke: the flush under way means nothing any more. */
  lost(): void {
    this.#flushCount = -1;
  }

  /** Everything outstanding, oldest first: what to publish again after a reconnect. */
  get outstanding(): readonly OutboundMessage[] {
    return this.#messages;
  }
}
