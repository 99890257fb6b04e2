import assert from "node:assert/strict";
import { CHECKSUM_LEVELS } from "../../../core/market_data/book_checksum.ts";
import type { LotLevel } from "../../../core/market_data/feed_reader.ts";
import { KEPT_MESSAGES_MAX } from "../../../core/market_data/kept_messages.ts";
import {
  CHECK_EVERY_MAX,
  LEVELS_LEAST_MAX,
  LotBook,
  type LotBookOptions,
} from "../../../core/market_data/lot_book.ts";
import { Side } from "../../../core/protocol/order_record.ts";
import { depthBytes, type DepthFields, INSTRUMENT } from "./depth_tape.ts";
import { checksumOf, LevelModel } from "./level_model.ts";
import { levelsOf } from "./lot_subscriber.ts";

const ASKED = 12;

/** A publisher: its messages have the checksum of what they leave. */
class Publisher {
  readonly bids = new LevelModel(Side.buy);
  readonly asks = new LevelModel(Side.sell);

  message(fields: DepthFields): Uint8Array {
    for (const level of fields.bids ?? []) this.bids.set(level);
    for (const level of fields.asks ?? []) this.asks.set(level);
    return depthBytes({ ...fields, checksum: checksumOf(this.bids.levels, this.asks.levels) });
  }
}

/** A publisher and a live copy of its book, both as of sequence 5. */
function opened(
  bids: readonly LotLevel[] = [],
  asks: readonly LotLevel[] = [],
  options: LotBookOptions = {},
) {
  const publisher = new Publisher();
  publisher.message({ prevSequence: 0, sequence: 5, bids, asks });
  const book = new LotBook(INSTRUMENT, options);
  assert.equal(book.snapshot(snapshot(5, bids, asks)), "applied");
  return { publisher, book };
}

function snapshot(
  sequence: number,
  bids: readonly LotLevel[] = [],
  asks: readonly LotLevel[] = [],
) {
  const best = (levels: readonly LotLevel[]) => levels.slice(0, ASKED);
  return { sequence, levelsAsked: ASKED, bids: best(bids), asks: best(asks) };
}

/** Levels at the prices from 1,000 down. */
const ladder = (count: number): LotLevel[] =>
  Array.from({ length: count }, (_, rank) => [1_000 - rank, 1]);

Deno.test("lot book: a heartbeat is a repeat to whoever has its message, and a gap to others", () => {
  const { book, publisher } = opened([[100, 1]], [[110, 2]]);
  const beat = (sequence: number) => publisher.message({ prevSequence: sequence, sequence });
  assert.equal(book.depth(beat(5)), "repeated");
  assert.ok(book.isLive);
  publisher.message({ prevSequence: 5, sequence: 7, bids: [[101, 3]] });
  assert.equal(book.depth(beat(7)), "gap");
  assert.ok(book.needsSnapshot);
  assert.equal(book.snapshot(snapshot(7, [[101, 3], [100, 1]], [[110, 2]])), "applied");
  assert.deepEqual([book.bids.priceOf(0), book.sequence, book.isLive], [101, 7, true]);
});

Deno.test("lot book: a snapshot, then messages", () => {
  const { book, publisher } = opened([[100, 1]], [[110, 2]]);
  assert.ok(book.isLive && !book.needsSnapshot);
  const bids: LotLevel[] = [[105, 2 ** 40 + 7], [95, 3]];
  assert.equal(book.depth(publisher.message({ prevSequence: 5, sequence: 7, bids })), "applied");
  const more = { bids: [[100, 0]], asks: [[110, 5]] } satisfies Partial<DepthFields>;
  const last = publisher.message({ prevSequence: 7, sequence: 8, ...more });
  assert.equal(book.depth(last), "applied");
  assert.deepEqual(levelsOf(book.bids), [[105, 2 ** 40 + 7], [95, 3]]);
  assert.deepEqual(levelsOf(book.asks), [[110, 5]]);
  assert.deepEqual([book.bids.priceOf(2), book.bids.quantityOf(2)], [0, 0]);
  assert.equal(book.sequence, 8);
});

Deno.test("lot book: what came before the snapshot is applied behind it, from copies", () => {
  const publisher = new Publisher();
  const book = new LotBook(INSTRUMENT);
  assert.ok(book.needsSnapshot && !book.isLive);
  for (const [prevSequence, lots] of [[3, 9], [5, 2], [7, 4]]) {
    const bids: LotLevel[] = [[100, lots]];
    const bytes = publisher.message({ prevSequence, sequence: prevSequence + 2, bids });
    assert.equal(book.depth(bytes), "kept");
    bytes.fill(0);
  }
  assert.equal(book.snapshot(snapshot(6, [[100, 8]])), "applied");
  assert.deepEqual(levelsOf(book.bids), [[100, 4]]);
  assert.equal(book.sequence, 9);
});

