/**
 * What became of one command, read from the records of a frame of reports. For the edge: makes
 * objects.
 *
 * @module
 */
import { EventFlag, EventKind, EventWord, OrderStatus } from "./event_record.ts";
import { RECORD_BYTES } from "./frame.ts";
import { OrderFlag } from "./order_record.ts";
import { POSITIONED_BODY_BYTES, positionFirstEvent, positionStampMicros } from "./position.ts";
import { ResultCode } from "./result_code.ts";
import { readU64, type WireBuffer } from "./wire_buffer.ts";

/** Offset of the order's flags in an `accepted` record: the third byte of its attributes. */
const ORDER_FLAGS_OFFSET = 4 * EventWord.last + 2;

/** One fill of the command's own order. */
export interface ReportedFill {
  readonly tradeId: number;
  readonly priceTicks: number;
  readonly quantityLots: number;
  /** Minor units of the quote asset. */
  readonly fee: number;
}

/**
 * What became of one command.
 *
 * | kind | of | what is set |
 * | --- | --- | --- |
 * | `accepted` | a new order | everything about the order |
 * | `amended` | an amend | everything about the order; the fills are those that the amend made |
 * | `canceled` | a cancel | order id, side, instrument, price, executed lots |
 * | `rejected` | any | code, limit, value |
 * | `summary` | a repeat | the first outcome: order id, status, code, executed, leaves, notional |
 * | `summary` | a cancel of many | code, `executedLots`: how many orders were canceled; `leavesLots`: of an instrument, whether more are left (1) |
 * | `reference`, `ledger` | administration | code |
 */
export interface CommandReport {
  /** EventKind of the record that says how the command went. */
  readonly kind: number;
  /** ResultCode: why it was rejected, or why the order ended; or `ok`. */
  readonly code: number;
  /** OrderStatus of the order behind the command. */
  readonly status: number;
  /** The client had sent this command before. */
  readonly isDuplicate: boolean;
  /** A repeat of a command that was not a new order. */
  readonly isNotAnOrder: boolean;
  readonly instrument: number;
  readonly side: number;
  readonly orderId: number;
  readonly priceTicks: number;
  /** Quantity of the order in lots, or its budget, as prevention of self-trades left it. */
  readonly quantity: number;
  /** Of the order: by an amend too, what it executed before is in it. */
  readonly executedLots: number;
  readonly leavesLots: number;
  /** Sum of price × quantity over `fills` in ticks × lots; a repeat has `executedNotional`. */
  readonly executedTickLots: number;
  /** Minor units of the quote asset; of repeats only, else 0. */
  readonly executedNotional: number;
  readonly fills: readonly ReportedFill[];
  /** False where the answer had no room for every fill: read them by a query. */
  readonly fillsComplete: boolean;
  /** Limit that a rejection met, and the value it had. */
  readonly limit: number;
  readonly value: number;
  /** Microseconds. Of a repeat: when the command was done first. */
  readonly stampMicros: number;
  /** Sequence of the command's last event. Of a repeat: of its first outcome. */
  readonly sequence: number;
}

/**
 * Reads the report of the command whose records are `first .. end` of the frame of reports.
 * O(records).
 */
