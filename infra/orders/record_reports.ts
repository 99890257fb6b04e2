/**
 * The answer to a client's frame of records: the reports as the leader wrote them, in frames of
 * reports one behind the other, with the index that each command has in the client's frame.
 *
 * Each part comes out of one answer of the leader, and has its position block: stamp, journal
 * sequence and first event sequence are those of the append that the commands stand in. A frame that
 * fits into one frame of the gateway comes back as one part.
 *
 * @module
 */
import { crc32 } from "node:zlib";
import { type CommandReport, readCommandReport } from "../../core/protocol/command_report.ts";
import { EventKind, EventWord } from "../../core/protocol/event_record.ts";
import {
  CRC_START_BYTES,
  frameCount,
  FrameKind,
  RECORD_BYTES,
  writeFrameCrc,
  writeFrameHeader,
} from "../../core/protocol/frame.ts";
import {
  POSITIONED_BODY_BYTES,
  positionEpoch,
  positionFirstEvent,
  positionNumber,
  positionStampMicros,
  writePosition,
} from "../../core/protocol/position.ts";
import { padToEight, WireBuffer } from "../../core/protocol/wire_buffer.ts";

/** Reports of neighbours: the records `from .. end` of an answer of the leader. */
export interface ReportPart {
  readonly answer: WireBuffer;
  readonly from: number;
  readonly end: number;
  /** What makes the index of a command in its frame that in the client's. */
  readonly shift: number;
}

/** What the parts say, added up. */
export interface ReportsSummary {
  /** Commands that have reports. */
  readonly commands: number;
  /** Orders that traded at their entry. */
  readonly traded: number;
  /** The last event sequence. */
  readonly sequence: number;
}

/** Adds up what the parts say. O(records). */
export function summaryOf(parts: readonly ReportPart[]): ReportsSummary {
  let commands = 0;
  let traded = 0;
  let sequence = 0;
  for (const { answer, from, end } of parts) {
    const { bytes, words } = answer;
    let last = -1;
    let isEntry = false;
    for (let record = from; record < end; record++) {
      const at = POSITIONED_BODY_BYTES + record * RECORD_BYTES;
      const command = recordCommand(answer, record);
      if (command !== last) {
        commands++;
        last = command;
        isEntry = bytes[at] === EventKind.accepted;
      } else if (isEntry && bytes[at] === EventKind.trade) {
        traded++;
        isEntry = false;
      }
    }
    const offsets = (POSITIONED_BODY_BYTES + frameCount(answer, 0) * RECORD_BYTES) >> 2;
    sequence = Math.max(sequence, positionFirstEvent(answer, 0) + words[offsets + end - 1]);
  }
  return { commands, traded, sequence };
}

/** The reports as objects, by the places of their commands; `pending` for those without. O(records). */
export function reportsOf(
  parts: readonly ReportPart[],
  commands: number,
): (CommandReport | "pending")[] {
  const reports = new Array<CommandReport | "pending">(commands).fill("pending");
  for (const { answer, from, end, shift } of parts) {
    for (let record = from; record < end;) {
      const command = recordCommand(answer, record);
      const first = record;
      while (record < end && recordCommand(answer, record) === command) record++;
      reports[command + shift] = readCommandReport(answer, first, record);
    }
  }
  return reports;
}

/** Index of the command that record `record` of a frame of reports belongs to. */
export function recordCommand({ halves }: WireBuffer, record: number): number {
  return halves[((POSITIONED_BODY_BYTES + record * RECORD_BYTES) >> 1) + 3];
}

/** Writes the answer. Makes one buffer, and nothing for a record. O(records). */
export function writeRecordReports(parts: readonly ReportPart[]): Uint8Array<ArrayBuffer> {
  const ordered = [...parts].sort((one, other) => firstCommand(one) - firstCommand(other));
  const lengths = ordered.map(partBytes);
  const reports = WireBuffer.allocate(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const [index, part] of ordered.entries()) {
    writePart(reports, at, part, index + 1, lengths[index]);
    at += lengths[index];
  }
  return reports.bytes;
}

function firstCommand({ answer, from, shift }: ReportPart): number {
  return recordCommand(answer, from) + shift;
}

function partBytes({ from, end }: ReportPart): number {
  const count = end - from;
  return POSITIONED_BODY_BYTES + count * RECORD_BYTES + padToEight(count * 4);
}

function writePart(
  reports: WireBuffer,
  at: number,
  { answer, from, end, shift }: ReportPart,
  number: number,
  byteLength: number,
): void {
  const count = end - from;
  const offsetsBytes = padToEight(count * 4);
  writeFrameHeader(reports, at, FrameKind.reports, count, 0, number, offsetsBytes, byteLength);
  writePosition(
    reports,
    at,
    positionStampMicros(answer, 0),
    positionNumber(answer, 0),
    positionFirstEvent(answer, 0),
    positionEpoch(answer, 0),
    count,
  );
  const body = at + POSITIONED_BODY_BYTES;
  const source = POSITIONED_BODY_BYTES + from * RECORD_BYTES;
  reports.bytes.set(answer.bytes.subarray(source, source + count * RECORD_BYTES), body);
  for (let record = body; record < body + count * RECORD_BYTES; record += RECORD_BYTES) {
    reports.halves[(record >> 1) + 3] += shift;
    if (reports.bytes[record] !== EventKind.accepted) continue;
    // Where a text stands in the gateway's frame says nothing to the client.
    reports.words[(record >> 2) + EventWord.leaves] = 0;
    reports.words[(record >> 2) + EventWord.leaves + 1] = 0;
  }
  const offsets = (POSITIONED_BODY_BYTES + frameCount(answer, 0) * RECORD_BYTES) >> 2;
  reports.words.set(
    answer.words.subarray(offsets + from, offsets + end),
    (body + count * RECORD_BYTES) >> 2,
  );
  writeFrameCrc(reports, at, crc32(reports.bytes.subarray(at + CRC_START_BYTES, at + byteLength)));
}
