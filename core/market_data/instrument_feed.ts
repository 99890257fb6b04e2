/**
 * The public side of one instrument: its book, its last trades and its ticker, and the messages of
 * its feeds, as a function of the log's events.
 *
 * The instrument's sequence counts its public events: each change of the book, of the trading status
 * or of the terms is one, and a trade is one with the change that it makes. So the numbers of all messages
 * come out the same however often the events are read.
 *
 * @module
 */
import { EventKind } from "../protocol/event_record.ts";
import { CommandKind, Side } from "../protocol/order_record.ts";
import type { InstrumentReference } from "../protocol/queries.ts";
import type { Feed } from "../protocol/subjects.ts";
import { bookChecksum } from "./book_checksum.ts";
import { type BarsTaker, CandleFeed } from "./candle_feed.ts";
import { type CandleInterval, candleIntervals } from "./candle_intervals.ts";
import type { Candle } from "./candle_record.ts";
import type { Candles } from "./candles.ts";
import { DepthBook } from "./depth_book.ts";
import type { DepthSide } from "./depth_side.ts";
import type { EventReader } from "./event_reader.ts";
import {
  type Level,
  type PublicStatus,
  type TradeEntry,
  TRADES_PER_MESSAGE_MAX,
} from "./feed_messages.ts";
import { newFeedStates } from "./feed_state.ts";
import { priceText, quantityText } from "./lot_terms.ts";
import { OrderEntries } from "./order_entries.ts";
import { applyOrderEvent } from "./order_events.ts";
import type { OrderQueues } from "./order_queues.ts";
import type { FeedDetail } from "./shedding.ts";
import { BUCKET_MICROS, isSameTicker, NO_FIGURES, Ticker } from "./ticker.ts";
import { type PublicTrade, TradeRing } from "./trade_ring.ts";

/** Touched levels from which on depth is not held any longer: a message has room for a MiB. */
export const HELD_LEVELS_MAX = 8_192;

/** Where a message stands in its feed. */
export interface MessageHead {
  readonly sequence: number;
  readonly prevSequence: number;
  readonly timeMicros: number;
}

/**
 * Takes the messages of the feeds in the order in which they are to be published. What a message says
 * is read out of the instrument while it is taken (json_message.ts, feed_encoder.ts).
 */
export type FeedSink = (instrument: InstrumentFeed, feed: Feed, head: MessageHead) => void;

/** Candles of one interval, oldest first. */
export interface CandlesDue {
  readonly interval: CandleInterval;
  readonly bars: readonly Candle[];
}

/** One instrument's book, trades, ticker and feeds. Owner: the thread that applies the events. */
export class InstrumentFeed {
  #terms: InstrumentReference;
  readonly book: DepthBook;
  /** What happened to orders since the last message of `orders`. */
  readonly entries = new OrderEntries();
  readonly trades = new TradeRing();
  readonly ticker = new Ticker();
  /** Whether it has events of a batch that is not {@link close}d. */
  isOpen = false;
  /** Public events so far. */
  sequence = 0;
  status: PublicStatus | null = null;
  /** What the feeds leave out at present. */
  detail: FeedDetail = "full";
  /** What the ticker said last. */
  figures = NO_FIGURES;
  readonly #candles = new CandleFeed();
  /** What the message of candles has which is being given to the sink. */
  candlesDue: CandlesDue = { interval: candleIntervals[0], bars: [] };
  readonly #feeds = newFeedStates();
  readonly #bestSeen = { bidTicks: 0, bidLots: 0, askTicks: 0, askLots: 0 };
  /** The checksum that was made last, and the sequence that it is of. */
  #checksum = 0;
  #checksumOf = -1;
  #tradesDue = 0;
  /** Whether there was a trade since the ticker was looked at, and in which minute that was. */
  #hasTraded = false;
  #tickerMinute = 0;

  /** @param queues the shard's resting orders, which the events of this instrument change */
  constructor(terms: InstrumentReference, readonly queues: OrderQueues) {
    this.#terms = terms;
    this.book = new DepthBook(queues, terms.instrument);
  }

  /** The terms as they are now, but for the trading status. */
  get terms(): InstrumentReference {
    return this.#terms;
  }

  /** Sequence of the last message of `orders`. */
  get ordersSequence(): number {
    return this.#feeds.orders.last;
  }

