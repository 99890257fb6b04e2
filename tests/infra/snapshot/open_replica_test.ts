import assert from "node:assert/strict";
import fc from "fast-check";
import type { WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import { frameLength } from "../../../core/protocol/frame.ts";
import type { JournalStream } from "../../../infra/journal/journal_stream.ts";
import { JournalBehindError, openReplica } from "../../../infra/snapshot/open_replica.ts";
import { writeSnapshot } from "../../../infra/snapshot/snapshots.ts";
import { appendsOf, replicaOf, SHARD } from "../../core/snapshot/replica_script.ts";
import { scripts } from "../../model/script.ts";
import { MemoryMedium } from "./memory_medium.ts";

const [SCRIPT] = fc.sample(scripts.filter((script) => script.length > 30), {
  seed: 11,
  numRuns: 1,
});
const APPENDS = appendsOf(SCRIPT).slice(0, 30);

/** A journal with these appends. */
function journalOf(appends: readonly WireBuffer[]): JournalStream {
  const get = (sequence: number) => {
    const append = appends.at(sequence - 1);
    return Promise.resolve(append?.bytes.slice(0, frameLength(append, 0)) ?? null);
  };
  const last = () => Promise.resolve({ sequence: appends.length });
  return { name: "JOURNAL_3", get, last } as unknown as JournalStream;
}

/** Opens a replica that goes by a journal of `lastSequence` appends, which by now has `appends`. */
async function open(lastSequence: number, appends: readonly WireBuffer[]) {
  const medium = new MemoryMedium();
  for (const count of [10, 25]) {
    await writeSnapshot(medium, replicaOf(APPENDS.slice(0, count)), SHARD);
  }
  const said: string[] = [];
  const say = (line: string) => said.push(line);
  const journal = journalOf(appends);
  const replica = await openReplica({ shard: SHARD, journal, media: [medium], lastSequence, say });
  return { behind: replica.journalSequence, said: said.join("\n") };
}

Deno.test("the newest snapshot of the journal is opened", async () => {
  assert.deepEqual(await open(30, APPENDS), { behind: 25, said: "" });
});

Deno.test("one that was taken of a leader who went on meanwhile is passed over, and no loss", async () => {
  const { behind, said } = await open(20, APPENDS);
  assert.equal(behind, 10);
  assert.match(said, /append 25 came after this began/);
});

Deno.test("one behind more than the journal has by now is a loss", async () => {
  await assert.rejects(open(20, APPENDS.slice(0, 22)), (error: unknown) => {
    assert.ok(error instanceof JournalBehindError);
    assert.match(error.message, /JOURNAL_3 ends at 22, but there is a snapshot behind 25/);
    return true;
  });
});

Deno.test("one of another journal is refused, whenever it was taken", async () => {
  const other = [...APPENDS];
  [other[24], other[23]] = [other[23], other[24]];
  for (const lastSequence of [20, 30]) {
    await assert.rejects(open(lastSequence, other), JournalBehindError);
  }
});
