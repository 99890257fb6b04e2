import assert from "node:assert/strict";
import { journalStream } from "../../core/protocol/subjects.ts";
import { trimJournal, TrimRefusedError } from "../../infra/journal/trim_journal.ts";
import { ObjectStoreMedium } from "../../infra/snapshot/snapshot_media.ts";
import { listSnapshots } from "../../infra/snapshot/snapshots.ts";
import { takeSnapshot } from "../../infra/snapshot/take_snapshot.ts";
import { Crowd } from "../support/client_crowd.ts";
import { SHARD, Venue } from "../support/venue.ts";

const CLIENTS = 4;
const ORDERS = 100;
const EXIT_DISTRUST = 4;

/** A venue, and what trims it and takes its snapshots. */
async function prepare(venue: Venue) {
  const [connection, snapshots] = [await venue.admin(), await venue.connectAs("snapshots")];
  const gateway = await venue.openGateway();
  const crowd = Crowd.through([gateway], CLIENTS, Math.random);
  const trade = async () => {
    crowd.start();
    await crowd.settle(ORDERS);
    await crowd.rest();
  };
  const say = () => {};
  const media = [new ObjectStoreMedium(snapshots)];
  const seen = [new ObjectStoreMedium(connection)];
  return {
    trade,
    media,
    trim: () => trimJournal({ connection, shard: SHARD, media: seen, say }),
    snapshot: async () => {
      const taken = await takeSnapshot({ connection: snapshots, shard: SHARD, media, say });
      assert.ok(taken !== null);
      return taken.journalSequence;
    },
  };
}

Deno.test("a journal is cut off behind two valid snapshots, and the venue goes on from them", async () => {
  await using venue = await Venue.open({ accounts: CLIENTS, mayTrim: true });
  const { media, snapshot, trade, trim } = await prepare(venue);
  await trade();
  const older = await snapshot();
  await assert.rejects(trim(), (error) => {
    assert.ok(error instanceof TrimRefusedError, String(error));
    return error.message.startsWith("2 valid snapshots are needed, there are 1");
  });
  await trade();
  await snapshot();
  const trimmed = await trim();
  assert.equal(trimmed.firstSequence, older, "the append that the older one stands behind stays");
  assert.equal(trimmed.removed, older - 1);
  assert.equal((await trim()).removed, 0, "again: nothing more");
  await trade();
  const before = await venue.state();
  await venue.killMatcher();
  await venue.startMatcher();
  const after = await venue.state();
  assert.deepEqual([after.liveOrders, after.sequence], [before.liveOrders, before.sequence + 1]);
  await trade();
  await venue.killMatcher();
  for (const { medium, name } of await listSnapshots(media, SHARD)) await medium.remove(name);
  const lost = venue.launchMatcher();
  assert.equal(
    (await lost.ended).code,
    EXIT_DISTRUST,
    "nothing is made up in place of what is gone",
  );
  assert.match(lost.log.join("\n"), /JOURNAL_0 does not have sequence 1,/);
});

Deno.test("a damaged snapshot does not count", async () => {
  await using venue = await Venue.open({ accounts: CLIENTS, mayTrim: true });
  const { media: [medium], snapshot, trade, trim } = await prepare(venue);
  await trade();
  await snapshot();
  await trade();
  await snapshot();
  const [newest] = await listSnapshots([medium], SHARD);
  await medium.put(newest.name, [new TextEncoder().encode("this is no snapshot")]);
  await assert.rejects(trim(), /2 valid snapshots are needed, there are 1/);
  const manager = await (await venue.admin()).jetstreamManager();
  assert.equal((await manager.streams.info(journalStream(SHARD))).state.first_seq, 1);
});

Deno.test("a journal that was made to be kept whole stays so", async () => {
  await using venue = await Venue.open({ accounts: CLIENTS });
  const { snapshot, trade, trim } = await prepare(venue);
  await trade();
  await snapshot();
  await trade();
  await snapshot();
  await assert.rejects(trim(), /JOURNAL_0 was made to be kept whole/);
});
