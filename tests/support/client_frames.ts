/**
 * Frames of records as a client writes them, and their answers as it reads them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import { OutgoingFrame } from "../../core/batcher/outgoing_frame.ts";
import { EventFlag, EventKind, EventWord } from "../../core/protocol/event_record.ts";
import {
  CRC_START_BYTES,
  frameCount,
  frameCrc,
  FrameKind,
  frameKind,
  frameLength,
  frameNumber,
  RECORD_BYTES,
} from "../../core/protocol/frame.ts";
import {
  CommandKind,
  OrderType,
  SelfTrade,
  Side,
  TimeInForce,
  writeAmend,
  writeCommandHead,
  writeNewOrder,
  writeSelection,
  writeTargetById,
  writeTargetByKey,
} from "../../core/protocol/order_record.ts";
import {
  POSITIONED_BODY_BYTES,
  positionFirstEvent,
  positionNumber,
  positionStampMicros,
} from "../../core/protocol/position.ts";
import { readU64, WireBuffer } from "../../core/protocol/wire_buffer.ts";

/** What a record may say beside its kind. */
export interface RecordFields {
  readonly account?: number;
  /** A number that names the command; 0: the gateway does. */
  readonly key?: number;
  readonly deadlineMicros?: number;
  readonly text?: string;
}

/** What a new order may say otherwise than a limit buy of 0.5 BTC at 50,000. */
export interface OrderFields extends RecordFields {
  readonly instrument?: number;
  readonly side?: number;
  readonly orderType?: number;
  readonly timeInForce?: number;
  readonly flags?: number;
  readonly selfTrade?: number;
  readonly priceTicks?: number;
  readonly quantityLots?: number;
}

/** A frame of a client in the making. */
export class ClientFrame {
  readonly #frame: OutgoingFrame;

  constructor(recordsMax = 64) {
    this.#frame = new OutgoingFrame(recordsMax);
    this.#frame.open(0, 0);
  }

  /** Adds a new order. */
  place(fields: OrderFields = {}): this {
    const at = this.#head(CommandKind.newOrder, fields);
    writeNewOrder(
      this.#frame.wire,
      at,
      fields.instrument ?? 1,
      fields.side ?? Side.buy,
      fields.orderType ?? OrderType.limit,
      fields.timeInForce ?? TimeInForce.gtc,
      fields.flags ?? 0,
      fields.selfTrade ?? SelfTrade.expireTaker,
      fields.priceTicks ?? 5_000_000,
      fields.quantityLots ?? 5_000,
    );
    if (fields.text !== undefined) this.#frame.addText(at, fields.text);
    return this;
  }

  /** Adds a cancel by order id, or by the number that the order was placed with. */
  cancel(target: { readonly id: number } | { readonly key: number }, fields: RecordFields = {}) {
    this.#target(this.#head(CommandKind.cancel, fields), target);
    return this;
  }

  /** Adds an amend. */
  amend(id: number, priceTicks: number, quantityLots: number, fields: RecordFields = {}): this {
    const at = this.#head(CommandKind.amend, fields);
    writeAmend(this.#frame.wire, at, priceTicks, quantityLots);
    this.#target(at, { id });
    return this;
  }

  /** Adds a cancel of all orders, of an instrument or of all, of a side or of both (`null`). */
  cancelAll(instrument: number, side: number | null = null, fields: RecordFields = {}): this {
    const at = this.#head(CommandKind.cancelAll, fields);
    writeSelection(this.#frame.wire, at, instrument, side);
    return this;
  }

  /** The bytes; `change` may spoil them before the CRC is taken. */
  seal(change: (wire: WireBuffer) => void = () => {}): Uint8Array<ArrayBuffer> {
    this.#frame.seal(FrameKind.orders, 0);
    const wire = WireBuffer.copyOf(this.#frame.message);
    change(wire);
    wire.words[2] = crc32(wire.bytes.subarray(CRC_START_BYTES));
    return wire.bytes;
  }

  #head(kind: number, fields: RecordFields): number {
    const at = this.#frame.addRecord();
    const { account = 0, key = 0, deadlineMicros = 0 } = fields;
    const high = Math.floor(key / 2 ** 32);
    writeCommandHead(this.#frame.wire, at, kind, account, key >>> 0, high, deadlineMicros);
    return at;
  }

  #target(at: number, target: { readonly id: number } | { readonly key: number }): void {
    const { wire } = this.#frame;
    if ("id" in target) writeTargetById(wire, at, target.id);
    else writeTargetByKey(wire, at, target.key >>> 0, Math.floor(target.key / 2 ** 32));
  }
}

/** One record of an answer. */
export interface ReadReport {
  readonly index: number;
  /** Name of the event's kind. */
  readonly kind: string;
  readonly status: number;
  readonly code: number;
  readonly orderId: number;
  readonly isDuplicate: boolean;
  readonly sequence: number;
  readonly stampMicros: number;
  readonly journalSequence: number;
  /** The four fields by kind that stand behind the first. */
  readonly fields: readonly number[];
}

const KIND_NAMES = new Map(Object.entries(EventKind).map(([name, kind]) => [kind as number, name]));

/** The records of an answer, whose frames are checked. */
export function readReports(bytes: Uint8Array): ReadReport[] {
  const reports: ReadReport[] = [];
  for (let at = 0, part = 1; at < bytes.length; part++) {
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at + 28, true);
    const frame = WireBuffer.copyOf(bytes.subarray(at, at + length));
    assert.deepEqual([frameKind(frame, 0), frameNumber(frame, 0)], [FrameKind.reports, part]);
    assert.equal(frameLength(frame, 0), frame.bytes.length);
    assert.equal(frameCrc(frame, 0), crc32(frame.bytes.subarray(CRC_START_BYTES)));
    const count = frameCount(frame, 0);
    const offsets = (POSITIONED_BODY_BYTES + count * RECORD_BYTES) >> 2;
    for (let record = 0; record < count; record++) {
      const head = POSITIONED_BODY_BYTES + record * RECORD_BYTES;
      const word = head >> 2;
      reports.push({
        index: frame.halves[(head >> 1) + 3],
        kind: KIND_NAMES.get(frame.bytes[head]) ?? "unknown",
        status: frame.bytes[head + 2],
        code: frame.halves[(head >> 1) + 2],
        orderId: readU64(frame.words, word + EventWord.orderId),
        isDuplicate: (frame.bytes[head + 3] & EventFlag.duplicate) !== 0,
        sequence: positionFirstEvent(frame, 0) + frame.words[offsets + record],
        stampMicros: positionStampMicros(frame, 0),
        journalSequence: positionNumber(frame, 0),
        fields: [8, 10, 12, 14].map((offset) => readU64(frame.words, word + offset)),
      });
    }
    at += length;
  }
  return reports;
}
