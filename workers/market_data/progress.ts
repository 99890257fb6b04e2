/**
 * How far the feeds of a shard have been published, kept in the broker, so that a worker that starts
 * again knows what it may still have to publish.
 *
 * @module
 */
import { PROGRESS_BUCKET } from "../../core/protocol/subjects.ts";
import { Bucket } from "../../infra/nats/kv.ts";
import type { NatsConnection } from "nats.ws";

/** Time between two notes: what happened in it is published again after a crash. */
export const PROGRESS_MILLIS = 250;

/** Key of a shard's feeds in the bucket. */
export const progressKey = (shard: number): string => `market-data.${shard}`;

/** Reads and writes one shard's progress. */
export class Progress {
  readonly #bucket: Bucket;
  readonly #key: string;
  #noted = 0;
  #writing: Promise<void> | null = null;

  constructor(connection: NatsConnection, shard: number) {
    this.#bucket = new Bucket(connection, PROGRESS_BUCKET);
    this.#key = progressKey(shard);
  }

  /**
   * The event up to which everything was published; 0 where nothing was ever noted, and therefore
   * nothing published that anyone could rely on.
   */
  async read(): Promise<number> {
    const entry = await this.#bucket.get(this.#key);
    if (entry === undefined) return 0;
    const { eventSequence } = JSON.parse(new TextDecoder().decode(entry.value));
    this.#noted = Number.isSafeInteger(eventSequence) ? eventSequence : 0;
    return this.#noted;
  }

  /** Notes an event unless it is noted already or a note is on its way: the next call brings it. */
  async note(eventSequence: number): Promise<void> {
    if (this.#writing !== null || eventSequence <= this.#noted) return;
    this.#writing = this.#write(eventSequence);
    try {
      await this.#writing;
    } finally {
      this.#writing = null;
    }
  }

  /** Notes the last event of a run, after the note that is on its way. */
  async noteLast(eventSequence: number): Promise<void> {
    await this.#writing?.catch(() => {});
    if (eventSequence > this.#noted) await this.#write(eventSequence);
  }

  async #write(eventSequence: number): Promise<void> {
    await this.#bucket.put(this.#key, JSON.stringify({ eventSequence }));
    this.#noted = eventSequence;
  }
}
