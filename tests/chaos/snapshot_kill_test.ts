import assert from "node:assert/strict";
import { ObjectStoreMedium } from "../../infra/snapshot/snapshot_media.ts";
import { listSnapshots } from "../../infra/snapshot/snapshots.ts";
import { takeSnapshot } from "../../infra/snapshot/take_snapshot.ts";
import { Crowd } from "../support/client_crowd.ts";
import { pause, SHARD, Venue } from "../support/venue.ts";
import type { VenueProcess } from "../support/venue_process.ts";
import { audit } from "../support/venue_audit.ts";
import { chaosRandom } from "./chaos_seed.ts";
import { untilHealed } from "./heal_time.ts";

const CLIENTS = 8;
const KILLS = 3;
/** Orders between two kills; a snapshot is taken while they come. */
const ORDERS = 300;
/** How long a line that was written may be on its way. */
const LINE_MILLIS_MAX = 2_000;

Deno.test("kill -9 of the matcher, started from snapshots, loses nothing and doubles nothing", async () => {
  const random = chaosRandom("matcher with snapshots");
  await using venue = await Venue.open({ accounts: CLIENTS });
  const gateway = await venue.openGateway();
  const connection = await venue.connectAs("snapshots");
  const media = [new ObjectStoreMedium(connection)];
  const crowd = Crowd.through([gateway], CLIENTS, random);
  crowd.start();
  let behind = 0;
  for (let kill = 1; kill <= KILLS; kill++) {
    await crowd.settle(ORDERS / 2);
    const taken = await takeSnapshot({ connection, shard: SHARD, media, say: () => {} });
    assert.ok(taken !== null && taken.journalSequence > behind);
    behind = taken.journalSequence;
    await crowd.settle(ORDERS / 2);
    await pause(random() * 20);
    const since = performance.now();
    await venue.killMatcher();
    const matcher = await venue.startMatcher();
    await untilHealed("kill -9 of the matcher, started from a snapshot", crowd, since);
    await waitForLine(matcher, `read a snapshot behind append ${behind} in`);
  }
  await crowd.settle(ORDERS);
  await crowd.rest();
  // Replays the journal from nothing and compares the live state with what comes out.
  const { claims } = await audit(venue, crowd.clients);
  assert.equal(claims.length, 1 + KILLS);
  assert.equal((await listSnapshots(media, SHARD)).length, 2);
});

async function waitForLine(process: VenueProcess, text: string): Promise<void> {
  for (let waited = 0; waited < LINE_MILLIS_MAX; waited += 20) {
    if (process.log.some((line) => line.includes(text))) return;
    await pause(20);
  }
  assert.fail(`"${text}" is not in:\n${process.log.join("\n")}`);
}