  /** Trades that no message has carried yet: the newest of the ring. */
  get tradesDue(): number {
    return this.#tradesDue;
  }

  /** The candles. */
  get candles(): Candles {
    return this.#candles.candles;
  }

  /** Sees the stamp of a frame before its events: gives the candles that end to the sink. */
  pass(stampMicros: number, sink: FeedSink | null): void {
    this.#candles.pass(stampMicros, this.#barsTo(stampMicros, sink));
  }

  /**
   * Applies the event that the reader stands on, which is one of this instrument.
   *
   * @param sink where messages go that cannot wait for the end of the batch; `null`: nowhere
   * @throws {OrderQueueError} when the event contradicts the book
   */
  apply(event: EventReader, sink: FeedSink | null): void {
    if (event.kind === EventKind.reference) return this.#applyReference(event, sink);
    if (!applyOrderEvent(event, this.queues, this.entries, this.book.touched)) return;
    this.sequence++;
    const { stampMicros } = event;
    const { depth, orders } = this.#feeds;
    depth.due = orders.due = this.sequence;
    depth.dueMicros = orders.dueMicros = stampMicros;
    if (event.kind === EventKind.trade) this.#addTrade(event, sink);
    if (this.entries.isFull) this.#sendOrders(sink);
  }

  #addTrade(event: EventReader, sink: FeedSink | null): void {
    const trade = {
      tradeId: event.tradeId,
      priceTicks: event.priceTicks,
      quantityLots: event.quantityLots,
      takerSide: event.side ^ 1,
      timeMicros: event.stampMicros,
    };
    this.trades.add(trade);
    this.ticker.add(trade.priceTicks, trade.quantityLots, trade.timeMicros);
    this.#candles.add(trade.tradeId, trade.priceTicks, trade.quantityLots, trade.timeMicros);
    this.#hasTraded = true;
    this.#due("trades", event.stampMicros);
    this.#tradesDue++;
    if (this.#tradesDue === TRADES_PER_MESSAGE_MAX) this.#sendTrades(sink);
  }

  /**
   * Ends a batch, the events of one message: gives its messages to the sink. Trades and orders are
   * never held.
   *
   * @param isHeld whether depth and best prices wait, to be merged with those of later batches, until
   * {@link HELD_LEVELS_MAX} levels were touched
   */
  close(stampMicros: number, sink: FeedSink | null, isHeld: boolean): void {
    this.isOpen = false;
    this.#sendTrades(sink);
    this.#sendOrders(sink);
    if (this.#noteBest()) this.#due("bbo", stampMicros);
    if (!isHeld || this.book.touched.count >= HELD_LEVELS_MAX) this.release(sink);
  }

  /** Gives depth and best price to the sink where they are due. */
  release(sink: FeedSink | null): void {
    if (this.#feeds.depth.due !== 0) {
      const head = this.#take("depth");
      sink?.(this, "depth", head);
      this.book.touched.clear();
    }
    if (this.#feeds.bbo.due !== 0) {
      const head = this.#take("bbo");
      sink?.(this, "bbo", head);
    }
  }

  /**
   * Says the last number of a feed again, unless it has said nothing yet or has something to say.
   *
   * @param timeMicros when it is said
   */
  beat(feed: Feed, timeMicros: number, sink: FeedSink): void {
    const { due, last } = this.#feeds[feed];
    if (due === 0 && last !== 0) {
      sink(this, feed, { sequence: last, prevSequence: last, timeMicros });
    }
  }

  /**
   * Brings the figures of the last 24 hours up to date, and gives them to the sink if they changed;
   * after a trade the candles that are open as well.
   * To be called every second or so; O(1) without a trade, once a minute O(buckets).
   */
  tick(nowMicros: number, sink: FeedSink): void {
    const minute = Math.floor(nowMicros / BUCKET_MICROS);
    if (!this.#hasTraded && (minute === this.#tickerMinute || this.figures === NO_FIGURES)) return;
    if (this.#hasTraded) this.#candles.open(this.#barsTo(nowMicros, sink));
    this.#hasTraded = false;
    this.#tickerMinute = minute;
    const before = this.figures;
    this.figures = this.ticker.figures(nowMicros);
    if (!isSameTicker(before, this.figures)) this.#send("ticker", nowMicros, sink);
  }

  /** Checksum of the book as it is now. O(1) for as long as the sequence is the same. */
  get checksum(): number {
    if (this.#checksumOf !== this.sequence) {
      this.#checksumOf = this.sequence;
      this.#checksum = bookChecksum(this.book.bids, this.book.asks);
    }
    return this.#checksum;
  }

  /** Price in ticks as a decimal string. */
  price(ticks: number): string {
    return priceText(this.terms, ticks);
  }

  /** Quantity in lots as a decimal string; "0" for none at any scale. */
  quantity(lots: number): string {
    return quantityText(this.terms, lots);
  }

  /** The best level of a side. */
  bestOf(side: DepthSide): Level | null {
    const { best } = side;
    if (best === 0) return null;
    return [this.price(side.priceOf(best)), this.quantity(side.quantityOf(best))];
  }

  /** A trade as subscribers see it. */
  tradeEntry(trade: PublicTrade): TradeEntry {
    return {
      tradeId: String(trade.tradeId),
      price: this.price(trade.priceTicks),
      quantity: this.quantity(trade.quantityLots),
      takerSide: trade.takerSide === Side.buy ? "buy" : "sell",
      timeMicros: trade.timeMicros,
    };
  }

  #applyReference(event: EventReader, sink: FeedSink | null): void {
    if (event.orderId === CommandKind.instrumentTerms) this.#changeTerms(event, sink);
    else this.#setStatus(event, sink);
  }

  /** Tells the terms anew, behind what was before. */
  #changeTerms(event: EventReader, sink: FeedSink | null): void {
    this.#terms = { ...this.#terms, ...event.changedTerms };
    this.sequence++;
    this.#sendTrades(sink);
    this.#sendOrders(sink);
    this.#send("definition", event.stampMicros, sink);
  }

  #setStatus(event: EventReader, sink: FeedSink | null): void {
    const isDefinition = event.orderId === CommandKind.instrument;
    const status = isDefinition || event.side === 1 ? "trading" : "halted";
    if (status === this.status) return;
    this.status = status;
    this.sequence++;
    // What was before a halt goes out before it.
    this.#sendTrades(sink);
    this.#sendOrders(sink);
    if (isDefinition && this.sequence === 1) this.#send("definition", event.stampMicros, sink);
    this.#send("status", event.stampMicros, sink);
  }

