/**
 * Publishes the events of each append to the events stream and sees that they are stored. Carries
 * out what the events log (core/sequencer) says.
 *
 * The leader does not wait for it: events can be made again from the journal. What is not stored
 * in time makes {@link EventsPublisher.failure} a reason to stop; the next start publishes on from
 * the last event that the stream has.
 *
 * @module
 */
import type { JetStreamManager, Msg, NatsConnection } from "nats.ws";
import type { ShardState } from "../../core/matching/shard_state.ts";
import type { FrameRingProducer } from "../../core/memory/frame_ring.ts";
import { lastEventOf, type RecentEvents } from "../../core/sequencer/recent_events.ts";
import type { Replica } from "../../core/sequencer/replica.ts";
import { frameCount } from "../../core/protocol/frame.ts";
import { positionFirstEvent, positionNumber } from "../../core/protocol/position.ts";
import { eventsStream, eventsSubject } from "../../core/protocol/subjects.ts";
import { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { EVENTS_PER_MESSAGE_MAX, eventsMessage } from "../../core/sequencer/events_frames.ts";
import { EventsLog } from "../../core/sequencer/events_log.ts";
import { LOSS_MILLIS } from "../../core/sequencer/journal_patience.ts";
import { sealCrc } from "../../infra/journal/crc.ts";
import { failureText } from "../../infra/nats/errors.ts";
import { isStreamMissing } from "../../infra/nats/streams.ts";
import { publishExpecting, readAppendAnswer } from "../../infra/journal/journal_stream.ts";

/** How long a broker that answers may acknowledge nothing while messages wait: an election takes 4 to 9 s. */
export const EVENTS_ACKNOWLEDGE_MILLIS = 30_000;
/** How long an acknowledgement may take before the stream is read. */
const DOUBT_MILLIS = 2_000;
/** Pause before the stream is read, so that what is on its way to it gets there. */
const READ_PAUSE_MILLIS = 50;
/** Longest wait for what the broker says of the stream. */
const READ_MILLIS_MAX = 1_000;

/** The events stream has something else than what the journal makes. */
export class EventsMismatchError extends Error {
  override readonly name = "EventsMismatchError";
}

/** Publisher of one shard's events. */
export class EventsPublisher {
  readonly #connection: NatsConnection;
  readonly #subject: string;
  readonly #stream: string;
  readonly #inbox: string;
  readonly #direct: FrameRingProducer | null;
  readonly #log = new EventsLog();
  #manager: JetStreamManager | null = null;
  /** Messages of the stream when it was read at the start, and the last event of the last one. */
  #storedMessages = 0;
  #storedSequence = 0;
  #storedJournalSequence = 0;
  /** When the last message was acknowledged, or the first of those that wait was sent. */
  #progressMillis = 0;
  /** When the last answer came, or the last message was sent. */
  #heardMillis = 0;
  #isResolving = false;
  #refusal = "";
  failure: string | null = null;

  /** @param direct takes every message that is made as well, as far as it has room */
  constructor(
    connection: NatsConnection,
    shard: number,
    inbox: string,
    direct: FrameRingProducer | null = null,
  ) {
    this.#direct = direct;
    this.#connection = connection;
    this.#subject = eventsSubject(shard);
    this.#stream = eventsStream(shard);
    this.#inbox = inbox;
    connection.subscribe(`${inbox}.*`, { callback: (_, message) => this.#answered(message) });
    void this.#followConnection();
  }

  /** Whether the stream keeps up. */
  get hasRoom(): boolean {
    return this.#log.hasRoom;
  }

  /** Messages that the stream had when it was read. */
  get storedMessages(): number {
    return this.#storedMessages;
  }

  /** The append that the last message was made of when the stream was read. */
  get storedJournalSequence(): number {
    return this.#storedJournalSequence;
  }

  /** Reads up to which event the stream has been written. Before the first {@link publish}. */
  async readStored(): Promise<number> {
    const manager = await this.#getManager();
    const { state } = await manager.streams.info(this.#stream);
    if (state.last_seq === 0) return 0;
    const last = await manager.streams.getMessage(this.#stream, { seq: state.last_seq });
    const frame = WireBuffer.copyOf(last.data);
    this.#storedSequence = positionFirstEvent(frame, 0) + frameCount(frame, 0) - 1;
    this.#storedJournalSequence = positionNumber(frame, 0);
    this.#storedMessages = state.last_seq;
    this.#log.begin(state.last_seq);
    return this.#storedSequence;
  }

  /**
   * Goes on behind a replica that is not empty. Before the first {@link publish}.
   *
   * @throws {EventsMismatchError} when the stream ends there with another event
   */
  beginBehind({ eventMessages, state }: Replica): void {
    this.#log.beginBehind(eventMessages);
    if (eventMessages === this.#storedMessages) this.#checkEnd(state.events.sequence);
  }

  /**
   * Goes on where another leader stopped, with the last messages that this replica made. Before the
   * first {@link publish}.
   *
   * @throws {EventsMismatchError} when the stream does not end as the replica makes it end
   */
  takeOver(recent: RecentEvents): void {
    const before = recent.firstPlace - 1;
    if (before > this.#storedMessages) {
      throw new Error(
        `${this.#stream} has ${this.#storedMessages} messages, those up to ${before} are not at hand`,
      );
    }
    this.#log.beginBehind(before);
    for (const message of recent.messages) {
      if (this.#log.nextIsStored) this.#passOver(lastEventOf(message));
      else this.#log.add(message);
    }
    this.checkReplayed();
    this.#progressMillis = Date.now();
    this.#send();
  }

  /**
   * Publishes the events of the append that `state` has just applied, but for those stored.
   *
   * @throws {EventsMismatchError} when those stored do not end as the journal makes them end
   */
  publish(state: ShardState, journalSequence: number): void {
    const { events, stampMicros, epoch } = state;
    const before = events.sequence - events.count;
    const started = this.#log.waitingCount === 0;
    for (let from = 0; from < events.count; from += EVENTS_PER_MESSAGE_MAX) {
      const to = Math.min(events.count, from + EVENTS_PER_MESSAGE_MAX);
      if (this.#log.nextIsStored) {
        this.#passOver(before + to);
        continue;
      }
      const message = eventsMessage(events, from, to, stampMicros, journalSequence, epoch);
      sealCrc(message, message.bytes.length);
      this.#log.add(message.bytes);
      this.#direct?.offer(message.bytes, this.#log.made);
    }
    if (started) this.#progressMillis = Date.now();
    this.#send();
  }

  /**
   * The whole journal was replayed.
   *
   * @throws {EventsMismatchError} when the stream had more messages than the journal makes
   */
  checkReplayed(): void {
    const { made } = this.#log;
    if (made >= this.#storedMessages) return;
    throw new EventsMismatchError(
      `${this.#stream} had ${this.#storedMessages} messages, the journal makes ${made} only`,
    );
  }

  /** Looks for messages that were not acknowledged in time. */
  check(): void {
    if (this.#log.waitingCount === 0) return;
    const now = Date.now();
    const waited = now - this.#progressMillis;
    if (waited > EVENTS_ACKNOWLEDGE_MILLIS) {
      this.failure ??= `${this.#stream} took nothing for ${waited} ms ${this.#refusal}`.trim();
    } else if (now - this.#heardMillis > DOUBT_MILLIS) void this.#resolve();
  }

  /**
   * Settles when every message is acknowledged, or it failed, or the time is up: the next leader makes
   * the rest again.
   */
  async drained(millisMax: number = Infinity): Promise<void> {
    const untilMillis = performance.now() + millisMax;
    while (
      this.#log.waitingCount > 0 && this.failure === null && performance.now() < untilMillis
    ) {
      await pause(5);
      this.check();
    }
  }

  /** A message that the stream has: the last of those at the start must end where it ended. */
  #passOver(lastEvent: number): void {
    this.#log.add(null);
    if (this.#log.made === this.#storedMessages) this.#checkEnd(lastEvent);
  }

  #checkEnd(lastEvent: number): void {
    if (lastEvent === this.#storedSequence) return;
    throw new EventsMismatchError(
      `${this.#stream} ends with event ${this.#storedSequence} at message ${this.#log.made}, ` +
        `but the journal makes that message end with event ${lastEvent}`,
    );
  }

  #send(): void {
    if (this.failure !== null) return;
    for (let next = this.#log.next(); next !== null; next = this.#log.next()) {
      this.#heardMillis = Date.now();
      const reply = `${this.#inbox}.${this.#log.round}`;
      publishExpecting(this.#connection, this.#subject, next.message, next.place - 1, reply);
    }
  }

  #answered(message: Msg): void {
    const answer = readAppendAnswer(message);
    this.#heardMillis = Date.now();
    if (answer?.kind === "stored") {
      this.#progressMillis = this.#heardMillis;
      this.#log.acknowledged(answer.sequence);
      return;
    }
    const round = Number(message.subject.slice(this.#inbox.length + 1));
    this.#refusal = `(${answer?.detail ?? "no answer"})`;
    if (round === this.#log.round) void this.#resolve();
  }

  /** Reads how long the stream is, until the broker says, and sends what it does not have again. */
  async #resolve(): Promise<void> {
    if (this.#isResolving) return;
    this.#isResolving = true;
    const round = this.#log.doubt();
    const lagsUntilMillis = performance.now() + LOSS_MILLIS;
    const mayLag = () => performance.now() < lagsUntilMillis;
    let resolved: "resend" | "none" | "lost" | null = null;
    // Bounded by `check`, which makes it a failure that nothing is acknowledged.
    while (resolved === null && this.failure === null && !this.#connection.isClosed()) {
      await pause(READ_PAUSE_MILLIS);
      try {
        const { state } = await (await this.#getManager()).streams.info(this.#stream);
        const stored = this.#log.stored;
        resolved = this.#log.resolve(round, state.last_seq);
        if (resolved === "lost" && mayLag()) resolved = null;
        if (this.#log.stored > stored) this.#progressMillis = Date.now();
      } catch (error) {
        this.#refusal = `(${failureText(error)})`;
        // A broker that says nothing is waited for; whoever sends more is told that there is no room.
        if (!isStreamMissing(error)) this.#progressMillis = Date.now();
        else if (!mayLag()) this.failure = `${this.#stream} does not exist any more`;
      }
    }
    this.#isResolving = false;
    if (resolved === "lost") {
      this.failure = `${this.#stream} has lost messages that it had acknowledged`;
    }
    this.#send();
  }

  /** What was on its way when the connection broke is lost. */
  async #followConnection(): Promise<void> {
    for await (const { type } of this.#connection.status()) {
      if (type === "reconnect" && this.#log.waitingCount > 0) void this.#resolve();
    }
  }

  async #getManager(): Promise<JetStreamManager> {
    this.#manager ??= await this.#connection.jetstreamManager({
      timeout: READ_MILLIS_MAX,
      checkAPI: false,
    });
    return this.#manager;
  }
}

const pause = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis));