Deno.test("lot book: a repeat is ignored, and a message that reaches back behind the copy is not", () => {
  const { book, publisher } = opened();
  const message = publisher.message({ prevSequence: 3, sequence: 7, bids: [[100, 2]] });
  assert.equal(book.depth(message), "applied");
  assert.equal(book.depth(message), "repeated");
  const old = depthBytes({ prevSequence: 3, sequence: 5, bids: [[100, 9]] });
  assert.equal(book.depth(old), "repeated");
  assert.deepEqual(levelsOf(book.bids), [[100, 2]]);
});

Deno.test("lot book: a gap asks for a snapshot, and what came since is not lost", () => {
  const { book, publisher } = opened([[100, 1]]);
  publisher.message({ prevSequence: 5, sequence: 6, bids: [[100, 5]] });
  const seventh = publisher.message({ prevSequence: 6, sequence: 7, bids: [[101, 2]] });
  assert.equal(book.depth(seventh), "gap");
  assert.ok(book.needsSnapshot && !book.isLive);
  assert.deepEqual(levelsOf(book.bids), [[100, 1]], "the old book is shown until the repair");
  const eighth = publisher.message({ prevSequence: 7, sequence: 8, bids: [[90, 3]] });
  assert.equal(book.depth(eighth), "kept");
  assert.equal(book.snapshot(snapshot(5, [[100, 1]])), "gap", "older than what was missed");
  assert.equal(book.snapshot(snapshot(6, [[100, 5]])), "applied");
  assert.deepEqual(levelsOf(book.bids), [[101, 2], [100, 5], [90, 3]]);
  assert.deepEqual([book.gapCount, book.mismatchCount], [2, 0]);
});

Deno.test("lot book: another checksum asks for a snapshot, which repairs the copy", () => {
  const { book, publisher } = opened([[100, 1]]);
  publisher.message({ prevSequence: 5, sequence: 6, bids: [[99, 7]] });
  const wrong = publisher.message({ prevSequence: 5, sequence: 7, bids: [[98, 4]] });
  assert.equal(book.depth(wrong), "mismatch");
  assert.ok(book.needsSnapshot && !book.isLive);
  const next = publisher.message({ prevSequence: 7, sequence: 8, asks: [[101, 4]] });
  assert.equal(book.depth(next), "kept");
  const repair = snapshot(6, [[100, 1], [99, 7]]);
  assert.equal(book.snapshot(repair), "applied", "the message itself was kept too");
  assert.deepEqual(levelsOf(book.bids), [[100, 1], [99, 7], [98, 4]]);
  assert.deepEqual([book.sequence, book.gapCount, book.mismatchCount], [8, 0, 1]);
});

Deno.test("lot book: with every third message checked, damage is found with the third", () => {
  const { book, publisher } = opened([], [], { checkEvery: 3 });
  publisher.message({ prevSequence: 4, sequence: 5, bids: [[99, 7]] });
  const outcomes = [6, 7, 8].map((sequence) =>
    book.depth(publisher.message({ prevSequence: sequence - 1, sequence, bids: [[98, sequence]] }))
  );
  assert.deepEqual(outcomes, ["applied", "applied", "mismatch"]);
});

Deno.test("lot book: asks for levels before it runs out of them, and takes an older snapshot", () => {
  const { book, publisher } = opened(ladder(20));
  assert.ok(!book.bids.isWhole && book.asks.isWhole);
  const take = (prevSequence: number, ...prices: number[]) => {
    const bids: LotLevel[] = prices.map((price) => [price, 0]);
    return book.depth(publisher.message({ prevSequence, sequence: prevSequence + 1, bids }));
  };
  assert.equal(take(5, 1_000, 999), "applied");
  assert.ok(!book.needsSnapshot, "ten levels are known");
  assert.equal(take(6, 998), "applied", "no checksum can be compared with nine");
  assert.ok(book.needsSnapshot && book.isLive);
  assert.equal(take(7, 985), "applied", "beyond the edge");
  assert.equal(take(8, 997), "applied");
  assert.deepEqual(levelsOf(book.bids), ladder(12).slice(4));
  const known = ladder(20).slice(2);
  assert.equal(book.snapshot(snapshot(5, ladder(20))), "repeated", "from before it kept messages");
  assert.equal(book.snapshot(snapshot(6, known)), "applied");
  assert.equal(book.sequence, 9, "the snapshot does not turn the copy back");
  const expected = known.slice(0, ASKED).filter(([price]) => ![998, 997, 985].includes(price));
  assert.deepEqual(levelsOf(book.bids), expected);
  assert.equal(book.mismatchCount, 0);
});

