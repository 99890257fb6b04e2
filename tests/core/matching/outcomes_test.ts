import assert from "node:assert/strict";
import fc from "fast-check";
import {
  HORIZON_MICROS,
  OutcomeDouble,
  OUTCOMES_MAX,
  OutcomeTable,
  OutcomeWord,
} from "../../../core/matching/outcomes.ts";
import {
  FRAME_HEADER_BYTES,
  FrameKind,
  RECORD_BYTES,
  writeFrameHeader,
} from "../../../core/protocol/frame.ts";
import { CommandKind, writeCommandHead } from "../../../core/protocol/order_record.ts";
import { SAFE_MAX, WireBuffer } from "../../../core/protocol/wire_buffer.ts";

/** A request of the model. */
interface Known {
  readonly account: number;
  readonly low: number;
  readonly high: number;
  readonly hash: number;
  recorded: number;
}

/** Where the command that {@link record} writes comes from. */
const SENDER = 2 ** 32 - 4;
const FRAME_NUMBER = 2 ** 32 + 5;
const INDEX = 2_047;

/** Records a request as the core does: out of its frame, right after it was not found. */
function record(
  table: OutcomeTable,
  account: number,
  low: number,
  high: number,
  hash: number,
): number {
  assert.equal(table.find(account, low, high), -1);
  const frame = WireBuffer.allocate(FRAME_HEADER_BYTES + RECORD_BYTES);
  writeFrameHeader(frame, 0, FrameKind.orders, 1, SENDER, FRAME_NUMBER, 0, frame.bytes.length);
  const at = FRAME_HEADER_BYTES;
  writeCommandHead(frame, at, CommandKind.instrument, account, low, high, 0);
  return table.record(frame, at, 0, INDEX, account, hash);
}

/** A table that grows when it is full, beside a list in the order of recording. */
class Pair {
  readonly table: OutcomeTable;
  known: Known[] = [];
  constructor(capacity: number) {
    this.table = new OutcomeTable(capacity);
  }
  find(account: number, low: number, high: number): Known | undefined {
    return this.known.find((one) =>
      one.account === account && one.low === low && one.high === high
    );
  }
  record(account: number, low: number, high: number, now: number): void {
    if (this.find(account, low, high) !== undefined) return;
    if (!this.table.hasRoom) this.table.grow();
    const hash = (account * 31 + low * 7 + high) >>> 0;
    const slot = record(this.table, account, low, high, hash);
    this.table.complete(slot, 0, 1, low, high, 0, 0, 0, now);
    this.known.push({ account, low, high, hash, recorded: now });
  }
  expire(now: number, keepsEvery: number): void {
    for (let slot = this.table.oldestExpired(now); slot >= 0;) {
      const oldest = this.known.shift();
      assert.ok(oldest !== undefined && oldest.recorded + HORIZON_MICROS < now);
      assert.equal(this.table.word(slot, OutcomeWord.contentHash), oldest.hash);
      const keeps = oldest.low % keepsEvery === 0;
      this.table.dropOldest(keeps, now);
      if (keeps) this.known.push({ ...oldest, recorded: now });
      slot = this.table.oldestExpired(now);
    }
  }
  assertSame(account: number, low: number, high: number): void {
    const expected = this.find(account, low, high);
    const slot = this.table.find(account, low, high);
    if (expected === undefined) return assert.equal(slot, -1);
    assert.ok(slot >= 0, "an outcome that is known is found");
    assert.equal(this.table.word(slot, OutcomeWord.contentHash), expected.hash);
    assert.equal(this.table.number(slot, OutcomeDouble.orderId), low);
    assert.equal(this.table.number(slot, OutcomeDouble.recorded), expected.recorded);
  }
}

