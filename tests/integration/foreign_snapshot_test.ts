import assert from "node:assert/strict";
import { DirectoryMedium } from "../../infra/snapshot/snapshot_media.ts";
import { takeSnapshot } from "../../infra/snapshot/take_snapshot.ts";
import { SHARD, Venue } from "../support/venue.ts";

const EXIT_DISTRUST = 4;

/** Puts a snapshot of a venue of its own, with so many claims, into a directory. */
async function snapshotOfAnother(directory: string, claims: number): Promise<number> {
  await using venue = await Venue.open({ accounts: 1 });
  for (let claim = 1; claim < claims; claim++) {
    await venue.killMatcher();
    await venue.startMatcher();
  }
  const connection = await venue.connectAs("snapshots");
  const media = [new DirectoryMedium(directory)];
  const taken = await takeSnapshot({ connection, shard: SHARD, media, say: () => {} });
  return taken?.journalSequence ?? 0;
}

async function refuses(claims: number, reason: (behind: number) => RegExp): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "edgebook-foreign-" });
  try {
    const behind = await snapshotOfAnother(directory, claims);
    await using venue = await Venue.open({ accounts: 1 });
    await venue.killMatcher();
    const refusing = venue.launchMatcher({ EDGEBOOK_SNAPSHOT_DIRECTORY: directory });
    assert.equal((await refusing.ended).code, EXIT_DISTRUST);
    assert.match(refusing.log.join("\n"), reason(behind));
    // Nothing was written: without the foreign snapshot the venue goes on.
    await venue.startMatcher();
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("a journal that ends before a snapshot is refused: the broker lost what it acknowledged", () =>
  refuses(
    3,
    (behind) =>
      new RegExp(
        `JOURNAL_0 ends at \\d+, but there is a snapshot behind ${behind}: the broker has`,
      ),
  ));

Deno.test("a snapshot of another installation is refused", () =>
  refuses(1, (behind) => new RegExp(`JOURNAL_0 has another append at ${behind} than the one`)));
