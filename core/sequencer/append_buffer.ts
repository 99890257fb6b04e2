/**
 * One message of the journal in the making: the frames of many senders behind each other, as they
 * came, in one aligned buffer.
 *
 * ```text
 * offset | bytes | field
 *      0 |    32 | frame header, kind append; count: number of inner frames; sender 0
 *     32 |    32 | position block: stamp, first command number, epoch, number of commands
 *     64 |     - | the inner frames, each a multiple of 8 bytes long
 * ```
 *
 * A buffer goes round: filling, in flight, applied, free. It is written only while it fills; the
 * client library sends it without copying, so it is reused only once the append is acknowledged
 * and applied.
 *
 * @module
 */
import {
  checkRecordFrame,
  frameCount,
  FrameKind,
  writeFrameCrc,
  writeFrameHeader,
} from "../protocol/frame.ts";
import { POSITIONED_BODY_BYTES, writePosition } from "../protocol/position.ts";
import { ResultCode } from "../protocol/result_code.ts";
import { padToEight, WireBuffer } from "../protocol/wire_buffer.ts";

/** Longest append: half of the broker's `max_payload` of 1 MiB. */
export const APPEND_BYTES_MAX = 512 * 1024;
/** Most frames that one append takes. */
export const APPEND_FRAMES_MAX = 1024;

/** A buffer for one append. */
export class AppendBuffer {
  readonly wire: WireBuffer = WireBuffer.allocate(APPEND_BYTES_MAX);
  /** Bytes in use. */
  byteLength = POSITIONED_BODY_BYTES;
  frameCount = 0;
  commandCount = 0;
  /** Where each inner frame begins, and how long it is. */
  readonly offsets = new Int32Array(APPEND_FRAMES_MAX);
  readonly lengths = new Int32Array(APPEND_FRAMES_MAX);
  /** Where the answer to each inner frame goes. */
  readonly replies: string[] = [];
  stampMicros = 0;
  epoch = 0;
  firstCommand = 0;

  /** The message as it is sent. */
  get message(): Uint8Array {
    return this.wire.bytes.subarray(0, this.byteLength);
  }

  /** Makes the buffer ready to be filled. */
  reset(): void {
    this.byteLength = POSITIONED_BODY_BYTES;
    this.frameCount = 0;
    this.commandCount = 0;
    this.replies.length = 0;
  }

  /** Whether a frame of this length still fits. */
  hasRoom(byteLength: number): boolean {
    return this.frameCount < APPEND_FRAMES_MAX &&
      this.byteLength + padToEight(byteLength) <= APPEND_BYTES_MAX;
  }

  /**
   * Copies a frame in and checks its structure. The caller has seen {@link hasRoom}.
   *
   * @returns `ok`, or why the frame is refused; then the buffer is as before
   */
  add(bytes: Uint8Array, kind: number, reply: string): ResultCode {
    const at = this.byteLength;
    if ((bytes.length & 7) !== 0) return ResultCode.frameTruncated;
    this.wire.bytes.set(bytes, at);
    const code = checkRecordFrame(this.wire, at, bytes.length, kind);
    if (code !== ResultCode.ok) return code;
    this.offsets[this.frameCount] = at;
    this.lengths[this.frameCount] = bytes.length;
    this.replies.push(reply);
    this.frameCount++;
    this.commandCount += frameCount(this.wire, at);
    this.byteLength += bytes.length;
    return ResultCode.ok;
  }

  /** Takes the frame that was added last out again. */
  removeLast(): void {
    this.frameCount--;
    this.byteLength = this.offsets[this.frameCount];
    this.commandCount -= frameCount(this.wire, this.byteLength);
    this.replies.pop();
  }

  /** Writes the header. The caller sets the CRC before it sends. */
  seal(stampMicros: number, epoch: number, firstCommand: number): void {
    this.stampMicros = stampMicros;
    this.epoch = epoch;
    this.firstCommand = firstCommand;
    const { wire, byteLength, commandCount } = this;
    writeFrameHeader(wire, 0, FrameKind.append, this.frameCount, 0, 0, 0, byteLength);
    writePosition(wire, 0, stampMicros, firstCommand, 0, epoch, commandCount);
  }

  /** Sets the CRC-32 of the sealed message. */
  setCrc(crc: number): void {
    writeFrameCrc(this.wire, 0, crc);
  }
}
