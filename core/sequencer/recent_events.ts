/**
 * The last messages that a replica's appends make of the events stream. A leader that dies leaves a
 * bounded number of them unstored (see events_log.ts); whoever takes over has them here.
 *
 * @module
 */
import { frameCount } from "../protocol/frame.ts";
import { positionFirstEvent } from "../protocol/position.ts";
import { WireBuffer } from "../protocol/wire_buffer.ts";
import { EVENTS_WAITING_BYTES_MAX, EVENTS_WAITING_MAX } from "./events_log.ts";

/** Kept beyond what a leader may leave behind, for what one append may add. */
const SPARE_MESSAGES = 64;
const SPARE_BYTES = 16 * 1_048_576;

/** A ring of messages by their place in the stream. */
export class RecentEvents {
  readonly #messages: Uint8Array[] = [];
  #bytes = 0;
  /** Place of the oldest message here. */
  #firstPlace: number;

  /** @param made messages that were made before */
  constructor(made: number) {
    this.#firstPlace = made + 1;
  }

  /** Place of the oldest message that is kept; one beyond the last where none is. */
  get firstPlace(): number {
    return this.#firstPlace;
  }

  /** The messages that are kept, oldest first. */
  get messages(): readonly Uint8Array[] {
    return this.#messages;
  }

  /** Takes the next message. */
  add(message: Uint8Array): void {
    this.#messages.push(message);
    this.#bytes += message.length;
    while (
      this.#messages.length > EVENTS_WAITING_MAX + SPARE_MESSAGES ||
      this.#bytes > EVENTS_WAITING_BYTES_MAX + SPARE_BYTES
    ) {
      this.#bytes -= this.#messages[0].length;
      this.#messages.shift();
      this.#firstPlace++;
    }
  }
}

/** Sequence of the last event in a message of the events stream. */
export function lastEventOf(message: Uint8Array): number {
  const wire = WireBuffer.copyOf(message);
  return positionFirstEvent(wire, 0) + frameCount(wire, 0) - 1;
}
