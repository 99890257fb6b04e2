import assert from "node:assert/strict";
import { audit } from "../support/venue_audit.ts";
import { Crowd } from "../support/client_crowd.ts";
import { pause, Venue } from "../support/venue.ts";
import type { VenueProcess } from "../support/venue_process.ts";
import { chaosRandom } from "./chaos_seed.ts";
import { untilHealed } from "./heal_time.ts";

const CLIENTS = 16;
const ORDERS = 300;
/** Exit code of a matching process that was deposed: start again. */
const EXIT_AGAIN = 3;

/** A crowd on one gateway. */
async function openCrowd(venue: Venue, random: () => number): Promise<Crowd> {
  const gateway = await venue.openGateway();
  return Crowd.through([gateway], CLIENTS, random);
}

/** Waits for the end of a process that was deposed. */
async function waitForDeposed(process: VenueProcess): Promise<void> {
  const { code } = await process.ended;
  assert.equal(code, EXIT_AGAIN);
  assert.match(
    process.log.join("\n"),
    /stepped down: (another (leader wrote|process has)|the journal went on)/,
  );
}

/**
 * Asserts that no two connections listen to one inbox: an acknowledgement that one leader waits for
 * would look to the other like its own.
 */
async function checkInboxes(venue: Venue): Promise<void> {
  const response = await fetch(`${venue.nats.monitorUrl}/connz?subs=1`);
  const { connections } = await response.json() as {
    connections: readonly { readonly name: string; readonly subscriptions_list?: string[] }[];
  };
  const leaders = connections.filter(({ name }) => name.startsWith("matching"));
  assert.ok(leaders.length >= 2, "the stopped leader is still connected");
  const inboxes = leaders.flatMap((one) => one.subscriptions_list ?? [])
    .filter((subject) => subject.startsWith("_INBOX."));
  assert.equal(new Set(inboxes).size, inboxes.length, "every inbox has one listener");
}

Deno.test("a leader that was stopped wakes behind its successor and writes nothing", async (t) => {
  const random = chaosRandom("takeover");
  await using venue = await Venue.open({ accounts: CLIENTS });
  const crowd = await openCrowd(venue, random);
  for (const load of ["under load", "at rest"]) {
    await t.step(load, async () => {
      crowd.start();
      await crowd.settle(ORDERS);
      if (load === "at rest") await crowd.rest();
      const stopped = venue.matcher;
      await pause(random() * 20);
      const since = performance.now();
      stopped.signal("SIGSTOP");
      const successor = await venue.startMatcher();
      await checkInboxes(venue);
      if (load === "at rest") crowd.start();
      await untilHealed("SIGSTOP of the leader, another one started", crowd, since);
      await crowd.settle(ORDERS);
      stopped.signal("SIGCONT");
      await waitForDeposed(stopped);
      await crowd.settle(ORDERS);
      await crowd.rest();
      assert.ok(successor.isAlive);
    });
  }
  const { claims } = await audit(venue, crowd.clients);
  assert.equal(claims.length, 3);
});

Deno.test("a leader that was stopped and wakes answers no query from its old state", async () => {
  const random = chaosRandom("stale reads");
  await using venue = await Venue.open({ accounts: CLIENTS });
  const crowd = await openCrowd(venue, random);
  const old = venue.matcher;
  for (let round = 0; round < 3; round++) {
    const stopped = venue.matcher;
    stopped.signal("SIGSTOP");
    await venue.startMatcher();
    crowd.start();
    await crowd.settle(ORDERS / 10);
    await crowd.rest();
    const { epoch, sequence } = await venue.state();
    stopped.signal("SIGCONT");
    for (let query = 0; query < 100; query++) {
      const answer = await venue.state();
      assert.deepEqual([answer.epoch, answer.sequence], [epoch, sequence], `query ${query}`);
    }
    await waitForDeposed(stopped);
  }
  assert.ok(!old.isAlive);
  await audit(venue, crowd.clients);
});

Deno.test("of processes that start at the same moment one leads, and when it dies the next", async () => {
  const random = chaosRandom("rivals");
  await using venue = await Venue.open({ accounts: CLIENTS });
  const crowd = await openCrowd(venue, random);
  crowd.start();
  await crowd.settle(ORDERS);
  await venue.killMatcher();
  let rivals = [venue.launchMatcher(), venue.launchMatcher(), venue.launchMatcher()];
  while (rivals.length > 0) {
    const leading = rivals.map((rival) => rival.ready().then(() => rival));
    const leader = await Promise.any(leading);
    await crowd.settle(ORDERS);
    assert.ok(rivals.every((rival) => rival.isAlive), "the others stand by");
    rivals = rivals.filter((rival) => rival !== leader);
    if (rivals.length === 0) break;
    await pause(random() * 20);
    const since = performance.now();
    await leader.kill();
    await untilHealed("kill -9 of the leader, a standby is there", crowd, since);
  }
  await crowd.rest();
  const { claims } = await audit(venue, crowd.clients);
  assert.equal(claims.length, 4);
});
