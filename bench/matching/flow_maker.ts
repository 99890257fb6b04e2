/**
 * Makes a flow from its shape, by a seeded generator: the same operations every time.
 *
 * @module
 */
import { Side } from "../../core/protocol/order_record.ts";
import { FlowBook } from "./flow_book.ts";
import { CHECKPOINT_OPERATIONS, type Flow, type FlowShape, OperationKind } from "./flow.ts";
import { TradeSum, type TradeTotals } from "./trade_sum.ts";

/** Where the mid of every instrument starts. */
const MID_TICKS = 500_000;
/** A mid moves by one tick, up or down, about once in so many of its operations. */
const OPERATIONS_PER_MID_MOVE = 256;
/** How far a mid may get from where it started. */
const MID_DRIFT_MAX_TICKS = 2_000;
/** Quantities of resting orders are 1 to this. */
const LOTS_MAX = 100;

/** Makes the flow. */
export function makeFlow(shape: FlowShape): Flow {
  return new FlowMaker(shape).make();
}

class FlowMaker {
  readonly #shape: FlowShape;
  readonly #flow: Flow & { orderCount: number };
  readonly #checkpoints: TradeTotals[] = [];
  readonly #sum = new TradeSum();
  readonly #book: FlowBook;
  readonly #mids: Int32Array;
  /** Account of each order, and its quantity. */
  readonly #accounts: Uint16Array;
  readonly #quantities: Int32Array;
  #random: number;
  #at = 0;

