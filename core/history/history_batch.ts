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
import { EventKind, EventWord } from "../protocol/event_record.ts";
import { frameCount, RECORD_BYTES } from "../protocol/frame.ts";
import { CommandKind } from "../protocol/order_record.ts";
import {
  POSITIONED_BODY_BYTES,
  positionFirstEvent,
  positionStampMicros,
} from "../protocol/position.ts";
import { readU64, type WireBuffer } from "../protocol/wire_buffer.ts";
import { acceptedText } from "../protocol/events_frame.ts";
import {
  acceptedOrder,
  advanceOrder,
  BrokenHistoryError,
  type HistoryOrder,
} from "./history_order.ts";
import { ReportRun } from "./report_run.ts";

/**
 * The venue's own account: nobody reads private reports of it, so of its own none are kept but those
 * of its money, which the drop copy has.
 */
const VENUE_ACCOUNT = 0;

/** What a batch reads of the history that is stored. */
export interface HistorySource {
  /** A stored order, or `null` where the account has none with this id. The caller may change it. */
  order(account: number, orderId: number): HistoryOrder | null;
  /** Sequence of the account's last stored report, 0 where there is none. */
  reportSequence(account: number): number;
}

/** What a frame was to a batch. */
export type FrameVerdict = "applied" | "old" | "gap";

/** The changes of some frames, in the order of their events. Owner: the thread that made it. */
export class HistoryBatch {
  /** Orders that were accepted in it, by id. */
  readonly newOrders = new Map<number, HistoryOrder>();
  /** Stored orders that it changed, by id. */
  readonly changedOrders = new Map<number, HistoryOrder>();
  /**
   * The reports, and with them the fills: runs in the order of their first event, those of one
   * account in its sequence.
   */
  readonly reportRuns: ReportRun[] = [];
  /** Scales of the assets that were defined, by number. */
  readonly assetScales = new Map<number, number>();
  /** Events that were applied. */
  eventCount = 0;
  readonly #source: HistorySource;
  /** The run that an account's next report goes to. */
  readonly #openRuns = new Map<number, ReportRun>();
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
   * Applies the events of a checked frame (see events_frame.ts) that are not applied yet. Nothing
   * of the frame is needed afterwards. O(events).
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
        this.newOrders.set(order.orderId, order);
        return this.#report(frame, at, sequence, stampMicros, order);
      }
      case EventKind.trade:
      case EventKind.canceled:
      case EventKind.expired:
      case EventKind.rested:
      case EventKind.amended: {
        const order = this.#order(frame, at, sequence);
        advanceOrder(order, frame, at, sequence, stampMicros);
        return this.#report(frame, at, sequence, stampMicros, order);
      }
      case EventKind.rejected:
      case EventKind.ledger:
        return this.#report(frame, at, sequence, stampMicros, null);
      case EventKind.reference:
        return this.#reference(frame, at);
      default:
        // A repeated outcome, the count of a cancel-all, a claim: no news for any account.
        return;
    }
  }

  /** The order of an event of its own. */
  #order(frame: WireBuffer, at: number, sequence: number): HistoryOrder {
    const word = at >> 2;
    const account = frame.words[word + EventWord.account];
    const orderId = readU64(frame.words, word + EventWord.orderId);
    const known = this.newOrders.get(orderId) ?? this.changedOrders.get(orderId);
    const order = known ?? this.#source.order(account, orderId);
    if (order === null || order.account !== account) {
      throw new BrokenHistoryError(
        `event ${sequence} is about order ${orderId}, which was never accepted`,
      );
    }
    if (known === undefined) this.changedOrders.set(orderId, order);
    return order;
  }

  #report(
    frame: WireBuffer,
    at: number,
    eventSequence: number,
    timeMicros: number,
    order: HistoryOrder | null,
  ): void {
    const account = frame.words[(at >> 2) + EventWord.account];
    if (account === VENUE_ACCOUNT && frame.bytes[at] !== EventKind.ledger) return;
    const run = this.#openRun(account);
    run.add(frame, at, eventSequence, timeMicros, order);
  }

  /** The account's run, with room for a report. */
  #openRun(account: number): ReportRun {
    const last = this.#openRuns.get(account);
    if (last !== undefined && !last.isFull) return last;
    const before = last?.lastSequence ?? this.#source.reportSequence(account);
    const run = new ReportRun(account, before + 1);
    this.#openRuns.set(account, run);
    this.reportRuns.push(run);
    return run;
  }

  /** Of an asset, its event carries the number and, where an order has its side, the scale. */
  #reference(frame: WireBuffer, at: number): void {
    const word = at >> 2;
    if (readU64(frame.words, word + EventWord.orderId) !== CommandKind.asset) return;
    this.assetScales.set(frame.words[word + EventWord.instrument], frame.bytes[at + 1]);
  }
}
