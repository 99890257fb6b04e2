/**
 * A frame of orders in the making at a gateway: records from the front, texts gathered beside them
 * and put behind the last record when the frame is sealed.
 *
 * @module
 */
import {
  EXTENDED_RECORD_BYTES,
  FRAME_HEADER_BYTES,
  FRAME_RECORDS_MAX,
  RECORD_BYTES,
  TEXT_BYTES_MAX,
  writeFrameCrc,
  writeFrameHeader,
} from "../protocol/frame.ts";
import { writeTextReference } from "../protocol/order_record.ts";
import { padToEight, WireBuffer } from "../protocol/wire_buffer.ts";

/**
 * Most records in one frame of a gateway: the most that a frame may have. Four of 512 cost the broker,
 * the leader and the gateway a seventh more CPU for each order (bench:batch).
 */
export const FRAME_RECORDS = FRAME_RECORDS_MAX;

/** A frame, its records, and when it was filled and sent. */
export class OutgoingFrame {
  readonly wire: WireBuffer;
  /** Most records that it takes. */
  readonly recordsMax: number;
  readonly #texts: Uint8Array;
  #textLength = 0;
  #end = FRAME_HEADER_BYTES;
  /** Frame number; 0 while it is free. */
  number = 0;
  count = 0;
  byteLength = 0;
  /** When the first record came in. */
  openedMicros = 0;
  sentMicros = 0;
  attempts = 0;
  isSealed = false;

  constructor(recordsMax: number = FRAME_RECORDS) {
    this.recordsMax = recordsMax;
    const textBytes = padToEight(recordsMax * TEXT_BYTES_MAX);
    this.wire = WireBuffer.allocate(
      FRAME_HEADER_BYTES + recordsMax * RECORD_BYTES + EXTENDED_RECORD_BYTES + textBytes,
    );
    this.#texts = new Uint8Array(textBytes);
  }

  /** Takes the frame into use under a number. */
  open(number: number, nowMicros: number): void {
    this.number = number;
    this.count = 0;
    this.#end = FRAME_HEADER_BYTES;
    this.#textLength = 0;
    this.openedMicros = nowMicros;
    this.sentMicros = 0;
    this.attempts = 0;
    this.isSealed = false;
  }

  /** Offset of a new record of `length` bytes, which the caller writes. */
  addRecord(length: number = RECORD_BYTES): number {
    const at = this.#end;
    this.#end += length;
    this.count++;
    return at;
  }

  /**
   * Adds `count` plain records as they stand; there must be room for them. Those with a text get it by
   * {@link addTextBytes}.
   *
   * @returns the offset of the first
   */
  addRecords(records: Uint8Array, count: number): number {
    const at = this.#end;
    this.wire.bytes.set(records, at);
    this.#end += records.length;
    this.count += count;
    return at;
  }

  /** Adds the text of the record at `at` in bytes. */
  addTextBytes(at: number, text: Uint8Array): void {
    writeTextReference(this.wire, at, this.#textLength, text.length);
    this.#texts.set(text, this.#textLength);
    this.#textLength += text.length;
  }

  /** Adds the ASCII text of the record at `at`, whose other fields are written already. */
  addText(at: number, text: string): void {
    writeTextReference(this.wire, at, this.#textLength, text.length);
    this.addFrameText(text);
  }

  /** Adds ASCII text that is of no record, behind all that are; with them there must be room. */
  addFrameText(text: string): void {
    for (let index = 0; index < text.length; index++) {
      this.#texts[this.#textLength++] = text.charCodeAt(index);
    }
  }

  /** Completes the frame but for its CRC: nothing can be added any more. */
  seal(kind: number, sender: number): void {
    const textBytes = padToEight(this.#textLength);
    this.wire.bytes.fill(0, this.#end, this.#end + textBytes);
    this.wire.bytes.set(this.#texts.subarray(0, this.#textLength), this.#end);
    this.byteLength = this.#end + textBytes;
    this.isSealed = true;
    const { wire, count, number, byteLength } = this;
    writeFrameHeader(wire, 0, kind, count, sender, number, textBytes, byteLength);
  }

  /** Sets the CRC-32 of the sealed frame. */
  setCrc(crc: number): void {
    writeFrameCrc(this.wire, 0, crc);
  }

  /** The sealed message. */
  get message(): Uint8Array {
    return this.wire.bytes.subarray(0, this.byteLength);
  }
}
