import assert from "node:assert/strict";
import fc from "fast-check";
import { CHECKSUM_LEVELS } from "../../../core/market_data/book_checksum.ts";
import { LotBook, type LotOutcome } from "../../../core/market_data/lot_book.ts";
import { FeedFrameError } from "../../../core/market_data/feed_check.ts";
import { type DepthStep, INSTRUMENT, recordTape } from "./depth_tape.ts";
import {
  anyAnswering,
  anyDamage,
  anyFate,
  assertSide,
  levelsOf,
  LotSubscriber,
  SAFE,
  snapshotOf,
} from "./lot_subscriber.ts";
import { newSeed, seededRandom } from "./random_orders.ts";

const seed = newSeed();
const APPENDS = 400;
/** Appends with trouble, and without it after them. */
const TROUBLED = 40;
const CALM = 24;
/** Appends after which a copy is right again, whatever its snapshots: two answers, as late as any. */
const REPAIR = 12;
const tape = recordTape(seededRandom(seed), APPENDS);

const anyRun = {
  from: fc.nat(APPENDS - TROUBLED - CALM),
  levelsAsked: fc.integer({ min: CHECKSUM_LEVELS, max: CHECKSUM_LEVELS + 6 }),
  answerings: fc.array(anyAnswering, { minLength: 8, maxLength: 8 }),
};
const fates = (fate: typeof anyFate) =>
  fc.array(fate, { minLength: TROUBLED, maxLength: TROUBLED });

/** The books of a part of the tape by the sequences they are of. */
function historyOf(steps: readonly DepthStep[]): Map<number, DepthStep> {
  return new Map(steps.map((step) => [step.sequence, step]));
}

/** Sequence of a step's message; the step's own may be that of a halt behind it. */
function messageSequence({ message }: DepthStep): number {
  return message === null
    ? 0
    : Number(new DataView(message.buffer, message.byteOffset).getBigUint64(8, true));
}

Deno.test(`lot book: the tape has what the properties are about (seed ${seed})`, () => {
  const long = tape.filter(({ bids, asks }) => Math.max(bids.length, asks.length) > 16).length;
  const short = tape.filter(({ bids, asks }) => Math.min(bids.length, asks.length) < 10).length;
  assert.ok(long > 5, `${long} books go on behind a snapshot`);
  assert.ok(short > 3, `${short} books have less than a checksum takes`);
  assert.ok(tape.some(({ message }) => message === null), "not every append touches the book");
});

Deno.test(`lot book: whatever is lost, repeated and reordered, what it shows while live is the book, and it comes back (seed ${seed})`, () => {
  const totals = { gaps: 0, repeats: 0, kept: 0 };
  const property = fc.property(
    fc.record({ ...anyRun, checkEvery: fc.constantFrom(1, 3) }),
    fates(anyFate),
    ({ from, levelsAsked, answerings, checkEvery }, all) => {
      const steps = tape.slice(from, from + TROUBLED + CALM);
      const subscriber = new LotSubscriber(steps, levelsAsked, checkEvery);
      const history = historyOf(steps);
      for (const step of steps) if (step.message !== null) history.set(messageSequence(step), step);
      const { book } = subscriber;
      for (const [at, step] of steps.entries()) {
        const answering = answerings[at % answerings.length];
        subscriber.step(at, all[at] ?? SAFE, answering, (outcome) => {
          if (outcome === "repeated") totals.repeats++;
          if (outcome === "kept") totals.kept++;
          const truth = history.get(book.sequence);
          if (!book.isLive) return;
          assert.ok(truth !== undefined, `no book has the sequence ${book.sequence}`);
          assertSide(book.bids, truth.bids, `bids of append ${at}`);
          assertSide(book.asks, truth.asks, `asks of append ${at}`);
        });
        assert.equal(book.mismatchCount, 0, `a checksum that is right, append ${at}`);
        if (at < TROUBLED + REPAIR) continue;
        assert.ok(book.isLive, `append ${at}`);
        assertSide(book.bids, step.bids, `bids at the end, append ${at}`);
        assertSide(book.asks, step.asks, `asks at the end, append ${at}`);
      }
      totals.gaps += book.gapCount;
    },
  );
  fc.assert(property, { numRuns: 400 });
  assert.ok(Object.values(totals).every((count) => count > 100), JSON.stringify(totals));
});

