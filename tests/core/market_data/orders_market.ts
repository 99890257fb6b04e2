/**
 * A market whose book is compared order by order: the real engine, the feeds that its events make, and
 * what the engine's own queues say, by public ids that are read out of the events by themselves.
 *
 * @module
 */

import assert from "node:assert/strict";
import { ORDER_DOUBLES, ORDER_INTEGERS, OrderField } from "../../../core/book/order_pool.ts";
import { EventReader } from "../../../core/market_data/event_reader.ts";
import { FeedEncoder } from "../../../core/market_data/feed_encoder.ts";
import type { InstrumentFeed } from "../../../core/market_data/instrument_feed.ts";
import { MarketFeeds } from "../../../core/market_data/market_feeds.ts";
import type { OrderBookCopy, OrderBookQuery } from "../../../core/market_data/order_book_copy.ts";
import { orderPage, type QueuedOrder } from "../../../core/market_data/order_page.ts";
import { parseSnapshotQuery } from "../../../core/market_data/snapshot.ts";
import { EventFlag, EventKind } from "../../../core/protocol/event_record.ts";
import { Side } from "../../../core/protocol/order_record.ts";
import { buy, by, type Command, sell } from "../../support/commands.ts";
import { randomCommands } from "./random_orders.ts";
import { applyMessages, type SentMessage, TestMarket } from "./test_market.ts";

/** The instrument that is compared. */
export const INSTRUMENT = 1;
const SYMBOL = "BTC-USD";

/** Orders of both sides, by Side, in the order in which they trade. */
export type Queues = readonly [bids: readonly QueuedOrder[], asks: readonly QueuedOrder[]];

/** A market that is open. */
export class OrdersMarket {
  readonly market = new TestMarket();
  readonly feeds = new MarketFeeds();
  readonly #reader = new EventReader();
  readonly #encoder = new FeedEncoder();
  /** Public ids by the ids of the engine. */
  readonly #ids = new Map<number, number>();

  constructor() {
    const opening = this.market.open();
    for (const reference of this.market.references) this.feeds.learn(reference);
    applyMessages(this.feeds, this.#reader, opening);
  }

  /** The feeds of the instrument. */
  get feed(): InstrumentFeed {
    const feed = this.feeds.find(SYMBOL);
    assert.ok(feed !== undefined);
    return feed;
  }

  /** Applies the commands as one append; what the feeds of the instrument say of it. */
  append(commands: readonly Command[], eventsMax?: number): SentMessage[] {
    const messages = this.market.append(commands, eventsMax);
    for (const bytes of messages) this.#noteIds(bytes);
    return applyMessages(this.feeds, this.#reader, messages)
      .filter(({ symbol }) => symbol === SYMBOL);
  }

  /** The messages of `orders` of an append. */
  orders(commands: readonly Command[], eventsMax?: number): SentMessage[] {
    return this.append(commands, eventsMax).filter(({ feed }) => feed === "orders");
  }

  /** What the engine has. */
  queues(instrument = INSTRUMENT): Queues {
    return [this.#queue(instrument, Side.buy), this.#queue(instrument, Side.sell)];
  }

  /** What the feeds have. */
  published(instrument = INSTRUMENT): Queues {
    const place = { priceTicks: 0, id: 0 };
    const all = { orders: Infinity, levels: Infinity, afterBid: place, afterAsk: place };
    const { asks, bids } = orderPage(this.feed.queues, instrument, all);
    return [bids, asks];
  }

  /** The answer to a query of a copy, by the way that a request takes. */
  answer(query: OrderBookQuery): Uint8Array {
    const parsed = parseSnapshotQuery(JSON.stringify(query));
    assert.ok(typeof parsed !== "string", String(parsed));
    const { feed, feeds: { lastEvent } } = this;
    const page = orderPage(feed.queues, INSTRUMENT, parsed);
    return this.#encoder.orderSnapshot(feed, page, lastEvent, this.market.stampMicros);
  }

  #queue(instrument: number, side: number): QueuedOrder[] {
    const { books, orders: { doubles, integers } } = this.market.state;
    const found: QueuedOrder[] = [];
    let level = books.bestLevel(instrument, side);
    for (; level !== 0; level = books.levelBehind(instrument, side, level)) {
      let slot = books.levelHead(level);
      for (; slot !== 0; slot = integers[slot * ORDER_INTEGERS + OrderField.next]) {
        const at = slot * ORDER_DOUBLES;
        const id = this.#ids.get(doubles[at + OrderField.orderId]);
        assert.ok(id !== undefined);
        const lots = doubles[at + OrderField.leaves];
        found.push({ priceTicks: doubles[at + OrderField.price], id, lots });
      }
    }
    return found;
  }

  /** Notes of each order the last event that put it at the back of a queue. */
  #noteIds(bytes: Uint8Array): void {
    const reader = new EventReader();
    reader.load(bytes);
    for (let index = 0; index < reader.count; index++) {
      reader.seek(index);
      const { flags, kind } = reader;
      const isResting = kind === EventKind.accepted && (flags & EventFlag.resting) !== 0;
      if (!isResting && kind !== EventKind.rested) continue;
      this.#ids.set(reader.orderId, reader.firstSequence + index);
    }
  }
}

/** Random commands around one price, with orders far from it as well. */
export function anyCommands(random: () => number, count: number): Command[] {
  const below = (most: number) => Math.floor(random() * most);
  const far = Array.from({ length: below(3) }, () => {
    const account = by(1 + below(4));
    return random() < 0.5
      ? buy(1 + below(50), 4_960 + below(40), account)
      : sell(1 + below(50), 5_020 + below(40), account);
  });
  return [...far, ...randomCommands(random, count)];
}

/** Every order that a copy knows, by Side. */
function knownTo(copy: OrderBookCopy, queues: Queues): Queues {
  const of = (side: number) => {
    const prices = [...new Set(queues[side].map(({ priceTicks }) => priceTicks))];
    return prices.flatMap((price) => copy.ordersAt(side, price));
  };
  return [of(Side.buy), of(Side.sell)];
}

/** Levels that the orders of a side come to. */
export function levelsOf(orders: readonly QueuedOrder[]): [number, number][] {
  const levels: [number, number][] = [];
  for (const { lots, priceTicks } of orders) {
    const last = levels.at(-1);
    if (last?.[0] === priceTicks) last[1] += lots;
    else levels.push([priceTicks, lots]);
  }
  return levels;
}

/** Gives a copy the pages that it asks for, as of now. */
export function takePages(copy: OrderBookCopy, market: OrdersMarket): void {
  for (let pages = 0; copy.query !== null; pages++) {
    assert.ok(pages < 1_000, "there is no end of pages");
    copy.snapshot(market.answer(copy.query));
  }
}

/** Says where a copy is not what the market was: up to its edges, all of it where it is whole. */
export function assertCopy(copy: OrderBookCopy, truth: Queues, about: string): void {
  const known = knownTo(copy, truth);
  for (const side of [Side.buy, Side.sell]) {
    assert.deepEqual(known[side], truth[side].slice(0, known[side].length), about);
    if (copy.isWhole) assert.deepEqual(known[side], truth[side], about);
    const levels = copy.levels(side);
    assert.deepEqual(levels, levelsOf(truth[side]).slice(0, levels.length), about);
    if (copy.isWhole) assert.equal(levels.length, levelsOf(truth[side]).length, about);
  }
  assert.equal(copy.orderCount, known[Side.buy].length + known[Side.sell].length, about);
}
