import assert from "node:assert/strict";
import fc from "fast-check";
import { applyFrame, beginAppend } from "../../../core/matching/apply.ts";
import { MOVEMENT_BYTES, MOVEMENTS_MAX } from "../../../core/matching/movements.ts";
import { frameLength, frameSender } from "../../../core/protocol/frame.ts";
import { Replica } from "../../../core/sequencer/replica.ts";
import { SnapshotReader } from "../../../core/snapshot/read_snapshot.ts";
import { SnapshotError } from "../../../core/snapshot/snapshot_error.ts";
import {
  BLOCK_BYTES_MAX,
  SECTION_RECORD_BYTES,
  ShardWord,
  SNAPSHOT_VERSION,
  SnapshotSection,
} from "../../../core/snapshot/snapshot_layout.ts";
import { snapshotBlocks } from "../../../core/snapshot/write_snapshot.ts";
import { POSITIONED_BODY_BYTES } from "../../../core/protocol/position.ts";
import { WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import { scripts } from "../../model/script.ts";
import { called, claim, type Command, deposit } from "../../support/commands.ts";
import { FrameSource } from "../../support/frames.ts";
import { checkInvariants } from "../matching/invariants.ts";
import { SMALL_CAPACITIES } from "../matching/venue.ts";
import { appendsOf, apply, blocksOf, readBlocks, replicaOf, SHARD } from "./replica_script.ts";

/** Where the first block says how many records each section has: tables are made for so many. */
const COUNTS_AT = POSITIONED_BODY_BYTES + 4 * ShardWord.counts;
const COUNTS_END = COUNTS_AT + 4 * (SECTION_RECORD_BYTES.length - 2);

const MOVEMENTS = SnapshotSection.movements;

/** Movements that need two blocks. */
const MANY = 6_000;

/** A script that is long enough for every section to have records. */
const [LONG] = fc.sample(scripts.filter((script) => script.length > 150), { seed: 4, numRuns: 1 });

Deno.test("a replica from a snapshot goes on as the one that it was written of", () => {
  fc.assert(
    fc.property(scripts, fc.nat(), (script, cut) => {
      const appends = appendsOf(script);
      const at = cut % (appends.length + 1);
      const original = replicaOf(appends.slice(0, at));
      const restored = readBlocks(blocksOf(original));
      checkInvariants(restored.state);
      for (const append of appends.slice(at)) {
        assert.equal(apply(restored, append), apply(original, append));
      }
      assert.equal(restored.journalSequence, original.journalSequence);
      assert.equal(restored.eventMessages, original.eventMessages);
      assert.deepEqual(blocksOf(restored), blocksOf(original));
    }),
    { numRuns: 40 },
  );
});

Deno.test("a snapshot is a function of the journal alone, and what it makes is the same again", () => {
  const appends = appendsOf(LONG);
  const blocks = blocksOf(replicaOf(appends));
  assert.deepEqual(blocksOf(replicaOf(appends)), blocks);
  assert.deepEqual(blocksOf(readBlocks(blocks)), blocks);
  const sections = new Set(blocks.map((block) => WireBuffer.copyOf(block).words[3]));
  assert.equal(sections.size, SECTION_RECORD_BYTES.length - 1, "every section is in the test");
});

Deno.test("an empty shard has a snapshot as well", () => {
  const restored = readBlocks(blocksOf(new Replica()));
  assert.equal(restored.journalSequence, 0);
  assert.equal(restored.state.events.stateHash, new Replica().state.events.stateHash);
});

Deno.test("a block's buffer is no longer than the block", () => {
  for (const block of snapshotBlocks(replicaOf(appendsOf(LONG)), SHARD)) {
    assert.equal(block.bytes.length, frameLength(block, 0));
  }
});

Deno.test("the tables of a small replica that is told so begin small", () => {
  const reader = new SnapshotReader(SHARD, SMALL_CAPACITIES);
  for (const block of blocksOf(new Replica())) reader.take(block);
  assert.equal(reader.finish().state.orders.capacity, SMALL_CAPACITIES.orders);
});

Deno.test("blocks that are missing, repeated, out of order or of another snapshot are refused", () => {
  const appends = appendsOf(LONG);
  const blocks = blocksOf(replicaOf(appends));
  const others = blocksOf(replicaOf(appends.slice(0, -1)));
  for (let at = 0; at < blocks.length; at++) {
    assert.throws(() => readBlocks(blocks.toSpliced(at, 1)), SnapshotError, `without ${at}`);
    assert.throws(() => readBlocks(blocks.toSpliced(at, 0, blocks[at])), SnapshotError, `${at}`);
    const mixed = blocks.with(at, others[Math.min(at, others.length - 1)]);
    assert.throws(() => readBlocks(mixed), SnapshotError, `block ${at} of another`);
  }
  assert.throws(() => readBlocks(blocks.toReversed()), SnapshotError);
  assert.throws(() => readBlocks([]), SnapshotError);
  assert.throws(() => readBlocks([new Uint8Array(BLOCK_BYTES_MAX + 8)]), SnapshotError);
});

Deno.test("another shard and another version are refused, and the error names both", () => {
  const blocks = blocksOf(replicaOf(appendsOf(LONG)));
  assert.throws(() => readBlocks(blocks, SHARD + 1), {
    name: "SnapshotError",
    message: `the snapshot is of shard ${SHARD}, not ${SHARD + 1}`,
  });
  const first = WireBuffer.copyOf(blocks[0]);
  first.words[(POSITIONED_BODY_BYTES >> 2) + ShardWord.version] = SNAPSHOT_VERSION + 1;
  assert.throws(() => readBlocks(blocks.with(0, first.bytes)), {
    name: "SnapshotError",
    message: `the snapshot has version ${
      SNAPSHOT_VERSION + 1
    }, this code reads 1 to ${SNAPSHOT_VERSION}`,
  });
});

Deno.test("a section with one record more or less than the first block says is refused", () => {
  const blocks = blocksOf(replicaOf(appendsOf(LONG)));
  for (let at = COUNTS_AT; at < COUNTS_END; at += 4) {
    for (const change of [-1, 1, 2 ** 31]) {
      const first = WireBuffer.copyOf(blocks[0]);
      first.words[at >> 2] += change;
      assert.throws(
        () => readBlocks(blocks.with(0, first.bytes)),
        SnapshotError,
        `${at} ${change}`,
      );
    }
  }
});

Deno.test("more movements than a new table has room for, and than one block takes, come back", () => {
  const replica = replicaOf(appendsOf(LONG));
  const { state } = replica;
  const source = new FrameSource(5);
  beginAppend(state, state.stampMicros + 1, 7);
  const apply = (commands: readonly Command[]): void => {
    const frame = source.frame(commands);
    applyFrame(state, frame, 0, frame.bytes.length);
  };
  apply([claim(7)]);
  const before = state.movements.count;
  for (let from = 0; from < MANY; from += 1_000) {
    const names = Array.from({ length: 1_000 }, (_, at) => called(`wire-${from + at}`));
    apply(names.map((name) => deposit(1, 1, 1, name)));
  }
  assert.equal(state.movements.count, before + MANY);
  const blocks = blocksOf(replica);
  const restored = readBlocks(blocks);
  assert.equal(restored.state.movements.count, before + MANY);
  assert.deepEqual(blocksOf(restored), blocks);
  const sections = blocks.map((block) => frameSender(WireBuffer.copyOf(block), 0));
  assert.equal(sections.filter((section) => section === MOVEMENTS).length, 2);
});

Deno.test("two movements of one key, and more of them than there may be, are refused", () => {
  const blocks = blocksOf(replicaOf(appendsOf(LONG)));
  const at = blocks.findIndex((block) => frameSender(WireBuffer.copyOf(block), 0) === MOVEMENTS);
  const twice = WireBuffer.copyOf(blocks[at]);
  const first = POSITIONED_BODY_BYTES;
  twice.bytes.copyWithin(first + MOVEMENT_BYTES, first, first + 8);
  assert.throws(() => readBlocks(blocks.with(at, twice.bytes)), {
    name: "SnapshotError",
    message: /^two movements have the key /,
  });
  const counted = WireBuffer.copyOf(blocks[0]);
  counted.words[(COUNTS_END >> 2) - 1] = MOVEMENTS_MAX + 1;
  assert.throws(() => readBlocks(blocks.with(0, counted.bytes)), {
    name: "SnapshotError",
    message: `section ${MOVEMENTS} has ${MOVEMENTS_MAX + 1}, at most ${MOVEMENTS_MAX}`,
  });
});

Deno.test("whatever bytes a block has, reading ends, with a replica or a SnapshotError", () => {
  const blocks = blocksOf(replicaOf(appendsOf(LONG)));
  const change = fc.tuple(fc.nat(), fc.nat(), fc.integer({ min: 0, max: 255 }));
  let refused = 0;
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const changed = blocks.map((block) => block.slice());
      for (const [which, at, value] of changes) {
        const block = changed[which % changed.length];
        const byte = at % block.length;
        if (block !== changed[0] || byte < COUNTS_AT || byte >= COUNTS_END) block[byte] = value;
      }
      try {
        readBlocks(changed);
      } catch (error) {
        assert.ok(error instanceof SnapshotError, String(error));
        refused++;
      }
    }),
    { numRuns: 300 },
  );
  assert.ok(refused > 0);
});