Deno.test("lot book: a late snapshot does not turn a copy back that has enough", () => {
  const { book, publisher } = opened();
  book.depth(publisher.message({ prevSequence: 5, sequence: 9, bids: [[100, 2]] }));
  assert.equal(book.snapshot(snapshot(7)), "repeated");
  assert.deepEqual(levelsOf(book.bids), [[100, 2]]);
  assert.equal(book.sequence, 9);
});

Deno.test("lot book: after a lost connection nothing counts before the next snapshot", () => {
  const { book, publisher } = opened();
  book.invalidate();
  assert.ok(book.needsSnapshot);
  const message = publisher.message({ prevSequence: 5, sequence: 6, bids: [[100, 2]] });
  assert.equal(book.depth(message), "kept");
  assert.equal(book.snapshot(snapshot(5)), "applied");
  assert.deepEqual(levelsOf(book.bids), [[100, 2]]);
});

Deno.test("lot book: keeps a bounded number of messages, the newest", () => {
  const publisher = new Publisher();
  const book = new LotBook(INSTRUMENT);
  const count = KEPT_MESSAGES_MAX + 10;
  for (let sequence = 1; sequence <= count; sequence++) {
    book.depth(publisher.message({ prevSequence: sequence - 1, sequence }));
  }
  assert.equal(book.snapshot(snapshot(5)), "gap", "those from 6 to 10 are gone");
  assert.equal(book.snapshot(snapshot(10)), "applied");
  assert.equal(book.sequence, count);
});

Deno.test("lot book: refuses messages that are not its own, with field, limit and value", () => {
  const { book } = opened();
  const good = { prevSequence: 5, sequence: 6, bids: [[100, 2]] } satisfies DepthFields;
  const change = (at: number, ...bytes: number[]) => {
    const message = depthBytes(good);
    message.set(bytes, at);
    return message;
  };
  const cases: [Uint8Array, string][] = [
    [new Uint8Array(3), "length is 3; it takes 32 bytes at least"],
    [new Uint8Array([1, 1, ...new Array(30).fill(0)]), "kind is 1; it takes 3, depth"],
    [change(4, 2), "instrument is 2; it takes 1"],
    [change(14, 0x20), "sequence is 9007199254740998; it takes a number below 2^53"],
    [change(16, 7), "prevSequence is 7; it takes 6, the sequence, at most"],
    [change(50, 0x20), "lots is 9007199254740994; it takes a number below 2^53"],
  ];
  for (const [bytes, message] of cases) {
    assert.throws(() => book.depth(bytes), { name: "FeedFrameError", message });
  }
  assert.equal(book.depth(change(0, 3)), "mismatch", "the good one is read, with checksum 0");
});

Deno.test("lot book: refuses snapshots and options that it could not keep a book by", () => {
  const { book } = opened([[100, 1]]);
  const cases: [Parameters<LotBook["snapshot"]>[0], RegExp][] = [
    [{ ...snapshot(9), levelsAsked: 9 }, /^levelsAsked is 9; it takes 10 at least$/],
    [snapshot(9, [[100, 1], [101, 1]]), /^price of bids\[1\] is 101; it takes one worse than 100/],
    [snapshot(9, [], [[100, 1], [100, 1]]), /^price of asks\[1\] is 100/],
    [snapshot(9, [[100, 0]]), /^lots of bids\[0\] is 0; it takes a whole number from 1/],
    [snapshot(9, [[2 ** 32, 1]]), /^price of bids\[0\] is 4294967296/],
    [snapshot(0.5), /^sequence is 0.5/],
  ];
  for (const [wrong, message] of cases) {
    assert.throws(() => book.snapshot(wrong), { name: "LotSnapshotError", message });
  }
  assert.deepEqual([book.sequence, ...levelsOf(book.bids)], [5, [100, 1]]);
  const options: [LotBookOptions, RegExp][] = [
    [{ checkEvery: 0 }, /^checkEvery is 0; it takes a whole number from 1 to 1000$/],
    [{ checkEvery: CHECK_EVERY_MAX + 1 }, /^checkEvery is 1001/],
    [{ levelsLeast: CHECKSUM_LEVELS - 1 }, /^levelsLeast is 9; it takes a whole number from 10/],
    [{ levelsLeast: LEVELS_LEAST_MAX + 1 }, /^levelsLeast is 1001/],
  ];
  for (const [wrong, message] of options) {
    assert.throws(() => new LotBook(INSTRUMENT, wrong), { name: "RangeError", message });
  }
});
