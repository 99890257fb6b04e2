/**
 * Copies a client's records into a gateway's frames, as they stand but for what the gateway says:
 * whose they are, until when they may be carried out, and how they are recognised when they come
 * again. No object is made for a record.
 *
 * @module
 */
import type { OutgoingFrame } from "../../core/batcher/outgoing_frame.ts";
import { FRAME_HEADER_BYTES, RECORD_BYTES } from "../../core/protocol/frame.ts";
import { OrderWord } from "../../core/protocol/order_record.ts";
import {
  derivedKeyHigh,
  derivedKeyLow,
  requestKeyOfClientOrderId,
} from "../../core/protocol/request_key.ts";
import { readU64, writeU64 } from "../../core/protocol/wire_buffer.ts";
import type { ClientRecords } from "./commands.ts";
import { RecordAnswers, RecordWaiter } from "./report_waiters.ts";
import type { FrameWriting } from "./write_batch.ts";

/** Writes all records; there must be room for them. O(records). */
export function writeRecords(
  { batcher, waiters, nowMicros, waitMillis }: FrameWriting,
  records: ClientRecords,
): RecordAnswers {
  const untilMillis = performance.now() + waitMillis;
  const isCancel = records.cancels === records.count;
  const parts: { readonly frame: number; readonly first: number; readonly count: number }[] = [];
  for (let at = 0; at < records.count;) {
    const frame = batcher.openFrame(isCancel, nowMicros);
    if (frame === null) throw new TypeError(`no room for record ${at} of ${records.count}`);
    const first = frame.count;
    const count = Math.min(records.count - at, frame.recordsMax - first);
    copyRecords(frame, records, at, count);
    batcher.added(count);
    parts.push({ frame: frame.number, first, count });
    at += count;
  }
  const answers = new RecordAnswers(waitMillis === 0 ? 0 : parts.length);
  let at = 0;
  for (const { frame, first, count } of parts) {
    const waiter = waitMillis === 0 ? null : new RecordWaiter(untilMillis, answers, at);
    waiters.add(frame, first, count, waiter);
    at += count;
  }
  return answers;
}

function copyRecords(
  frame: OutgoingFrame,
  { wire, textAt, account, deadlineMicros, key }: ClientRecords,
  first: number,
  count: number,
): void {
  const source = FRAME_HEADER_BYTES + first * RECORD_BYTES;
  const at = frame.addRecords(wire.bytes.subarray(source, source + count * RECORD_BYTES), count);
  const { words, halves } = frame.wire;
  for (let index = 0; index < count; index++) {
    const record = at + index * RECORD_BYTES;
    const word = record >> 2;
    words[word + OrderWord.account] = account;
    const deadline = readU64(words, word + OrderWord.deadline);
    if (deadline === 0 || deadline > deadlineMicros) {
      writeU64(words, word + OrderWord.deadline, deadlineMicros);
    }
    const textBytes = halves[(record >> 1) + 3];
    if (textBytes > 0) {
      const from = textAt + words[word + OrderWord.textOffset];
      nameByText(frame, record, wire.bytes.subarray(from, from + textBytes));
    } else if ((words[word + OrderWord.keyLow] | words[word + OrderWord.keyHigh]) === 0) {
      words[word + OrderWord.keyLow] = derivedKeyLow(key, first + index);
      words[word + OrderWord.keyHigh] = derivedKeyHigh(key);
    }
  }
}

/** Gives a record its client order id, and the key that follows from it. */
function nameByText(frame: OutgoingFrame, record: number, text: Uint8Array): void {
  const { words } = frame.wire;
  const word = record >> 2;
  const { low, high } = requestKeyOfClientOrderId(String.fromCharCode(...text));
  words[word + OrderWord.keyLow] = low;
  words[word + OrderWord.keyHigh] = high;
  frame.addTextBytes(record, text);
}
