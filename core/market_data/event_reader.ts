/**
 * Reads a frame of events in place: its structure is checked once, then the reader stands on one
 * record after the other and gives its fields, without an object a record.
 *
 * @module
 */
import { EventWord } from "../protocol/event_record.ts";
import { checkEventsFrame } from "../protocol/events_frame.ts";
import { frameCount, RECORD_BYTES } from "../protocol/frame.ts";
import {
  POSITIONED_BODY_BYTES,
  positionEpoch,
  positionFirstEvent,
  positionNumber,
  positionStampMicros,
} from "../protocol/position.ts";
import { ResultCode } from "../protocol/result_code.ts";
import { type ChangeableTerms, termsOfEvent } from "../protocol/terms_change.ts";
import { readU64, WireBuffer } from "../protocol/wire_buffer.ts";

/** Room for a frame at the start; it doubles where a longer one comes. */
const CAPACITY_BYTES = 2 ** 17;
/** Longest frame that is read: the broker's messages are shorter. */
export const EVENTS_FRAME_BYTES_MAX = 2 ** 26;

/** A reader with a buffer of its own, for one frame at a time. Owner: the thread that made it. */
export class EventReader {
  #frame = WireBuffer.allocate(CAPACITY_BYTES);
  #count = 0;
  #word = 0;
  #index = 0;
  #firstSequence = 0;
  #stampMicros = 0;

  /**
   * Copies a frame into the reader's buffer and checks it. After any other code than `ok` the
   * reader holds no events. O(bytes).
   *
   * @returns `ok`, or the band-100 code of what is wrong
   */
  load(message: Uint8Array): ResultCode {
    this.#count = 0;
    const { length } = message;
    if (length < POSITIONED_BODY_BYTES) return ResultCode.frameTruncated;
    if (length > EVENTS_FRAME_BYTES_MAX) return ResultCode.frameTooLong;
    if (length > this.#frame.bytes.length) this.#frame = WireBuffer.allocate(length * 2);
    const frame = this.#frame;
    frame.bytes.set(message);
    const code = checkEventsFrame(frame, length);
    if (code !== ResultCode.ok) return code;
    this.#count = frameCount(frame, 0);
    this.#firstSequence = positionFirstEvent(frame, 0);
    this.#stampMicros = positionStampMicros(frame, 0);
    this.seek(0);
    return ResultCode.ok;
  }

  /** Events in the frame. */
  get count(): number {
    return this.#count;
  }
  /** Sequence of the frame's first event. */
  get firstSequence(): number {
    return this.#firstSequence;
  }
  /** Stamp of the append in microseconds. */
  get stampMicros(): number {
    return this.#stampMicros;
  }
  /** Sequence of the append in the journal. */
  get journalSequence(): number {
    return positionNumber(this.#frame, 0);
  }
  /** Epoch of the leader that wrote the frame. */
  get epoch(): number {
    return positionEpoch(this.#frame, 0);
  }

  /** Stands on the event with the given index, below {@link count}. */
  seek(index: number): void {
    this.#index = index;
    this.#word = (POSITIONED_BODY_BYTES + index * RECORD_BYTES) >> 2;
  }
  /** Sequence of the event among those of the shard. */
  get sequence(): number {
    return this.#firstSequence + this.#index;
  }
  /** EventKind. */
  get kind(): number {
    return this.#frame.words[this.#word] & 0xff;
  }
  /** Side of the order; of a reference event the second byte of its command. */
  get side(): number {
    return (this.#frame.words[this.#word] >>> 8) & 0xff;
  }
  /** Bits of EventFlag. */
  get flags(): number {
    return this.#frame.words[this.#word] >>> 24;
  }
  /** Number of the instrument. */
  get instrument(): number {
    return this.#frame.words[this.#word + EventWord.instrument];
  }
  /** Id of the order; of a reference event the kind of its command. */
  get orderId(): number {
    return readU64(this.#frame.words, this.#word + EventWord.orderId);
  }
  /** Price in ticks; not of an amended event, which has two. */
  get priceTicks(): number {
    return readU64(this.#frame.words, this.#word + EventWord.price);
  }
  /** Of an amended event: the price before, in ticks. */
  get priceBeforeTicks(): number {
    return this.#frame.words[this.#word + EventWord.priceBefore];
  }
  /** Quantity in lots, or what the kind has in its place. */
  get quantityLots(): number {
    return readU64(this.#frame.words, this.#word + EventWord.quantity);
  }
  /** Leaves or lots taken off the book. */
  get leavesLots(): number {
    return readU64(this.#frame.words, this.#word + EventWord.leaves);
  }
  /** Of an event that terms of an instrument have changed: as they are then. */
  get changedTerms(): ChangeableTerms {
    return termsOfEvent(this.#frame.words, this.#word);
  }
  /** Trade id of a trade. */
  get tradeId(): number {
    return readU64(this.#frame.words, this.#word + EventWord.last);
  }
}
