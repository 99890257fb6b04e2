/**
 * Every administrative act of a journal, the last ones first: what `deno task admin audit` shows.
 *
 * The journal has them among the orders, and nothing tells where. So it is read back from its end,
 * window by window, until there are as many as wanted: recent acts come at once, and only whoever
 * wants more than there are reads all of it.
 *
 * @module
 */
import {
  FRAME_HEADER_BYTES,
  frameCount,
  FrameKind,
  frameKind,
  frameLength,
  frameTextBytes,
  recordBytes,
} from "../../core/protocol/frame.ts";
import { frameAuthor } from "../../core/protocol/frame_author.ts";
import {
  POSITIONED_BODY_BYTES,
  positionEpoch,
  positionNumber,
  positionStampMicros,
} from "../../core/protocol/position.ts";
import type { RequestKey } from "../../core/protocol/request_key.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { APPEND_BYTES_MAX } from "../../core/sequencer/append_buffer.ts";
import { checkAppend } from "../../core/sequencer/read_append.ts";
import {
  type JournaledCommand,
  readAdministration,
  readRequestKey,
} from "../administration/read_command.ts";
import { hasValidCrc } from "./crc.ts";
import { JournalDamagedError, type JournalStream } from "./journal_stream.ts";

/** Appends of the first window; each further one is twice as long, up to {@link WINDOW_MAX}. */
const WINDOW_LEAST = 256;
/** Appends of the longest window. */
export const WINDOW_MAX = 16_384;

/** One administrative command of the journal. */
export interface AdministrativeAct {
  /** Sequence of its append. */
  readonly journalSequence: number;
  /** Number of the command among all of the journal, from 1. */
  readonly commandNumber: number;
  /** When it got its place in the log, in microseconds since the epoch. */
  readonly stampMicros: number;
  /** Epoch of the leader that put it there. */
  readonly epoch: number;
  /** Who sent it, as it says of itself; empty where it says nothing. */
  readonly author: string;
  readonly key: RequestKey;
  readonly command: JournaledCommand;
}

/** What is read, and how far. */
export interface ActsRequest {
  readonly journal: Pick<JournalStream, "name" | "read">;
  /** Sequence of the first append that the journal still has. */
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** Most acts, the last ones. */
  readonly limit: number;
  /** No acts before this time; 0: all. */
  readonly sinceMicros: number;
  /** Told after each window how far back it has come. */
  readonly progress?: (sequence: number) => void;
}

/** What was found. */
export interface FoundActs {
  /** In the order of the journal. */
  readonly acts: readonly AdministrativeAct[];
  /** Whether there may be more before them, from `sinceMicros` on: what is before was not read. */
  readonly more: boolean;
}

/**
 * Reads the last acts.
 *
 * @throws {JournalDamagedError} when a message is no valid append
 * @throws {JournalGapError} when messages are missing
 */
export async function readLastActs(request: ActsRequest): Promise<FoundActs> {
  const { firstSequence, journal, limit, progress, sinceMicros } = request;
  const wire = WireBuffer.allocate(APPEND_BYTES_MAX);
  let acts: AdministrativeAct[] = [];
  let end = request.lastSequence;
  let window = WINDOW_LEAST;
  let isBefore = false;
  // Bounded by the journal: each turn reads a window before the last one.
  while (end >= firstSequence && acts.length < limit && !isBefore) {
    const start = Math.max(firstSequence, end - window + 1);
    const found: AdministrativeAct[] = [];
    for await (const { sequence, data } of journal.read(start, end)) {
      loadAppend(wire, journal.name, sequence, data);
      // Times never go back in a journal, so what stands before need not be read.
      if (positionStampMicros(wire, 0) < sinceMicros) isBefore = true;
      else collectActs(wire, sequence, found);
    }
    acts = [...found, ...acts];
    end = start - 1;
    window = Math.min(window * 2, WINDOW_MAX);
    progress?.(start);
  }
  const more = acts.length > limit || (end >= firstSequence && !isBefore);
  return { acts: acts.slice(-limit), more };
}

/** Copies an append into the buffer and checks it. */
function loadAppend(wire: WireBuffer, stream: string, sequence: number, data: Uint8Array): void {
  if (data.length > APPEND_BYTES_MAX || !hasValidCrc(data)) {
    throw new JournalDamagedError(stream, sequence, ResultCode.frameCrc);
  }
  wire.bytes.set(data);
  // Whether it follows the one before is not asked: that one was not read yet.
  const before = data.length < POSITIONED_BODY_BYTES ? 0 : positionNumber(wire, 0) - 1;
  const code = checkAppend(wire, data.length, before);
  if (code !== ResultCode.ok) throw new JournalDamagedError(stream, sequence, code);
}

/** Adds the administrative commands of a checked append. O(frames, and records of such frames). */
export function collectActs(
  wire: WireBuffer,
  journalSequence: number,
  into: AdministrativeAct[],
): void {
  const stampMicros = positionStampMicros(wire, 0);
  const epoch = positionEpoch(wire, 0);
  let commandNumber = positionNumber(wire, 0);
  let at = POSITIONED_BODY_BYTES;
  for (let index = 0; index < frameCount(wire, 0); index++) {
    const length = frameLength(wire, at);
    const count = frameCount(wire, at);
    if (frameKind(wire, at) !== FrameKind.orders) {
      const author = frameAuthor(wire, at);
      const textAt = at + length - frameTextBytes(wire, at);
      let record = at + FRAME_HEADER_BYTES;
      for (let number = 0; number < count; number++) {
        into.push({
          journalSequence,
          commandNumber: commandNumber + number,
          stampMicros,
          epoch,
          author,
          key: readRequestKey(wire, record),
          command: readAdministration(wire, record, textAt),
        });
        record += recordBytes(wire, record);
      }
    }
    commandNumber += count;
    at += length;
  }
}
