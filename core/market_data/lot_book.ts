/**
 * A subscriber's copy of one book, kept from a snapshot and the messages of the feed `depth` in
 * binary (feed_frame.ts): in ticks and lots, in place, and checked against the checksums.
 *
 * ```text
 *             snapshot that fits                   message with a gap, or another checksum
 *   waiting ─────────────────────▶ live ─────────────────────────────────────────────────▶ waiting
 *   (messages are kept)            (messages are applied, repeats ignored)
 * ```
 *
 * Use: subscribe to `md.<symbol>.depth.bin`, give every message to {@link LotBook.depth}; whenever
 * {@link LotBook.needsSnapshot} is true, ask for a snapshot (one at a time) and give it to
 * {@link LotBook.snapshot}, by lot_snapshot.ts. After a lost connection call
 * {@link LotBook.invalidate}.
 *
 * A snapshot may hold fewer levels than the book. What lies beyond its last level is not known and
 * not shown. Where that leaves fewer than the wanted levels of a side the copy asks for a new one
 * while it goes on; it keeps the messages from then on, so that the answer may be older than itself.
 *
 * A checksum is of the best ten levels of a side. It can be compared where those are known, which
 * they are unless a snapshot is wanted. So the best ten levels that a live copy shows are those of
 * the book with every message that was checked; damage behind them is found when it comes up.
 *
 * @module
 */
import { Side } from "../protocol/order_record.ts";
import { CHECKSUM_LEVELS, CHECKSUM_START } from "./book_checksum.ts";
import { FeedKind, FeedWord, FIXED_BYTES, LEVEL_BYTES } from "./feed_frame.ts";
import { checkFrame, FeedFrameError, halfAt, u64At, wordAt } from "./feed_check.ts";
import { KeptMessages } from "./kept_messages.ts";
import { type LotLevels, LotSide } from "./lot_side.ts";
import { checkLotSnapshot, type LotSnapshot, LotSnapshotError } from "./lot_snapshot.ts";

/** Messages from one that is checked to the next at most. */
export const CHECK_EVERY_MAX = 1_000;
/** Levels of a side that the copy may want to know at most. */
export const LEVELS_LEAST_MAX = 1_000;

/** High word of a 64-bit field up to which it is a safe integer. */
const SAFE_HIGH_WORD = 0x1fffff;
const INSTRUMENT_AT = FeedWord.instrument * 4;
const SEQUENCE_AT = FeedWord.sequence * 4;
const PREV_SEQUENCE_AT = FeedWord.prevSequence * 4;
const COUNTS_AT = FeedWord.fixed * 4;
const CHECKSUM_AT = COUNTS_AT + 4;
const LEVELS_AT = FIXED_BYTES[FeedKind.depth];

/**
 * What became of a message or a snapshot. After `gap`, where messages before it are missing, and
 * `mismatch`, where the copy is not the publisher's book, a snapshot is wanted.
 */
export type LotOutcome = "applied" | "repeated" | "kept" | "gap" | "mismatch";

/** How a copy is kept. */
export interface LotBookOptions {
  /** Every how many messages the checksum is compared: 1, the default, to {@link CHECK_EVERY_MAX}. */
  readonly checkEvery?: number;
  /**
   * Levels of a side that the copy should know where the book has them: {@link CHECKSUM_LEVELS}, the
   * default, to {@link LEVELS_LEAST_MAX}. Ask for more of them than that.
   */
  readonly levelsLeast?: number;
}

/**
 * A copy of one instrument's book. Owner: the thread that gives it the messages.
 *
 * @example
 * ```ts
 * import { LotBook } from "./lot_book.ts";
 * const book = new LotBook(1);
 * book.snapshot({ sequence: 5, levelsAsked: 1000, bids: [[4998, 10]], asks: [[5001, 2]] });
 * console.log(book.bids.priceOf(0), book.asks.quantityOf(0)); // 4998 2
 * ```
 */
