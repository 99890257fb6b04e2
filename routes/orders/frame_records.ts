/**
 * The check of a client's frame: its structure, and every field of every record, before anything of
 * it is sent. What a refusal names is the record, its field, what that takes and what it was.
 *
 * Nothing is made for a record that is right. The core checks again whatever depends on its state.
 *
 * @module
 */
import { crc32 } from "node:zlib";
import {
  checkRecordFrame,
  CRC_START_BYTES,
  FRAME_HEADER_BYTES,
  FRAME_RECORDS_MAX,
  frameCount,
  frameCrc,
  FrameKind,
  frameNumber,
  framesBehind,
  frameSender,
  frameTextBytes,
  RECORD_BYTES,
} from "../../core/protocol/frame.ts";
import * as orderRecord from "../../core/protocol/order_record.ts";
import {
  CLIENT_ORDER_ID_PATTERN,
  CLIENT_ORDER_ID_TAKES,
  isNumericClientOrderId,
} from "../../core/protocol/request_key.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { isSafeU64, readU64, SAFE_MAX, WireBuffer } from "../../core/protocol/wire_buffer.ts";
import type { Instrument } from "../../infra/reference/instrument_terms.ts";
import type { Reference } from "../../infra/reference/reference.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";

// Under names of this module's own, for it runs for each record (ARCHITECTURE, decision 17).
const { CommandKind, OrderFlag, OrderType, OrderWord, SelfTrade, Side, TimeInForce } = orderRecord;
/** Most minor units of a budget: the core reserves its fees beside them. */
const BUDGET_MINOR_MAX = Math.floor(SAFE_MAX / 2);
const FLAGS_NEW = OrderFlag.postOnly | OrderFlag.quoteBudget;

/** A frame whose structure is right. */
export class CheckedFrame {
  /** Offset that those of texts count from. */
  readonly textAt: number;

  /** @param cancels how many of its records are cancels */
  constructor(readonly wire: WireBuffer, readonly count: number, readonly cancels: number) {
    this.textAt = wire.bytes.length - frameTextBytes(wire, 0);
  }
}

const STRUCTURE: Readonly<Record<number, readonly [field: string, limit: string]>> = {
  [ResultCode.frameTruncated]: [
    "length",
    "header, 64 bytes a record and the text section, exactly",
  ],
  [ResultCode.frameMagic]: ["magic", "EDBK"],
  [ResultCode.frameVersion]: ["version", "1"],
  [ResultCode.frameKind]: ["kind", String(FrameKind.orders)],
  [ResultCode.frameRecordCount]: ["count", `1 to ${FRAME_RECORDS_MAX}`],
  [ResultCode.frameText]: ["text", "texts of up to 36 bytes inside the text section"],
  [ResultCode.frameCommandKind]: ["kind", "1 | 2 | 3 | 4"],
};

/** Reads the structure of a frame; its records are checked by {@link checkRecords}. O(bytes). */
export function readFrame(bytes: Uint8Array<ArrayBuffer>): CheckedFrame | Problem {
  if (bytes.length < FRAME_HEADER_BYTES || bytes.length % 8 !== 0) {
    const limit = `a multiple of 8 from ${FRAME_HEADER_BYTES + RECORD_BYTES} on`;
    return badFrame("length", limit, bytes.length);
  }
  const wire = new WireBuffer(bytes.buffer);
  const code = checkRecordFrame(wire, 0, bytes.length, FrameKind.orders);
  if (code !== ResultCode.ok) {
    const [field, limit] = STRUCTURE[code] ?? ["frame", "a frame of orders"];
    return badFrame(field, limit, valueOf(wire, field));
  }
  if (frameSender(wire, 0) !== 0) return badFrame("sender", "0", frameSender(wire, 0));
  if (frameNumber(wire, 0) !== 0) return badFrame("frame number", "0", frameNumber(wire, 0));
  if (framesBehind(wire, 0) !== 0) return badFrame("frames before", "0", framesBehind(wire, 0));
  const crc = crc32(bytes.subarray(CRC_START_BYTES));
  if (frameCrc(wire, 0) !== crc) return badFrame("CRC-32", String(crc), frameCrc(wire, 0));
  const count = frameCount(wire, 0);
  let cancels = 0;
  for (let index = 0; index < count; index++) {
    const kind = wire.bytes[FRAME_HEADER_BYTES + index * RECORD_BYTES];
    if (kind === CommandKind.cancel || kind === CommandKind.cancelAll) cancels++;
  }
  return new CheckedFrame(wire, count, cancels);
}