Deno.test(`lot book: damage to the best levels is found with the message itself (seed ${seed})`, () => {
  let mismatches = 0;
  const property = fc.property(fc.record(anyRun), fates(anyDamage), (run, all) => {
    const steps = tape.slice(run.from, run.from + TROUBLED + CALM);
    const subscriber = new LotSubscriber(steps, run.levelsAsked, 1);
    const history = historyOf(steps);
    for (const step of steps) if (step.message !== null) history.set(messageSequence(step), step);
    const { book } = subscriber;
    let found = 0;
    for (const at of steps.keys()) {
      const answering = run.answerings[at % run.answerings.length];
      subscriber.step(at, all[at] ?? SAFE, answering, (outcome) => {
        if (outcome === "mismatch") found = at;
        if (!book.isLive || book.needsSnapshot) return;
        const truth = history.get(book.sequence);
        assert.deepEqual(best(book), [truth?.bids, truth?.asks].map(bestOf), `append ${at}`);
      });
    }
    // Damage behind the best levels may come up at the very end.
    assert.ok(book.isLive || found > TROUBLED + CALM - REPAIR);
    mismatches += book.mismatchCount;
  });
  fc.assert(property, { numRuns: 300 });
  assert.ok(mismatches > 100, `${mismatches} mismatches`);
});

const bestOf = (levels: readonly unknown[] | undefined) => levels?.slice(0, CHECKSUM_LEVELS);
const best = (book: LotBook) => [levelsOf(book.bids), levelsOf(book.asks)].map(bestOf);

/** Everything that a copy shows. */
function drawn(book: LotBook): unknown {
  const { asks, bids, gapCount, isLive, mismatchCount, needsSnapshot, sequence } = book;
  const sides = [levelsOf(bids), levelsOf(asks), bids.isWhole, asks.isWhole];
  return [...sides, gapCount, isLive, mismatchCount, needsSnapshot, sequence];
}

Deno.test(`lot book: bytes that are no message are refused and leave the copy as it was (seed ${seed})`, () => {
  const outcomes = new Map<LotOutcome | "refused", number>();
  const changes = fc.array(fc.record({ at: fc.nat(120), byte: fc.nat(255) }), { maxLength: 3 });
  const cut = fc.oneof(fc.constant(Infinity), fc.nat(100));
  fc.assert(
    fc.property(fc.nat(APPENDS - 2), changes, cut, fc.nat(3), (at, all, length, offset) => {
      const { message } = tape[at + 1];
      if (message === null) return;
      const book = new LotBook(INSTRUMENT);
      book.snapshot(snapshotOf(tape[at], 20));
      const before = drawn(book);
      const bytes = new Uint8Array(offset + Math.min(length, message.length));
      bytes.set(message.subarray(0, bytes.length - offset), offset);
      for (const { at, byte } of all) if (offset + at < bytes.length) bytes[offset + at] = byte;
      let outcome: LotOutcome | "refused" = "refused";
      try {
        outcome = book.depth(bytes.subarray(offset));
      } catch (error) {
        assert.ok(error instanceof FeedFrameError, String(error));
        assert.deepEqual(drawn(book), before);
      }
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      // Where fewer than ten levels are left of those that were known, no checksum can be compared.
      if (outcome === "applied" && !book.needsSnapshot) {
        const { bids, asks } = tape[at + 1];
        assert.deepEqual(best(book), [bids, asks].map(bestOf));
      }
    }),
    { numRuns: 3_000 },
  );
  for (const outcome of ["refused", "applied", "mismatch"] as const) {
    assert.ok((outcomes.get(outcome) ?? 0) > 50, JSON.stringify([...outcomes]));
  }
});
