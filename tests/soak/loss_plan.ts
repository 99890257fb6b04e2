/**
 * Which messages of a market get lost in a soak: one now and then, of whatever feed comes that the bot
 * has a use for.
 *
 * Each loss to the book is to be noticed for itself, so that gaps can be counted against losses: after
 * one nothing is lost before the snapshot that the watcher asked for has passed.
 *
 * @module
 */
import { FeedKind } from "../../core/market_data/feed_frame.ts";
import { readFeedHead } from "../../core/market_data/feed_reader.ts";
import type { NatsOperation } from "./nats_operations.ts";

/** Messages that pass at most before the one that gets lost, so that each feed has its turn. */
const PASSED_MAX = 4;

/** What was lost, by the name of its feed. */
export type Losses = Map<string, number>;

/** The losses of one run. */
export class LossPlan {
  readonly losses: Losses = new Map();
  /** Messages of depth among them that changed the book: each leaves a gap. */
  depthLosses = 0;
  readonly #prefix: string;
  readonly #random: () => number;
  #passes = -1;
  /** Whether the watcher has a book that nothing is missing of. */
  #isWhole = false;

  constructor(symbol: string, random: () => number) {
    this.#prefix = `md.${symbol}.`;
    this.#random = random;
  }

  /** Messages that were lost. */
  get count(): number {
    return [...this.losses.values()].reduce((sum, count) => sum + count, 0);
  }

  /** One of the next messages gets lost. */
  loseOne(): void {
    if (this.#passes < 0) this.#passes = Math.floor(this.#random() * PASSED_MAX);
  }

  /** Nothing gets lost any more. */
  stop(): void {
    this.#passes = -1;
  }

  /** Whether this message gets lost. */
  readonly isLost = ({ payload, subject }: NatsOperation): boolean => {
    if (payload.length === 0 || payload[0] === "{".charCodeAt(0)) return false;
    const { kind, prevSequence, sequence } = readFeedHead(payload);
    if (kind === FeedKind.snapshot) this.#isWhole = true;
    if (!subject.startsWith(this.#prefix) || !this.#isWhole || this.#passes < 0) return false;
    // The bot keeps the book by level: what is lost of the book order by order would test nothing.
    if (kind === FeedKind.orders) return false;
    if (this.#passes-- > 0) return false;
    const feed = subject.slice(this.#prefix.length).replace(/\.bin$/, "");
    this.losses.set(feed, (this.losses.get(feed) ?? 0) + 1);
    // A last number that was only said again is no loss to the book.
    if (kind === FeedKind.depth && prevSequence < sequence) {
      this.depthLosses++;
      this.#isWhole = false;
    }
    return true;
  };
}