function valueOf(wire: WireBuffer, field: string): number {
  if (field === "magic") return wire.words[0];
  if (field === "version") return wire.bytes[4];
  if (field === "kind") return wire.bytes[5];
  return field === "count" ? frameCount(wire, 0) : wire.bytes.length;
}

function badFrame(field: string, limit: string, value: number): Problem {
  const detail = `${field} of the frame is not valid.`;
  return new Problem(EdgeCode.invalidFrame, { detail, field, limit, value: String(value) });
}

/**
 * Checks every record. O(records).
 *
 * @param account whose commands they have to be
 * @returns the first thing that is wrong; `null` when they may be sent
 */
export function checkRecords(
  { wire, count, textAt }: CheckedFrame,
  account: number,
  reference: Reference,
): Problem | null {
  const { words } = wire;
  /** Records of one instrument often stand together. */
  let instrument: Instrument | undefined;
  for (let index = 0; index < count; index++) {
    const at = FRAME_HEADER_BYTES + index * RECORD_BYTES;
    const number = words[(at >> 2) + OrderWord.instrument];
    if (number !== 0 && number !== instrument?.instrument) {
      instrument = reference.byNumber(number);
      if (instrument === undefined) return bad(index, "instrument", "a known one", number);
    }
    const problem = checkHead(wire, at, index, account) ??
      checkCommand(wire, at, index, number === 0 ? undefined : instrument) ??
      checkText(wire, at, index, textAt);
    if (problem !== null) return problem;
  }
  return null;
}

/** What all commands share. */
function checkHead(
  { bytes, halves, words }: WireBuffer,
  at: number,
  index: number,
  account: number,
): Problem | null {
  const word = at >> 2;
  const owner = words[word + OrderWord.account];
  if (owner !== 0 && owner !== account) return bad(index, "account", `0 | ${account}`, owner);
  if (words[word + OrderWord.reserved] !== 0) {
    return bad(index, "reserved", "0", words[word + OrderWord.reserved]);
  }
  const low = words[word + OrderWord.keyLow];
  const high = words[word + OrderWord.keyHigh];
  const hasText = halves[(at >> 1) + 3] !== 0;
  if (high >= 0x200000 || (hasText && (low | high) !== 0)) {
    const limit = hasText ? "0 beside a text" : `0 to ${SAFE_MAX}`;
    return bad(index, "request key", limit, high * 4294967296 + low);
  }
  if (!isSafeU64(words, word + OrderWord.deadline)) {
    return bad(index, "deadline", `0 to ${SAFE_MAX}`, readU64(words, word + OrderWord.deadline));
  }
  if (hasText && bytes[at] !== CommandKind.newOrder) {
    return bad(index, "text bytes", "0", halves[(at >> 1) + 3]);
  }
  return null;
}

