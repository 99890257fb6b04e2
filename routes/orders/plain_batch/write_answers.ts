/**
 * Writes what became of the commands of a plain batch, straight from the leader's reports: the texts
 * that `orders.ts` and `order_cancels.ts` give as objects, byte by byte (tests/routes/orders/plain_batch).
 * Whoever wants to be told no more than he needs gets what `minimal_order.ts` gives.
 *
 * @module
 */
import { reasonOf } from "../../../core/history/reason.ts";
import {
  type CommandReport,
  isFinal,
  type ReportedFill,
} from "../../../core/protocol/command_report.ts";
import { EventKind } from "../../../core/protocol/event_record.ts";
import { OrderWord } from "../../../core/protocol/order_record.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import { readU64 } from "../../../core/protocol/wire_buffer.ts";
import type { Instrument } from "../../../infra/reference/instrument_terms.ts";
import type { InstrumentLookup } from "../../../infra/reference/reference.ts";
import { averagePriceText } from "../../amounts.ts";
import { statusText } from "../order_view.ts";
import { piecesOf } from "./instrument_pieces.ts";
import { JsonBytes } from "./json_bytes.ts";
import { asciiOf } from "./json_cursor.ts";
import type { PlainBatch } from "./plain_batch.ts";

const BEGIN = asciiOf('{"items":[');
const END = asciiOf("]}");
const COMMA = 0x2c;
const QUOTE = 0x22;
const ZERO = 0x30;
const NULL = asciiOf("null");
const PLACED = asciiOf('{"status":201,"order":{"orderId":"');
const CANCELED = asciiOf('{"status":200,"order":{"orderId":"');
const CLIENT_ORDER_ID = asciiOf('","clientOrderId":"');
const NO_CLIENT_ORDER_ID = asciiOf('","clientOrderId":null');
const QUANTITY = asciiOf(',"quantity":"');
const NOTHING_EXECUTED = asciiOf(
  '","executedQuantity":"0","executedNotional":"0","leavesQuantity":"',
);
const NO_FILLS = asciiOf('","averagePrice":null,"fills":[],"sequence":"');
const EXECUTED = asciiOf('","executedQuantity":"');
const NOTIONAL = asciiOf('","executedNotional":"');
const LEAVES = asciiOf('","leavesQuantity":"');
const AVERAGE_PRICE = asciiOf('","averagePrice":"');
const FILLS = asciiOf('","fills":[');
const TRADE_ID = asciiOf('{"tradeId":"');
const FILL_PRICE = asciiOf('","price":');
const FEE = asciiOf('","fee":"');
const FEE_ASSET = asciiOf('","feeAsset":"');
const TAKER = asciiOf('","liquidity":"taker"}');
const SEQUENCE_BEHIND_FILLS = asciiOf('],"sequence":"');
const CANCELED_EXECUTED = asciiOf(',"executedQuantity":"');
const LEAVES_NOTHING = asciiOf('","leavesQuantity":"0","sequence":"');
const TIME = asciiOf('","transactTimeMicros":');
const NO_DUPLICATE = asciiOf(',"duplicate":false}}');
const STATUS = asciiOf('","status":"');
const REASON = asciiOf('","reason":"');
const SEQUENCE = asciiOf('","sequence":"');
const MINIMAL_END = asciiOf('"}}');

/** More than an order takes without its fills, and than a fill takes. */
const ITEM_BYTES_MAX = 1_024;
const FILL_BYTES_MAX = 256;

/** Whoever writes an answer waits for nothing, so one buffer does. */
const out = new JsonBytes();

/**
 * Whether a report is written here: of an order that entered or of one that was canceled, now and
 * with all that there is to tell. The rest is what other modules say of it.
 */
export function isPlain(report: CommandReport, reference: InstrumentLookup): boolean {
  const { kind, instrument, fillsComplete } = report;
  return (kind === EventKind.accepted || kind === EventKind.canceled) && fillsComplete &&
    reference.byNumber(instrument) !== undefined;
}

/**
 * Writes the answer of a batch. O(items).
 *
 * @param answers for each command its plain report, or what else became of it as a text
 * @param isMinimal without what the client has sent
 */
export function writeAnswers(
  batch: PlainBatch,
  answers: readonly (CommandReport | string)[],
  reference: InstrumentLookup,
  isMinimal: boolean,
): Uint8Array<ArrayBuffer> {
  let instrument: Instrument | undefined;
  out.clear();
  out.piece(BEGIN);
  for (let index = 0; index < answers.length; index++) {
    out.makeRoom(ITEM_BYTES_MAX);
    if (index > 0) out.byte(COMMA);
    const answer = answers[index];
    if (typeof answer === "string") {
      out.text(answer);
      continue;
    }
    if (answer.instrument !== instrument?.instrument) {
      instrument = reference.byNumber(answer.instrument);
      if (instrument === undefined) throw new TypeError(`instrument ${answer.instrument} is gone`);
    }
    if (isMinimal) writeMinimal(batch, index, answer, instrument);
    else if (answer.kind === EventKind.accepted) writeOrder(batch, index, answer, instrument);
    else writeCanceled(batch, index, answer, instrument);
  }
  out.makeRoom(ITEM_BYTES_MAX);
  out.piece(END);
  return out.copy();
}

