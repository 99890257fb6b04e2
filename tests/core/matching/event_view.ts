/**
 * Events as objects with the fields of the layout table in core/protocol/event_record.ts, read
 * through a DataView and the offsets of that table rather than through the code's own constants.
 *
 * @module
 */

import type { EventWriter } from "../../../core/matching/event_writer.ts";

/** One event. The five 64-bit fields are named by where they stand: `at24` to `at56`. */
export interface EventView {
  readonly kind: number;
  readonly side: number;
  readonly status: number;
  readonly flags: number;
  readonly code: number;
  readonly index: number;
  readonly instrument: number;
  readonly account: number;
  readonly orderId: bigint;
  readonly at24: bigint;
  readonly at32: bigint;
  readonly at40: bigint;
  readonly at48: bigint;
  readonly at56: bigint;
}

const EVENT_BYTES = 64;

/** The events that the writer holds, from number `first` on. */
export function readEvents(events: EventWriter, first = 0): EventView[] {
  const view = new DataView(events.buffer.bytes.buffer);
  const views: EventView[] = [];
  for (let at = first * EVENT_BYTES; at < events.count * EVENT_BYTES; at += EVENT_BYTES) {
    views.push({
      kind: view.getUint8(at),
      side: view.getUint8(at + 1),
      status: view.getUint8(at + 2),
      flags: view.getUint8(at + 3),
      code: view.getUint16(at + 4, true),
      index: view.getUint16(at + 6, true),
      instrument: view.getUint32(at + 8, true),
      account: view.getUint32(at + 12, true),
      orderId: view.getBigUint64(at + 16, true),
      at24: view.getBigUint64(at + 24, true),
      at32: view.getBigUint64(at + 32, true),
      at40: view.getBigUint64(at + 40, true),
      at48: view.getBigUint64(at + 48, true),
      at56: view.getBigUint64(at + 56, true),
    });
  }
  return views;
}

/** The bytes of the events that the writer holds. */
export function eventBytes(events: EventWriter): Uint8Array {
  return events.buffer.bytes.slice(0, events.count * EVENT_BYTES);
}
