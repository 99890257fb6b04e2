/**
 * What a watcher knows of one market: its copy of the book, the tape, the ticker. It takes messages
 * and snapshots and does no I/O.
 *
 * @module
 */
import { BookReplica } from "../../core/market_data/book_replica.ts";
import { compareDecimals } from "../../core/market_data/replica_side.ts";
import type {
  DepthMessage,
  FeedMessage,
  PublicStatus,
  StatusMessage,
  TradeEntry,
  TradesMessage,
} from "../../core/market_data/feed_messages.ts";
import type { SnapshotAnswer } from "../../core/protocol/queries.ts";
import type { Feed } from "../../core/protocol/subjects.ts";
import { PriceSpark } from "./watch_spark.ts";

/** Levels of a side that snapshots are asked for. */
export const LEVELS_ASKED = 500;
/** Levels of a side that should be known: more than a screen shows. */
const LEVELS_LEAST = 150;
/** Trades of the tape. */
export const TAPE_MAX = 200;
/** How long a changed level stands out. */
export const FLASH_MILLIS = 400;
/** Changed levels that are remembered; more than that change at once only in a snapshot. */
const FLASHES_MAX = 1_000;

/** One side of the book. */
export type BookSide = "bids" | "asks";

/** What a watcher knows of one market. */
export class WatchModel {
  readonly replica = new BookReplica(LEVELS_ASKED, LEVELS_LEAST);
  readonly spark = new PriceSpark();
  /** Newest first. */
  tape: TradeEntry[] = [];
  status: PublicStatus | null = null;
  ticker: SnapshotAnswer["ticker"] | null = null;
  isConnected = true;
  /** What is done before there is a book; `null`: it is waited for. */
  notice: string | null = null;
  messageCount = 0;
  /** 1 where the last trade was above the one before it, -1 where it was below. */
  direction = 0;
  readonly #sequences = new Map<Feed, number>();
  readonly #flashes = new Map<string, number>();
  #missesTrades = false;

  constructor(readonly symbol: string) {}

  /** Whether a snapshot is wanted. */
  get needsSnapshot(): boolean {
    return this.replica.needsSnapshot || this.#missesTrades;
  }

  /** Price of the last trade. */
  get lastPrice(): string | null {
    return this.tape[0]?.price ?? this.ticker?.lastPrice ?? null;
  }

  /** Whether a level changed a moment ago. */
  isFlashing(side: BookSide, price: string, nowMillis: number): boolean {
    return nowMillis - (this.#flashes.get(`${side} ${price}`) ?? -Infinity) < FLASH_MILLIS;
  }

  /**
   * Takes a message of a feed.
   *
   * @returns false where it came again and changed nothing
   */
  message(feed: Feed, message: FeedMessage, nowMillis: number): boolean {
    this.messageCount++;
    const last = this.#sequences.get(feed);
    if (last !== undefined && message.sequence <= last) return false;
    this.#sequences.set(feed, message.sequence);
    if (feed === "depth") this.#takeDepth(message as DepthMessage, nowMillis);
    else if (feed === "status") this.status = (message as StatusMessage).status;
    else if (feed === "trades") {
      if (last !== undefined && message.prevSequence > last) this.#missesTrades = true;
      this.#addTrades((message as TradesMessage).trades);
    }
    return true;
  }

  /** Takes a snapshot with the last trades. */
  snapshot(answer: SnapshotAnswer): void {
    this.replica.snapshot(answer);
    this.tickerOf(answer);
    this.#missesTrades = false;
    this.spark.candles(answer.candles ?? []);
    this.#addTrades(answer.trades.toReversed());
  }

  /** Takes the ticker and the status of a snapshot, and nothing else. */
  tickerOf(answer: SnapshotAnswer): void {
    this.status = answer.status;
    this.ticker = answer.ticker;
  }

  /** The connection broke: what comes next is not what follows on the last message. */
  disconnected(): void {
    this.isConnected = false;
    this.replica.invalidate();
    this.#sequences.clear();
  }

  #takeDepth(message: DepthMessage, nowMillis: number): void {
    this.replica.depth(message);
    if (this.#flashes.size > FLASHES_MAX) this.#flashes.clear();
    for (const side of ["bids", "asks"] as const) {
      for (const [price] of message[side]) this.#flashes.set(`${side} ${price}`, nowMillis);
    }
  }

  /** Adds trades, oldest first, but for those that the tape has. Ids grow with time. */
  #addTrades(trades: readonly TradeEntry[]): void {
    for (const trade of trades) {
      this.spark.trade(trade);
      const newest = this.tape[0];
      if (newest !== undefined && Number(trade.tradeId) <= Number(newest.tradeId)) {
        this.#fillIn(trade);
        continue;
      }
      if (newest !== undefined && newest.price !== trade.price) {
        this.direction = Math.sign(compareDecimals(trade.price, newest.price));
      }
      this.tape.unshift(trade);
    }
    if (this.tape.length > TAPE_MAX) this.tape.length = TAPE_MAX;
  }

  /** Puts a trade that was missed into its place in the tape. */
  #fillIn(trade: TradeEntry): void {
    const id = Number(trade.tradeId);
    const at = this.tape.findIndex(({ tradeId }) => Number(tradeId) <= id);
    if (at < 0) this.tape.push(trade);
    else if (this.tape[at]?.tradeId !== trade.tradeId) this.tape.splice(at, 0, trade);
  }
}
