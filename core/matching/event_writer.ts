/**
 * Writes event records, one behind the other, into a buffer that is allocated before it is needed,
 * and folds them into the state hash.
 *
 * The buffer holds the events of one append: the caller resets it before the append and sees before
 * each command that there is room for the worst one.
 *
 * @module
 */
import * as frames from "../protocol/frame.ts";
import * as eventRecord from "../protocol/event_record.ts";
import { WireBuffer } from "../protocol/wire_buffer.ts";
import * as wireBuffer from "../protocol/wire_buffer.ts";

const { RECORD_BYTES, TEXT_BYTES_MAX } = frames;
const { EventWord } = eventRecord;
const { writeU64 } = wireBuffer;

const RECORD_WORDS_SHIFT = 4;
/** More events than any buffer holds. */
const RECORD_INDEX_MASK = 0xffffff;
/** Room for texts at the start. */
const TEXT_CAPACITY_BYTES = 2 ** 16;

/** The events of one append, and the running hash over all events of the shard. */
export class EventWriter {
  buffer: WireBuffer;
  /** Events in the buffer. */
  count = 0;
  /** Sequence of the last event of the shard, from 1. */
  sequence = 0;
  /** Index of the present command in its frame. */
  commandIndex = 0;
  /** Client order ids of the append's accepted orders, one behind the other. */
  texts: Uint8Array<ArrayBuffer>;
  /** Bytes of {@link texts} in use. */
  textLength = 0;
  /** Events that the buffer holds. */
  #capacity: number;
  /** Offset of the record that is being written. */
  #at = 0;
  /** Halves of the hash, as signed integers: larger ones would be kept as doubles. */
  #hashLow = 0x811c9dc5 | 0;
  #hashHigh = 0x2545f491;
  /** Events of the buffer that are in the hash. */
  #folded = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.buffer = WireBuffer.allocate(capacity * RECORD_BYTES);
    this.texts = new Uint8Array(TEXT_CAPACITY_BYTES);
  }

  /** Events that still fit. */
  get freeCount(): number {
    return this.#capacity - this.count;
  }

  /** Longest texts that still fit. */
  get freeTextCount(): number {
    return Math.floor((this.texts.length - this.textLength) / TEXT_BYTES_MAX);
  }

  /** Doubles the room for texts: a safe point is needed, for it allocates. */
  growTexts(): void {
    const larger = new Uint8Array(this.texts.length * 2);
    larger.set(this.texts);
    this.texts = larger;
  }

  /** Copies a text of the append and returns its offset. */
  addText(source: Uint8Array, start: number, length: number): number {
    const offset = this.textLength;
    for (let at = 0; at < length; at++) this.texts[offset + at] = source[start + at];
    this.textLength += length;
    return offset;
  }

  /** Doubles the buffer: a safe point is needed, for it allocates. */
  grow(): void {
    const larger = WireBuffer.allocate(this.buffer.bytes.length * 2);
    larger.bytes.set(this.buffer.bytes);
    this.buffer = larger;
    this.#capacity *= 2;
  }

  /** Starts the events of the next append. */
  reset(): void {
    this.fold();
    this.count = 0;
    this.#folded = 0;
    this.textLength = 0;
  }

  /** Begins a record; {@link four} ends it. */
  head(
    kind: number,
    side: number,
    status: number,
    flags: number,
    code: number,
    instrument: number,
    account: number,
    orderId: number,
  ): void {
    const words = this.buffer.words;
    const at = this.count << RECORD_WORDS_SHIFT;
    this.#at = at;
    words[at] = kind | (side << 8) | (status << 16) | (flags << 24);
    words[at | 1] = code | (this.commandIndex << 16);
    words[at | EventWord.instrument] = instrument;
    words[at | EventWord.account] = account;
    writeU64(words, at | EventWord.orderId, orderId);
  }

  /** Ends a record whose first field is a request key. */
  keyed(
    keyLow: number,
    keyHigh: number,
    price: number,
    quantity: number,
    leaves: number,
    last: number,
  ): void {
    const words = this.buffer.words;
    words[this.#at | EventWord.first] = keyLow;
    words[this.#at | EventWord.first | 1] = keyHigh;
    this.#end(price, quantity, leaves, last);
  }

  /** Ends a record with four numbers. */
  four(first: number, price: number, quantity: number, leaves: number, last: number): void {
    writeU64(this.buffer.words, this.#at | EventWord.first, first);
    this.#end(price, quantity, leaves, last);
  }

  /** The low half of the hash over every event of the frames so far, as a signed integer. */
  get hashLow(): number {
    return this.#hashLow;
  }

  /** Its high half. */
  get hashHigh(): number {
    return this.#hashHigh;
  }

  /** Goes on behind event `sequence`, where the state hash had these halves. */
  resume(sequence: number, hashLow: number, hashHigh: number): void {
    this.sequence = sequence;
    this.#hashLow = hashLow | 0;
    this.#hashHigh = hashHigh | 0;
  }

  /** The hash over every event so far, as 16 hexadecimal digits. */
  get stateHash(): string {
    this.fold();
    return (this.#hashHigh >>> 0).toString(16).padStart(8, "0") +
      (this.#hashLow >>> 0).toString(16).padStart(8, "0");
  }

  #end(price: number, quantity: number, leaves: number, last: number): void {
    const words = this.buffer.words;
    const at = this.#at;
    writeU64(words, at | EventWord.price, price);
    writeU64(words, at | EventWord.quantity, quantity);
    writeU64(words, at | EventWord.leaves, leaves);
    writeU64(words, at | EventWord.last, last);
    this.end();
  }

  /** Where the next record's words begin. {@link end} ends it; nothing else may come between. */
  begin(): number {
    return this.count << RECORD_WORDS_SHIFT;
  }

  /** Ends the record whose words were written from where {@link begin} said. */
  end(): void {
    this.count++;
    this.sequence++;
  }

  /**
   * Folds the records that are not yet in it into the state hash. At the end of each frame: many at
   * once take half the time of each by itself, and they are still in the cache. O(events).
   */
  fold(): void {
    const { words } = this.buffer;
    let low = this.#hashLow;
    let high = this.#hashHigh;
    for (let index = this.#folded; index < this.count; index++) {
      // The mask tells the compiler that no sum below overflows; a loop would cost a third more.
      const record = (index & RECORD_INDEX_MASK) << RECORD_WORDS_SHIFT;
      low = foldLow(low, words[record]);
      high = foldHigh(high, words[record + 1]);
      low = foldLow(low, words[record + 2]);
      high = foldHigh(high, words[record + 3]);
      low = foldLow(low, words[record + 4]);
      high = foldHigh(high, words[record + 5]);
      low = foldLow(low, words[record + 6]);
      high = foldHigh(high, words[record + 7]);
      low = foldLow(low, words[record + 8]);
      high = foldHigh(high, words[record + 9]);
      low = foldLow(low, words[record + 10]);
      high = foldHigh(high, words[record + 11]);
      low = foldLow(low, words[record + 12]);
      high = foldHigh(high, words[record + 13]);
      low = foldLow(low, words[record + 14]);
      high = foldHigh(high, words[record + 15]);
      const mixed = low ^ (high >>> 7);
      high ^= low << 9;
      low = mixed;
    }
    this.#hashLow = low;
    this.#hashHigh = high;
    this.#folded = this.count;
  }
}

/** Folds an even word of a record into the one half of the state hash. */
function foldLow(hash: number, word: number): number {
  return Math.imul(hash ^ word, 0x01000193) ^ (hash >>> 15);
}

/** Folds an odd word into the other half. */
function foldHigh(hash: number, word: number): number {
  return Math.imul(hash ^ word, 0x85ebca6b) ^ (hash >>> 13);
}
