/**
 * What the answers about an instrument have in common, as bytes: of the forty texts of an order that
 * rests, thirty are the same for all of them.
 *
 * @module
 */
import { reasonOf } from "../../../core/history/reason.ts";
import { OrderStatus } from "../../../core/protocol/event_record.ts";
import { OrderType, Side } from "../../../core/protocol/order_record.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import type { Instrument } from "../../../infra/reference/instrument_terms.ts";
import { sideText, statusText } from "../order_view.ts";
import { asciiOf } from "./json_cursor.ts";

/** Code of a cancel as its client asked for it. */
const ASKED = ResultCode.canceledByRequest;
const SIDES = [Side.buy, Side.sell] as const;
const STATUSES = [
  OrderStatus.new,
  OrderStatus.partiallyFilled,
  OrderStatus.filled,
  OrderStatus.canceled,
  OrderStatus.expired,
] as const;

/** From what stands behind an order's ids to its price. */
export class InstrumentPieces {
  /** By status, type and side. */
  readonly #orders: readonly Uint8Array[];
  /** By side. */
  readonly #canceled: readonly Uint8Array[];
  readonly #symbol: string;

  constructor({ symbol }: Instrument) {
    this.#symbol = symbol;
    this.#orders = STATUSES.flatMap((status) =>
      [OrderType.limit, OrderType.market].flatMap((type) =>
        SIDES.map((side) => asciiOf(this.#orderText(side, type, status, 0)))
      )
    );
    this.#canceled = SIDES.map((side) =>
      asciiOf(this.#canceledText(side, OrderStatus.canceled, ASKED))
    );
  }

  /** Of an order. */
  order(side: number, type: number, status: number, code: number): Uint8Array {
    if (code !== 0) return asciiOf(this.#orderText(side, type, status, code));
    return this.#orders[(status - OrderStatus.new) * 4 + (type - OrderType.limit) * 2 + side];
  }

  /** Of an order that was canceled. */
  canceled(side: number, status: number, code: number): Uint8Array {
    return code === ASKED && status === OrderStatus.canceled
      ? this.#canceled[side]
      : asciiOf(this.#canceledText(side, status, code));
  }

  #orderText(side: number, type: number, status: number, code: number): string {
    const typeText = type === OrderType.limit ? "limit" : "market";
    const reason = code === 0 ? "" : `,"reason":"${reasonOf(code)}"`;
    return `,"symbol":"${this.#symbol}","side":"${sideText(side)}","type":"${typeText}",` +
      `"status":"${statusText(status)}"${reason},"price":`;
  }

  #canceledText(side: number, status: number, code: number): string {
    return `,"symbol":"${this.#symbol}","side":"${sideText(side)}",` +
      `"status":"${statusText(status)}","reason":"${reasonOf(code)}","price":`;
  }
}

const pieces = new WeakMap<Instrument, InstrumentPieces>();

/** The pieces of an instrument as it is now. */
export function piecesOf(instrument: Instrument): InstrumentPieces {
  const known = pieces.get(instrument);
  if (known !== undefined) return known;
  const made = new InstrumentPieces(instrument);
  pieces.set(instrument, made);
  return made;
}
