/**
 * The fills in a run of reports. A report of a trade is all that there is to say of the account's
 * side of it, so fills are kept nowhere else.
 *
 * @module
 */
import { EventFlag, EventKind, EventWord } from "../protocol/event_record.ts";
import type { FillRow } from "../protocol/queries.ts";
import { readU64, WireBuffer } from "../protocol/wire_buffer.ts";
import {
  EVENT_OFFSET_BYTES,
  PACKED_REPORT_BYTES,
  type PackedRun,
  reportCount,
} from "./report_run.ts";

/** Which fills are wanted. */
export interface FillFilter {
  /** 0: of every order. */
  readonly orderId: number;
  /** 0: of every instrument. */
  readonly instrument: number;
  /** Fills of trades with an id below this; 0: of all. */
  readonly beforeTradeId: number;
}

/**
 * The fills in a run that pass the filter, oldest first; of a trade of the account with itself the
 * maker's side comes first. O(reports of the run).
 *
 * @throws {BrokenHistoryError} when the run does not consist of whole reports
 */
export function unpackFills(run: PackedRun, filter: FillFilter): FillRow[] {
  const count = reportCount(run);
  const frame = WireBuffer.copyOf(run.packed);
  const fills: FillRow[] = [];
  for (let index = 0; index < count; index++) {
    const at = index * PACKED_REPORT_BYTES;
    const eventAt = at + EVENT_OFFSET_BYTES;
    if (frame.bytes[eventAt] !== EventKind.trade) continue;
    if (passes(frame, eventAt, filter)) fills.push(fillAt(frame, at, eventAt));
  }
  return fills;
}

function passes({ words }: WireBuffer, eventAt: number, filter: FillFilter): boolean {
  const { beforeTradeId, instrument, orderId } = filter;
  const word = eventAt >> 2;
  if (instrument !== 0 && words[word + EventWord.instrument] !== instrument) return false;
  if (orderId !== 0 && readU64(words, word + EventWord.orderId) !== orderId) return false;
  return beforeTradeId === 0 || readU64(words, word + EventWord.last) < beforeTradeId;
}

function fillAt({ bytes, words }: WireBuffer, at: number, eventAt: number): FillRow {
  const word = eventAt >> 2;
  return {
    tradeId: readU64(words, word + EventWord.last),
    orderId: readU64(words, word + EventWord.orderId),
    instrument: words[word + EventWord.instrument],
    side: bytes[eventAt + 1],
    priceTicks: readU64(words, word + EventWord.price),
    quantityLots: readU64(words, word + EventWord.quantity),
    fee: readU64(words, word + EventWord.first),
    isMaker: (bytes[eventAt + 3] & EventFlag.maker) !== 0,
    timeMicros: readU64(words, (at >> 2) + 2),
    sequence: readU64(words, at >> 2),
  };
}
