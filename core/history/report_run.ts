/**
 * Private reports, and runs of them: consecutive reports of one account packed one behind the
 * other, so that what one batch has for an account is one row of the history.
 *
 * Of a packed report, little-endian and aligned to eight bytes:
 *
 * | offset | bytes | type | field |
 * | --- | --- | --- | --- |
 * | 0 | 8 | u64 | sequence of the event |
 * | 8 | 8 | u64 | time of the event, microseconds |
 * | 16 | 8 | u64 | executed lots of the order after the event |
 * | 24 | 8 | u64 | price of the order after the event, ticks |
 * | 32 | 8 | u64 | quantity of the order after the event, lots or minor units of a budget |
 * | 40 | 64 | | the event record (see event_record.ts) |
 *
 * Where an event has no order, what is the order's is 0.
 *
 * The account and the sequence of the last report stand beside the packed bytes; as the sequences
 * of an account have no gaps, they number the others too. An account's fills are in its reports (see
 * run_fills.ts): a run that is being written notes which orders and instruments have some in it.
 *
 * @module
 */
import { EventKind, EventWord } from "../protocol/event_record.ts";
import { RECORD_BYTES } from "../protocol/frame.ts";
import { type Movements, movementsOf } from "./movement.ts";
import { readU64, WireBuffer, writeU64 } from "../protocol/wire_buffer.ts";
import { BrokenHistoryError, type HistoryOrder } from "./history_order.ts";

/** Length of a packed report. */
export const PACKED_REPORT_BYTES = 104;
/**
 * Reports in a run: two such runs fit a page of the database, and none spills over. A batch that has
 * more for an account makes several runs.
 */
export const REPORTS_PER_RUN_MAX = 19;
/** Reports for which a run has room at first; it doubles as it needs more, up to its most. */
const REPORTS_AT_FIRST = 4;

/** Where in a packed report its event record stands. */
export const EVENT_OFFSET_BYTES = 40;
const WORDS = PACKED_REPORT_BYTES >> 2;
const EVENT_OFFSET_WORDS = EVENT_OFFSET_BYTES >> 2;
const RECORD_WORDS = RECORD_BYTES >> 2;

/** What a report keeps of an order as its event left it. */
export type ReportedOrder = Readonly<
  Pick<HistoryOrder, "executedLots" | "priceTicks" | "quantity">
>;

/** One private report: its place in the account's own sequence, and the event it tells of. */
export interface HistoryReport extends ReportedOrder {
  readonly account: number;
  /** Counts the account's reports from 1, without gaps. */
  readonly sequence: number;
  readonly eventSequence: number;
  readonly timeMicros: number;
  /** The event record, 64 bytes. */
  readonly event: Uint8Array;
}

/** A run as it is stored. */
export interface PackedRun {
  readonly account: number;
  /** Sequence of the last report in it. */
  readonly lastSequence: number;
  /** The reports, oldest first, {@link PACKED_REPORT_BYTES} each; at any alignment. */
  readonly packed: Uint8Array;
}

/** A run that is being written. Owner: the batch that made it (see history_batch.ts). */
export class ReportRun implements PackedRun {
  readonly account: number;
  /** The orders that have fills in it, with the trade of their first one. */
  readonly tradesOfOrders = new Map<number, number>();
  /** The instruments that have fills in it, with the trade of their first one. */
  readonly tradesOfInstruments = new Map<number, number>();
  readonly #firstSequence: number;
  #firstTradeId: number | null = null;
  readonly #firstMovements = new Map<Movements, number>();
  #count = 0;
  #buffer = WireBuffer.allocate(REPORTS_AT_FIRST * PACKED_REPORT_BYTES);

  /** A run without reports, whose first one will have the sequence `firstSequence`. */
  constructor(account: number, firstSequence: number) {
    this.account = account;
    this.#firstSequence = firstSequence;
  }

  /** Sequence of the last report; before the first one, of the report before the run. */
  get lastSequence(): number {
    return this.#firstSequence + this.#count - 1;
  }

  /** The trade of the first fill in it, or `null` where it has none. */
  get firstTradeId(): number | null {
    return this.#firstTradeId;
  }

  /** The lists of movements of money that it has some of, with the sequence of the first one. */
  get firstMovements(): ReadonlyMap<Movements, number> {
    return this.#firstMovements;
  }

