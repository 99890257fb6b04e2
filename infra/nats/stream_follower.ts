/**
 * Follows a stream message by message, in order, without a gap, for ever or up to a message.
 *
 * The messages come through a consumer that lives in the server's memory. Whenever there is a doubt
 * about it (a reconnect, missed heartbeats, a consumer that is gone, a message out of order), a new
 * one is made that begins at the next message needed.
 *
 * @module
 */
import {
  AckPolicy,
  type Consumer,
  ConsumerEvents,
  type ConsumerMessages,
  DeliverPolicy,
  type JetStreamManager,
  type NatsConnection,
  type QueuedIterator,
  type Status,
} from "nats.ws";

/** Messages on their way at once: with events of at most 1 MiB, below the server's 64 MB. */
export const FETCH_MESSAGES_MAX = 48;
/** How long a request for messages stands before it is made again. */
const FETCH_MILLIS = 10_000;
/** Silence of twice this means that the consumer is gone. */
const HEARTBEAT_MILLIS = 1_000;
/** How long the server keeps a consumer that nobody reads. */
const INACTIVE_NANOS = 30_000_000_000;
/** Pause before the next attempt after one that failed. */
const RETRY_MILLIS = 100;

/** One message of the stream. */
export interface StreamMessage {
  readonly sequence: number;
  readonly data: Uint8Array;
}

/** The stream does not have what it had, or not what is needed: nothing can be built on it. */
export class StreamDamagedError extends Error {
  override readonly name = "StreamDamagedError";
  constructor(readonly stream: string, needed: number, first: number, last: number) {
    super(`${stream} should go on with message ${needed} but has ${first} to ${last}`);
  }
}

/** What is followed, and how it can be ended. */
export interface FollowRequest {
  readonly connection: NatsConnection;
  readonly stream: string;
  /** Sequence of the first message of interest. */
  readonly firstSequence: number;
  /** Sequence of the last message of interest, which need not be there yet. Default: there is none. */
  readonly lastSequence?: number;
  /** Ends the generator at the next message, or at once where it waits. */
  readonly signal: AbortSignal;
  /** Told why a consumer had to be made anew. */
  readonly say: (line: string) => void;
}

/** What can make a consumer worthless. */
const DOUBTFUL: ReadonlySet<string> = new Set([
  ConsumerEvents.HeartbeatsMissed,
  ConsumerEvents.ConsumerNotFound,
  ConsumerEvents.ConsumerDeleted,
  ConsumerEvents.StreamNotFound,
  ConsumerEvents.NoResponders,
]);

/** A consumer and the requests for its messages. */
interface OpenConsumer {
  readonly consumer: Consumer;
  readonly messages: ConsumerMessages;
}

/**
 * Yields every message from `firstSequence` on, up to `lastSequence` or until the signal is given or
 * the caller has enough.
 *
 * @throws {StreamDamagedError} when the stream has lost messages that it had
 */
export async function* followStream(request: FollowRequest): AsyncGenerator<StreamMessage> {
  const { connection, stream, lastSequence = Infinity, signal, say } = request;
  let next = request.firstSequence;
  let manager: JetStreamManager | undefined;
  let opened: OpenConsumer | undefined;
  const end = () => opened?.messages.stop();
  signal.addEventListener("abort", end);
  const statuses = connection.status() as QueuedIterator<Status>;
  void endAtReconnects(statuses, end);
  try {
    while (!signal.aborted && next <= lastSequence) {
      try {
        manager ??= await connection.jetstreamManager();
        opened = await open(connection, manager, stream, next);
        // The signal may have come while nothing was open that it could end.
        if (signal.aborted) break;
        void endWhenDoubtful(opened.messages, say);
        for await (const { seq, data } of opened.messages) {
          if (signal.aborted) break;
          if (seq !== next) {
            say(`${stream}: message ${seq} came in the place of ${next}`);
            break;
          }
          next++;
          yield { sequence: seq, data };
          if (next > lastSequence) break;
        }
      } catch (error) {
        if (error instanceof StreamDamagedError) throw error;
        if (!signal.aborted) say(`${stream}: ${error instanceof Error ? error.message : error}`);
      } finally {
        await close(opened);
        opened = undefined;
      }
      if (!signal.aborted && next <= lastSequence) await pause(RETRY_MILLIS);
    }
  } finally {
    signal.removeEventListener("abort", end);
    statuses.stop();
  }
}

/** Makes a consumer that begins with message `next`. */
async function open(
  connection: NatsConnection,
  manager: JetStreamManager,
  stream: string,
  next: number,
): Promise<OpenConsumer> {
  const { state } = await manager.streams.info(stream);
  const isWhole = state.messages === 0
    ? state.last_seq + 1 === next
    : state.first_seq <= next && state.last_seq + 1 >= next;
  if (!isWhole) throw new StreamDamagedError(stream, next, state.first_seq, state.last_seq);
  const { name } = await manager.consumers.add(stream, {
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: next,
    mem_storage: true,
    num_replicas: 1,
    inactive_threshold: INACTIVE_NANOS,
  });
  const consumer = await connection.jetstream().consumers.get(stream, name);
  const messages = await consumer.consume({
    max_messages: FETCH_MESSAGES_MAX,
    expires: FETCH_MILLIS,
    idle_heartbeat: HEARTBEAT_MILLIS,
  });
  return { consumer, messages };
}

/** Messages that were on their way when a connection broke are lost, and nothing says so. */
async function endAtReconnects(statuses: AsyncIterable<Status>, end: () => void): Promise<void> {
  for await (const { type } of statuses) {
    if (type === "reconnect") end();
  }
}

/** Ends the messages when the consumer may be gone. */
async function endWhenDoubtful(
  messages: ConsumerMessages,
  say: (line: string) => void,
): Promise<void> {
  for await (const { type } of await messages.status()) {
    if (!DOUBTFUL.has(type)) continue;
    say(`consumer: ${type.replaceAll("_", " ")}`);
    messages.stop();
  }
}

/** Ends a consumer; the server forgets by itself one that it cannot be told about. */
async function close(opened: OpenConsumer | undefined): Promise<void> {
  if (opened === undefined) return;
  opened.messages.stop();
  await opened.consumer.delete().catch(() => {});
}

const pause = (millis: number) => new Promise<void>((done) => setTimeout(done, millis));
