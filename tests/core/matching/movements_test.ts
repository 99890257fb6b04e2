import assert from "node:assert/strict";
import fc from "fast-check";
import {
  MOVEMENT_BYTES,
  MovementDouble,
  MOVEMENTS_MAX,
  MovementTable,
  MovementWord,
} from "../../../core/matching/movements.ts";
import { OUTCOMES_MAX, OutcomeTable } from "../../../core/matching/outcomes.ts";
import { CommandKind } from "../../../core/protocol/order_record.ts";
import { deposit } from "../../support/commands.ts";
import { encodeFrame } from "../../support/frames.ts";

/** What a test remembers of a movement. */
interface Told {
  readonly low: number;
  readonly high: number;
  readonly hash: number;
  readonly index: number;
  readonly amount: number;
  readonly total: number;
  readonly eventSequence: number;
  readonly stampMicros: number;
}

const SENDER = 0xfedcba98;
const FRAME_NUMBER = 0x1_2345_6789;
const HEADER_BYTES = 32;

/** Records a movement by way of an outcome table, as the core does. */
function record(table: MovementTable, told: Told): void {
  const outcomes = new OutcomeTable(1);
  const origin = { sender: SENDER, frameNumber: FRAME_NUMBER };
  const frame = encodeFrame([{ ...deposit(1, 1, 1), requestId: "1" }], origin);
  frame.words[(HEADER_BYTES >> 2) + 4] = told.low;
  frame.words[(HEADER_BYTES >> 2) + 5] = told.high;
  assert.equal(outcomes.find(0, told.low, told.high), -1);
  const slot = outcomes.record(frame, HEADER_BYTES, 0, told.index, 0, told.hash);
  const { amount, eventSequence, stampMicros, total } = told;
  outcomes.complete(slot, 0, 0, 0, amount, total, 0, eventSequence, stampMicros);
  table.record(outcomes, slot);
}

function check(table: MovementTable, place: number, told: Told): void {
  const word = (field: number) => table.word(place, field);
  assert.deepEqual([word(MovementWord.keyLow), word(MovementWord.keyHigh)], [told.low, told.high]);
  assert.equal(word(MovementWord.contentHash) | 0, told.hash);
  assert.equal(word(MovementWord.sender), SENDER);
  assert.equal(word(MovementWord.frameNumber), FRAME_NUMBER % 2 ** 32);
  assert.equal(word(MovementWord.kindAndIndex) >>> 16, told.index);
  assert.equal(word(MovementWord.kindAndIndex) & 0xffff, CommandKind.deposit);
  const { amount, eventSequence, stamp, total } = MovementDouble;
  assert.deepEqual([amount, total, eventSequence, stamp].map((at) => table.number(place, at)), [
    told.amount,
    told.total,
    told.eventSequence,
    told.stampMicros,
  ]);
}

const number = fc.maxSafeNat();
const movements: fc.Arbitrary<Told[]> = fc.uniqueArray(
  fc.record({
    // Few of each, so that keys differ in one half alone and the index has long runs.
    low: fc.oneof(fc.nat(7), fc.integer({ min: 0, max: 2 ** 32 - 1 })),
    high: fc.oneof(fc.nat(7), fc.integer({ min: 0, max: 2 ** 32 - 1 })),
    hash: fc.integer(),
    index: fc.nat(2047),
    amount: number,
    total: number,
    eventSequence: number,
    stampMicros: number,
  }),
  { selector: ({ high, low }) => `${high}/${low}`, maxLength: 200, size: "max" },
);

Deno.test("every movement is found under its key with all that it was recorded with, over growth", () => {
  fc.assert(
    fc.property(movements, (all) => {
      const table = new MovementTable(1);
      for (const [count, told] of all.entries()) {
        assert.equal(table.find(told.low, told.high), -1);
        if (table.isToGrow) table.grow();
        record(table, told);
        assert.equal(table.count, count + 1);
      }
      for (const [place, told] of all.entries()) {
        assert.equal(table.find(told.low, told.high), place);
        check(table, place, told);
      }
    }),
    { numRuns: 50 },
  );
});

Deno.test("what is copied out and restored is the same table, in the same order", () => {
  fc.assert(
    fc.property(movements, (all) => {
      const table = new MovementTable(256);
      for (const told of all) record(table, told);
      const copy = new MovementTable(256);
      const words = new Uint32Array(3 + MOVEMENT_BYTES / 4);
      for (let older = 0; older < table.count; older++) {
        table.copyTo(table.slotAt(older), words, 3);
        copy.restore(words, 3);
      }
      assert.equal(copy.count, all.length);
      for (const [place, told] of all.entries()) {
        assert.equal(copy.find(told.low, told.high), place);
        check(copy, place, told);
      }
    }),
    { numRuns: 20 },
  );
});

Deno.test("at its bound the oldest goes for the youngest, and all others are found", () => {
  fc.assert(
    fc.property(movements, fc.constantFrom(1, 4, 16), (all, most) => {
      const table = new MovementTable(1, most);
      for (const told of all) {
        if (table.isToGrow) table.grow();
        record(table, told);
      }
      const kept = all.slice(-most);
      assert.equal(table.count, kept.length);
      for (const { low, high } of all.slice(0, -most)) assert.equal(table.find(low, high), -1);
      for (const [older, told] of kept.entries()) {
        const slot = table.find(told.low, told.high);
        assert.equal(slot, table.slotAt(older));
        check(table, slot, told);
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("a table grows when it is full, to its bound by doubling", () => {
  const table = new MovementTable(2, 4);
  const told = {
    high: 1,
    hash: 1,
    index: 0,
    amount: 1,
    total: 1,
    eventSequence: 1,
    stampMicros: 1,
  };
  record(table, { ...told, low: 1 });
  assert.ok(!table.isToGrow);
  record(table, { ...told, low: 2 });
  assert.ok(table.isToGrow);
  table.grow();
  record(table, { ...told, low: 3 });
  record(table, { ...told, low: 4 });
  assert.ok(!table.isToGrow, "it may not");
  assert.ok(MOVEMENTS_MAX >= OUTCOMES_MAX, "there is room for those that outcomes tell of");
  assert.ok(Number.isInteger(Math.log2(MOVEMENTS_MAX)), "doubling reaches the bound exactly");
  const entryBytes = MOVEMENT_BYTES + 2 * Int32Array.BYTES_PER_ELEMENT;
  assert.equal(entryBytes, 64, "what an entry is said to take");
});
