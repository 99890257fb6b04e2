/**
 * A history in plain maps: what a store must hold, without a database.
 *
 * @module
 */

import assert from "node:assert/strict";
import { checkEventsFrame } from "../../../core/protocol/events_frame.ts";
import {
  type FrameVerdict,
  HistoryBatch,
  type HistoryFill,
  type HistoryReport,
  type HistorySource,
} from "../../../core/history/history_batch.ts";
import type { HistoryOrder } from "../../../core/history/history_order.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import { WireBuffer } from "../../../core/protocol/wire_buffer.ts";

/** Keeps what batches change. */
export class MemoryHistory implements HistorySource {
  readonly orders = new Map<number, HistoryOrder>();
  readonly fills: HistoryFill[] = [];
  readonly reports: HistoryReport[] = [];
  readonly assetScales = new Map<number, number>();
  eventSequence = 0;
  readonly #reportSequences = new Map<number, number>();

  order(orderId: number): HistoryOrder | null {
    const order = this.orders.get(orderId);
    return order === undefined ? null : { ...order };
  }

  reportSequence(account: number): number {
    return this.#reportSequences.get(account) ?? 0;
  }

  /** Applies messages as one batch and stores it. */
  apply(messages: readonly Uint8Array[]): FrameVerdict[] {
    const batch = new HistoryBatch(this, this.eventSequence);
    const verdicts = messages.map((message) => {
      const frame = WireBuffer.copyOf(message);
      assert.equal(checkEventsFrame(frame, message.length), ResultCode.ok);
      return batch.apply(frame, message.length);
    });
    for (const order of batch.orders.values()) this.orders.set(order.orderId, { ...order });
    this.fills.push(...batch.fills);
    for (const report of batch.reports) {
      this.reports.push({ ...report, event: report.event.slice() });
      this.#reportSequences.set(report.account, report.sequence);
    }
    for (const [asset, scale] of batch.assetScales) this.assetScales.set(asset, scale);
    this.eventSequence = batch.eventSequence;
    return verdicts;
  }
}
