/**
 * Reads the events stream from one message on, live: an ephemeral pull consumer that is fetched
 * from over and over.
 *
 * A consumer does not outlive its server and may miss what it was not asked for in time. The reader
 * therefore fails as soon as anything is wrong (the consumer is gone, a message is missing), and
 * its owner opens another one behind the last message that it stored.
 *
 * @module
 */
import {
  AckPolicy,
  type Consumer,
  type ConsumerMessages,
  DeliverPolicy,
  nanos,
  type NatsConnection,
  nuid,
} from "nats.ws";
import { RECORD_BYTES } from "../../core/protocol/frame.ts";

/** Messages that one fetch asks for: of 1 MiB each they stay below the server's 64 MB. */
export const FETCH_MESSAGES_MAX = 32;
/**
 * Events that collect before they are taken; the message that reaches the limit comes as a whole.
 * The more of them, the fewer pages of the database each costs: a commit writes every page that it
 * touched, 21 us an order with 110 orders in it and 10 to 13 with 440. A query that waits for so many
 * to be stored waits some 15 ms; while fewer come, it waits as much less.
 */
export const COLLECTED_EVENTS_MAX = 1_024;
/** How long a fetch waits for messages before it is made again. */
const FETCH_MILLIS = 10_000;
/** How long the server keeps a consumer that nobody fetches from. */
const INACTIVE_MILLIS_MAX = 60_000;

/** A message of the stream. */
export interface StreamMessage {
  readonly streamSequence: number;
  readonly data: Uint8Array;
}

/** The reader cannot go on; another one can. */
export class ReaderError extends Error {
  override readonly name = "ReaderError";
}

/** Delivers the messages of a stream in order. Use {@link EventsReader.open}. */
export class EventsReader {
  readonly #consumer: Consumer;
  readonly #stream: string;
  #arrived: StreamMessage[] = [];
  #arrivedBytes = 0;
  #fetch: ConsumerMessages | null = null;
  /** Message that must come next. */
  #nextSequence: number;
  #failure: Error | null = null;
  #isClosed = false;
  #isCollecting = false;
  #wake = () => {};

  private constructor(consumer: Consumer, stream: string, fromSequence: number) {
    this.#consumer = consumer;
    this.#stream = stream;
    this.#nextSequence = fromSequence;
  }

  /**
   * Opens a reader whose first message is `fromSequence`, which may still have to come.
   *
   * @throws {Error} when the broker does not answer or refuses
   */
  static async open(
    connection: NatsConnection,
    stream: string,
    fromSequence: number,
  ): Promise<EventsReader> {
    const manager = await connection.jetstreamManager();
    const name = `history_${nuid.next()}`;
    await manager.consumers.add(stream, {
      name,
      ack_policy: AckPolicy.None,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: fromSequence,
      inactive_threshold: nanos(INACTIVE_MILLIS_MAX),
      mem_storage: true,
      num_replicas: 1,
    });
    const consumer = await connection.jetstream().consumers.get(stream, name);
    return new EventsReader(consumer, stream, fromSequence);
  }

  /**
   * The messages that have arrived, at most {@link FETCH_MESSAGES_MAX}; waits for the first one.
   * Empty once the reader is closed.
   *
   * @throws {ReaderError} when another reader is needed
   */
  async take(): Promise<StreamMessage[]> {
    while (true) {
      if (this.#isClosed) return [];
      if (this.#arrived.length > 0) {
        const messages = this.#arrived;
        this.#arrived = [];
        this.#arrivedBytes = 0;
        return messages;
      }
      if (this.#failure !== null) throw this.#failure;
      await this.#change();
    }
  }

  /**
   * Lets messages collect for the next {@link take}: settles when `millis` have passed, when
   * {@link COLLECTED_EVENTS_MAX} events have arrived, after {@link goOn}, and when the reader was
   * closed or has failed.
   *
   * @throws {Error} when another reader is needed
   */
  async collect(millis: number): Promise<void> {
    this.#isCollecting = true;
    const timer = setTimeout(() => this.goOn(), millis);
    try {
      while (this.#isCollecting && !this.#isClosed && this.#failure === null) {
        if (this.#arrivedBytes >= COLLECTED_EVENTS_MAX * RECORD_BYTES) return;
        await this.#change();
      }
    } finally {
      clearTimeout(timer);
      this.#isCollecting = false;
    }
  }

  /** Ends a {@link collect} that is under way. */
  goOn(): void {
    this.#isCollecting = false;
    this.#wake();
  }

  /** Ends the reader and drops its consumer. A waiting {@link take} returns nothing. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wake();
    await this.#fetch?.close();
    // Not waited for: where this does not reach the server, it drops the consumer by itself.
    void this.#consumer.delete().catch(() => false);
  }

  /** Waits until anything has changed, and fetches where no fetch is under way. */
  async #change(): Promise<void> {
    const woken = new Promise<void>((resolve) => this.#wake = resolve);
    if (this.#fetch === null) await this.#startFetch();
    else await woken;
  }

  async #startFetch(): Promise<void> {
    const fetch = await this.#consumer.fetch({
      max_messages: FETCH_MESSAGES_MAX,
      expires: FETCH_MILLIS,
    });
    this.#fetch = fetch;
    void this.#receive(fetch);
    if (this.#isClosed) await fetch.close();
  }

  async #receive(fetch: ConsumerMessages): Promise<void> {
    try {
      for await (const message of fetch) this.#take(message.seq, message.data);
    } catch (error) {
      this.#fail(`fetching from ${this.#stream} failed: ${error}`);
    }
    this.#fetch = null;
    this.#wake();
  }

  #take(streamSequence: number, data: Uint8Array): void {
    if (this.#failure !== null) return;
    // What is on its way when a connection breaks is lost, and the consumer goes on behind it.
    if (streamSequence !== this.#nextSequence) {
      this.#fail(`${this.#stream} delivered message ${streamSequence}, not ${this.#nextSequence}`);
    } else {
      this.#nextSequence++;
      this.#arrived.push({ streamSequence, data });
      this.#arrivedBytes += data.length;
    }
    this.#wake();
  }

  #fail(reason: string): void {
    this.#failure ??= new ReaderError(reason);
  }
}
