/**
 * Reads one order of a plain batch, field by field, and writes its record.
 *
 * @module
 */
import { parseDecimalIn } from "../../../core/protocol/decimal.ts";
import * as orderRecord from "../../../core/protocol/order_record.ts";
import type { Instrument } from "../../../infra/reference/instrument_terms.ts";
import type { InstrumentLookup } from "../../../infra/reference/reference.ts";
import { asciiOf, Byte, type JsonCursor } from "./json_cursor.ts";
import type { PlainBatch } from "./plain_batch.ts";
import { clientOrderIdIn, NO_NUMBER, numberIn } from "./plain_id.ts";

// Under names of this module's own, for it runs for each field (ARCHITECTURE, decision 17).
const { CommandKind, OrderFlag, OrderType, SelfTrade, Side, TimeInForce } = orderRecord;
const { writeCommandHead, writeNewOrder } = orderRecord;

/** A bit for each field of an order. */
const Field = {
  symbol: 1,
  side: 2,
  type: 4,
  price: 8,
  quantity: 16,
  timeInForce: 32,
  postOnly: 64,
  clientOrderId: 128,
  selfTradePrevention: 256,
} as const;
const NEEDED = Field.symbol | Field.side | Field.type | Field.quantity;
const NAMES = Object.entries(Field).map(([name, field]) => ({ text: asciiOf(name), field }));
const SELF_TRADES = [
  { text: asciiOf("none"), mode: SelfTrade.none },
  { text: asciiOf("expire_taker"), mode: SelfTrade.expireTaker },
  { text: asciiOf("expire_maker"), mode: SelfTrade.expireMaker },
  { text: asciiOf("expire_both"), mode: SelfTrade.expireBoth },
  { text: asciiOf("decrement"), mode: SelfTrade.decrement },
  { text: asciiOf("transfer"), mode: SelfTrade.transfer },
] as const;
const BUY = asciiOf("buy");
const SELL = asciiOf("sell");
const LIMIT = asciiOf("limit");
const MARKET = asciiOf("market");
const GTC = asciiOf("GTC");
const IOC = asciiOf("IOC");
const FOK = asciiOf("FOK");
const TRUE = asciiOf("true");
const FALSE = asciiOf("false");

/** One order after another; what is read of it stands here until it is written. */
export class OrderReader {
  readonly #cursor: JsonCursor;
  /** Place in the list of the field behind the one that was read last. */
  #next = 0;
  /** The fields that it has: bits of {@link Field}. */
  #seen = 0;
  /** Its instrument; between two orders that of the one before. */
  #instrument: Instrument | undefined;
  #side: number = Side.buy;
  #type: number = OrderType.limit;
  /** 0: it says none. */
  #timeInForce = 0;
  #flags = 0;
  #selfTrade: number = SelfTrade.expireTaker;
  /** Where its decimals and its client order id stand. */
  #priceFrom = 0;
  #priceEnd = 0;
  #quantityFrom = 0;
  #quantityEnd = 0;
  #idFrom = 0;
  #idEnd = 0;

  constructor(cursor: JsonCursor) {
    this.#cursor = cursor;
  }

