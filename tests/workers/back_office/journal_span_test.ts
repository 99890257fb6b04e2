import assert from "node:assert/strict";
import { POSITIONED_BODY_BYTES, writePosition } from "../../../core/protocol/position.ts";
import { WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import { JournalDamagedError, type JournalStream } from "../../../infra/journal/journal_stream.ts";
import { journalSpan } from "../../../workers/back_office/journal_span.ts";

/** A journal of appends with these stamps, of which the first ones are cut off. */
function journalOf(stamps: readonly number[], cut = 0) {
  let reads = 0;
  const get = (sequence: number) => {
    reads++;
    if (sequence <= cut || sequence > stamps.length) return Promise.resolve(null);
    const wire = WireBuffer.allocate(POSITIONED_BODY_BYTES);
    writePosition(wire, 0, stamps[sequence - 1], 1, 0, 1, 1);
    return Promise.resolve(wire.bytes);
  };
  const journal = { name: "JOURNAL_0", get } as unknown as JournalStream;
  return { journal, reads: () => reads };
}

const windowOf = (fromMicros: number, toMicros: number) => ({ fromMicros, toMicros, label: "" });

Deno.test("a window has the appends from its first stamp on, and not that of its end", async () => {
  const stamps = [10, 20, 20_000, 20_001, 30_000];
  const { journal } = journalOf(stamps);
  for (let from = 0; from < stamps.length; from++) {
    for (let to = from; to < stamps.length; to++) {
      const window = windowOf(stamps[from], stamps[to]);
      const found = await journalSpan(journal, stamps.length, window);
      assert.deepEqual(found, { first: from + 1, last: to });
    }
  }
  assert.deepEqual(await journalSpan(journal, 5, windowOf(0, 10)), { first: 1, last: 0 });
  assert.deepEqual(await journalSpan(journal, 5, windowOf(0, 11)), { first: 1, last: 1 });
  assert.deepEqual(await journalSpan(journal, 5, windowOf(30_001, 90_000)), { first: 6, last: 5 });
  assert.deepEqual(await journalSpan(journal, 0, windowOf(0, 90_000)), { first: 1, last: 0 });
});

Deno.test("what was cut off counts as earlier than what is there", async () => {
  const stamps = Array.from({ length: 1_000 }, (_, at) => 100 + at);
  const { journal, reads } = journalOf(stamps, 400);
  const found = await journalSpan(journal, 1_000, windowOf(700, 800));
  assert.deepEqual(found, { first: 601, last: 700 });
  assert.ok(reads() <= 22, `${reads()} reads`);
  assert.equal((await journalSpan(journal, 1_000, windowOf(0, 800))).first, 401);
});

Deno.test("an append that is none is not looked past", async () => {
  const journal = { name: "JOURNAL_0", get: () => Promise.resolve(new Uint8Array(8)) };
  await assert.rejects(
    journalSpan(journal as unknown as JournalStream, 9, windowOf(1, 2)),
    JournalDamagedError,
  );
});