export class LotBook {
  /** Levels that the instrument is bid, the highest price first. */
  readonly bids: LotLevels;
  /** Levels that the instrument is offered at, the lowest price first. */
  readonly asks: LotLevels;
  readonly #bids = new LotSide(Side.buy);
  readonly #asks = new LotSide(Side.sell);
  readonly #checkEvery: number;
  readonly #levelsLeast: number;
  readonly #kept = new KeptMessages();
  #sequence = 0;
  #gapCount = 0;
  #mismatchCount = 0;
  #isLive = false;
  /** Whether too few levels of a side were known after a message since the last snapshot. */
  #isSkewed = false;
  /** Messages applied since one was checked. */
  #unchecked = 0;
  /** What the bids come to in the checksum, and the checksum, as signed words. */
  #bidsSum = CHECKSUM_START;
  #checksum = 0;

  /**
   * @param instrument number of the instrument; messages of others are refused
   * @throws {RangeError} naming the option that is out of range
   */
  constructor(readonly instrument: number, options: LotBookOptions = {}) {
    const { checkEvery = 1, levelsLeast = CHECKSUM_LEVELS } = options;
    this.#checkEvery = within("checkEvery", checkEvery, 1, CHECK_EVERY_MAX);
    this.#levelsLeast = within("levelsLeast", levelsLeast, CHECKSUM_LEVELS, LEVELS_LEAST_MAX);
    this.bids = this.#bids;
    this.asks = this.#asks;
  }

  /** Sequence that the copy stands for. */
  get sequence(): number {
    return this.#sequence;
  }
  /** Gaps that were met. */
  get gapCount(): number {
    return this.#gapCount;
  }
  /** Messages after which the copy was not the publisher's book. */
  get mismatchCount(): number {
    return this.#mismatchCount;
  }
  /** Whether the copy is the book as of {@link sequence}, and not an old one that is to be repaired. */
  get isLive(): boolean {
    return this.#isLive;
  }
  /** Whether a snapshot is wanted. */
  get needsSnapshot(): boolean {
    return !this.#isLive || this.#isSkewed;
  }

