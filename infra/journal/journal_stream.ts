/**
 * The journal's stream: appends with the last sequence expected, and reading back.
 *
 * @module
 */
import {
  AckPolicy,
  type Consumer,
  DeliverPolicy,
  ErrorCode,
  headers,
  type JetStreamManager,
  type Msg,
  nanos,
  type NatsConnection,
  NatsError,
  nuid,
  type StoredMsg,
} from "nats.ws";
import { journalStream, journalSubject } from "../../core/protocol/subjects.ts";
import { failureText } from "../nats/errors.ts";
import { isStreamMissing } from "../nats/streams.ts";

/** The broker's code for "wrong last sequence": somebody else wrote. */
export const WRONG_LAST_SEQUENCE = 10071;
/** The broker's code for a message that is not there. */
const NO_MESSAGE_FOUND = 10037;
/** Messages that a replay asks for at once: with appends of half a MiB, below the server's 64 MB. */
const REPLAY_FETCH_MESSAGES = 64;
/** How long a replay waits for the next batch before it asks again. */
const REPLAY_FETCH_MILLIS = 5_000;
/** The server drops a replay's consumer that has not been asked for so long. */
const REPLAY_INACTIVE_MILLIS = 5 * 60_000;
/** Consumers in a row that deliver nothing before a replay gives up. */
const FRUITLESS_CONSUMERS_MAX = 10;
/**
 * Longest wait for an answer of the broker's API. What was asked while the connection was down is
 * lost, so a long wait would only delay the next question.
 */
const API_MILLIS_MAX = 2_000;
/** Up to so many messages are read one by one: in a cluster a consumer needs more than the stream. */
const SINGLE_READS_MAX = 16;

/** What the broker said of an append. */
export type AppendAnswer =
  | { readonly kind: "stored"; readonly sequence: number }
  | { readonly kind: "refused"; readonly detail: string };

/** The stream of one shard's journal. */
export class JournalStream {
  readonly name: string;
  readonly #subject: string;
  readonly #connection: NatsConnection;
  /** By how long they wait for an answer. */
  readonly #managers = new Map<number, JetStreamManager>();

  constructor(connection: NatsConnection, shard: number) {
    this.#connection = connection;
    this.name = journalStream(shard);
    this.#subject = journalSubject(shard);
  }

  /** Sends an append that must follow `expectedSequence`; the answer comes to `reply`. */
  append(message: Uint8Array, expectedSequence: number, reply: string): void {
    publishExpecting(this.#connection, this.#subject, message, expectedSequence, reply);
  }

  /**
   * Sequence and bytes of the last message; sequence 0 when the journal is empty. The stream's leader
   * says it, as far as it has got: a new one may say for a moment less than was acknowledged.
   */
  async last(
    answerMillis: number = API_MILLIS_MAX,
  ): Promise<{ sequence: number; message: StoredMsg | null }> {
    const manager = await this.#getManager(answerMillis);
    try {
      const message = await manager.streams.getMessage(this.name, {
        last_by_subj: this.#subject,
      });
      return { sequence: message.seq, message };
    } catch (error) {
      if (!isNotThere(error)) throw error;
      return { sequence: 0, message: null };
    }
  }

  /** Bytes of the message at `sequence`; `null` when the stream does not have it. */
  async get(sequence: number): Promise<Uint8Array | null> {
    const manager = await this.#getManager();
    try {
      return (await manager.streams.getMessage(this.name, { seq: sequence })).data;
    } catch (error) {
      if (!isNotThere(error)) throw error;
      return null;
    }
  }

  /**
   * Every message from the first on up to `lastSequence`, in order and without a gap.
   *
   * What a consumer has on its way when a connection breaks is lost, and the consumer goes on behind
   * it. So a jump, or a batch that ends early, proves nothing: the stream itself is asked, and when
   * it has the message a new consumer goes on from there.
   *
   * @throws {JournalGapError} when the stream does not have a message
   */
  async *read(
    firstSequence: number,
    lastSequence: number,
  ): AsyncGenerator<{ sequence: number; data: Uint8Array }> {
    let next = firstSequence;
    let fruitless = 0;
    if (lastSequence - next < SINGLE_READS_MAX) {
      for (; next <= lastSequence; next++) {
        const data = await this.get(next);
        if (data === null) throw new JournalGapError(this.name, next, lastSequence);
        yield { sequence: next, data };
      }
    }
    while (next <= lastSequence) {
      const from = next;
      const consumer = await this.#consumerFrom(next);
      let isWhole = true;
      while (isWhole && next <= lastSequence) {
        const asked = Math.min(REPLAY_FETCH_MESSAGES, lastSequence - next + 1);
        const end = next + asked;
        const batch = await consumer.fetch({ max_messages: asked, expires: REPLAY_FETCH_MILLIS });
        for await (const { seq, data } of batch) {
          if (seq !== next) break;
          next++;
          yield { sequence: seq, data };
        }
        isWhole = next === end;
      }
      // The server drops by itself a consumer that it cannot be told about.
      await consumer.delete().catch(() => false);
      if (next > lastSequence) return;
      await this.#assertThere(next, lastSequence);
      fruitless = next === from ? fruitless + 1 : 0;
      if (fruitless === FRUITLESS_CONSUMERS_MAX) {
        throw new Error(`${this.name} does not deliver sequence ${next}, though it has it`);
      }
    }
  }

  /**
   * A consumer by name: what the client library calls an ordered consumer loses messages of a fetch
   * when its reader is slower than the network.
   */
  async #consumerFrom(sequence: number): Promise<Consumer> {
    const manager = await this.#getManager();
    const { name } = await manager.consumers.add(this.name, {
      name: `replay_${nuid.next()}`,
      ack_policy: AckPolicy.None,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: sequence,
      inactive_threshold: nanos(REPLAY_INACTIVE_MILLIS),
      mem_storage: true,
      num_replicas: 1,
    });
    return await this.#connection.jetstream().consumers.get(this.name, name);
  }