  /** Reads an order behind its opening brace. @returns whether it is a plain one so far */
  read(body: string, reference: InstrumentLookup): boolean {
    const cursor = this.#cursor;
    this.#next = 0;
    this.#seen = 0;
    this.#timeInForce = 0;
    this.#flags = 0;
    this.#selfTrade = SelfTrade.expireTaker;
    do {
      if (!cursor.string()) return false;
      const field = this.#field();
      if (field === 0 || (this.#seen & field) !== 0 || !cursor.take(Byte.colon)) return false;
      this.#seen |= field;
      const isTaken = field === Field.postOnly
        ? this.#readPostOnly()
        : cursor.string() && this.#readField(field, body, reference);
      if (!isTaken) return false;
    } while (cursor.take(Byte.comma));
    return cursor.take(Byte.close) && (this.#seen & NEEDED) === NEEDED;
  }

  /** Writes the record of the order. @returns whether its fields go together and fit */
  write(batch: PlainBatch): boolean {
    const instrument = this.#instrument;
    if (instrument === undefined) return false;
    const isMarket = this.#type === OrderType.market;
    const hasPrice = (this.#seen & Field.price) !== 0;
    if (!isMarket && !hasPrice) return false;
    let timeInForce = this.#timeInForce;
    if (timeInForce === 0) timeInForce = isMarket ? TimeInForce.ioc : TimeInForce.gtc;
    if (timeInForce === TimeInForce.gtc ? isMarket : this.#flags !== 0) return false;
    const { priceScale, tickSize, priceTicksMax, quantityScale, lotSize } = instrument;
    const price = hasPrice
      ? this.#steps(this.#priceFrom, this.#priceEnd, priceScale, tickSize, priceTicksMax)
      : 0;
    const most = instrument.quantityLotsMax;
    const quantity = this.#steps(
      this.#quantityFrom,
      this.#quantityEnd,
      quantityScale,
      lotSize,
      most,
    );
    if (price < 0 || quantity < 0) return false;
    const at = batch.recordAt(batch.count);
    if (!this.#writeHead(batch, at)) return false;
    writeNewOrder(
      batch.wire,
      at,
      instrument.instrument,
      this.#side,
      this.#type,
      timeInForce,
      this.#flags,
      this.#selfTrade,
      price,
      quantity,
    );
    return true;
  }

  /** The field that the string read last names; 0: none of them. Mostly it is next in the list. */
  #field(): number {
    const cursor = this.#cursor;
    let index = this.#next;
    for (let tried = 0; tried < NAMES.length; tried++) {
      const { text, field } = NAMES[index];
      index = index + 1 === NAMES.length ? 0 : index + 1;
      if (!cursor.is(text)) continue;
      this.#next = index;
      return field;
    }
    return 0;
  }

  #readPostOnly(): boolean {
    const isPostOnly = this.#cursor.word(TRUE);
    if (isPostOnly) this.#flags = OrderFlag.postOnly;
    return isPostOnly || this.#cursor.word(FALSE);
  }

  /** Takes the string read last as the value of a field. */
  #readField(field: number, body: string, reference: InstrumentLookup): boolean {
    const cursor = this.#cursor;
    const { from, end } = cursor;
    switch (field) {
      case Field.symbol:
        return this.#readSymbol(body, reference);
      case Field.side: {
        const isSell = cursor.is(SELL);
        this.#side = isSell ? Side.sell : Side.buy;
        return isSell || cursor.is(BUY);
      }
      case Field.type: {
        const isLimit = cursor.is(LIMIT);
        this.#type = isLimit ? OrderType.limit : OrderType.market;
        return isLimit || cursor.is(MARKET);
      }
      case Field.timeInForce:
        this.#timeInForce = timeInForceOf(cursor);
        return this.#timeInForce !== 0;
      case Field.selfTradePrevention:
        this.#selfTrade = selfTradeOf(cursor);
        return this.#selfTrade >= 0;
      case Field.price:
        this.#priceFrom = from;
        this.#priceEnd = end;
        return true;
      case Field.quantity:
        this.#quantityFrom = from;
        this.#quantityEnd = end;
        return true;
      default:
        this.#idFrom = from;
        this.#idEnd = end;
        return true;
    }
  }

  /** Mostly it is the symbol of the order before. */
  #readSymbol(body: string, reference: InstrumentLookup): boolean {
    const { from, end } = this.#cursor;
    const last = this.#instrument;
    const isLast = last !== undefined && last.symbol.length === end - from &&
      body.startsWith(last.symbol, from) && reference.byNumber(last.instrument) === last;
    if (!isLast) this.#instrument = reference.bySymbol(body.slice(from, end));
    return this.#instrument !== undefined;
  }

  /** A decimal as 1 to `most` whole steps; negative where it is none. */
  #steps(from: number, end: number, scale: number, step: number, most: number): number {
    const units = parseDecimalIn(this.#cursor.bytes, from, end, scale);
    if (units <= 0 || (step !== 1 && units % step !== 0)) return -1;
    const steps = step === 1 ? units : units / step;
    return steps > most ? -1 : steps;
  }

  /** Writes the head of the record, and its client order id. Without one the gateway gives it a key. */
  #writeHead(batch: PlainBatch, at: number): boolean {
    const { wire } = batch;
    if ((this.#seen & Field.clientOrderId) === 0) {
      writeCommandHead(wire, at, CommandKind.newOrder, 0, 0, 0, 0);
      return true;
    }
    const { bytes } = this.#cursor;
    const from = this.#idFrom;
    const end = this.#idEnd;
    batch.setId(from, end - from);
    const number = numberIn(bytes, from, end);
    if (number !== NO_NUMBER) {
      writeCommandHead(wire, at, CommandKind.newOrder, 0, number, number / 4294967296, 0);
      return true;
    }
    if (clientOrderIdIn(batch.body, from, end) === null) return false;
    writeCommandHead(wire, at, CommandKind.newOrder, 0, 0, 0, 0);
    batch.addText(at, bytes.subarray(from, end));
    return true;
  }
}

/** 0: the string read last is none. */
function timeInForceOf(cursor: JsonCursor): number {
  if (cursor.is(GTC)) return TimeInForce.gtc;
  if (cursor.is(IOC)) return TimeInForce.ioc;
  return cursor.is(FOK) ? TimeInForce.fok : 0;
}

/** Negative: the string read last is none. */
function selfTradeOf(cursor: JsonCursor): number {
  for (const { text, mode } of SELF_TRADES) if (cursor.is(text)) return mode;
  return -1;
}
