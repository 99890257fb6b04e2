/**
 * Publishes the drop copy: what every account traded and moved, once it is stored.
 *
 * Every message is published at least once and in order, as with the private reports; after a start,
 * from the last event on that is known to have gone out, but for what is older than a bound of the
 * caller's. A receiver sees from `prevSequence` what it has missed, whoever's fault that is, and asks
 * for it (see repair_service.ts).
 *
 * While nothing happens, a message without entries goes out every {@link DROP_COPY_HEARTBEAT_MILLIS}
 * at the latest: without it a receiver would not miss the last message before a silence.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import { copiedReports } from "../../core/history/copied_reports.ts";
import { type CopyContext, copyEntry, entriesOfMessage } from "../../core/history/copy_entry.ts";
import type { HistoryReport, PackedRun } from "../../core/history/report_run.ts";
import {
  type CopyEntry,
  DROP_COPY_ENTRIES_MAX,
  DROP_COPY_HEARTBEAT_MILLIS,
  type DropCopy,
} from "../../core/protocol/drop_copy.ts";
import { EventWord } from "../../core/protocol/event_record.ts";
import { dropCopySubject } from "../../core/protocol/subjects.ts";
import { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { confirmFlush } from "./confirmed_flush.ts";
import type { CopiedPages } from "./copied_pages.ts";
import type { References } from "./references.ts";

/** What the publisher needs. */
export interface DropCopyParts {
  readonly connection: NatsConnection;
  readonly shard: number;
  readonly references: References;
}

/** Publishes the drop copy and knows how far it got. */
export class DropCopyPublisher {
  readonly #parts: DropCopyParts;
  /** What happened up to this event went out, or is too old to. */
  #publishedSequence = 0;
  /** Where the last message ended. Behind the other only while a flush is not confirmed. */
  #prevSequence = 0;
  #isQuiet = true;
  #heart: ReturnType<typeof setInterval> | undefined;

  constructor(parts: DropCopyParts) {
    this.#parts = parts;
  }

  /** What happened up to this event need not be published again. */
  get publishedSequence(): number {
    return this.#publishedSequence;
  }

  /** Gives up what happened up to event `sequence`: the next message says that it is missing. */
  skipTo(sequence: number): void {
    if (sequence > this.#publishedSequence) this.reset(sequence);
  }

  /** Begins anew with the sequence that a database knows. */
  reset(publishedSequence: number): void {
    this.#publishedSequence = publishedSequence;
    this.#prevSequence = publishedSequence;
  }

  /**
   * Publishes what a batch has that was stored up to `eventSequence`.
   *
   * @throws {Error} when the broker did not confirm it: call {@link publishStored} next
   */
  async publish(
    runs: readonly PackedRun[],
    eventSequence: number,
    context: CopyContext,
  ): Promise<void> {
    if (eventSequence <= this.#publishedSequence) return;
    const reports = copiedReports(runs, this.#publishedSequence, eventSequence);
    await this.#sendAll(reports, eventSequence, context);
  }

  /**
   * Publishes what is stored up to `eventSequence` and did not go out yet.
   *
   * @throws {Error} when the broker did not confirm it
   */
  async publishStored(
    pages: CopiedPages,
    eventSequence: number,
    context: CopyContext,
  ): Promise<void> {
    this.#prevSequence = Math.min(this.#prevSequence, this.#publishedSequence);
    while (this.#publishedSequence < eventSequence) {
      const from = this.#publishedSequence;
      const { reports, sequence } = pages.page(from, eventSequence, DROP_COPY_ENTRIES_MAX);
      await this.#sendAll(reports, sequence, context);
    }
  }

  /** Begins to tell how far the shard is while nothing else does. */
  beginHeartbeats(): void {
    this.#heart ??= setInterval(() => this.#beat(), DROP_COPY_HEARTBEAT_MILLIS / 2);
  }

  /** Ends the heartbeats. */
  stop(): void {
    clearInterval(this.#heart);
  }

  /** Sends reports in as many messages as they need, up to event `sequence`. */
  async #sendAll(
    reports: readonly HistoryReport[],
    sequence: number,
    context: CopyContext,
  ): Promise<void> {
    for (let from = 0; from < reports.length;) {
      const to = from + entriesOfMessage(reports, from);
      const end = to === reports.length ? sequence : reports[to - 1].eventSequence;
      const entries = await this.#entriesOf(reports.slice(from, to), context);
      if (entries === null) this.#prevSequence = end;
      else this.#send(end, entries);
      from = to;
    }
    if (reports.length > 0) await confirmFlush(this.#parts.connection, "drop copy");
    this.#publishedSequence = sequence;
  }

  /** The entries, or `null` where an instrument's terms do not come: the receiver sees the gap. */
  async #entriesOf(
    reports: readonly HistoryReport[],
    context: CopyContext,
  ): Promise<CopyEntry[] | null> {
    const entries: CopyEntry[] = [];
    for (const report of reports) {
      let entry = copyEntry(report, context);
      if (entry === null) {
        const { words } = WireBuffer.copyOf(report.event);
        await this.#parts.references.waitFor(words[EventWord.instrument]);
        entry = copyEntry(report, context);
        if (entry === null) return null;
      }
      entries.push(entry);
    }
    return entries;
  }

  #send(sequence: number, entries: readonly CopyEntry[]): void {
    const { connection, shard } = this.#parts;
    const message: DropCopy = { shard, prevSequence: this.#prevSequence, sequence, entries };
    connection.publish(dropCopySubject(shard), JSON.stringify(message));
    this.#prevSequence = sequence;
    this.#isQuiet = false;
  }

  #beat(): void {
    const mayTell = this.#publishedSequence >= this.#prevSequence;
    if (this.#isQuiet && mayTell && !this.#parts.connection.isClosed()) {
      this.#send(this.#publishedSequence, []);
    }
    this.#isQuiet = true;
  }
}
