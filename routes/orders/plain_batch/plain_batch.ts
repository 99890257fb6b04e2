/**
 * A batch whose commands are all plain, as the records that go into the log.
 *
 * @module
 */
import { FRAME_HEADER_BYTES, RECORD_BYTES, TEXT_BYTES_MAX } from "../../../core/protocol/frame.ts";
import { CommandKind, OrderFlag, writeTextReference } from "../../../core/protocol/order_record.ts";
import { WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import { BATCH_ITEMS_MAX } from "../../schema/order_batch.ts";

/** Shortest item of a batch: `{"cancel":{"orderId":"1"}}`, and a comma. */
const ITEM_LENGTH_MIN = 27;

/**
 * Records from the front, texts behind them, and where in the body the client order id of an order
 * and the id of an order to cancel stand. Owner: the request.
 */
export class PlainBatch {
  readonly wire: WireBuffer;
  /** Most items that it takes. */
  readonly itemsMax: number;
  /** Offset that those of texts count from. */
  readonly textAt: number;
  count = 0;
  /** How many of the commands are cancels. */
  cancels = 0;
  #textBytes = 0;
  /** For each item where its id begins in the body, and its length; 0: it has none. */
  readonly #ids: Int32Array;

  constructor(readonly body: string) {
    this.itemsMax = Math.min(BATCH_ITEMS_MAX, Math.ceil(body.length / ITEM_LENGTH_MIN));
    this.textAt = FRAME_HEADER_BYTES + this.itemsMax * RECORD_BYTES;
    this.wire = WireBuffer.allocate(this.textAt + this.itemsMax * TEXT_BYTES_MAX);
    this.#ids = new Int32Array(this.itemsMax * 2);
  }

  /** Offset of the record of an item. */
  recordAt(index: number): number {
    return FRAME_HEADER_BYTES + index * RECORD_BYTES;
  }

  /** Whether an item is a cancel. */
  isCancel(index: number): boolean {
    return this.wire.bytes[this.recordAt(index)] === CommandKind.cancel;
  }

  /** Whether an item names an order by its order id. */
  isById(index: number): boolean {
    return (this.wire.bytes[this.recordAt(index) + 4] & OrderFlag.targetByKey) === 0;
  }

  /** Keeps where the id of the next item stands in the body. */
  setId(from: number, length: number): void {
    this.#ids[this.count * 2] = from;
    this.#ids[this.count * 2 + 1] = length;
  }

  /** Where the id of an item begins in the body. */
  idFrom(index: number): number {
    return this.#ids[index * 2];
  }

  /** Length of the id of an item; 0: it has none. */
  idLength(index: number): number {
    return this.#ids[index * 2 + 1];
  }

  /** The id of an item. */
  idText(index: number): string {
    const from = this.idFrom(index);
    return this.body.slice(from, from + this.idLength(index));
  }

  /** Adds the text of the record at `at`. */
  addText(at: number, text: Uint8Array): void {
    writeTextReference(this.wire, at, this.#textBytes, text.length);
    this.wire.bytes.set(text, this.textAt + this.#textBytes);
    this.#textBytes += text.length;
  }
}
