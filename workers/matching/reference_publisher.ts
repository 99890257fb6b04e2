/**
 * Publishes the instruments to the REFERENCE bucket, from the log: each under its symbol, and all
 * symbols under `_index`.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import { listInstruments } from "../../core/matching/inspect.ts";
import type { ShardState } from "../../core/matching/shard_state.ts";
import { EventKind } from "../../core/protocol/event_record.ts";
import { RECORD_BYTES } from "../../core/protocol/frame.ts";
import { REFERENCE_BUCKET } from "../../core/protocol/subjects.ts";

/** Key that lists the symbols. */
export const REFERENCE_INDEX = "_index";

/** Keeps the REFERENCE bucket as the log says. */
export class ReferencePublisher {
  readonly #connection: NatsConnection;
  readonly #state: ShardState;
  /** What each key was last set to. */
  readonly #published = new Map<string, string>();

  constructor(connection: NatsConnection, state: ShardState) {
    this.#connection = connection;
    this.#state = state;
    void this.#followConnection();
  }

  /** Publishes when the present append changed reference data. */
  applied(): void {
    const { buffer, count } = this.#state.events;
    for (let event = 0; event < count; event++) {
      if (buffer.bytes[event * RECORD_BYTES] === EventKind.reference) return this.publish();
    }
  }

  /** Publishes everything that is not as the bucket has it. */
  publish(): void {
    const instruments = listInstruments(this.#state);
    for (const one of instruments) this.#put(one.symbol, JSON.stringify(one));
    this.#put(REFERENCE_INDEX, JSON.stringify(instruments.map((one) => one.symbol)));
  }

  /** What was on its way when the connection broke may be lost: everything goes out again. */
  async #followConnection(): Promise<void> {
    for await (const { type } of this.#connection.status()) {
      if (type !== "reconnect") continue;
      this.#published.clear();
      this.publish();
    }
  }

  #put(key: string, value: string): void {
    if (this.#published.get(key) === value) return;
    this.#published.set(key, value);
    this.#connection.publish(`$KV.${REFERENCE_BUCKET}.${key}`, value);
  }
}
