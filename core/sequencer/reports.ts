/**
 * The answer to one frame: the events of its commands, without those of the makers they met and
 * without the money that a self-trade moved.
 *
 * ```text
 * offset | bytes | field
 *      0 |    32 | frame header, kind reports, with sender and number of the frame answered
 *     32 |    32 | position block: stamp, journal sequence, sequence of the append's first event
 *     64 |  64×n | event records
 *      - |   4×n | for each record, its event sequence less that of the append's first event
 * ```
 *
 * A command with very many events, and where all of them do not fit one with more than its share, has
 * its first ones and its last two, and of its `amended` events the last, for its order's quantity
 * counts from there. `EventFlag.cut` on its first record says so;
 * the fills that are missing are read by a query.
 *
 * @module
 */
import * as eventRecord from "../protocol/event_record.ts";
import * as frames from "../protocol/frame.ts";
import * as position from "../protocol/position.ts";
import { WireBuffer } from "../protocol/wire_buffer.ts";
import * as wireBuffer from "../protocol/wire_buffer.ts";
import type { EventWriter } from "../matching/event_writer.ts";

const { EventFlag, EventKind } = eventRecord;
const { FrameKind, RECORD_BYTES, writeFrameHeader } = frames;
const { POSITIONED_BODY_BYTES, writePosition } = position;
const { padToEight } = wireBuffer;

/** Records of an answer, so that it stays below the broker's `max_payload`. */
export const REPORTS_MAX = 12_000;
/** Most records that one command has in an answer. */
export const REPORTS_PER_COMMAND_MAX = 128;
/** Fewest, however many commands share an answer that has not room for all. */
const REPORTS_PER_COMMAND_LEAST = 5;

/** Where an answer stands in the log. */
export interface ReportsPosition {
  readonly sender: number;
  readonly frameNumber: number;
  readonly commands: number;
  readonly stampMicros: number;
  readonly journalSequence: number;
  readonly firstEventSequence: number;
  readonly epoch: number;
}

/**
 * Collects the answer to one frame from `events[from .. to)` in a new buffer. O(events).
 *
 * @returns the message, without its CRC
 */
export function collectReports(
  events: EventWriter,
  from: number,
  to: number,
  position: ReportsPosition,
): WireBuffer {
  const perCommand = recordsPerCommand(to - from, position.commands);
  const chosen = new Int32Array(to - from);
  const cut: number[] = [];
  const count = choose(events, from, to, perCommand, chosen, cut);
  const offsetsBytes = padToEight(count * 4);
  const byteLength = POSITIONED_BODY_BYTES + count * RECORD_BYTES + offsetsBytes;
  const frame = WireBuffer.allocate(byteLength);
  const offsetsAt = (POSITIONED_BODY_BYTES + count * RECORD_BYTES) >> 2;
  copyChosen(events, chosen, count, frame);
  for (const record of cut) {
    frame.bytes[POSITIONED_BODY_BYTES + record * RECORD_BYTES + 3] |= EventFlag.cut;
  }
  for (let index = 0; index < count; index++) frame.words[offsetsAt + index] = chosen[index];
  const { sender, frameNumber } = position;
  writeFrameHeader(
    frame,
    0,
    FrameKind.reports,
    count,
    sender,
    frameNumber,
    offsetsBytes,
    byteLength,
  );
  writePosition(
    frame,
    0,
    position.stampMicros,
    position.journalSequence,
    position.firstEventSequence,
    position.epoch,
    count,
  );
  return frame;
}

/** Records that a command has at most in the answer to `commands` that had `events`. */
function recordsPerCommand(events: number, commands: number): number {
  if (events <= REPORTS_MAX) return REPORTS_PER_COMMAND_MAX;
  const share = Math.floor(REPORTS_MAX / commands);
  return Math.max(REPORTS_PER_COMMAND_LEAST, Math.min(REPORTS_PER_COMMAND_MAX, share));
}

/** Copies the chosen events behind the position block, as many at once as stand together. */
function copyChosen(
  events: EventWriter,
  chosen: Int32Array,
  count: number,
  frame: WireBuffer,
): void {
  const { bytes } = events.buffer;
  for (let first = 0; first < count;) {
    let end = first + 1;
    while (end < count && chosen[end] === chosen[end - 1] + 1) end++;
    const from = chosen[first] * RECORD_BYTES;
    const run = bytes.subarray(from, from + (end - first) * RECORD_BYTES);
    frame.bytes.set(run, POSITIONED_BODY_BYTES + first * RECORD_BYTES);
    first = end;
  }
}

/**
 * Puts the numbers of the events that the answer carries into `chosen`, and the first records of the
 * commands that it does not carry whole into `cut`; returns how many it carries.
 */
function choose(
  events: EventWriter,
  from: number,
  to: number,
  perCommand: number,
  chosen: Int32Array,
  cut: number[],
): number {
  const { bytes, halves } = events.buffer;
  let count = 0;
  let command = -1;
  let first = 0;
  for (let event = from; event < to; event++) {
    const at = event * RECORD_BYTES;
    if ((bytes[at + 3] & EventFlag.maker) !== 0) continue;
    const index = halves[(at >> 1) + 3];
    // A command that moves money begins with that; behind anything else a self-trade moved it.
    const isMoved = index === command && bytes[at] === EventKind.ledger &&
      bytes[chosen[first] * RECORD_BYTES] !== EventKind.ledger;
    if (isMoved) continue;
    if (index !== command) {
      command = index;
      first = count;
    }
    if (count - first >= perCommand) {
      if (cut.at(-1) !== first) cut.push(first);
      const dropped = chosen[count - 2];
      if (bytes[dropped * RECORD_BYTES] === EventKind.amended) chosen[count - 3] = dropped;
      chosen[count - 2] = chosen[count - 1];
      chosen[count - 1] = event;
    } else chosen[count++] = event;
  }
  return count;
}