function checkCommand(
  wire: WireBuffer,
  at: number,
  index: number,
  instrument: Instrument | undefined,
): Problem | null {
  switch (wire.bytes[at]) {
    case CommandKind.newOrder:
      if (instrument === undefined) return bad(index, "instrument", "a known one", 0);
      return checkOrder(wire, at, index) ?? checkSize(wire, at, index, instrument);
    case CommandKind.cancel:
      return checkZeros(wire, at, index, OrderFlag.targetByKey) ??
        checkZero(wire, index, at, "instrument", OrderWord.instrument) ??
        checkZero(wire, index, at, "price", OrderWord.price, 2) ??
        checkZero(wire, index, at, "quantity", OrderWord.quantity, 2) ??
        checkTarget(wire, at, index);
    case CommandKind.amend:
      return checkZeros(wire, at, index, OrderFlag.targetByKey) ??
        checkTarget(wire, at, index) ?? checkAmend(wire, at, index, instrument);
    case CommandKind.cancelAll:
      return checkSelection(wire, at, index) ??
        checkZero(wire, index, at, "price", OrderWord.price, 2) ??
        checkZero(wire, index, at, "quantity", OrderWord.quantity, 2) ??
        checkZero(wire, index, at, "target", OrderWord.target, 2);
    default:
      return bad(index, "kind", "1 | 2 | 3 | 4", wire.bytes[at]);
  }
}

/** The flag of a cancel-all, and the side that stands beside it. */
function checkSelection(wire: WireBuffer, at: number, index: number): Problem | null {
  const side = wire.bytes[at + 1];
  if ((wire.bytes[at + 4] & OrderFlag.ofSide) === 0) {
    return checkZeros(wire, at, index, OrderFlag.ofSide);
  }
  if (side > Side.sell) return bad(index, "side", "0 | 1", side);
  return checkZeros(wire, at, index, OrderFlag.ofSide, side);
}

/** Side, type, time in force, flags and self-trade prevention of a new order. */
function checkOrder(wire: WireBuffer, at: number, index: number): Problem | null {
  const { bytes } = wire;
  const side = bytes[at + 1];
  const type = bytes[at + 2];
  const timeInForce = bytes[at + 3];
  const flags = bytes[at + 4];
  const selfTrade = bytes[at + 5];
  if (side > Side.sell) return bad(index, "side", "0 | 1", side);
  if (type !== OrderType.limit && type !== OrderType.market) {
    return bad(index, "order type", "1 | 2", type);
  }
  const isMarket = type === OrderType.market;
  const least = isMarket ? TimeInForce.ioc : TimeInForce.gtc;
  if (timeInForce < least || timeInForce > TimeInForce.fok) {
    return bad(index, "time in force", isMarket ? "2 | 3" : "1 | 2 | 3", timeInForce);
  }
  if ((flags & ~FLAGS_NEW) !== 0) return bad(index, "flags", `bits of ${FLAGS_NEW}`, flags);
  if ((flags & OrderFlag.postOnly) !== 0 && timeInForce !== TimeInForce.gtc) {
    return bad(index, "flags", "post-only with time in force 1", flags);
  }
  const isBudgetOrder = isMarket && side === Side.buy && timeInForce === TimeInForce.ioc;
  if ((flags & OrderFlag.quoteBudget) !== 0 && !isBudgetOrder) {
    return bad(index, "flags", "a budget with market buys that are IOC", flags);
  }
  if (selfTrade > SelfTrade.transfer) {
    return bad(index, "self-trade prevention", "0 to 5", selfTrade);
  }
  return checkZero(wire, index, at, "target", OrderWord.target, 2);
}

/** Price and quantity of a new order. */
function checkSize(
  { bytes, words }: WireBuffer,
  at: number,
  index: number,
  { priceTicksMax, quantityLotsMax }: Instrument,
): Problem | null {
  const price = readU64(words, (at >> 2) + OrderWord.price);
  const priceLeast = bytes[at + 2] === OrderType.market ? 0 : 1;
  if (price < priceLeast || price > priceTicksMax) {
    return bad(index, "price", `${priceLeast} to ${priceTicksMax} ticks`, price);
  }
  const quantity = readU64(words, (at >> 2) + OrderWord.quantity);
  const hasBudget = (bytes[at + 4] & OrderFlag.quoteBudget) !== 0;
  const most = hasBudget ? BUDGET_MINOR_MAX : quantityLotsMax;
  if (quantity >= 1 && quantity <= most) return null;
  return bad(index, "quantity", `1 to ${most} ${hasBudget ? "minor units" : "lots"}`, quantity);
}

