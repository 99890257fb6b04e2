/**
 * A subscriber's copy of one book, kept from a snapshot and the messages of the `depth` feed.
 *
 * ```text
 *             snapshot that fits                        message with a gap
 *   waiting ─────────────────────▶ live ──────────────────────────────────▶ waiting
 *   (messages are kept)            (messages are applied, repeats ignored)
 * ```
 *
 * Use: subscribe to the feed, give every message to {@link BookReplica.depth}; whenever
 * {@link BookReplica.needsSnapshot} is true, ask for a snapshot (one at a time) and give it to
 * {@link BookReplica.snapshot}. After a lost connection call {@link BookReplica.invalidate}.
 *
 * A snapshot may hold fewer levels than the book. What lies beyond its last level is not known and
 * not shown; where that leaves fewer than the wanted levels, the replica asks for a new one while it
 * goes on with what it has.
 *
 * @module
 */
import type { SnapshotAnswer } from "../protocol/queries.ts";
import type { DepthMessage, Level } from "./feed_messages.ts";

/** Messages that are kept while a snapshot is awaited; the oldest go first. */
export const KEPT_MESSAGES_MAX = 1_000;
/** Levels of a side that are kept; a copy that grows beyond them starts again from a snapshot. */
export const REPLICA_LEVELS_MAX = 10_000;

/** What became of a message or a snapshot. */
export type ReplicaOutcome = "applied" | "repeated" | "kept" | "gap";

/** Levels of one side by price, and the price beyond which nothing is known. */
interface ReplicaSide {
  readonly quantities: Map<string, string>;
  /** Price of the snapshot's last level where it left some out; else `null`. */
  edge: string | null;
}

/** Compares decimal strings of one scale: negative where `a` is less. */
export function compareDecimals(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

/** A copy of one instrument's book. */
export class BookReplica {
  /** Sequence that the copy stands for. */
  sequence = 0;
  /** Gaps that were met. */
  gapCount = 0;
  #isLive = false;
  /** Whether too few levels of a side are left, or too many came. */
  #isSkewed = false;
  #kept: DepthMessage[] = [];
  readonly #bids: ReplicaSide = { quantities: new Map(), edge: null };
  readonly #asks: ReplicaSide = { quantities: new Map(), edge: null };
  #sortedBids: Level[] | null = null;
  #sortedAsks: Level[] | null = null;

  /**
   * @param levelsAsked levels of a side that every snapshot is asked for
   * @param levelsLeast levels of a side that the copy should not fall below where the book has them
   */
  constructor(readonly levelsAsked: number, readonly levelsLeast: number) {}

  /** Whether the copy is the book as of {@link sequence}. */
  get isLive(): boolean {
    return this.#isLive;
  }
  /** Whether a snapshot is wanted. */
  get needsSnapshot(): boolean {
    return !this.#isLive || this.#isSkewed;
  }
  /** Highest price first. Sorted when asked for after a change: O(levels log levels). */
  get bids(): readonly Level[] {
    this.#sortedBids ??= [...this.#bids.quantities].sort((a, b) => compareDecimals(b[0], a[0]));
    return this.#sortedBids;
  }
  /** Lowest price first. Sorted when asked for after a change: O(levels log levels). */
  get asks(): readonly Level[] {
    this.#sortedAsks ??= [...this.#asks.quantities].sort((a, b) => compareDecimals(a[0], b[0]));
    return this.#sortedAsks;
  }

  /** Takes a message of the `depth` feed. */
  depth(message: DepthMessage): ReplicaOutcome {
    if (!this.#isLive) {
      this.#keep(message);
      return "kept";
    }
    if (message.sequence <= this.sequence) return "repeated";
    if (message.prevSequence > this.sequence) {
      this.gapCount++;
      this.invalidate();
      this.#keep(message);
      return "gap";
    }
    this.#apply(message);
    return "applied";
  }

  /**
   * Takes a snapshot and the messages that were kept.
   *
   * @returns `repeated` for a snapshot older than the copy, `gap` where messages between the
   * snapshot and those that were kept are missing: ask for another one
   */
  snapshot(answer: SnapshotAnswer): ReplicaOutcome {
    if (this.#isLive && answer.sequence < this.sequence) return "repeated";
    this.#fill(this.#bids, answer.bids);
    this.#fill(this.#asks, answer.asks);
    this.#sortedBids = this.#sortedAsks = null;
    this.sequence = answer.sequence;
    this.#isLive = true;
    this.#isSkewed = false;
    const kept = this.#kept;
    this.#kept = [];
    for (const [index, message] of kept.entries()) {
      if (this.depth(message) !== "gap") continue;
      // The gap has kept the message itself; the later ones wait with it for the next snapshot.
      for (const later of kept.slice(index + 1)) this.#keep(later);
      return "gap";
    }
    return "applied";
  }

  /** Messages may have been lost: the copy is not to be relied on before the next snapshot. */
  invalidate(): void {
    this.#isLive = false;
    this.#kept = [];
  }

  #keep(message: DepthMessage): void {
    if (this.#kept.length === KEPT_MESSAGES_MAX) this.#kept.shift();
    this.#kept.push(message);
  }

  #fill(side: ReplicaSide, levels: readonly Level[]): void {
    side.quantities.clear();
    for (const [price, quantity] of levels) side.quantities.set(price, quantity);
    side.edge = levels.length < this.levelsAsked ? null : levels.at(-1)?.[0] ?? null;
  }

  #apply(message: DepthMessage): void {
    this.sequence = message.sequence;
    for (const level of message.bids) this.#setLevel(this.#bids, level, 1);
    for (const level of message.asks) this.#setLevel(this.#asks, level, -1);
    if (message.bids.length > 0) this.#sortedBids = null;
    if (message.asks.length > 0) this.#sortedAsks = null;
    this.#isSkewed ||= this.#isOutOfBounds(this.#bids) || this.#isOutOfBounds(this.#asks);
  }

  #setLevel(side: ReplicaSide, [price, quantity]: Level, direction: number): void {
    const isBeyond = side.edge !== null && compareDecimals(price, side.edge) * direction < 0;
    if (isBeyond) return;
    if (quantity === "0") side.quantities.delete(price);
    else side.quantities.set(price, quantity);
  }

  #isOutOfBounds(side: ReplicaSide): boolean {
    const { size } = side.quantities;
    return size > REPLICA_LEVELS_MAX || (side.edge !== null && size < this.levelsLeast);
  }
}
