/**
 * A subscriber's copy of one book order by order, kept from snapshots of its orders and the messages
 * of the feed `orders` in binary (feed_frame.ts), and checked against the checksums.
 *
 * ```text
 *             first page               messages with a gap, another checksum, a contradiction
 *   waiting ─────────────▶ live, known from the best to an edge ─────────────────────▶ waiting
 *   (messages are kept)     │ pages behind the edge, each at a later sequence
 *                           ▼
 *                          live and whole
 * ```
 *
 * Use: subscribe to `md.<symbol>.orders.bin`, give every message to {@link OrderBookCopy.orders};
 * whenever {@link OrderBookCopy.query} is not `null`, send it to `md.snapshot.<symbol>` (one at a
 * time) and give the answer to {@link OrderBookCopy.snapshot}. After a lost connection call
 * {@link OrderBookCopy.invalidate}.
 *
 * A book with more orders than a snapshot has comes in pages. Each is of a later sequence than the one
 * before; the messages in between are applied to what the pages before have told, and those behind a
 * page that is late to the page as well. So the parts join to one exact book at every moment, and what
 * lies in front of the edge is the book already before the last page is there.
 *
 * @module
 */
import type { OrdersQuery } from "../protocol/order_page_query.ts";
import type { SnapshotQuery } from "../protocol/queries.ts";
import { Side } from "../protocol/order_record.ts";
import { SAFE_MAX } from "../protocol/wire_buffer.ts";
import { checkFrame, FeedFrameError, u64At, wordAt } from "./feed_check.ts";
import { FeedKind, FeedWord } from "./feed_frame.ts";
import { type LotLevel, readFeedFrame } from "./feed_reader.ts";
import { KeptMessages } from "./kept_messages.ts";
import { KnownOrders } from "./known_orders.ts";
import type { LotOutcome } from "./lot_book.ts";
import type { OrderPlace, QueuedOrder } from "./order_page.ts";
import { checkOrderEntries, checkOrderPage } from "./order_page_check.ts";
import type { OrderSnapshotFrame } from "./order_reader.ts";
import { SNAPSHOT_LEVELS_MAX, SNAPSHOT_ORDERS_MAX } from "./snapshot.ts";

const INSTRUMENT_AT = FeedWord.instrument * 4;
const SEQUENCE_AT = FeedWord.sequence * 4;
const PREV_SEQUENCE_AT = FeedWord.prevSequence * 4;
const CHECKSUM_AT = FeedWord.fixed * 4;
const BOOK = 0;

/** Where an order stands. */
export interface QueuePosition {
  /** Side. */
  readonly side: number;
  readonly priceTicks: number;
  readonly lots: number;
  /** Orders of the same price that trade before it, and their lots. */
  readonly ordersAhead: number;
  readonly lotsAhead: number;
}

/** A request to `md.snapshot.<symbol>`. */
export type OrderBookQuery = Required<Pick<SnapshotQuery, "levels">> & OrdersQuery & {
  readonly format: "bin";
};

/** A copy of one instrument's orders. Owner: the thread that gives it the messages. */
export class OrderBookCopy {
  #known = new KnownOrders();
  readonly #kept = new KeptMessages();
  /** A page that is ahead of the messages. */
  #pending: OrderSnapshotFrame | null = null;
  #sequence = 0;
  #gapCount = 0;
  #mismatchCount = 0;
  #isLive = false;

  /**
   * @param instrument number of the instrument; messages of others are refused
   * @param ordersPerPage orders of a side to ask for at once
   * @throws {RangeError} when that is out of range
   */
  constructor(readonly instrument: number, readonly ordersPerPage: number = SNAPSHOT_ORDERS_MAX) {
    const most = SNAPSHOT_ORDERS_MAX;
    if (Number.isInteger(ordersPerPage) && ordersPerPage >= 1 && ordersPerPage <= most) return;
    const limit = `a whole number from 1 to ${most}`;
    throw new RangeError(`ordersPerPage is ${ordersPerPage}; it takes ${limit}`);
  }