/** An amend's instrument may be left out: the core looks at the order's own. */
function checkAmend(
  { words }: WireBuffer,
  at: number,
  index: number,
  instrument: Instrument | undefined,
): Problem | null {
  if (instrument !== undefined) return bad(index, "instrument", "0", instrument.instrument);
  const price = readU64(words, (at >> 2) + OrderWord.price);
  if (price > SAFE_MAX) return bad(index, "price", `0 to ${SAFE_MAX}`, price);
  const quantity = readU64(words, (at >> 2) + OrderWord.quantity);
  if (quantity > SAFE_MAX) return bad(index, "quantity", `0 to ${SAFE_MAX}`, quantity);
  return price + quantity > 0 ? null : bad(index, "price", "price, quantity or both", 0);
}

/** The order that a cancel or an amend is for. */
function checkTarget({ bytes, words }: WireBuffer, at: number, index: number): Problem | null {
  const target = readU64(words, (at >> 2) + OrderWord.target);
  const isByKey = (bytes[at + 4] & OrderFlag.targetByKey) !== 0;
  if (target > 0 && (isByKey || target <= SAFE_MAX)) return null;
  return bad(index, "target", isByKey ? "not 0" : `1 to ${SAFE_MAX}`, target);
}

/** The bytes of a record that only new orders have; `side` is what the first one has to be. */
function checkZeros(
  { bytes }: WireBuffer,
  at: number,
  index: number,
  flags: number,
  side = 0,
): Problem | null {
  const terms = (bytes[at + 1] ^ side) | bytes[at + 2] | bytes[at + 3] | bytes[at + 5];
  if (terms !== 0) return bad(index, "bytes 1, 2, 3 and 5", "0", terms);
  return (bytes[at + 4] & ~flags) === 0 ? null : bad(index, "flags", `0 | ${flags}`, bytes[at + 4]);
}

/** A field that the command does not have. */
function checkZero(
  { words }: WireBuffer,
  index: number,
  at: number,
  field: string,
  offset: number,
  length = 1,
): Problem | null {
  const word = (at >> 2) + offset;
  const value = length === 1 ? words[word] : readU64(words, word);
  return value === 0 ? null : bad(index, field, "0", value);
}

/** A client order id: letters, digits and . _ : / - only, no number, which is a key, nor `.` or `..`. */
function checkText(
  { bytes, halves, words }: WireBuffer,
  at: number,
  index: number,
  textAt: number,
) {
  const length = halves[(at >> 1) + 3];
  if (length === 0) return null;
  const from = textAt + words[(at >> 2) + OrderWord.textOffset];
  for (let byte = from; byte < from + length; byte++) {
    if (!IS_ID_BYTE[bytes[byte]]) {
      return bad(index, "text", "letters, digits and . _ : / -", bytes[byte]);
    }
  }
  const text = String.fromCharCode(...bytes.subarray(from, from + length));
  if (isNumericClientOrderId(text)) {
    return bad(index, "text", "no number: that is a request key", text);
  }
  // What is left are the two that no path can name.
  return CLIENT_ORDER_ID_PATTERN.test(text)
    ? null
    : bad(index, "text", CLIENT_ORDER_ID_TAKES, text);
}

const IS_ID_BYTE: readonly boolean[] = Array.from(
  { length: 256 },
  (_, byte) => CLIENT_ORDER_ID_PATTERN.test(`a${String.fromCharCode(byte)}`),
);

function bad(index: number, field: string, limit: string, value: number | string): Problem {
  return new Problem(EdgeCode.invalidRecord, {
    detail: `${field} of record ${index} is not valid.`,
    field: `records[${index}].${field}`,
    limit,
    value: String(value),
  });
}