  #barsTo(timeMicros: number, sink: FeedSink | null): BarsTaker {
    return (interval, bars) => {
      this.candlesDue = { interval, bars };
      this.#send(`candles.${interval.name}`, timeMicros, sink);
    };
  }

  #send(feed: Feed, timeMicros: number, sink: FeedSink | null): void {
    this.#due(feed, timeMicros);
    const head = this.#take(feed);
    sink?.(this, feed, head);
  }

  #sendTrades(sink: FeedSink | null): void {
    if (this.#tradesDue === 0) return;
    const head = this.#take("trades");
    sink?.(this, "trades", head);
    this.#tradesDue = 0;
  }

  #sendOrders(sink: FeedSink | null): void {
    if (this.entries.count === 0) return;
    const head = this.#take("orders");
    sink?.(this, "orders", head);
    this.entries.clear();
  }

  /** Notes the best levels as they are now; returns whether they changed since the last time. */
  #noteBest(): boolean {
    const { bids, asks } = this.book;
    const seen = this.#bestSeen;
    const bid = bids.best;
    const ask = asks.best;
    const isSame = seen.bidTicks === bids.priceOf(bid) && seen.bidLots === bids.quantityOf(bid) &&
      seen.askTicks === asks.priceOf(ask) && seen.askLots === asks.quantityOf(ask);
    if (isSame) return false;
    seen.bidTicks = bids.priceOf(bid);
    seen.bidLots = bids.quantityOf(bid);
    seen.askTicks = asks.priceOf(ask);
    seen.askLots = asks.quantityOf(ask);
    return true;
  }

  /** Notes that a message of the feed is due, as of now. */
  #due(feed: Feed, stampMicros: number): void {
    const state = this.#feeds[feed];
    state.due = this.sequence;
    state.dueMicros = stampMicros;
  }

  /** Takes the message that is due; the same whether it is sent or not. */
  #take(feed: Feed): MessageHead {
    const state = this.#feeds[feed];
    const head = {
      sequence: state.due,
      prevSequence: state.last,
      timeMicros: state.dueMicros,
    };
    state.last = state.due;
    state.due = 0;
    return head;
  }
}
