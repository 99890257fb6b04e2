/**
 * Reads a batch straight into records: orders and cancels as nearly all clients write them, in one
 * pass over the bytes, with nothing made for an item. What is not as plain as that (an amend, a
 * budget, an escape, anything that is refused) is no plain batch, and is read as any other body is.
 *
 * The records are those that the other way comes to, byte by byte (tests/routes/orders/plain_batch).
 *
 * @module
 */
import * as orderRecord from "../../../core/protocol/order_record.ts";
import { requestKeyOfClientOrderId } from "../../../core/protocol/request_key.ts";
import type { InstrumentLookup } from "../../../infra/reference/reference.ts";
import { BODY_BYTES_MAX } from "../../middleware/body.ts";
import { asciiOf, Byte, JsonCursor } from "./json_cursor.ts";
import { OrderReader } from "./order_reader.ts";
import { PlainBatch } from "./plain_batch.ts";
import { clientOrderIdIn, NO_NUMBER, numberIn } from "./plain_id.ts";

// Under names of this module's own, for it runs for each item (ARCHITECTURE, decision 17).
const { CommandKind, writeCommandHead, writeTargetById, writeTargetByKey } = orderRecord;
const { colon: COLON, comma: COMMA, open: OPEN, close: CLOSE } = Byte;

const ITEMS = asciiOf("items");
const PLACE = asciiOf("place");
const CANCEL = asciiOf("cancel");
const ORDER_ID = asciiOf("orderId");
const CLIENT_ORDER_ID = asciiOf("clientOrderId");

/** The body that is read just now. Reading one waits for nothing, so one buffer does. */
const bytes = new Uint8Array(BODY_BYTES_MAX + 1);
const cursor = new JsonCursor(bytes);
const order = new OrderReader(cursor);
const encoder = new TextEncoder();

/** Reads a batch. O(length). @returns `null` where it is not a plain one */
export function readPlainBatch(body: string, reference: InstrumentLookup): PlainBatch | null {
  const { length } = body;
  if (length > BODY_BYTES_MAX) return null;
  const { read, written } = encoder.encodeInto(body, bytes);
  if (read !== length || written !== length) return null;
  bytes[length] = 0;
  cursor.rewind();
  const batch = new PlainBatch(body);
  const isPlain = cursor.take(OPEN) && cursor.string() && cursor.is(ITEMS) && cursor.take(COLON) &&
    readItems(batch, reference) && cursor.take(CLOSE) && cursor.isAtEnd(length);
  return isPlain ? batch : null;
}

function readItems(batch: PlainBatch, reference: InstrumentLookup): boolean {
  if (!cursor.take(Byte.openList)) return false;
  do {
    if (batch.count === batch.itemsMax || !cursor.take(OPEN) || !cursor.string()) return false;
    const isCancel = cursor.is(CANCEL);
    if ((!isCancel && !cursor.is(PLACE)) || !cursor.take(COLON) || !cursor.take(OPEN)) return false;
    if (isCancel) {
      if (!readCancel(batch)) return false;
      batch.cancels++;
    } else if (!order.read(batch.body, reference) || !order.write(batch)) return false;
    if (!cursor.take(CLOSE)) return false;
    batch.count++;
  } while (cursor.take(COMMA));
  return cursor.take(Byte.closeList);
}

function readCancel(batch: PlainBatch): boolean {
  if (!cursor.string()) return false;
  const isById = cursor.is(ORDER_ID);
  if (!isById && !cursor.is(CLIENT_ORDER_ID)) return false;
  if (!cursor.take(COLON) || !cursor.string()) return false;
  const { from, end } = cursor;
  const number = numberIn(bytes, from, end);
  const at = batch.recordAt(batch.count);
  const { wire } = batch;
  writeCommandHead(wire, at, CommandKind.cancel, 0, 0, 0, 0);
  if (isById) {
    if (number === NO_NUMBER) return false;
    writeTargetById(wire, at, number);
  } else if (number !== NO_NUMBER) {
    writeTargetByKey(wire, at, number, number / 4294967296);
  } else {
    const text = clientOrderIdIn(batch.body, from, end);
    if (text === null) return false;
    const { low, high } = requestKeyOfClientOrderId(text);
    writeTargetByKey(wire, at, low, high);
  }
  batch.setId(from, end - from);
  return cursor.take(CLOSE);
}
