/**
 * The projection: what frames of events change in history. It reads what it needs of the orders
 * and accounts that are touched, holds every change until the caller stores them all in one
 * transaction, and is thrown away.
 *
 * Because a batch begins with the sequence that was stored with the last one, the same events give
 * the same history however they are cut into frames, batches and runs.
 *
 * @module
 */
import { EventFlag, EventKind, EventWord } from "../protocol/event_record.ts";
import { frameCount, RECORD_BYTES } from "../protocol/frame.ts";
import { CommandKind } from "../protocol/order_record.ts";
import {
  POSITIONED_BODY_BYTES,
  positionFirstEvent,
  positionStampMicros,
} from "../protocol/position.ts";
import type { FillRow } from "../protocol/queries.ts";
import { readU64, type WireBuffer } from "../protocol/wire_buffer.ts";
import { acceptedText } from "../protocol/events_frame.ts";
import {
  acceptedOrder,
  advanceOrder,
  BrokenHistoryError,
  type HistoryOrder,
} from "./history_order.ts";

/** The venue's own account: nobody reads private reports of it, so none are kept. */
const VENUE_ACCOUNT = 0;

/** What a batch reads of the history that is stored. */
export interface HistorySource {
  /** A stored order, or `null`. */
  order(orderId: number): HistoryOrder | null;
  /** Sequence of the account's last stored report, 0 where there is none. */
  reportSequence(account: number): number;
}

/** One side of a trade, with its account. */
export interface HistoryFill extends FillRow {
  readonly account: number;
}

/** One private report: its place in the account's own sequence, and the event it tells of. */
export interface HistoryReport {
  readonly account: number;
  /** Counts the account's reports from 1, without gaps. */
  readonly sequence: number;
  readonly eventSequence: number;
  readonly timeMicros: number;
  /** Executed lots of the order after the event. */
  readonly executedLots: number;
  /** The event record, 64 bytes. */
  readonly event: Uint8Array;
}

/** What a frame was to a batch. */
export type FrameVerdict = "applied" | "old" | "gap";

/** The changes of some frames, in the order of their events. Owner: the thread that made it. */
export class HistoryBatch {
  readonly orders = new Map<number, HistoryOrder>();
  readonly fills: HistoryFill[] = [];
  readonly reports: HistoryReport[] = [];
  /** Scales of the assets that were defined, by number. */
  readonly assetScales = new Map<number, number>();
  /** Events that were applied. */
  eventCount = 0;
  readonly #source: HistorySource;
  readonly #reportSequences = new Map<number, number>();
  #eventSequence: number;

  /** @param eventSequence last event that the stored history reflects */
  constructor(source: HistorySource, eventSequence: number) {
    this.#source = source;
    this.#eventSequence = eventSequence;
  }

  /** Last event that the stored history reflects once this batch is stored. */
  get eventSequence(): number {
    return this.#eventSequence;
  }

  /**
   * Applies the events of a checked frame (see events_frame.ts) that are not applied yet. The
   * frame's bytes must stay as they are until the batch is stored. O(events).
   *
   * @returns `old` where every event was applied before, `gap` where events before it are missing
   * @throws {BrokenHistoryError} when the events contradict each other or what is stored
   */
  apply(frame: WireBuffer, byteLength: number): FrameVerdict {
    const first = positionFirstEvent(frame, 0);
    const count = frameCount(frame, 0);
    if (first > this.#eventSequence + 1) return "gap";
    const from = this.#eventSequence + 1 - first;
    if (from >= count) return "old";
    const stampMicros = positionStampMicros(frame, 0);
    for (let index = from; index < count; index++) {
      const at = POSITIONED_BODY_BYTES + index * RECORD_BYTES;
      this.#apply(frame, at, byteLength, first + index, stampMicros);
      this.#eventSequence = first + index;
      this.eventCount++;
    }
    return "applied";
  }

  #apply(
    frame: WireBuffer,
    at: number,
    byteLength: number,
    sequence: number,
    stampMicros: number,
  ): void {
    switch (frame.bytes[at]) {
      case EventKind.accepted: {
        const text = acceptedText(frame, at, byteLength);
        const order = acceptedOrder(frame, at, text, sequence, stampMicros);
        this.orders.set(order.orderId, order);
        return this.#report(frame, at, sequence, stampMicros, 0);
      }
      case EventKind.trade:
      case EventKind.canceled:
      case EventKind.expired:
      case EventKind.rested: {
        const order = this.#order(readU64(frame.words, (at >> 2) + EventWord.orderId), sequence);
        advanceOrder(order, frame, at, sequence, stampMicros);
        if (frame.bytes[at] === EventKind.trade) {
          this.#fill(order, frame, at, sequence, stampMicros);
        }
        return this.#report(frame, at, sequence, stampMicros, order.executedLots);
      }
      case EventKind.rejected:
      case EventKind.ledger:
        return this.#report(frame, at, sequence, stampMicros, 0);
      case EventKind.reference:
        return this.#reference(frame, at);
      default:
        // A repeated outcome, the count of a cancel-all, a claim: no news for any account.
        return;
    }
  }

  #order(orderId: number, sequence: number): HistoryOrder {
    let order = this.orders.get(orderId) ?? null;
    if (order !== null) return order;
    order = this.#source.order(orderId);
    if (order === null) {
      throw new BrokenHistoryError(
        `event ${sequence} is about order ${orderId}, which was never accepted`,
      );
    }
    this.orders.set(orderId, order);
    return order;
  }

  #fill(
    order: HistoryOrder,
    frame: WireBuffer,
    at: number,
    sequence: number,
    stampMicros: number,
  ): void {
    const word = at >> 2;
    this.fills.push({
      account: order.account,
      tradeId: readU64(frame.words, word + EventWord.last),
      orderId: order.orderId,
      instrument: order.instrument,
      side: order.side,
      priceTicks: readU64(frame.words, word + EventWord.price),
      quantityLots: readU64(frame.words, word + EventWord.quantity),
      fee: readU64(frame.words, word + EventWord.first),
      isMaker: (frame.bytes[at + 3] & EventFlag.maker) !== 0,
      timeMicros: stampMicros,
      sequence,
    });
  }

  #report(
    frame: WireBuffer,
    at: number,
    eventSequence: number,
    timeMicros: number,
    executedLots: number,
  ): void {
    const account = frame.words[(at >> 2) + EventWord.account];
    if (account === VENUE_ACCOUNT) return;
    const before = this.#reportSequences.get(account) ?? this.#source.reportSequence(account);
    const sequence = before + 1;
    this.#reportSequences.set(account, sequence);
    const event = frame.bytes.subarray(at, at + RECORD_BYTES);
    this.reports.push({ account, sequence, eventSequence, timeMicros, executedLots, event });
  }

  /** Of an asset, its event carries the number and, where an order has its side, the scale. */
  #reference(frame: WireBuffer, at: number): void {
    const word = at >> 2;
    if (readU64(frame.words, word + EventWord.orderId) !== CommandKind.asset) return;
    this.assetScales.set(frame.words[word + EventWord.instrument], frame.bytes[at + 1]);
  }
}
