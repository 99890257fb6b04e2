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
  type HistorySource,
} from "../../../core/history/history_batch.ts";
import type { HistoryOrder } from "../../../core/history/history_order.ts";
import { type HistoryReport, unpackReports } from "../../../core/history/report_run.ts";
import { unpackFills } from "../../../core/history/run_fills.ts";
import type { FillRow } from "../../../core/protocol/queries.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import { WireBuffer } from "../../../core/protocol/wire_buffer.ts";

/** One side of a trade, with its account. */
export interface HistoryFill extends FillRow {
  readonly account: number;
}

const ALL_FILLS = { orderId: 0, instrument: 0, beforeTradeId: 0 };

/** Keeps what batches change. */
export class MemoryHistory implements HistorySource {
  readonly orders = new Map<number, HistoryOrder>();
  readonly fills: HistoryFill[] = [];
  readonly reports: HistoryReport[] = [];
  readonly assetScales = new Map<number, number>();
  eventSequence = 0;
  readonly #reportSequences = new Map<number, number>();

  order(account: number, orderId: number): HistoryOrder | null {
    const order = this.orders.get(orderId);
    return order?.account === account ? { ...order } : null;
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
    for (const orders of [batch.newOrders, batch.changedOrders]) {
      for (const order of orders.values()) this.orders.set(order.orderId, { ...order });
    }
    const fills = batch.reportRuns.flatMap((run) =>
      unpackFills(run, ALL_FILLS).map((fill) => ({ account: run.account, ...fill }))
    );
    this.fills.push(...fills.sort((a, b) => a.sequence - b.sequence));
    const reports = batch.reportRuns.flatMap((run) => unpackReports(run));
    this.reports.push(...reports.sort((a, b) => a.eventSequence - b.eventSequence));
    for (const run of batch.reportRuns) this.#reportSequences.set(run.account, run.lastSequence);
    for (const [asset, scale] of batch.assetScales) this.assetScales.set(asset, scale);
    this.eventSequence = batch.eventSequence;
    return verdicts;
  }
}