export function readCommandReport(frame: WireBuffer, first: number, end: number): CommandReport {
  const { bytes, halves, words } = frame;
  const count = halves[3];
  const offsets = (POSITIONED_BODY_BYTES + count * RECORD_BYTES) >> 2;
  const sequence = positionFirstEvent(frame, 0) + words[offsets + end - 1];
  let head = POSITIONED_BODY_BYTES + first * RECORD_BYTES;
  const last = POSITIONED_BODY_BYTES + (end - 1) * RECORD_BYTES;
  // A cancel-all ends with its summary; before it stand the orders that it canceled.
  if (bytes[last] === EventKind.summary) head = last;
  const word = head >> 2;
  const kind = bytes[head];
  const base = {
    kind,
    code: halves[(head >> 1) + 2] as number,
    status: bytes[head + 2] as number,
    isDuplicate: (bytes[head + 3] & EventFlag.duplicate) !== 0,
    isNotAnOrder: (bytes[head + 3] & EventFlag.notAnOrder) !== 0,
    instrument: words[word + EventWord.instrument],
    side: bytes[head + 1],
    orderId: readU64(words, word + EventWord.orderId),
    priceTicks: readU64(words, word + EventWord.price),
    quantity: readU64(words, word + EventWord.quantity),
    executedLots: 0,
    leavesLots: 0,
    executedTickLots: 0,
    executedNotional: 0,
    fills: [] as ReportedFill[],
    fillsComplete: true,
    limit: 0,
    value: 0,
    stampMicros: positionStampMicros(frame, 0),
    sequence,
  };
  if (kind === EventKind.accepted) {
    base.leavesLots = base.quantity;
    const hasBudget = (bytes[head + ORDER_FLAGS_OFFSET] & OrderFlag.quoteBudget) !== 0;
    readProgress(frame, head, last, base, hasBudget);
  } else if (kind === EventKind.amended) {
    base.priceTicks = words[word + EventWord.price];
    readAmended(words, word, base, false);
    readProgress(frame, head, last, base, false);
  } else if (kind === EventKind.rejected) {
    base.limit = base.priceTicks;
    base.value = base.quantity;
  } else if (kind === EventKind.canceled) base.executedLots = base.quantity;
  else if (kind === EventKind.summary) {
    base.executedLots = base.quantity;
    base.leavesLots = readU64(words, word + EventWord.leaves);
    base.executedNotional = readU64(words, word + EventWord.last);
    base.fillsComplete = base.executedLots === 0 || base.isNotAnOrder;
    base.stampMicros = readU64(words, word + EventWord.first);
    base.sequence = base.priceTicks;
  }
  return base;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

type OrderReport = Mutable<CommandReport> & { fills: ReportedFill[] };

/** Takes the quantity of an order, and what it executed, from the `amended` record at `word`. */
function readAmended(
  words: Uint32Array,
  word: number,
  order: OrderReport,
  hasBudget: boolean,
): void {
  order.quantity = readU64(words, word + EventWord.quantity);
  order.executedLots = readU64(words, word + EventWord.last);
  if (!hasBudget) order.leavesLots = order.quantity - order.executedLots;
}

/** Adds up what an order that entered the market traded, and how it ended. */
function readProgress(
  frame: WireBuffer,
  head: number,
  last: number,
  order: OrderReport,
  hasBudget: boolean,
): void {
  const { bytes, halves, words } = frame;
  for (let at = head + RECORD_BYTES; at <= last; at += RECORD_BYTES) {
    const word = at >> 2;
    if (bytes[at] === EventKind.trade) {
      const fill = {
        tradeId: readU64(words, word + EventWord.last),
        priceTicks: readU64(words, word + EventWord.price),
        quantityLots: readU64(words, word + EventWord.quantity),
        fee: readU64(words, word + EventWord.first),
      };
      order.fills.push(fill);
      order.executedTickLots += fill.priceTicks * fill.quantityLots;
      order.leavesLots = readU64(words, word + EventWord.leaves);
      // Right also where fills before this one had no room in the answer.
      order.executedLots = hasBudget
        ? order.executedLots + fill.quantityLots
        : order.quantity - order.leavesLots;
      order.status = bytes[at + 2];
    } else if (bytes[at] === EventKind.amended) readAmended(words, word, order, hasBudget);
    else {
      order.code = halves[(at >> 1) + 2];
      order.status = bytes[at + 2];
      order.executedLots = readU64(words, word + EventWord.quantity);
      if (bytes[at] !== EventKind.rested) order.leavesLots = 0;
    }
  }
  order.fillsComplete = (bytes[head + 3] & EventFlag.cut) === 0;
}

/** Whether the order behind a report is over. */
export function isFinal(report: CommandReport): boolean {
  return report.status !== OrderStatus.new && report.status !== OrderStatus.partiallyFilled;
}

/** Whether a report says that the command was carried out, now or before. */
export function isDone(report: CommandReport): boolean {
  return report.kind !== EventKind.rejected && report.code !== ResultCode.differentContent &&
    report.status !== OrderStatus.rejected;
}