  /**
   * Takes a message of the feed `depth`, at any alignment; its bytes may be reused afterwards.
   * O(levels of the message), allocates nothing while no snapshot is wanted.
   *
   * @throws {FeedFrameError} when it is none of the instrument; the copy is then as it was
   */
  depth(message: Uint8Array): LotOutcome {
    this.#check(message);
    if (!this.#isLive) {
      this.#kept.keep(message);
      return "kept";
    }
    if (u64At(message, SEQUENCE_AT) <= this.#sequence) return "repeated";
    if (u64At(message, PREV_SEQUENCE_AT) > this.#sequence) {
      this.#gapCount++;
      this.#waitWith(message);
      return "gap";
    }
    this.#apply(message);
    if (!this.#isRight(message)) {
      this.#mismatchCount++;
      this.#waitWith(message);
      return "mismatch";
    }
    this.#isSkewed ||= this.#isTooShort(this.#bids) || this.#isTooShort(this.#asks);
    if (this.#isSkewed) this.#kept.keep(message);
    return "applied";
  }

  /**
   * Takes a snapshot and the messages that were kept.
   *
   * @returns `repeated` for a snapshot that is too old to be of use, `gap` and `mismatch` as of a
   * message, where one that was kept was such a one: ask for another snapshot
   * @throws {LotSnapshotError} when it is none; the copy is then as it was
   */
  snapshot(snapshot: LotSnapshot): LotOutcome {
    const { sequence, levelsAsked, bids, asks } = snapshot;
    if (levelsAsked < this.#levelsLeast) {
      throw new LotSnapshotError("levelsAsked", `${this.#levelsLeast} at least`, levelsAsked);
    }
    checkLotSnapshot(snapshot);
    if (this.#isLive && sequence < this.#sequence && !this.#isKeptFrom(sequence)) return "repeated";
    this.#bids.fill(bids, bids.length < levelsAsked);
    this.#asks.fill(asks, asks.length < levelsAsked);
    this.#sequence = sequence;
    this.#isLive = true;
    this.#isSkewed = false;
    const kept = this.#kept.take();
    for (const [index, message] of kept.entries()) {
      const outcome = this.depth(message);
      if (outcome !== "gap" && outcome !== "mismatch") continue;
      // It is kept itself; the later ones wait with it for the next snapshot.
      for (const later of kept.slice(index + 1)) this.#kept.keep(later);
      return outcome;
    }
    return "applied";
  }

  /** Messages may have been lost: the copy is not to be relied on before the next snapshot. */
  invalidate(): void {
    this.#isLive = false;
    this.#kept.clear();
  }

  #check(message: Uint8Array): void {
    const kind = checkFrame(message);
    if (kind !== FeedKind.depth) throw new FeedFrameError("kind", "3, depth", kind);
    const instrument = wordAt(message, INSTRUMENT_AT) >>> 0;
    if (instrument !== this.instrument) {
      throw new FeedFrameError("instrument", `${this.instrument}`, instrument);
    }
    const sequence = u64At(message, SEQUENCE_AT);
    if (sequence > Number.MAX_SAFE_INTEGER) {
      throw new FeedFrameError("sequence", "a number below 2^53", sequence);
    }
    const prevSequence = u64At(message, PREV_SEQUENCE_AT);
    // A heartbeat has the two the same.
    if (prevSequence > sequence) {
      throw new FeedFrameError("prevSequence", `${sequence}, the sequence, at most`, prevSequence);
    }
    for (let at = LEVELS_AT; at < message.length; at += LEVEL_BYTES) {
      if (wordAt(message, at + 8) >>> 0 <= SAFE_HIGH_WORD) continue;
      throw new FeedFrameError("lots", "a number below 2^53", u64At(message, at + 4));
    }
  }

  #waitWith(message: Uint8Array): void {
    this.invalidate();
    this.#kept.keep(message);
  }

  /** Whether the copy would come back to where it is from an older snapshot. */
  #isKeptFrom(sequence: number): boolean {
    const { oldest } = this.#kept;
    return oldest !== undefined && u64At(oldest, PREV_SEQUENCE_AT) <= sequence;
  }

  #isTooShort(side: LotSide): boolean {
    return side.count < this.#levelsLeast && !side.isWhole;
  }

  #apply(message: Uint8Array): void {
    const asksAt = LEVELS_AT + halfAt(message, COUNTS_AT) * LEVEL_BYTES;
    setLevels(this.#bids, message, LEVELS_AT, asksAt);
    setLevels(this.#asks, message, asksAt, message.length);
    this.#sequence = u64At(message, SEQUENCE_AT);
  }

  /** Compares the checksum where it is due and can be compared. */
  #isRight(message: Uint8Array): boolean {
    if (++this.#unchecked < this.#checkEvery) return true;
    const bids = this.#bids;
    const asks = this.#asks;
    if (!bids.isBestKnown || !asks.isBestKnown) return true;
    this.#unchecked = 0;
    const isBidsTouched = bids.isBestTouched;
    if (isBidsTouched) this.#bidsSum = bids.addBest(CHECKSUM_START);
    if (isBidsTouched || asks.isBestTouched) this.#checksum = ~asks.addBest(this.#bidsSum);
    return this.#checksum === wordAt(message, CHECKSUM_AT);
  }
}

function setLevels(side: LotSide, message: Uint8Array, from: number, to: number): void {
  for (let at = from; at < to; at += LEVEL_BYTES) {
    side.set(wordAt(message, at), wordAt(message, at + 4), wordAt(message, at + 8));
  }
}

function within(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(`${name} is ${value}; it takes a whole number from ${least} to ${most}`);
}