  constructor(shape: FlowShape) {
    this.#shape = shape;
    this.#random = shape.seed | 1;
    const count = shape.liveOrders + shape.operations;
    const halfRange = MID_DRIFT_MAX_TICKS + shape.bandTicks + shape.throughTicks + 1;
    const books = (shape.instruments + 1) * 2;
    this.#book = new FlowBook(books, MID_TICKS - halfRange, 2 * halfRange, count);
    this.#mids = new Int32Array(shape.instruments + 1).fill(MID_TICKS);
    this.#accounts = new Uint16Array(count);
    this.#quantities = new Int32Array(count);
    this.#flow = {
      shape,
      openingCount: shape.liveOrders,
      count,
      orderCount: 0,
      kinds: new Uint8Array(count),
      instruments: new Uint16Array(count),
      sides: new Uint8Array(count),
      accounts: new Uint16Array(count),
      priceTicks: new Int32Array(count),
      lots: new Int32Array(count),
      orders: new Int32Array(count),
      checkpoints: this.#checkpoints,
    };
  }

  make(): Flow {
    const { openingCount, count } = this.#flow;
    while (this.#at < openingCount) this.#add(this.#drawInstrument(), this.#drawSide());
    for (let made = 0; made < count - openingCount; made++) {
      if (made % CHECKPOINT_OPERATIONS === 0) this.#checkpoints.push(this.#sum.totals);
      this.#operation();
    }
    this.#checkpoints.push(this.#sum.totals);
    return this.#flow;
  }

  #operation(): void {
    const draw = this.#next();
    const { amendShare, cancelShare } = this.#shape;
    if (draw < cancelShare && this.#book.liveCount > 0) return this.#cancel();
    if (draw < cancelShare + amendShare && this.#book.liveCount > 0) return this.#amend();
    const instrument = this.#drawInstrument();
    const side = this.#drawSide();
    this.#moveMid(instrument);
    const isAggressive = draw >= 1 - this.#shape.aggressiveShare;
    const best = this.#book.best(instrument * 2 + (side ^ 1));
    if (isAggressive && best !== 0) this.#aggress(instrument, side, best);
    else this.#add(instrument, side);
  }

  #add(instrument: number, side: number): void {
    const price = this.#drawPrice(instrument, side);
    const lots = 1 + this.#below(LOTS_MAX);
    const order = this.#newOrder(OperationKind.add, instrument, side, price, lots);
    this.#book.add(order, instrument * 2 + side, price, lots);
  }

  /** A price at which an order rests: where the mid has passed the other side, it stands before it. */
  #drawPrice(instrument: number, side: number): number {
    const away = 1 + this.#below(this.#shape.bandTicks);
    const middle = this.#mids[instrument];
    const opposite = this.#book.best(instrument * 2 + (side ^ 1));
    const price = side === Side.buy ? middle - away : middle + away;
    if (opposite === 0) return price;
    return side === Side.buy ? Math.min(price, opposite - 1) : Math.max(price, opposite + 1);
  }

  /** Takes so much that on average the orders stay as many as they are meant to be. */
  #aggress(instrument: number, side: number, best: number): void {
    const { aggressiveShare, amendShare, cancelShare, liveOrders, throughTicks } = this.#shape;
    const makers = (1 - aggressiveShare - amendShare - 2 * cancelShare) / aggressiveShare;
    const lotsMean = makers * (LOTS_MAX + 1) / 2 * (this.#book.liveCount / liveOrders);
    const lots = 1 + this.#below(Math.max(1, Math.round(2 * lotsMean) - 1));
    const limit = side === Side.buy ? best + throughTicks : best - throughTicks;
    const order = this.#newOrder(OperationKind.aggressive, instrument, side, limit, lots);
    this.#book.take(order, instrument * 2 + (side ^ 1), limit, lots, this.#sum);
  }

  #cancel(): void {
    const order = this.#book.liveAt(this.#below(this.#book.liveCount));
    this.#write(OperationKind.cancel, order, 0, 0);
    this.#book.remove(order);
  }

  #amend(): void {
    const book = this.#book;
    const order = book.liveAt(this.#below(book.liveCount));
    const side = book.bookOf(order);
    if (this.#next() < 0.5) {
      const lots = this.#below(book.leavesOf(order));
      this.#quantities[order] -= lots;
      book.reduce(order, lots);
      return this.#write(OperationKind.amend, order, book.priceOf(order), this.#quantities[order]);
    }
    const price = this.#drawPrice(side >> 1, side & 1);
    this.#write(OperationKind.amend, order, price, this.#quantities[order]);
    // At the price that it has it would keep its place.
    if (price === book.priceOf(order)) return;
    const leaves = book.leavesOf(order);
    book.remove(order);
    book.add(order, side, price, leaves);
  }

  /** Writes an operation on a live order. */
  #write(kind: number, order: number, price: number, lots: number): void {
    const { accounts, instruments, kinds, orders, priceTicks, sides } = this.#flow;
    const book = this.#book.bookOf(order);
    kinds[this.#at] = kind;
    instruments[this.#at] = book >> 1;
    sides[this.#at] = book & 1;
    accounts[this.#at] = this.#accounts[order];
    priceTicks[this.#at] = price;
    this.#flow.lots[this.#at] = lots;
    orders[this.#at++] = order;
  }

  #newOrder(
    kind: number,
    instrument: number,
    side: number,
    price: number,
    lots: number,
  ): number {
    const flow = this.#flow;
    const order = flow.orderCount++;
    // Odd accounts buy, even ones sell.
    const account = 1 + 2 * this.#below(this.#shape.accounts / 2) + side;
    this.#accounts[order] = account;
    this.#quantities[order] = lots;
    flow.kinds[this.#at] = kind;
    flow.instruments[this.#at] = instrument;
    flow.sides[this.#at] = side;
    flow.accounts[this.#at] = account;
    flow.priceTicks[this.#at] = price;
    flow.lots[this.#at] = lots;
    flow.orders[this.#at++] = order;
    return order;
  }

  #moveMid(instrument: number): void {
    const draw = this.#below(2 * OPERATIONS_PER_MID_MOVE);
    if (draw > 1) return;
    const moved = this.#mids[instrument] + (draw === 0 ? 1 : -1);
    if (Math.abs(moved - MID_TICKS) <= MID_DRIFT_MAX_TICKS) this.#mids[instrument] = moved;
  }

  #drawInstrument(): number {
    return 1 + this.#below(this.#shape.instruments);
  }

  #drawSide(): number {
    return this.#next() < 0.5 ? Side.buy : Side.sell;
  }

  /** From 0 to `limit`, exclusive. */
  #below(limit: number): number {
    return Math.floor(this.#next() * limit);
  }

  /** From 0 to 1, exclusive: xorshift. */
  #next(): number {
    this.#random ^= this.#random << 13;
    this.#random ^= this.#random >>> 17;
    this.#random ^= this.#random << 5;
    return (this.#random >>> 0) / 4_294_967_296;
  }
}
