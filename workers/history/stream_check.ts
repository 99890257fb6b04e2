/**
 * Compares a stored history with the events stream that it claims to come from.
 *
 * @module
 */
import type { JetStreamManager, NatsConnection } from "nats.ws";
import { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { frameCount } from "../../core/protocol/frame.ts";
import { POSITIONED_BODY_BYTES, positionFirstEvent } from "../../core/protocol/position.ts";
import { claimedCrc } from "./events_projector.ts";
import type { Progress } from "./history_store.ts";

/** The stream has lost its beginning, and history cannot be built without it. */
export class HistoryTrimmedError extends Error {
  override readonly name = "HistoryTrimmedError";
  constructor(stream: string, firstSequence: number, neededSequence: number) {
    super(
      `${stream} begins with message ${firstSequence}, history needs message ${neededSequence}: ` +
        "put back a database that goes as far, or the stream's beginning",
    );
  }
}

/** What the stream says about a stored history. */
export interface StreamCheck {
  /** Last message of the stream. */
  readonly lastSequence: number;
  /** Last event of that message. */
  readonly lastEvent: number;
  /** Why the stored history does not belong to this stream, or `null`. */
  readonly foreignBecause: string | null;
}

/**
 * Checks that the stored history is that of this stream and that the stream has what comes next.
 *
 * @throws {HistoryTrimmedError} when the stream has lost messages that history needs
 * @throws {Error} when the broker does not answer
 */
export async function checkStream(
  connection: NatsConnection,
  stream: string,
  progress: Progress,
): Promise<StreamCheck> {
  const manager = await connection.jetstreamManager();
  const { state } = await manager.streams.info(stream);
  const foreignBecause = await foreignReason(manager, stream, progress, state.last_seq);
  const needed = foreignBecause === null ? progress.streamSequence + 1 : 1;
  if (state.first_seq > needed) throw new HistoryTrimmedError(stream, state.first_seq, needed);
  const lastEvent = state.messages === 0
    ? 0
    : lastEventOf((await manager.streams.getMessage(stream, { seq: state.last_seq })).data);
  return { lastSequence: state.last_seq, lastEvent, foreignBecause };
}

async function foreignReason(
  manager: JetStreamManager,
  stream: string,
  { streamSequence, streamCrc }: Progress,
  lastSequence: number,
): Promise<string | null> {
  if (streamSequence === 0) return null;
  if (streamSequence > lastSequence) {
    return `it has read ${streamSequence} messages, ${stream} has ${lastSequence}`;
  }
  const { data } = await manager.streams.getMessage(stream, { seq: streamSequence });
  return claimedCrc(data) === streamCrc
    ? null
    : `message ${streamSequence} of ${stream} is not the one that it read`;
}

function lastEventOf(data: Uint8Array): number {
  if (data.length < POSITIONED_BODY_BYTES) return 0;
  const frame = WireBuffer.copyOf(data);
  return positionFirstEvent(frame, 0) + frameCount(frame, 0) - 1;
}