  async #assertThere(sequence: number, lastSequence: number): Promise<void> {
    if (await this.get(sequence) !== null) return;
    throw new JournalGapError(this.name, sequence, lastSequence);
  }

  async #getManager(timeout: number = API_MILLIS_MAX): Promise<JetStreamManager> {
    const known = this.#managers.get(timeout);
    if (known !== undefined) return known;
    // Without a question that in a cluster somebody else than the stream's leader answers.
    const made = await this.#connection.jetstreamManager({ timeout, checkAPI: false });
    this.#managers.set(timeout, made);
    return made;
  }
}

function isNotThere(error: unknown): boolean {
  return error instanceof NatsError && error.api_error?.err_code === NO_MESSAGE_FOUND;
}

/** Publishes a message that its stream must take right behind `expectedSequence`, or refuse. */
export function publishExpecting(
  connection: NatsConnection,
  subject: string,
  message: Uint8Array,
  expectedSequence: number,
  reply: string,
): void {
  const expectation = headers();
  expectation.set("Nats-Expected-Last-Sequence", String(expectedSequence));
  connection.publish(subject, message, { reply, headers: expectation });
}

/** Reads the broker's answer to an append; `null` when it is none (no responders, or garbage). */
export function readAppendAnswer(message: Msg): AppendAnswer | null {
  if (message.data.length === 0) return null;
  let answer: { seq?: unknown; error?: { err_code?: number; description?: string } };
  try {
    answer = message.json();
  } catch {
    return null;
  }
  if (typeof answer.seq === "number" && answer.error === undefined) {
    return { kind: "stored", sequence: answer.seq };
  }
  const { err_code = 0, description = "no description" } = answer.error ?? {};
  return { kind: "refused", detail: `${err_code} ${description}` };
}

/** What a failure to read the journal means: that it is gone, or why the broker cannot say. */
export function journalTrouble(error: unknown): { isGone: boolean; reason: string } {
  if (isStreamMissing(error)) return { isGone: true, reason: "there is no such stream" };
  const isUnheard = error instanceof NatsError && error.code === ErrorCode.NoResponders;
  return {
    isGone: false,
    reason: isUnheard ? "JetStream is not there" : failureText(error),
  };
}

/** The journal has a hole: the broker lost data, or somebody deleted it. */
export class JournalGapError extends Error {
  override readonly name = "JournalGapError";
  constructor(stream: string, missing: number, lastSequence: number) {
    super(`${stream} does not have sequence ${missing}, though it has ${lastSequence}`);
  }
}

/** A message of the journal cannot be applied: damaged, or written by something else. */
export class JournalDamagedError extends Error {
  override readonly name = "JournalDamagedError";
  constructor(stream: string, sequence: number, code: number) {
    super(`${stream} sequence ${sequence} is no valid append (result code ${code})`);
  }
}
