import assert from "node:assert/strict";
import { Crowd } from "../support/client_crowd.ts";
import { pause, SHARD, Venue } from "../support/venue.ts";
import { audit } from "../support/venue_audit.ts";
import {
  historyPath,
  instantNow,
  runEndOfDayTask,
} from "../workers/back_office/back_office_venue.ts";
import { withHistory } from "../workers/back_office/back_office_venue.ts";
import { DropCopyReceiver } from "../workers/history/drop_copy_receiver.ts";
import { until } from "../workers/history/history_broker.ts";
import { withFolder } from "../workers/history/stored_history.ts";
import { chaosRandom } from "./chaos_seed.ts";

const CLIENTS = 6;
const KILLS = 2;
const ORDERS = 250;

/** A matching process whose history is its own. */
const withOwnHistory = (venue: Venue, number: number) => ({
  ...withHistory(venue),
  EDGEBOOK_HISTORY_PATH: `${historyPath(venue)}.${number}`,
});

Deno.test("of the drop copy nothing is missing when a standby takes over, and the day is exact", () =>
  withFolder(async (out) => {
    const random = chaosRandom("drop copy through failovers");
    await using venue = await Venue.open({ accounts: CLIENTS });
    await venue.killMatcher();
    let leader = await venue.startMatcher(withOwnHistory(venue, 0));
    const office = new DropCopyReceiver(await venue.connectAs("backOffice"), SHARD);
    await office.listen();
    await until("a heartbeat", () => office.messages.length > 0);
    await office.fillGaps();
    const crowd = Crowd.through([await venue.openGateway()], CLIENTS, random);
    crowd.start();
    for (let kill = 1; kill <= KILLS; kill++) {
      const standby = venue.launchMatcher(withOwnHistory(venue, kill));
      await until("a standby", () => standby.log.some((line) => line.includes("standing by for")));
      await crowd.settle(ORDERS);
      await pause(random() * 50);
      await leader.kill();
      leader = standby;
      await crowd.settle(ORDERS);
    }
    await crowd.rest();
    const { state } = await audit(venue, crowd.clients);
    await until("the end of the copy", () => office.sequence === state.events.sequence);
    const all = await office.repair(0, state.events.sequence);
    assert.deepEqual(office.all, all, "it was all published, by one leader or the next");
    const window = ["--from", "2020-01-01T00:00:00Z", "--to", await instantNow(venue)];
    const { code, stderr, stdout } = await runEndOfDayTask(venue, out, [...window, "--json"]);
    assert.equal(code, 0, stderr + stdout);
    assert.equal(JSON.parse(stdout).trades, state.lastTradeId);
  }));