const accounts = fc.oneof(fc.nat(3), fc.nat(2 ** 20 - 1));
const words = fc.oneof(fc.nat(40), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
const highs = fc.oneof(fc.constant(0), fc.constantFrom(1, 2 ** 21 - 1, 2 ** 31, 2 ** 32 - 1));

Deno.test("finds what a list would find, through growth, expiry and keeping", () => {
  const steps = fc.array(fc.tuple(accounts, words, highs, fc.nat(HORIZON_MICROS / 4)), {
    maxLength: 200,
    size: "max",
  });
  const probes = fc.array(fc.tuple(accounts, words, highs), { maxLength: 10 });
  fc.assert(
    fc.property(steps, probes, fc.constantFrom(1, 2, 16), fc.integer({ min: 1, max: 4 }), (
      sequence,
      others,
      capacity,
      keepsEvery,
    ) => {
      const pair = new Pair(capacity);
      let now = 1_700_000_000_000_000;
      for (const [account, low, high, gap] of sequence) {
        now += gap;
        pair.expire(now, keepsEvery);
        pair.record(account, low, high, now);
        assert.equal(pair.table.count, pair.known.length);
        for (const one of pair.known) pair.assertSame(one.account, one.low, one.high);
        for (const probe of others) pair.assertSame(...probe);
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("an outcome gives back every number it was completed with, also through growth", () => {
  const table = new OutcomeTable(1);
  const [account, low, high] = [2 ** 20 - 1, 2 ** 32 - 1, 2 ** 32 - 2];
  const slot = record(table, account, low, high, 2 ** 32 - 3);
  table.complete(slot, 706, 6, SAFE_MAX, SAFE_MAX - 1, SAFE_MAX - 2, SAFE_MAX - 3, 9, 10);
  for (let growth = 0; growth < 3; growth++) {
    const at = table.find(2 ** 20 - 1, 2 ** 32 - 1, 2 ** 32 - 2);
    const word = (field: number): number => table.word(at, field);
    const number = (field: number): number => table.number(at, field);
    assert.equal(word(OutcomeWord.account), 2 ** 20 - 1);
    assert.equal(word(OutcomeWord.contentHash), 2 ** 32 - 3);
    assert.equal(word(OutcomeWord.sender), SENDER);
    assert.equal(word(OutcomeWord.frameNumber), 5, "the low word");
    assert.equal(word(OutcomeWord.codeAndIndex), (INDEX << 16 | 706) >>> 0);
    assert.equal(word(OutcomeWord.kinds), CommandKind.instrument | 6 << 8);
    assert.equal(number(OutcomeDouble.orderId), SAFE_MAX);
    assert.equal(number(OutcomeDouble.executed), SAFE_MAX - 1);
    assert.equal(number(OutcomeDouble.leaves), SAFE_MAX - 2);
    assert.equal(number(OutcomeDouble.notional), SAFE_MAX - 3);
    assert.equal(number(OutcomeDouble.eventSequence), 9);
    assert.equal(number(OutcomeDouble.stamp), 10);
    table.grow();
  }
});

Deno.test("room and growth are bounded", () => {
  const table = new OutcomeTable(2);
  assert.ok(table.hasRoom && table.canGrow);
  record(table, 1, 1, 0, 0);
  record(table, 1, 2, 0, 0);
  assert.ok(!table.hasRoom);
  table.grow();
  assert.ok(table.hasRoom);
  assert.equal(OUTCOMES_MAX % 2, 0, "capacities double up to it");
});

Deno.test("a full table may keep what it drops: the place is the same", () => {
  const table = new OutcomeTable(2);
  for (const key of [1, 2]) table.complete(record(table, 1, key, 0, key), 0, 1, 0, 0, 0, 0, 0, 0);
  const now = HORIZON_MICROS + 1;
  assert.ok(table.oldestExpired(now) >= 0);
  table.dropOldest(true, now);
  assert.equal(table.count, 2);
  for (const key of [1, 2]) {
    assert.equal(table.word(table.find(1, key, 0), OutcomeWord.contentHash), key);
  }
  assert.ok(table.oldestExpired(now) >= 0, "the second is old, the first is young again");
  table.dropOldest(false, now);
  assert.equal(table.oldestExpired(now), -1);
});
