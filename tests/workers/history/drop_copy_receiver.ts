/**
 * A back office as a test sees it: hears the drop copy, keeps every entry once, and asks for what it
 * has missed.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { NatsConnection } from "nats.ws";
import type { CopyEntry, DropCopy, RepairQuery } from "../../../core/protocol/drop_copy.ts";
import type { QueryError } from "../../../core/protocol/queries.ts";
import { dropCopySubject, repairSubject } from "../../../core/protocol/subjects.ts";

/** What a receiver of one shard has. */
export class DropCopyReceiver {
  /** Every message that came, in its order. */
  readonly messages: DropCopy[] = [];
  /** Every entry by its sequence; one that comes again must be the same. */
  readonly entries = new Map<number, CopyEntry>();
  /** Nothing is missing up to this event, as far as messages alone tell. */
  sequence = 0;
  /** Ranges that were missed, as `[after, to]`. */
  readonly gaps: [number, number][] = [];
  readonly #connection: NatsConnection;
  readonly #shard: number;

  constructor(connection: NatsConnection, shard: number) {
    this.#connection = connection;
    this.#shard = shard;
  }

  /** Subscribes; settles when the broker knows it. */
  async listen(): Promise<void> {
    this.#connection.subscribe(dropCopySubject(this.#shard), {
      callback: (_, message) => this.#take(message.json<DropCopy>()),
    });
    await this.#connection.flush();
  }

  /** Asks for a part once. */
  async ask(query: RepairQuery | string): Promise<DropCopy | QueryError> {
    const payload = typeof query === "string" ? query : JSON.stringify(query);
    const subject = repairSubject(this.#shard);
    const answer = await this.#connection.request(subject, payload, { timeout: 5_000 });
    return answer.json<DropCopy | QueryError>();
  }

  /** Everything in a range, page by page. */
  async repair(afterSequence: number, toSequence: number, limit?: number): Promise<CopyEntry[]> {
    const found: CopyEntry[] = [];
    for (let sequence = afterSequence; sequence < toSequence;) {
      const query = {
        afterSequence: sequence,
        toSequence,
        ...(limit === undefined ? {} : { limit }),
      };
      const page = await this.ask(query);
      if ("error" in page) throw new Error(page.detail);
      assert.equal(page.prevSequence, sequence);
      assert.ok(page.sequence > sequence, `nothing new behind ${sequence}`);
      found.push(...page.entries);
      sequence = page.sequence;
    }
    return found;
  }

  /** Asks for everything that was missed so far. */
  async fillGaps(): Promise<void> {
    for (const [after, to] of this.gaps.splice(0)) {
      for (const entry of await this.repair(after, to)) this.#keep(entry);
    }
  }

  /** The entries in their order. */
  get all(): CopyEntry[] {
    return [...this.entries.values()].sort((one, other) => one.sequence - other.sequence);
  }

  #take(message: DropCopy): void {
    this.messages.push(message);
    const { entries, prevSequence, sequence } = message;
    for (const entry of entries) {
      assert.ok(entry.sequence > prevSequence && entry.sequence <= sequence);
      this.#keep(entry);
    }
    if (prevSequence > this.sequence) this.gaps.push([this.sequence, prevSequence]);
    this.sequence = Math.max(this.sequence, sequence);
  }

  #keep(entry: CopyEntry): void {
    const known = this.entries.get(entry.sequence);
    if (known !== undefined) assert.deepEqual(entry, known, "what comes again is the same");
    this.entries.set(entry.sequence, entry);
  }
}
