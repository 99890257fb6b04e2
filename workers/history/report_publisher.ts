/**
 * Publishes private reports to the accounts that somebody listens to.
 *
 * Every report is published at least once, in order and with the number that is stored with it, or
 * not at all where nobody listens; what a listener missed it asks for by the query `reports`. After
 * a start, reports are published again from the last one that is known to have gone out, at most
 * those of the last {@link RESEND_EVENTS_MAX} events.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import { privateReport, type ReportContext } from "../../core/history/private_report.ts";
import {
  type HistoryReport,
  type PackedRun,
  unpackReports,
} from "../../core/history/report_run.ts";
import { EventWord } from "../../core/protocol/event_record.ts";
import { reportsSubject } from "../../core/protocol/subjects.ts";
import { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { confirmFlush } from "./confirmed_flush.ts";
import type { HistoryStore } from "./history_store.ts";
import type { Listeners } from "./listeners.ts";
import type { References } from "./references.ts";

/** Reports of older events than this are not published any more when history catches up. */
export const RESEND_EVENTS_MAX = 10_000;

/** What the publisher needs. */
export interface PublisherParts {
  readonly connection: NatsConnection;
  readonly listeners: Listeners;
  readonly references: References;
}

/** Publishes reports and knows how far it got. */
export class ReportPublisher {
  readonly #parts: PublisherParts;
  /** Reports of events up to this one went out, or are too old to. */
  #publishedSequence = 0;

  constructor(parts: PublisherParts) {
    this.#parts = parts;
  }

  /** Reports of events up to this one need not be published again. */
  get publishedSequence(): number {
    return this.#publishedSequence;
  }

  /** Gives up the reports of events up to `eventSequence`. */
  skipTo(eventSequence: number): void {
    this.#publishedSequence = Math.max(this.#publishedSequence, eventSequence);
  }

  /** Begins anew with the sequence that a database knows. */
  reset(publishedSequence: number): void {
    this.#publishedSequence = publishedSequence;
  }

  /**
   * Publishes the reports of a batch that has been stored up to `eventSequence`.
   *
   * @throws {Error} when the broker did not confirm them: call {@link publishStored} next
   */
  async publish(
    runs: readonly PackedRun[],
    eventSequence: number,
    context: ReportContext,
  ): Promise<void> {
    const nowMicros = Date.now() * 1000;
    let count = 0;
    for (const run of runs) {
      if (!this.#parts.listeners.has(run.account, nowMicros)) continue;
      for (const report of unpackReports(run)) {
        if (report.eventSequence <= this.#publishedSequence) continue;
        await this.#send(report, context);
        count++;
      }
    }
    if (count > 0) await confirmFlush(this.#parts.connection, "reports");
    this.skipTo(eventSequence);
  }

  /**
   * Publishes what is stored and did not go out yet, for every account that is listened to.
   *
   * @throws {Error} when the broker did not confirm it
   */
  async publishStored(store: HistoryStore, context: ReportContext): Promise<void> {
    const { eventSequence } = store.progress;
    if (this.#publishedSequence >= eventSequence) return;
    for (const account of this.#parts.listeners.accounts(Date.now() * 1000)) {
      // No account has more reports than there are events, so this many are enough.
      const reports = store.newestReports(account, eventSequence - this.#publishedSequence)
        .filter((report) => report.eventSequence > this.#publishedSequence);
      for (const report of reports) await this.#send(report, context);
      if (reports.length > 0) await confirmFlush(this.#parts.connection, "reports");
    }
    this.skipTo(eventSequence);
  }

  async #send(stored: HistoryReport, context: ReportContext): Promise<void> {
    const { connection, references } = this.#parts;
    let report = privateReport(stored, context);
    if (report === null) {
      const { words } = WireBuffer.copyOf(stored.event);
      await references.waitFor(words[EventWord.instrument]);
      report = privateReport(stored, context);
      if (report === null) return;
    }
    connection.publish(reportsSubject(stored.account), JSON.stringify(report));
  }
}
