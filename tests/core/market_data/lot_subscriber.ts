/**
 * A subscriber of a tape of messages, for tests: what comes to it is lost, repeated, reordered or
 * damaged, and its snapshots are late.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { LotBook, type LotOutcome } from "../../../core/market_data/lot_book.ts";
import type { LotLevels } from "../../../core/market_data/lot_side.ts";
import { FeedFrameError } from "../../../core/market_data/feed_check.ts";
import type { LotLevel } from "../../../core/market_data/feed_reader.ts";
import { type BookMoment, type DepthStep, INSTRUMENT } from "./depth_tape.ts";

/** What becomes of a message on its way. */
export interface Fate {
  /** After how many appends it comes: more than one, where it comes again; none, where it is lost. */
  readonly delays: readonly number[];
  /** Byte of it that is changed, behind its fixed part, and the bits that are turned over. */
  readonly damage: { readonly at: number; readonly bits: number } | null;
}

/** How a snapshot is answered: appends until it comes, and the one it is of, from the request on. */
export interface Answering {
  readonly after: number;
  /** Negative: of a moment before the request. */
  readonly of: number;
}

/** A whole message that comes at once. */
export const SAFE: Fate = { delays: [0], damage: null };

/** Loss, repetition and reordering; half of the messages come as they should. */
export const anyFate: fc.Arbitrary<Fate> = fc.record({
  delays: fc.oneof(
    { arbitrary: fc.constant([0]), weight: 4 },
    { arbitrary: fc.array(fc.nat(4), { maxLength: 3 }), weight: 1 },
  ),
  damage: fc.constant(null),
});

/** Damage of one byte in a message of four, loss in some. */
export const anyDamage: fc.Arbitrary<Fate> = fc.record({
  delays: fc.oneof(
    { arbitrary: fc.constant([0]), weight: 9 },
    { arbitrary: fc.constant([]), weight: 1 },
  ),
  damage: fc.oneof(
    { arbitrary: fc.constant(null), weight: 3 },
    {
      arbitrary: fc.record({ at: fc.nat(200), bits: fc.integer({ min: 1, max: 255 }) }),
      weight: 1,
    },
  ),
});

/** Answers that are up to four appends late, and up to three older than that they were asked for. */
export const anyAnswering: fc.Arbitrary<Answering> = fc.record({
  after: fc.nat(4),
  of: fc.integer({ min: -3, max: 4 }),
});

/** The levels of a side, best first. */
export function levelsOf(side: LotLevels): LotLevel[] {
  return Array.from({ length: side.count }, (_, rank) => [
    side.priceOf(rank),
    side.quantityOf(rank),
  ]);
}

/** A copy that asks for snapshots, one at a time. */
export class LotSubscriber {
  readonly book: LotBook;
  /** Snapshots that came. */
  snapshots = 0;
  #onTheWay: { readonly at: number; readonly bytes: Uint8Array; readonly isDamaged: boolean }[] =
    [];
  #asked: { readonly at: number; readonly answering: Answering } | null = null;

  constructor(
    readonly steps: readonly DepthStep[],
    readonly levelsAsked: number,
    checkEvery: number,
  ) {
    this.book = new LotBook(INSTRUMENT, { checkEvery });
  }

  /**
   * The append `at` happens: what is due now comes.
   *
   * @param seen is told what became of each message
   */
  step(at: number, fate: Fate, answering: Answering, seen: (outcome: LotOutcome) => void): void {
    const { message } = this.steps[at];
    if (message !== null) {
      const bytes = damaged(message, fate);
      for (const delay of fate.delays) {
        this.#onTheWay.push({ at: at + delay, bytes, isDamaged: fate.damage !== null });
      }
    }
    const due = this.#onTheWay.filter((one) => one.at <= at);
    this.#onTheWay = this.#onTheWay.filter((one) => one.at > at);
    for (const { bytes, isDamaged } of due) {
      const mine = bytes.slice();
      try {
        seen(this.book.depth(mine));
      } catch (error) {
        assert.ok(isDamaged && error instanceof FeedFrameError, String(error));
      }
      // A client reads the next message into the same bytes.
      mine.fill(0xee);
    }
    if (this.book.needsSnapshot) this.#asked ??= { at, answering };
    this.#answer(at, seen);
  }

  #answer(at: number, seen: (outcome: LotOutcome) => void): void {
    if (this.#asked === null || at < this.#asked.at + this.#asked.answering.after) return;
    const of = Math.min(at, Math.max(0, this.#asked.at + this.#asked.answering.of));
    this.#asked = null;
    this.snapshots++;
    seen(this.book.snapshot(snapshotOf(this.steps[of], this.levelsAsked)));
  }
}

/** A snapshot of a moment. */
export function snapshotOf({ sequence, bids, asks }: BookMoment, levelsAsked: number) {
  return {
    sequence,
    levelsAsked,
    bids: bids.slice(0, levelsAsked),
    asks: asks.slice(0, levelsAsked),
  };
}

/** Says where a side is not that of a book: whole, or the best levels of it where it has an edge. */
export function assertSide(side: LotLevels, truth: readonly LotLevel[], about: string): void {
  const known = side.isWhole ? truth : truth.slice(0, side.count);
  assert.deepEqual(levelsOf(side), known, about);
}

function damaged(message: Uint8Array, { damage }: Fate): Uint8Array {
  const bytes = message.slice();
  if (damage !== null) bytes[36 + damage.at % (bytes.length - 36)] ^= damage.bits;
  return bytes;
}
