/**
 * The events of an append as messages for the events stream: one, or several where they do not fit.
 *
 * ```text
 * offset | bytes | field
 *      0 |    32 | frame header, kind events; count: records of this message
 *     32 |    32 | position block: stamp, journal sequence, sequence of the message's first event,
 *        |       | epoch, events of the whole append
 *     64 |  64×n | event records
 *      - |     - | the texts of this message's accepted orders
 * ```
 *
 * @module
 */
import type { EventWriter } from "../matching/event_writer.ts";
import * as eventRecord from "../protocol/event_record.ts";
import * as frames from "../protocol/frame.ts";
import * as position from "../protocol/position.ts";
import { WireBuffer } from "../protocol/wire_buffer.ts";
import * as wireBuffer from "../protocol/wire_buffer.ts";

const { EventKind, EventWord } = eventRecord;
const { FrameKind, RECORD_BYTES, TEXT_BYTES_MAX, writeFrameHeader } = frames;
const { POSITIONED_BODY_BYTES, writePosition } = position;
const { padToEight } = wireBuffer;

/** Events in one message: with a text each they stay below the broker's `max_payload` of 1 MiB. */
export const EVENTS_PER_MESSAGE_MAX = 8192;

/** Messages that an append with so many events makes. */
export const eventMessagesOf = (events: number): number =>
  Math.ceil(events / EVENTS_PER_MESSAGE_MAX);

/**
 * The events `from .. to` of the present append, at most {@link EVENTS_PER_MESSAGE_MAX}, as a new
 * message without its CRC. O(events).
 */
export function eventsMessage(
  events: EventWriter,
  from: number,
  to: number,
  stampMicros: number,
  journalSequence: number,
  epoch: number,
): WireBuffer {
  const count = to - from;
  const texts = textRange(events, from, to);
  const textBytes = padToEight(texts.end - texts.start);
  const recordsEnd = POSITIONED_BODY_BYTES + count * RECORD_BYTES;
  const message = WireBuffer.allocate(recordsEnd + textBytes);
  message.bytes.set(
    events.buffer.bytes.subarray(from * RECORD_BYTES, to * RECORD_BYTES),
    POSITIONED_BODY_BYTES,
  );
  message.bytes.set(events.texts.subarray(texts.start, texts.end), recordsEnd);
  if (texts.start > 0) moveTexts(message, count, texts.start);
  const firstSequence = events.sequence - events.count + 1 + from;
  const length = recordsEnd + textBytes;
  writeFrameHeader(message, 0, FrameKind.events, count, 0, firstSequence, textBytes, length);
  writePosition(message, 0, stampMicros, journalSequence, firstSequence, epoch, events.count);
  return message;
}

/** Where the texts of the accepted orders among the events begin and end. */
function textRange(
  events: EventWriter,
  from: number,
  to: number,
): { readonly start: number; readonly end: number } {
  let start = -1;
  let end = 0;
  const { bytes, words } = events.buffer;
  for (let event = from; event < to && events.textLength > 0; event++) {
    const at = event * RECORD_BYTES;
    const length = words[(at >> 2) + EventWord.leaves + 1];
    if (bytes[at] !== EventKind.accepted || length === 0 || length > TEXT_BYTES_MAX) continue;
    const offset = words[(at >> 2) + EventWord.leaves];
    if (start < 0) start = offset;
    end = offset + length;
  }
  return start < 0 ? { start: 0, end: 0 } : { start, end };
}

/** Makes text references count from the message's own text section. */
function moveTexts(message: WireBuffer, count: number, by: number): void {
  for (let index = 0; index < count; index++) {
    const at = POSITIONED_BODY_BYTES + index * RECORD_BYTES;
    const word = (at >> 2) + EventWord.leaves;
    if (message.bytes[at] === EventKind.accepted && message.words[word + 1] !== 0) {
      message.words[word] -= by;
    }
  }
}
