/**
 * A subscriber's copy of one book, kept from a snapshot and the messages of the `depth` feed.
 *
 * ```text
 *             snapshot that fits                message with a gap, or another checksum
 *   waiting ─────────────────────▶ live ──────────────────────────────────────────▶ waiting
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
import { parseDecimal } from "../protocol/decimal.ts";
import type { SnapshotAnswer } from "../protocol/queries.ts";
import { addLevel, CHECKSUM_LEVELS, CHECKSUM_START } from "./book_checksum.ts";
import type { DefinitionEntry, DepthMessage, Level } from "./feed_messages.ts";
import { ReplicaSide } from "./replica_side.ts";

/** Messages that are kept while a snapshot is awaited; the oldest go first. */
export const KEPT_MESSAGES_MAX = 1_000;
/** Levels of a side that are kept; a copy that grows beyond them starts again from a snapshot. */
export const REPLICA_LEVELS_MAX = 10_000;

/** What became of a message or a snapshot. */
export type ReplicaOutcome = "applied" | "repeated" | "kept" | "gap" | "mismatch";

/** A copy of one instrument's book. */
export class BookReplica {
  /** Sequence that the copy stands for. */
  sequence = 0;
  /** Gaps that were met. */
  gapCount = 0;
  /** Messages whose checksum was not that of the copy. */
  mismatchCount = 0;
  #isLive = false;
  /** Whether too few levels of a side are left, or too many came. */
  #isSkewed = false;
  #kept: DepthMessage[] = [];
  readonly #bids = new ReplicaSide(true);
  readonly #asks = new ReplicaSide(false);
  /** Of the instrument, from the snapshot: a checksum is over ticks and lots. */
  #terms: DefinitionEntry | null = null;

  /**
   * @param levelsAsked levels of a side that every snapshot is asked for
   * @param levelsLeast levels of a side that the copy should not fall below where the book has them
   * @param checks whether the checksum of every message is compared
   */
  constructor(
    readonly levelsAsked: number,
    readonly levelsLeast: number,
    readonly checks: boolean = true,
  ) {}

  /** Whether the copy is the book as of {@link sequence}. */
  get isLive(): boolean {
    return this.#isLive;
  }
  /** Whether a snapshot is wanted. */
  get needsSnapshot(): boolean {
    return !this.#isLive || this.#isSkewed;
  }
  /** The highest bid; `null` where there is none. O(1). */
  get bestBid(): Level | null {
    return this.#bids.count === 0 ? null : this.#bids.levelOf(0);
  }
  /** The lowest ask; `null` where there is none. O(1). */
  get bestAsk(): Level | null {
    return this.#asks.count === 0 ? null : this.#asks.levelOf(0);
  }
  /** Highest price first. O(levels) after a change. */
  get bids(): readonly Level[] {
    return this.#bids.levels;
  }
  /** Lowest price first. O(levels) after a change. */
  get asks(): readonly Level[] {
    return this.#asks.levels;
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
    if (this.#isRight(message)) return "applied";
    this.mismatchCount++;
    this.invalidate();
    this.#keep(message);
    return "mismatch";
  }

  /**
   * Takes a snapshot and the messages that were kept.
   *
   * @returns `repeated` for a snapshot older than the copy, `gap` where messages between the
   * snapshot and those that were kept are missing, `mismatch` where one of those says so: ask for
   * another one
   */
  snapshot(answer: SnapshotAnswer): ReplicaOutcome {
    if (this.#isLive && answer.sequence < this.sequence) return "repeated";
    this.#bids.fill(answer.bids, this.levelsAsked);
    this.#asks.fill(answer.asks, this.levelsAsked);
    this.#terms = answer.definition;
    this.sequence = answer.sequence;
    this.#isLive = true;
    this.#isSkewed = false;
    const kept = this.#kept;
    this.#kept = [];
    for (const [index, message] of kept.entries()) {
      const outcome = this.depth(message);
      if (outcome !== "gap" && outcome !== "mismatch") continue;
      // It is kept itself; the later ones wait with it for the next snapshot.
      for (const later of kept.slice(index + 1)) this.#keep(later);
      return outcome;
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

  #apply(message: DepthMessage): void {
    this.sequence = message.sequence;
    for (const level of message.bids) this.#bids.set(level);
    for (const level of message.asks) this.#asks.set(level);
    this.#isSkewed ||= this.#isOutOfBounds(this.#bids) || this.#isOutOfBounds(this.#asks);
  }

  #isRight({ checksum }: DepthMessage): boolean {
    const terms = this.#terms;
    if (!this.checks || terms === null) return true;
    if (!this.#bids.isChecked || !this.#asks.isChecked) return true;
    return textChecksum(this.#bids, this.#asks, terms) === checksum;
  }

  #isOutOfBounds(side: ReplicaSide): boolean {
    return side.count > REPLICA_LEVELS_MAX || (!side.isWhole && side.count < this.levelsLeast);
  }
}

/** The checksum (book_checksum.ts) of sides in decimal strings. */
function textChecksum(bids: ReplicaSide, asks: ReplicaSide, terms: DefinitionEntry): number {
  const { priceScale, quantityScale } = terms;
  const tick = parseDecimal(terms.tickSize, priceScale);
  const lot = parseDecimal(terms.lotSize, quantityScale);
  let sum = CHECKSUM_START;
  for (const side of [bids, asks]) {
    const count = Math.min(CHECKSUM_LEVELS, side.count);
    for (let rank = 0; rank < count; rank++) {
      const [price, quantity] = side.levelOf(rank);
      const lots = parseDecimal(quantity, quantityScale) / lot;
      sum = addLevel(sum, parseDecimal(price, priceScale) / tick, lots | 0, (lots / 2 ** 32) | 0);
    }
  }
  return ~sum >>> 0;
}
