import assert from "node:assert/strict";
import { LogMissingError } from "../../infra/nats/errors.ts";
import { ensureStreams } from "../../infra/nats/streams.ts";
import { Crowd } from "../support/client_crowd.ts";
import { SHARD, Venue } from "../support/venue.ts";
import type { VenueProcess } from "../support/venue_process.ts";
import { audit } from "../support/venue_audit.ts";
import { chaosRandom } from "./chaos_seed.ts";
import { untilHealed } from "./heal_time.ts";

const CLIENTS = 8;
const ORDERS = 200;
const EXIT_AGAIN = 3;
const EXIT_DISTRUST = 4;
const STREAMS = { shards: [SHARD], replicas: 1 };

/** A crowd that trades through one gateway. */
async function openCrowd(venue: Venue, kind: string): Promise<Crowd> {
  const gateway = await venue.openGateway();
  const crowd = Crowd.through([gateway], CLIENTS, chaosRandom(kind));
  crowd.start();
  return crowd;
}

/** Folder of a stream in the broker's store. */
async function streamFolder(venue: Venue, stream: string): Promise<string> {
  const store = `${venue.directory}/nats/store/jetstream`;
  for await (const { isDirectory, name } of Deno.readDir(store)) {
    const folder = `${store}/${name}/streams/${stream}`;
    if (isDirectory && await Deno.stat(folder).then(() => true, () => false)) return folder;
  }
  throw new Error(`${store} has no stream ${stream}`);
}

async function copyFolder(from: string, to: string): Promise<void> {
  const { success } = await new Deno.Command("cp", { args: ["-R", from, to] }).output();
  assert.ok(success, `cp ${from} ${to}`);
}

/** The process ends with this code, and says why. */
async function endsWith(process: VenueProcess, code: number, reason: RegExp): Promise<void> {
  const { code: ended } = await process.ended;
  const log = process.log.join("\n");
  assert.equal(ended, code, log);
  assert.match(log, reason);
}

Deno.test("a journal that is deleted under load ends the leader for good, and is not made anew", async () => {
  await using venue = await Venue.open({ accounts: CLIENTS });
  const crowd = await openCrowd(venue, "journal deleted");
  await crowd.settle(ORDERS);
  await venue.killNats();
  await Deno.remove(await streamFolder(venue, "JOURNAL_0"), { recursive: true });
  await venue.startNats();
  const settled = crowd.settledCount;
  await endsWith(venue.matcher, EXIT_DISTRUST, /JOURNAL_0 does not exist any more: the log cannot/);
  await assert.rejects(ensureStreams(await venue.admin(), STREAMS), LogMissingError);
  await endsWith(venue.launchMatcher(), EXIT_AGAIN, /stream not found/);
  assert.equal(crowd.settledCount, settled, "nothing is acknowledged any more");
  await crowd.giveUp();
});

Deno.test("a broker that comes back with an older journal ends the leader for good", async () => {
  await using venue = await Venue.open({ accounts: CLIENTS });
  const crowd = await openCrowd(venue, "journal truncated");
  await crowd.settle(ORDERS);
  await venue.killNats();
  const journal = await streamFolder(venue, "JOURNAL_0");
  const backup = `${venue.directory}/older`;
  await copyFolder(journal, backup);
  await venue.startNats();
  await crowd.settle(ORDERS);
  await venue.killNats();
  await Deno.remove(journal, { recursive: true });
  await copyFolder(backup, journal);
  await venue.startNats();
  const settled = crowd.settledCount;
  await endsWith(venue.matcher, EXIT_DISTRUST, /was acknowledged: the broker lost data/);
  await endsWith(venue.launchMatcher(), EXIT_DISTRUST, /the journal makes \d+ only/);
  assert.equal(crowd.settledCount, settled, "nothing is acknowledged any more");
  await crowd.giveUp();
});

Deno.test("an events stream that is deleted under load is made again from the journal", async () => {
  await using venue = await Venue.open({ accounts: CLIENTS });
  const crowd = await openCrowd(venue, "events deleted");
  await crowd.settle(ORDERS);
  await venue.killNats();
  await Deno.remove(await streamFolder(venue, "EVENTS_0"), { recursive: true });
  await venue.startNats();
  await endsWith(venue.matcher, EXIT_AGAIN, /EVENTS_0 does not exist any more/);
  assert.deepEqual(await ensureStreams(await venue.admin(), STREAMS), ["EVENTS_0"]);
  const since = performance.now();
  await venue.startMatcher();
  await untilHealed("EVENTS deleted, made again, matcher started", crowd, since);
  await crowd.settle(ORDERS);
  await crowd.rest();
  await audit(venue, crowd.clients);
});
