/**
 * Publishes the instruments to the REFERENCE bucket, from the log: each under its symbol, and all
 * symbols under `_index`. What the broker does not acknowledge is published again.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import { listInstruments } from "../../core/matching/inspect.ts";
import type { ShardState } from "../../core/matching/shard_state.ts";
import { EventKind, EventWord } from "../../core/protocol/event_record.ts";
import { RECORD_BYTES } from "../../core/protocol/frame.ts";
import { CommandKind } from "../../core/protocol/order_record.ts";
import { REFERENCE_BUCKET } from "../../core/protocol/subjects.ts";
import { Bucket } from "../../infra/nats/kv.ts";

/** Key that lists the symbols. */
export const REFERENCE_INDEX = "_index";

/** Pause before what was not acknowledged is published again. */
const RETRY_MILLIS = 100;

/** Keeps the REFERENCE bucket as the log says. */
export class ReferencePublisher {
  readonly #connection: NatsConnection;
  readonly #state: ShardState;
  readonly #bucket: Bucket;
  /** What each key is to be. */
  readonly #wanted = new Map<string, string>();
  /** Keys that are being stored. */
  readonly #storing = new Set<string>();

  constructor(connection: NatsConnection, state: ShardState) {
    this.#connection = connection;
    this.#bucket = new Bucket(connection, REFERENCE_BUCKET);
    this.#state = state;
  }

  /** Publishes when the present append changed reference data. */
  applied(): void {
    const { buffer, count } = this.#state.events;
    for (let event = 0; event < count; event++) {
      const at = event * RECORD_BYTES;
      if (buffer.bytes[at] !== EventKind.reference) continue;
      // An audit record, of which there may be many, changes nothing.
      const kind = buffer.words[(at >> 2) + EventWord.orderId];
      if (kind !== CommandKind.audit) return this.publish();
    }
  }

  /** Publishes everything that has changed since the last time. */
  publish(): void {
    const instruments = listInstruments(this.#state);
    for (const one of instruments) this.#put(one.symbol, JSON.stringify(one));
    this.#put(REFERENCE_INDEX, JSON.stringify(instruments.map((one) => one.symbol)));
  }

  #put(key: string, value: string): void {
    if (this.#wanted.get(key) === value) return;
    this.#wanted.set(key, value);
    if (!this.#storing.has(key)) void this.#store(key);
  }

  /** Until the broker has the value that is wanted by then. */
  async #store(key: string): Promise<void> {
    this.#storing.add(key);
    let stored: string | undefined;
    while (stored !== this.#wanted.get(key) && !this.#connection.isClosed()) {
      const value = this.#wanted.get(key) as string;
      try {
        await this.#bucket.put(key, value);
        stored = value;
      } catch {
        // No answer: a bucket of a cluster has no leader for some seconds after one of them dies.
        await new Promise((resolve) => setTimeout(resolve, RETRY_MILLIS));
      }
    }
    this.#storing.delete(key);
  }
}