  /** Sequence that the copy stands for. */
  get sequence(): number {
    return this.#sequence;
  }
  /** Gaps that were met. */
  get gapCount(): number {
    return this.#gapCount;
  }
  /** Messages and pages after which the copy was not the publisher's book. */
  get mismatchCount(): number {
    return this.#mismatchCount;
  }
  /** Whether what the copy shows is the book as of {@link sequence}, up to its edges. */
  get isLive(): boolean {
    return this.#isLive;
  }
  /** Whether it knows every order. */
  get isWhole(): boolean {
    return this.#isLive && this.#known.isWhole;
  }
  /** Orders that it knows. */
  get orderCount(): number {
    return this.#known.queues.count;
  }

  /** What to ask for next; `null` where nothing is wanted. */
  get query(): OrderBookQuery | null {
    if (this.isWhole || this.#pending !== null) return null;
    const query = {
      format: "bin" as const,
      orders: this.ordersPerPage,
      levels: SNAPSHOT_LEVELS_MAX,
    };
    if (!this.#isLive) return query;
    const place = ({ id, priceTicks }: OrderPlace) => [priceTicks, id] as const;
    const afterBid = place(this.#known.placeOf(Side.buy));
    return { ...query, afterBid, afterAsk: place(this.#known.placeOf(Side.sell)) };
  }

  /**
   * Takes a message of the feed `orders`, at any alignment; its bytes may be reused afterwards.
   * O(entries) expected; once whole it allocates nothing but where a table doubles.
   *
   * @throws {FeedFrameError} when it is none of the instrument; the copy is then as it was
   */
  orders(message: Uint8Array): LotOutcome {
    this.#check(message);
    if (!this.#isLive) {
      this.#kept.keep(message);
      return "kept";
    }
    const sequence = u64At(message, SEQUENCE_AT);
    if (sequence <= this.#sequence) return "repeated";
    if (u64At(message, PREV_SEQUENCE_AT) > this.#sequence) {
      this.#gapCount++;
      this.#waitWith(message);
      return "gap";
    }
    if (!this.#known.apply(message) || !this.#isChecksum(wordAt(message, CHECKSUM_AT))) {
      this.#waitWith(message);
      return this.#mismatch();
    }
    this.#sequence = sequence;
    if (this.#known.isWhole) return "applied";
    this.#kept.keep(message);
    const page = this.#pending;
    if (page === null || page.prevSequence > sequence) return "applied";
    return this.#extend(page) === "mismatch" ? "mismatch" : "applied";
  }

  /**
   * Takes the answer to {@link query}.
   *
   * @returns `kept` for a page that waits for messages, `repeated` for one that is not wanted, `gap`
   * and `mismatch` as of a message
   * @throws {FeedFrameError} when it is none of the instrument; the copy is then as it was
   */
  snapshot(message: Uint8Array): LotOutcome {
    const page = this.#read(message);
    if (this.isWhole || !this.#isNext(page)) return "repeated";
    if (!this.#isLive) return this.#begin(page);
    if (page.prevSequence <= this.#sequence) return this.#extend(page);
    this.#pending = page;
    return "kept";
  }

  /** Messages may have been lost: the copy is not to be relied on before the next snapshot. */
  invalidate(): void {
    this.#isLive = false;
    this.#pending = null;
    this.#kept.clear();
    this.#known = new KnownOrders();
  }

  /** Where the order with a public id stands; `null` where no such order is known. O(orders ahead). */
  queuePosition(id: number): QueuePosition | null {
    const { queues } = this.#known;
    const slot = queues.find(id);
    if (slot === 0) return null;
    let ordersAhead = 0;
    let lotsAhead = 0;
    for (let at = queues.levelFirst(queues.levelOf(slot)); at !== slot; at = queues.nextOf(at)) {
      ordersAhead++;
      lotsAhead += queues.lotsOf(at);
    }
    const [side, priceTicks] = [queues.sideOf(slot), queues.priceOf(slot)];
    return { side, priceTicks, lots: queues.lotsOf(slot), ordersAhead, lotsAhead };
  }

  /** Best levels of a side all of whose orders are known, with their lots. O(levels). */
  levels(side: number, most = Infinity): LotLevel[] {
    const { queues } = this.#known;
    const found: LotLevel[] = [];
    let level = queues.bestLevel(BOOK, side);
    for (; level !== 0; level = queues.levelBehind(BOOK, side, level)) {
      const priceTicks = queues.levelPrice(level);
      if (found.length >= most || !this.#known.isWholeLevel(side, priceTicks)) break;
      found.push([priceTicks, queues.levelLots(level)]);
    }
    return found;
  }

  /** The known orders of a price, the first to trade in front. O(orders). */
  ordersAt(side: number, priceTicks: number): QueuedOrder[] {
    const { queues } = this.#known;
    const level = queues.levelFrom(BOOK, side, priceTicks);
    const orders: QueuedOrder[] = [];
    if (level === 0 || queues.levelPrice(level) !== priceTicks) return orders;
    for (let slot = queues.levelFirst(level); slot !== 0; slot = queues.nextOf(slot)) {
      orders.push({ priceTicks, id: queues.idOf(slot), lots: queues.lotsOf(slot) });
    }
    return orders;
  }

  /** Starts from the first page, and takes the messages that were kept. */
  #begin(page: OrderSnapshotFrame): LotOutcome {
    this.#known.extend(page, []);
    if (!this.#isChecksum(page.checksum | 0)) {
      this.#known = new KnownOrders();
      this.#mismatchCount++;
      return "mismatch";
    }
    this.#sequence = page.sequence;
    this.#isLive = true;
    const kept = this.#kept.take();
    for (const [index, message] of kept.entries()) {
      const outcome = this.orders(message);
      if (outcome !== "gap" && outcome !== "mismatch") continue;
      // It is kept itself; the later ones wait with it for the next snapshot.
      for (const later of kept.slice(index + 1)) this.#kept.keep(later);
      return outcome;
    }
    return "applied";
  }

  /** Adds a page behind the edge, which is not ahead of the messages. */
  #extend(page: OrderSnapshotFrame): LotOutcome {
    this.#pending = null;
    const { oldest } = this.#kept;
    const isReached = oldest !== undefined && u64At(oldest, PREV_SEQUENCE_AT) <= page.sequence;
    if (page.sequence < this.#sequence && !isReached) return "repeated";
    const later = this.#kept.newerThan(page.sequence);
    if (!this.#known.extend(page, later)) {
      this.invalidate();
      return this.#mismatch();
    }
    if (this.#known.isWhole) this.#kept.clear();
    return "applied";
  }

  #mismatch(): LotOutcome {
    this.#mismatchCount++;
    return "mismatch";
  }

  #waitWith(message: Uint8Array): void {
    this.invalidate();
    this.#kept.keep(message);
  }

  /** Whether the book has this checksum, as far as it can be told. */
  #isChecksum(expected: number): boolean {
    const checksum = this.#known.checksum();
    return checksum === null || checksum === expected;
  }

  /** Whether a page begins where the copy ends. */
  #isNext({ afterAsk, afterBid }: OrderSnapshotFrame): boolean {
    const [bid, ask] = [this.#known.placeOf(Side.buy), this.#known.placeOf(Side.sell)];
    return isSame(bid, afterBid) && isSame(ask, afterAsk);
  }

  #read(message: Uint8Array): OrderSnapshotFrame {
    const frame = readFeedFrame(message);
    if (frame.kind !== FeedKind.orderSnapshot) {
      throw new FeedFrameError("kind", `${FeedKind.orderSnapshot}, orderSnapshot`, frame.kind);
    }
    this.#checkHead(frame.instrument, frame.sequence, frame.prevSequence);
    checkOrderPage(frame);
    return frame;
  }

  #check(message: Uint8Array): void {
    const kind = checkFrame(message);
    if (kind !== FeedKind.orders) {
      throw new FeedFrameError("kind", `${FeedKind.orders}, orders`, kind);
    }
    const instrument = wordAt(message, INSTRUMENT_AT) >>> 0;
    this.#checkHead(instrument, u64At(message, SEQUENCE_AT), u64At(message, PREV_SEQUENCE_AT));
    checkOrderEntries(message);
  }

  #checkHead(instrument: number, sequence: number, prevSequence: number): void {
    if (instrument !== this.instrument) {
      throw new FeedFrameError("instrument", `${this.instrument}`, instrument);
    }
    if (sequence > SAFE_MAX) {
      throw new FeedFrameError("sequence", "a number below 2^53", sequence);
    }
    if (prevSequence > sequence) {
      throw new FeedFrameError("prevSequence", `${sequence}, the sequence, at most`, prevSequence);
    }
  }
}

const isSame = (one: OrderPlace, other: OrderPlace): boolean =>
  one.id === other.id && one.priceTicks === other.priceTicks;
