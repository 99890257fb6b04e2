/**
 * Gets a leader's events into the events stream: does with core/sequencer/events_log.ts what
 * workers/matching/events_publisher.ts does with it.
 *
 * @module
 */
import type { ShardState } from "../../core/matching/shard_state.ts";
import { frameCount } from "../../core/protocol/frame.ts";
import { positionFirstEvent } from "../../core/protocol/position.ts";
import { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { EVENTS_PER_MESSAGE_MAX, eventsMessage } from "../../core/sequencer/events_frames.ts";
import { EventsLog } from "../../core/sequencer/events_log.ts";
import { lastEventOf, type RecentEvents } from "../../core/sequencer/recent_events.ts";
import type { Replica } from "../../core/sequencer/replica.ts";
import { sealCrc } from "../../infra/journal/crc.ts";
import {
  EVENTS_ACKNOWLEDGE_MILLIS,
  EventsMismatchError,
} from "../../workers/matching/events_publisher.ts";
import type { AppendAnswer, SimulatedBroker } from "./simulated_broker.ts";
import { NoAnswerError, pause, type SimulatedProcess, type Task } from "./simulated_process.ts";

const DOUBT_MILLIS = 2_000;
const READ_PAUSE_MICROS = 50_000;
const READ_MICROS_MAX = 1_000_000;

/** The messages that the present append of `state` makes, each with its CRC. */
export function messagesOf(state: ShardState, journalSequence: number): Uint8Array[] {
  const { epoch, events, stampMicros } = state;
  const messages: Uint8Array[] = [];
  for (let from = 0; from < events.count; from += EVENTS_PER_MESSAGE_MAX) {
    const to = Math.min(events.count, from + EVENTS_PER_MESSAGE_MAX);
    const message = eventsMessage(events, from, to, stampMicros, journalSequence, epoch);
    sealCrc(message, message.bytes.length);
    messages.push(message.bytes);
  }
  return messages;
}

/** Sends the events of one leader, or of one replay. */
export class EventsSender {
  failure: string | null = null;
  readonly #process: SimulatedProcess;
  readonly #broker: SimulatedBroker;
  readonly #log = new EventsLog();
  #storedMessages = 0;
  #storedSequence = 0;
  #progressMillis = 0;
  #heardMillis = 0;
  #isResolving = false;

  constructor(process: SimulatedProcess, broker: SimulatedBroker) {
    this.#process = process;
    this.#broker = broker;
    process.connection.reconnected.push(() => {
      if (this.#log.waitingCount > 0) this.#resolve();
    });
  }

  /** Whether the stream keeps up. */
  get hasRoom(): boolean {
    return this.#log.hasRoom;
  }

  /** Messages that are not known to be stored. */
  get waitingCount(): number {
    return this.#log.waitingCount;
  }

  /** Messages that the stream had when it was read. */
  get storedMessages(): number {
    return this.#storedMessages;
  }

  /** Reads up to which event the stream is written. */
  *readStored(): Task<number> {
    const { events } = this.#broker;
    const read = () => ({ count: events.length, last: events.at(-1) ?? null });
    const { count, last } = yield* this.#process.connection.answerOf(read);
    if (last === null) return 0;
    const frame = WireBuffer.copyOf(last);
    this.#storedSequence = positionFirstEvent(frame, 0) + frameCount(frame, 0) - 1;
    this.#storedMessages = count;
    this.#log.begin(count);
    return this.#storedSequence;
  }

  /** Goes on behind a replica that is not empty. */
  beginBehind({ eventMessages, state }: Replica): void {
    this.#log.beginBehind(eventMessages);
    if (eventMessages === this.#storedMessages) this.#checkEnd(state.events.sequence);
  }

  /** Goes on where another leader stopped. */
  takeOver(recent: RecentEvents): void {
    const before = recent.firstPlace - 1;
    if (before > this.#storedMessages) {
      throw new NoAnswerError(`the events up to ${before} are not at hand`);
    }
    this.#log.beginBehind(before);
    for (const message of recent.messages) {
      if (this.#log.nextIsStored) this.#passOver(lastEventOf(message));
      else this.#log.add(message);
    }
    this.checkReplayed();
    this.#progressMillis = this.#process.clock.millis;
    this.#send();
  }

  /** Publishes the events of the append that `state` has just applied, but for those stored. */
  publish(state: ShardState, journalSequence: number): void {
    const started = this.#log.waitingCount === 0;
    for (const message of messagesOf(state, journalSequence)) {
      if (this.#log.nextIsStored) this.#passOver(lastEventOf(message));
      else this.#log.add(message);
    }
    if (started) this.#progressMillis = this.#process.clock.millis;
    this.#send();
  }

  /** The whole journal was replayed: the stream has no more than it makes. */
  checkReplayed(): void {
    const { made } = this.#log;
    if (made >= this.#storedMessages) return;
    throw new EventsMismatchError(
      `EVENTS had ${this.#storedMessages} messages, the journal makes ${made} only`,
    );
  }

  /** Looks for messages that were not acknowledged in time. */
  check(): void {
    if (this.#log.waitingCount === 0) return;
    const now = this.#process.clock.millis;
    if (now - this.#progressMillis > EVENTS_ACKNOWLEDGE_MILLIS) {
      this.failure ??= "EVENTS took nothing for too long";
    } else if (now - this.#heardMillis > DOUBT_MILLIS) this.#resolve();
  }

  /** Waits until every message is acknowledged. */
  *drained(): Task<void> {
    while (this.#log.waitingCount > 0) {
      yield* pause(this.#process, 5_000);
      this.check();
      if (this.failure !== null) throw new NoAnswerError(this.failure);
    }
  }

  #passOver(lastEvent: number): void {
    this.#log.add(null);
    if (this.#log.made === this.#storedMessages) this.#checkEnd(lastEvent);
  }

  #checkEnd(lastEvent: number): void {
    if (lastEvent === this.#storedSequence) return;
    throw new EventsMismatchError(
      `EVENTS ends with event ${this.#storedSequence}, the journal makes that one ${lastEvent}`,
    );
  }

  #send(): void {
    if (this.failure !== null) return;
    for (let next = this.#log.next(); next !== null; next = this.#log.next()) {
      this.#heardMillis = this.#process.clock.millis;
      const { message, place } = next;
      const { round } = this.#log;
      const append = () => this.#broker.appendEvents(message, place - 1);
      this.#process.connection.ask(append, true, (answer) => this.#answered(answer, round));
    }
  }

  #answered(answer: AppendAnswer, round: number): void {
    this.#heardMillis = this.#process.clock.millis;
    if (answer.kind === "stored") {
      this.#progressMillis = this.#heardMillis;
      this.#log.acknowledged(answer.sequence);
    } else if (round === this.#log.round) this.#resolve();
  }

  #resolve(): void {
    if (this.#isResolving) return;
    this.#isResolving = true;
    this.#read(this.#log.doubt());
  }

  #read(round: number): void {
    const { connection } = this.#process;
    const read = () => this.#broker.events.length;
    this.#process.after(
      READ_PAUSE_MICROS,
      () =>
        connection.askOnce(read, false, READ_MICROS_MAX, (count) => {
          if (this.failure !== null) return;
          if (count === null) return this.#read(round);
          const { stored } = this.#log;
          const resolved = this.#log.resolve(round, count);
          if (this.#log.stored > stored) this.#progressMillis = this.#process.clock.millis;
          this.#isResolving = false;
          if (resolved === "lost") this.failure = "EVENTS has lost what it had acknowledged";
          this.#send();
        }),
    );
  }
}
