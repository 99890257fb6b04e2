/**
 * What history publishes of each batch: the private reports and the drop copy, as one.
 *
 * Both go out before the batch counts as published. What is stored as published therefore holds for
 * both, and after a failure both begin again behind it.
 *
 * @module
 */
import type { CopyContext } from "../../core/history/copy_entry.ts";
import type { ReportContext } from "../../core/history/private_report.ts";
import type { BatchResult } from "./events_projector.ts";
import type { CopiedPages } from "./copied_pages.ts";
import { DropCopyPublisher } from "./drop_copy_publisher.ts";
import type { HistoryStore } from "./history_store.ts";
import { type PublisherParts, ReportPublisher } from "./report_publisher.ts";

/** Where the names of both come from. */
export type PublicationContext = ReportContext & CopyContext;

/** Publishes batches and knows how far it got. */
export class Publications {
  readonly #reports: ReportPublisher;
  readonly #dropCopy: DropCopyPublisher;

  constructor(parts: PublisherParts & { readonly shard: number }) {
    this.#reports = new ReportPublisher(parts);
    this.#dropCopy = new DropCopyPublisher(parts);
  }

  /** What happened up to this event need not be published again. */
  get publishedSequence(): number {
    return Math.min(this.#reports.publishedSequence, this.#dropCopy.publishedSequence);
  }

  /** Gives up what happened up to `eventSequence`. */
  skipTo(eventSequence: number): void {
    this.#reports.skipTo(eventSequence);
    this.#dropCopy.skipTo(eventSequence);
  }

  /** Begins anew with the sequence that a database knows. */
  reset(publishedSequence: number): void {
    this.#reports.reset(publishedSequence);
    this.#dropCopy.reset(publishedSequence);
  }

  /**
   * Publishes a batch that has been stored up to `eventSequence`.
   *
   * @throws {Error} when the broker did not confirm it: call {@link publishStored} next
   */
  async publish(
    batch: BatchResult,
    eventSequence: number,
    context: PublicationContext,
  ): Promise<void> {
    await this.#reports.publish(batch.reportRuns, eventSequence, context);
    // The orders of the batch are at hand, and reading each out of the database would take longer
    // than everything else that an entry needs.
    const clientOrderId = (account: number, orderId: number) => {
      const order = batch.order(orderId);
      return order === undefined ? context.clientOrderId(account, orderId) : order.clientOrderId;
    };
    const { asset, instrument } = context;
    const ofBatch = { asset, instrument, clientOrderId };
    await this.#dropCopy.publish(batch.reportRuns, eventSequence, ofBatch);
  }

  /**
   * Publishes what is stored and did not go out yet.
   *
   * @throws {Error} when the broker did not confirm it
   */
  async publishStored(
    store: HistoryStore,
    pages: CopiedPages,
    context: PublicationContext,
  ): Promise<void> {
    await this.#reports.publishStored(store, context);
    await this.#dropCopy.publishStored(pages, store.progress.eventSequence, context);
  }

  /** Begins to tell how far the shard is. */
  lead(): void {
    this.#dropCopy.beginHeartbeats();
  }

  /** Ends that. */
  stop(): void {
    this.#dropCopy.stop();
  }
}
