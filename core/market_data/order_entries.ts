/**
 * What happened to the orders of an instrument since its last message of the feed `orders`, in the
 * order in which it happened: one entry for each change of the book.
 *
 * ```text
 * double | field
 *      0 | public id of the order
 *      1 | lots (see OrderAction)
 *      2 | price in ticks
 *      3 | trade id, 0 where it is no trade
 *      4 | action (OrderAction)
 *      5 | side of the order (Side)
 * ```
 *
 * Nothing is allocated but when the buffer doubles, up to {@link ORDERS_PER_MESSAGE_MAX} entries.
 * Owner and only writer: the thread that applies the events.
 *
 * @module
 */

/** Entries in one message; what is more goes into the next. */
export const ORDERS_PER_MESSAGE_MAX = 1_000;

/** What an entry says of an order. Lots that are left keep their place in the queue. */
export const OrderAction = {
  /** It stands at the back of the queue of its price, with these lots. */
  add: 1,
  /** It has these lots left, without a trade. */
  reduce: 2,
  /** These lots of it were traded, as the maker's. It goes where none are left. */
  trade: 3,
  /** It goes, with these lots, without a trade. */
  remove: 4,
} as const;
/** Any of the actions. */
export type OrderAction = (typeof OrderAction)[keyof typeof OrderAction];

const CAPACITY = 16;
const ENTRY_DOUBLES = 6;
const LOTS = 1;
const PRICE = 2;
const TRADE = 3;
const ACTION = 4;
const SIDE = 5;

/** The entries that the next message has. */
export class OrderEntries {
  #doubles = new Float64Array(CAPACITY * ENTRY_DOUBLES);
  #count = 0;
  #firstTradeId = 0;

  /** Entries that wait. */
  get count(): number {
    return this.#count;
  }
  /** Whether they are as many as a message has: one more must not be added. */
  get isFull(): boolean {
    return this.#count === ORDERS_PER_MESSAGE_MAX;
  }
  /** Trade id of the first trade among them; 0 where there is none. */
  get firstTradeId(): number {
    return this.#firstTradeId;
  }

  /** Adds an entry; the caller has seen that it {@link isFull} not. O(1). */
  push(
    action: OrderAction,
    id: number,
    side: number,
    priceTicks: number,
    lots: number,
    tradeId: number,
  ): void {
    const at = this.#count * ENTRY_DOUBLES;
    if (at === this.#doubles.length) this.#grow();
    const doubles = this.#doubles;
    doubles[at] = id;
    doubles[at + LOTS] = lots;
    doubles[at + PRICE] = priceTicks;
    doubles[at + TRADE] = tradeId;
    doubles[at + ACTION] = action;
    doubles[at + SIDE] = side;
    this.#count++;
    if (this.#firstTradeId === 0) this.#firstTradeId = tradeId;
  }

  /** Forgets all. */
  clear(): void {
    this.#count = 0;
    this.#firstTradeId = 0;
  }

  /** OrderAction of an entry, by its index from the oldest on. */
  actionOf(index: number): number {
    return this.#doubles[index * ENTRY_DOUBLES + ACTION];
  }
  /** Public id of its order. */
  idOf(index: number): number {
    return this.#doubles[index * ENTRY_DOUBLES];
  }
  /** Its lots. */
  lotsOf(index: number): number {
    return this.#doubles[index * ENTRY_DOUBLES + LOTS];
  }
  /** Its price in ticks. */
  priceTicksOf(index: number): number {
    return this.#doubles[index * ENTRY_DOUBLES + PRICE];
  }
  /** Its side. */
  sideOf(index: number): number {
    return this.#doubles[index * ENTRY_DOUBLES + SIDE];
  }
  /** Its trade id; 0 where it is no trade. */
  tradeIdOf(index: number): number {
    return this.#doubles[index * ENTRY_DOUBLES + TRADE];
  }

  #grow(): void {
    const doubles = new Float64Array(
      Math.min(this.#doubles.length * 2, ORDERS_PER_MESSAGE_MAX * ENTRY_DOUBLES),
    );
    doubles.set(this.#doubles);
    this.#doubles = doubles;
  }
}
