/**
 * Publishes the events of each append to the events stream and sees that they are stored.
 *
 * The leader does not wait for it: events can be made again from the journal. What is not stored
 * in time makes {@link EventsPublisher.failure} a reason to stop; the next start publishes on from
 * the last event that the stream has.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import type { ShardState } from "../../core/matching/shard_state.ts";
import { eventsStream, eventsSubject } from "../../core/protocol/subjects.ts";
import { frameCount } from "../../core/protocol/frame.ts";
import { positionFirstEvent } from "../../core/protocol/position.ts";
import { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { EVENTS_PER_MESSAGE_MAX, eventsMessage } from "../../core/sequencer/events_frames.ts";
import { sealCrc } from "../../infra/journal/crc.ts";
import { readAppendAnswer } from "../../infra/journal/journal_stream.ts";

/** Messages without an acknowledgement beyond which the leader takes no more orders. */
export const EVENTS_UNACKNOWLEDGED_MAX = 512;
/** How long a message may go without an acknowledgement. */
export const EVENTS_ACKNOWLEDGE_MILLIS = 10_000;

/** Publisher of one shard's events. */
export class EventsPublisher {
  readonly #connection: NatsConnection;
  readonly #subject: string;
  readonly #stream: string;
  readonly #inbox: string;
  /** Number of the last message sent, and of the last one acknowledged. */
  #sent = 0;
  #acknowledged = 0;
  /** When the oldest unacknowledged message, or the last acknowledgement, was. */
  #sinceMillis = 0;
  /** Events up to this sequence are in the stream already. */
  #storedSequence = 0;
  failure: string | null = null;

  constructor(connection: NatsConnection, shard: number, inbox: string) {
    this.#connection = connection;
    this.#subject = eventsSubject(shard);
    this.#stream = eventsStream(shard);
    this.#inbox = inbox;
    connection.subscribe(inbox, {
      callback: (_, message) => {
        const answer = readAppendAnswer(message);
        if (answer?.kind !== "stored") {
          this.failure = `${this.#stream} refused events: ${answer?.detail ?? "no answer"}`;
          return;
        }
        this.#acknowledged++;
        this.#sinceMillis = Date.now();
      },
    });
  }

  /** Whether the stream keeps up. */
  get hasRoom(): boolean {
    return this.#sent - this.#acknowledged < EVENTS_UNACKNOWLEDGED_MAX;
  }

  /** Reads up to which event the stream has been written. */
  async readStored(): Promise<number> {
    const manager = await this.#connection.jetstreamManager();
    const { state } = await manager.streams.info(this.#stream);
    if (state.messages === 0) return 0;
    const last = await manager.streams.getMessage(this.#stream, { seq: state.last_seq });
    const frame = WireBuffer.copyOf(last.data);
    this.#storedSequence = positionFirstEvent(frame, 0) + frameCount(frame, 0) - 1;
    return this.#storedSequence;
  }

  /** Publishes the events of the append that `state` has just applied, but for those stored. */
  publish(state: ShardState, journalSequence: number): void {
    const { events } = state;
    const before = events.sequence - events.count;
    let from = Math.max(0, this.#storedSequence - before);
    while (from < events.count) {
      const to = Math.min(events.count, from + EVENTS_PER_MESSAGE_MAX);
      const { stampMicros, epoch } = state;
      const message = eventsMessage(events, from, to, stampMicros, journalSequence, epoch);
      sealCrc(message, message.bytes.length);
      if (this.#sent === this.#acknowledged) this.#sinceMillis = Date.now();
      this.#sent++;
      this.#connection.publish(this.#subject, message.bytes, { reply: this.#inbox });
      from = to;
    }
  }

  /** Looks for messages that were not acknowledged in time. */
  check(): void {
    if (this.#sent === this.#acknowledged) return;
    const waited = Date.now() - this.#sinceMillis;
    if (waited > EVENTS_ACKNOWLEDGE_MILLIS) {
      this.failure = `${this.#stream} acknowledged nothing for ${waited} ms`;
    }
  }

  /** Settles when every message is acknowledged, or fails. */
  async drained(): Promise<void> {
    while (this.#sent !== this.#acknowledged && this.failure === null) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      this.check();
    }
  }
}