  /** Whether it has {@link REPORTS_PER_RUN_MAX} reports. */
  get isFull(): boolean {
    return this.#count === REPORTS_PER_RUN_MAX;
  }

  /** A view of the reports, good until the next one is added. */
  get packed(): Uint8Array {
    return this.#buffer.bytes.subarray(0, this.#count * PACKED_REPORT_BYTES);
  }

  /**
   * Adds the report of the event at `at` in `frame`, which is copied, and of what it made of its
   * order, where it has one. Not to a full run. O(1).
   */
  add(
    frame: WireBuffer,
    at: number,
    eventSequence: number,
    timeMicros: number,
    order: ReportedOrder | null,
  ): void {
    const end = (this.#count + 1) * PACKED_REPORT_BYTES;
    if (end > this.#buffer.bytes.length) this.#grow();
    const { words } = this.#buffer;
    const word = this.#count++ * WORDS;
    writeU64(words, word, eventSequence);
    writeU64(words, word + 2, timeMicros);
    writeU64(words, word + 4, order?.executedLots ?? 0);
    writeU64(words, word + 6, order?.priceTicks ?? 0);
    writeU64(words, word + 8, order?.quantity ?? 0);
    const from = at >> 2;
    const to = word + EVENT_OFFSET_WORDS;
    for (let index = 0; index < RECORD_WORDS; index++) {
      words[to + index] = frame.words[from + index];
    }
    if (frame.bytes[at] === EventKind.trade) this.#noteFill(words, to);
    else if (frame.bytes[at] === EventKind.ledger) this.#noteMovement(frame.bytes[at + 3]);
  }

  #noteMovement(flags: number): void {
    for (const list of ["all", movementsOf(flags)] as const) {
      if (!this.#firstMovements.has(list)) this.#firstMovements.set(list, this.lastSequence);
    }
  }

  #noteFill(words: Uint32Array, word: number): void {
    const tradeId = readU64(words, word + EventWord.last);
    const orderId = readU64(words, word + EventWord.orderId);
    const instrument = words[word + EventWord.instrument];
    this.#firstTradeId ??= tradeId;
    if (!this.tradesOfOrders.has(orderId)) this.tradesOfOrders.set(orderId, tradeId);
    if (!this.tradesOfInstruments.has(instrument)) {
      this.tradesOfInstruments.set(instrument, tradeId);
    }
  }

  #grow(): void {
    const room = Math.min(2 * this.#count, REPORTS_PER_RUN_MAX);
    const larger = WireBuffer.allocate(room * PACKED_REPORT_BYTES);
    larger.bytes.set(this.#buffer.bytes);
    this.#buffer = larger;
  }
}

/**
 * How many reports a run has.
 *
 * @throws {BrokenHistoryError} when it does not consist of whole reports
 */
export function reportCount({ account, lastSequence, packed }: PackedRun): number {
  if (packed.length % PACKED_REPORT_BYTES === 0) return packed.length / PACKED_REPORT_BYTES;
  throw new BrokenHistoryError(
    `the run of account ${account} up to report ${lastSequence} has ${packed.length} bytes`,
  );
}

/**
 * The reports of a run with a sequence above `afterSequence`, oldest first, at most `limit`.
 * O(reports returned).
 *
 * @throws {BrokenHistoryError} when the run does not consist of whole reports
 */
export function unpackReports(
  { account, lastSequence, packed }: PackedRun,
  afterSequence = 0,
  limit = Infinity,
): HistoryReport[] {
  const count = reportCount({ account, lastSequence, packed });
  const before = lastSequence - count;
  const skipped = Math.max(0, afterSequence - before);
  const part = packed.subarray(
    skipped * PACKED_REPORT_BYTES,
    (skipped + limit) * PACKED_REPORT_BYTES,
  );
  const { bytes, words } = WireBuffer.copyOf(part);
  const reports: HistoryReport[] = [];
  for (let at = 0; at < part.length; at += PACKED_REPORT_BYTES) {
    const word = at >> 2;
    const eventAt = at + EVENT_OFFSET_BYTES;
    reports.push({
      account,
      sequence: before + skipped + reports.length + 1,
      eventSequence: readU64(words, word),
      timeMicros: readU64(words, word + 2),
      executedLots: readU64(words, word + 4),
      priceTicks: readU64(words, word + 6),
      quantity: readU64(words, word + 8),
      event: bytes.subarray(eventAt, eventAt + RECORD_BYTES),
    });
  }
  return reports;
}
