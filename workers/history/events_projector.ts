/**
 * Applies messages of the events stream to the store, batch by batch.
 *
 * A message whose events are all stored already is passed over. Where events are missing, the
 * stream itself has a hole (the reader delivers every message): the messages behind it are passed
 * over until one fills it, and then read again. What is stored never goes beyond a hole.
 *
 * @module
 */
import { checkEventsFrame } from "../../core/protocol/events_frame.ts";
import { type FrameVerdict, HistoryBatch } from "../../core/history/history_batch.ts";
import { BrokenHistoryError, type HistoryOrder } from "../../core/history/history_order.ts";
import type { PackedRun } from "../../core/history/report_run.ts";
import { FRAME_HEADER_BYTES } from "../../core/protocol/frame.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { hasValidCrc } from "../../infra/journal/crc.ts";
import type { StreamMessage } from "./events_reader.ts";
import type { HistoryStore } from "./history_store.ts";
import { isDamage } from "./open_database.ts";

/** Events beyond which a batch takes no further message. One message has at most 8,192. */
export const BATCH_EVENTS_MAX = 4_096;

/** The events contradict what is stored: the database or the projection is wrong. */
export class ProjectionError extends Error {
  override readonly name = "ProjectionError";
}

/** Whether an error means that the stored history is wrong, and not the world around it. */
export function isContradiction(error: unknown): boolean {
  if (error instanceof ProjectionError || error instanceof BrokenHistoryError) return true;
  return isDamage(error) || (error instanceof Error && /constraint failed/.test(error.message));
}

/** What became of the messages that a batch was offered. */
export interface BatchResult {
  /** How many of them were used up, from the first on. At least one. */
  readonly used: number;
  /** Whether the stream must be read again from {@link EventsProjector.nextSequence} on. */
  readonly mustRewind: boolean;
  /** Reports that are stored now, in runs; those of an account in the order of its sequence. */
  readonly reportRuns: readonly PackedRun[];
  /** An order that was accepted or changed, as the batch left it. */
  order(orderId: number): HistoryOrder | undefined;
}

/** Applies messages. Owner: the history worker. */
export class EventsProjector {
  readonly #store: HistoryStore;
  readonly #say: (line: string) => void;
  /** Last message up to which nothing is missing, and its CRC. */
  #streamSequence: number;
  #streamCrc: number;
  /** First message behind a hole, or `null` where there is none. */
  #holeSequence: number | null = null;

  constructor(store: HistoryStore, say: (line: string) => void) {
    this.#store = store;
    this.#say = say;
    this.#streamSequence = store.progress.streamSequence;
    this.#streamCrc = store.progress.streamCrc;
  }

  /** Message from which the stream must be read on. */
  get nextSequence(): number {
    return this.#streamSequence + 1;
  }

  /** Whether events are missing in the stream. */
  get hasHole(): boolean {
    return this.#holeSequence !== null;
  }

  /**
   * Applies as many of the messages as make a batch, and stores it.
   *
   * @param messages in the order of the stream, at least one
   * @param publishedSequence stored with the batch: reports up to it went out
   * @throws {ProjectionError} when the events contradict what is stored; nothing was stored
   * @throws {Error} of SQLite; nothing was stored
   */
  apply(messages: readonly StreamMessage[], publishedSequence: number): BatchResult {
    const batch = new HistoryBatch(this.#store, this.#store.progress.eventSequence);
    let used = 0;
    let streamSequence = this.#streamSequence;
    let streamCrc = this.#streamCrc;
    let hole = this.#holeSequence;
    let mustRewind = false;
    while (used < messages.length && !mustRewind && batch.eventCount < BATCH_EVENTS_MAX) {
      const message = messages[used++];
      const verdict = this.#offer(batch, message);
      if (verdict === "gap") hole ??= message.streamSequence;
      if (verdict === "applied" && hole !== null) {
        mustRewind = true;
      } else if (hole === null) {
        streamSequence = message.streamSequence;
        streamCrc = claimedCrc(message.data);
      }
    }
    if (streamSequence !== this.#streamSequence || batch.eventCount > 0) {
      this.#store.commit(batch, streamSequence, streamCrc, publishedSequence);
    }
    this.#streamSequence = streamSequence;
    this.#streamCrc = streamCrc;
    this.#sayHole(hole, mustRewind);
    this.#holeSequence = mustRewind ? null : hole;
    const { changedOrders, newOrders, reportRuns } = batch;
    const order = (orderId: number) => newOrders.get(orderId) ?? changedOrders.get(orderId);
    return { used, mustRewind, reportRuns, order };
  }

  /** Applies a message to the batch. One that is damaged is passed over, and leaves a hole. */
  #offer(batch: HistoryBatch, { streamSequence, data }: StreamMessage): FrameVerdict {
    const frame = WireBuffer.copyOf(data);
    const code = hasValidCrc(data) ? checkEventsFrame(frame, data.length) : ResultCode.frameCrc;
    if (code !== ResultCode.ok) {
      this.#say(`message ${streamSequence} is no valid frame of events (result code ${code})`);
      return "old";
    }
    try {
      return batch.apply(frame, data.length);
    } catch (error) {
      if (!(error instanceof BrokenHistoryError)) throw error;
      throw new ProjectionError(`message ${streamSequence}: ${error.message}`, { cause: error });
    }
  }

  #sayHole(hole: number | null, isFilled: boolean): void {
    if (isFilled) {
      this.#say(`the events missing before message ${hole} have come; reading on from it`);
    } else if (hole !== null && this.#holeSequence === null) {
      const { eventSequence } = this.#store.progress;
      this.#say(
        `the stream lacks events: message ${hole} does not go on after event ${eventSequence}; ` +
          "history stands still until they come",
      );
    }
  }
}

/** CRC-32 that a frame claims in its header; 0 for what is too short to have one. */
export function claimedCrc(data: Uint8Array): number {
  if (data.length < FRAME_HEADER_BYTES) return 0;
  return (data[8] | (data[9] << 8) | (data[10] << 16) | (data[11] << 24)) >>> 0;
}
