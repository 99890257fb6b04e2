import assert from "node:assert/strict";
import fc from "fast-check";
import type { Replica } from "../../../core/sequencer/replica.ts";
import { SnapshotError } from "../../../core/snapshot/snapshot_error.ts";
import {
  DirectoryMedium,
  ObjectStoreMedium,
  type SnapshotMedium,
} from "../../../infra/snapshot/snapshot_media.ts";
import {
  listSnapshots,
  loadNewest,
  pruneSnapshots,
  readSnapshot,
  snapshotName,
  writeSnapshot,
} from "../../../infra/snapshot/snapshots.ts";
import { appendsOf, blocksOf, replicaOf, SHARD } from "../../core/snapshot/replica_script.ts";
import { scripts } from "../../model/script.ts";
import { withNats } from "../nats/temporary_nats.ts";
import { MemoryMedium } from "./memory_medium.ts";

const [SCRIPT] = fc.sample(scripts.filter((script) => script.length > 100), {
  seed: 9,
  numRuns: 1,
});
const APPENDS = appendsOf(SCRIPT);

/** Replicas behind ever more appends. */
const replicas = (...counts: number[]): Replica[] =>
  counts.map((count) => replicaOf(APPENDS.slice(0, count)));

async function fill(medium: SnapshotMedium, ...counts: number[]): Promise<Replica[]> {
  const written = replicas(...counts);
  for (const replica of written) await writeSnapshot(medium, replica, SHARD);
  return written;
}

function damage(medium: MemoryMedium, journalSequence: number): void {
  const bytes = medium.objects.get(snapshotName(SHARD, journalSequence)) as Uint8Array;
  bytes[Math.floor(bytes.length / 2)] ^= 1;
}

/** Loads the newest, and returns it with what was said. */
async function load(
  medium: SnapshotMedium,
  accepts: (replica: Replica) => string | null = () => null,
) {
  const said: string[] = [];
  const say = (line: string) => said.push(line);
  return { replica: await loadNewest([medium], { shard: SHARD, accepts, say }), said };
}

async function checkMedium(medium: SnapshotMedium): Promise<void> {
  assert.deepEqual(await medium.list(), []);
  const [, second] = await fill(medium, 20, 60);
  assert.deepEqual(
    (await listSnapshots([medium], SHARD)).map(({ journalSequence }) => journalSequence),
    [60, 20],
  );
  assert.deepEqual(await listSnapshots([medium], SHARD + 1), []);
  const { replica, said } = await load(medium);
  assert.deepEqual(said, []);
  assert.deepEqual(blocksOf(replica as Replica), blocksOf(second));
  await fill(medium, 61, 62);
  assert.deepEqual(await pruneSnapshots(medium, SHARD, () => {}), [
    snapshotName(SHARD, 60),
    snapshotName(SHARD, 20),
  ]);
  assert.equal((await medium.list()).length, 2);
}

Deno.test("snapshots in the broker's object store, by the user that may do no more", () =>
  withNats(async (nats) => {
    await checkMedium(new ObjectStoreMedium(await nats.connectAs("snapshots")));
    for (const reader of ["matcher", "replay"] as const) {
      const medium = new ObjectStoreMedium(await nats.connectAs(reader));
      assert.equal((await load(medium)).replica?.journalSequence, 62, reader);
    }
  }));

Deno.test("snapshots in a directory; a half-written file is none", async () => {
  const directory = await Deno.makeTempDir({ prefix: "edgebook-snapshots-" });
  try {
    const medium = new DirectoryMedium(`${directory}/made`);
    await checkMedium(medium);
    await Deno.writeTextFile(`${directory}/made/${snapshotName(SHARD, 99)}.new`, "half");
    assert.equal((await listSnapshots([medium], SHARD))[0].journalSequence, 62);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("a damaged snapshot is passed over with a warning, and the one before it is used", async () => {
  const medium = new MemoryMedium();
  await fill(medium, 20, 40, 60);
  damage(medium, 60);
  const { replica, said } = await load(medium);
  assert.equal(replica?.journalSequence, 40);
  assert.equal(said.length, 1);
  assert.match(
    said[0],
    /^WARNING: shard-3-0{14}60\.snapshot in memory is passed over: block \d+ is/,
  );
  damage(medium, 40);
  damage(medium, 20);
  assert.equal((await load(medium)).replica, null);
});

Deno.test("a snapshot that is cut, that has a wrong name, or is not accepted is passed over", async () => {
  const medium = new MemoryMedium();
  await fill(medium, 20, 40);
  const whole = medium.objects.get(snapshotName(SHARD, 40)) as Uint8Array<ArrayBuffer>;
  for (const length of [0, 1, 31, 32, 100, whole.length - 1]) {
    medium.objects.set(snapshotName(SHARD, 40), whole.slice(0, length));
    assert.equal((await load(medium)).replica?.journalSequence, 20, `${length} bytes`);
  }
  medium.objects.set(snapshotName(SHARD, 40), whole);
  medium.objects.set(snapshotName(SHARD, 41), whole);
  const renamed = await load(medium);
  assert.equal(renamed.replica?.journalSequence, 40);
  assert.match(renamed.said[0], /is of journal sequence 40$/);
  const picky = await load(medium, ({ journalSequence }) => journalSequence > 20 ? "not it" : null);
  assert.equal(picky.replica?.journalSequence, 20);
});

Deno.test("every single byte of a snapshot counts", async () => {
  const medium = new MemoryMedium();
  await fill(medium, 60);
  const name = snapshotName(SHARD, 60);
  const bytes = medium.objects.get(name) as Uint8Array;
  const [stored] = await listSnapshots([medium], SHARD);
  const step = Math.ceil(bytes.length / 500);
  for (let at = 0; at < bytes.length; at += step) {
    bytes[at] ^= 0x10;
    await assert.rejects(readSnapshot(stored, SHARD), SnapshotError, `byte ${at}`);
    bytes[at] ^= 0x10;
  }
  await readSnapshot(stored, SHARD);
});

Deno.test("pruning keeps the last two valid snapshots, however many damaged ones are newer", async () => {
  const medium = new MemoryMedium();
  await fill(medium, 10, 20, 30, 40, 50);
  for (const sequence of [50, 30]) damage(medium, sequence);
  const said: string[] = [];
  const removed = await pruneSnapshots(medium, SHARD, (line) => said.push(line));
  assert.deepEqual(removed, [snapshotName(SHARD, 10)]);
  assert.equal(said.length, 2);
  const { replica } = await load(medium);
  assert.equal(replica?.journalSequence, 40);
});
