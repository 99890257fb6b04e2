import assert from "node:assert/strict";
import { trimJournal } from "../../../infra/journal/trim_journal.ts";
import { ObjectStoreMedium } from "../../../infra/snapshot/snapshot_media.ts";
import { takeSnapshot } from "../../../infra/snapshot/take_snapshot.ts";
import { seededRandom } from "../../core/history/event_source.ts";
import { Crowd } from "../../support/client_crowd.ts";
import { SHARD } from "../../support/venue.ts";
import { withFolder } from "../history/stored_history.ts";
import { instantNow, openVenue, readReconciliation, runEndOfDayTask } from "./back_office_venue.ts";

const CLIENTS = 4;
const ORDERS = 100;

Deno.test("behind a snapshot a day needs nothing of the journal before it, and says so before", () =>
  withFolder(async (out) => {
    await using venue = await openVenue(CLIENTS, true);
    const crowd = Crowd.through([await venue.openGateway()], CLIENTS, seededRandom(3));
    const connection = await venue.connectAs("snapshots");
    const media = [new ObjectStoreMedium(connection)];
    const say = () => {};
    let cut = "";
    for (let part = 0; part < 2; part++) {
      crowd.start();
      await crowd.settle(ORDERS);
      await crowd.rest();
      assert.ok(await takeSnapshot({ connection, shard: SHARD, media, say }) !== null);
      if (part === 0) cut = await instantNow(venue);
    }
    const admin = await venue.admin();
    const seen = [new ObjectStoreMedium(admin)];
    const { firstSequence, removed } = await trimJournal({
      connection: admin,
      shard: SHARD,
      media: seen,
      say,
    });
    assert.ok(removed > 0);
    const to = await instantNow(venue);
    const later = await runEndOfDayTask(venue, `${out}/later`, ["--from", cut, "--to", to]);
    assert.equal(later.code, 0, later.stderr);
    const { journal } = readReconciliation(`${out}/later`);
    assert.ok(journal.trades > 0);
    assert.equal(
      journal.firstAppend,
      firstSequence + 1,
      "right behind the append of the older one",
    );
    const { stateHash } = await venue.state();
    assert.equal(journal.stateHash, stateHash, "and comes to the leader's state");

    const whole = ["--from", "2020-01-01T00:00:00Z", "--to", to];
    const refused = await runEndOfDayTask(venue, `${out}/whole`, whole);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /JOURNAL_0 does not have sequence 1, though it has \d+/);
    assert.deepEqual([...Deno.readDirSync(`${out}/whole`)], [], "and leaves no part of a file");
  }));