function writeOrder(
  batch: PlainBatch,
  index: number,
  report: CommandReport,
  instrument: Instrument,
): void {
  const { side, status, code } = report;
  const type = batch.wire.bytes[batch.recordAt(index) + 2];
  out.piece(PLACED);
  out.integer(report.orderId);
  writeId(batch, index);
  out.piece(piecesOf(instrument).order(side, type, status, code));
  writePrice(report.priceTicks, instrument);
  out.piece(QUANTITY);
  writeQuantity(report.quantity, instrument);
  if (report.executedLots === 0) {
    out.piece(NOTHING_EXECUTED);
    writeQuantity(report.leavesLots, instrument);
    out.piece(NO_FILLS);
  } else writeExecution(report, instrument);
  writeEnd(report);
}

function writeExecution(report: CommandReport, instrument: Instrument): void {
  const { executedLots, executedTickLots, leavesLots, fills } = report;
  out.piece(EXECUTED);
  writeQuantity(executedLots, instrument);
  out.piece(NOTIONAL);
  writeQuote(executedTickLots * instrument.quotePerTickLot, instrument);
  out.piece(LEAVES);
  writeQuantity(leavesLots, instrument);
  out.piece(AVERAGE_PRICE);
  writeText(averagePriceText(executedTickLots, executedLots, instrument) ?? "");
  out.piece(FILLS);
  for (let fill = 0; fill < fills.length; fill++) {
    out.makeRoom(FILL_BYTES_MAX);
    if (fill > 0) out.byte(COMMA);
    writeFill(fills[fill], instrument);
  }
  out.makeRoom(ITEM_BYTES_MAX);
  out.piece(SEQUENCE_BEHIND_FILLS);
}

function writeFill(fill: ReportedFill, instrument: Instrument): void {
  out.piece(TRADE_ID);
  out.integer(fill.tradeId);
  out.piece(FILL_PRICE);
  writePrice(fill.priceTicks, instrument);
  out.piece(QUANTITY);
  writeQuantity(fill.quantityLots, instrument);
  out.piece(FEE);
  writeQuote(fill.fee, instrument);
  out.piece(FEE_ASSET);
  writeText(instrument.quoteName);
  out.piece(TAKER);
}

function writeCanceled(
  batch: PlainBatch,
  index: number,
  report: CommandReport,
  instrument: Instrument,
): void {
  const { side, status, code } = report;
  out.piece(CANCELED);
  out.integer(report.orderId);
  if (batch.isById(index)) out.byte(QUOTE);
  else writeId(batch, index);
  out.piece(piecesOf(instrument).canceled(side, status, code));
  writePrice(report.priceTicks, instrument);
  out.piece(CANCELED_EXECUTED);
  writeQuantity(report.executedLots, instrument);
  out.piece(LEAVES_NOTHING);
  writeEnd(report);
}

function writeMinimal(
  batch: PlainBatch,
  index: number,
  report: CommandReport,
  instrument: Instrument,
): void {
  const { code, executedLots } = report;
  const isOrder = report.kind === EventKind.accepted;
  out.piece(isOrder ? PLACED : CANCELED);
  out.integer(report.orderId);
  out.piece(STATUS);
  writeText(statusText(report.status));
  if (code !== (isOrder ? 0 : ResultCode.canceledByRequest)) {
    out.piece(REASON);
    writeText(reasonOf(code));
  }
  out.piece(EXECUTED);
  writeQuantity(executedLots, instrument);
  if (isOrder) writeUnexpected(batch, index, report, instrument);
  out.piece(SEQUENCE);
  out.integer(report.sequence);
  out.piece(MINIMAL_END);
}

/** Writes what its client cannot reckon: the worth of fills, and what is left where that is less. */
function writeUnexpected(
  batch: PlainBatch,
  index: number,
  report: CommandReport,
  instrument: Instrument,
): void {
  const { executedLots, executedTickLots, leavesLots } = report;
  if (executedLots !== 0) {
    out.piece(NOTIONAL);
    writeQuote(executedTickLots * instrument.quotePerTickLot, instrument);
  }
  const askedLots = readU64(batch.wire.words, batch.recordAt(index) / 4 + OrderWord.quantity);
  if (isFinal(report) || leavesLots === askedLots - executedLots) return;
  out.piece(LEAVES);
  writeQuantity(leavesLots, instrument);
}

/** Writes the client order id of an item. */
function writeId(batch: PlainBatch, index: number): void {
  const length = batch.idLength(index);
  if (length === 0) return out.piece(NO_CLIENT_ORDER_ID);
  out.piece(CLIENT_ORDER_ID);
  out.ascii(batch.body, batch.idFrom(index), length);
  out.byte(QUOTE);
}

/** Writes a short text of ASCII. */
function writeText(text: string): void {
  out.ascii(text, 0, text.length);
}

/** With its quotes, for there may be none. */
function writePrice(ticks: number, { tickSize, priceScale }: Instrument): void {
  if (ticks === 0) return out.piece(NULL);
  out.byte(QUOTE);
  out.decimal(ticks * tickSize, priceScale);
  out.byte(QUOTE);
}

function writeQuantity(lots: number, { lotSize, quantityScale }: Instrument): void {
  if (lots === 0) out.byte(ZERO);
  else out.decimal(lots * lotSize, quantityScale);
}

function writeQuote(minor: number, { quoteScale }: Instrument): void {
  if (minor === 0) out.byte(ZERO);
  else out.decimal(minor, quoteScale);
}

function writeEnd({ sequence, stampMicros }: CommandReport): void {
  out.integer(sequence);
  out.piece(TIME);
  out.integer(stampMicros);
  out.piece(NO_DUPLICATE);
}
