import assert from "node:assert/strict";
import { handoverSubject, standbySubject } from "../../core/protocol/subjects.ts";
import type { HandoverAnswer } from "../../workers/matching/handover.ts";
import { Crowd } from "../support/client_crowd.ts";
import { SHARD, Venue } from "../support/venue.ts";
import { audit } from "../support/venue_audit.ts";
import type { VenueProcess } from "../support/venue_process.ts";
import { chaosRandom } from "./chaos_seed.ts";
import { untilHealed } from "./heal_time.ts";

const CLIENTS = 16;
const HANDOVERS = 3;
const ORDERS = 300;
/** Exit code of a process that handed the lead over: start again, as a standby. */
const EXIT_AGAIN = 3;

async function handOver(venue: Venue): Promise<HandoverAnswer> {
  const admin = await venue.admin();
  return (await admin.request(handoverSubject(SHARD), "", { timeout: 10_000 })).json();
}

Deno.test("a planned handover under load: no order is refused, lost or done twice", async () => {
  const random = chaosRandom("handover");
  await using venue = await Venue.open({ accounts: CLIENTS });
  const gateway = await venue.openGateway();
  const crowd = Crowd.through([gateway], CLIENTS, random);
  let leader: VenueProcess = venue.matcher;
  crowd.start();
  await crowd.settle(ORDERS);
  for (let handover = 1; handover <= HANDOVERS; handover++) {
    const standby = venue.launchMatcher();
    while (!standby.log.some((line) => line.includes("standing by for"))) await crowd.settle(1);
    const since = performance.now();
    const answer = await handOver(venue);
    await untilHealed("planned handover", crowd, since);
    assert.deepEqual(answer, { handedOver: true, standby: `matching-${standby.pid}` });
    assert.equal((await leader.ended).code, EXIT_AGAIN);
    await standby.ready();
    leader = standby;
    await crowd.settle(ORDERS);
    assert.equal((await venue.state()).leader, `matching-${standby.pid}`);
  }
  await crowd.rest();
  assert.equal(gateway.status.refused, 0);
  const repeated = crowd.clients.flatMap(({ outcomes }) =>
    outcomes.filter((one) => one.attempts > 1)
  );
  assert.deepEqual(repeated, [], "every order got its answer at the first attempt");
  const { claims } = await audit(venue, crowd.clients);
  assert.equal(claims.length, 1 + HANDOVERS);
});

Deno.test("a leader that is told to stop finishes what it took and leaves the lead to its standby", async () => {
  const random = chaosRandom("stopped in order");
  await using venue = await Venue.open({ accounts: CLIENTS });
  const gateway = await venue.openGateway();
  const crowd = Crowd.through([gateway], CLIENTS, random);
  crowd.start();
  await crowd.settle(ORDERS);
  const standby = venue.launchMatcher();
  while (!standby.log.some((line) => line.includes("standing by for"))) await crowd.settle(1);
  const since = performance.now();
  const { code } = await venue.matcher.stop();
  assert.equal(code, 0, venue.matcher.log.join("\n"));
  await standby.ready();
  await untilHealed("SIGTERM of the leader, a standby is there", crowd, since);
  await crowd.settle(ORDERS);
  await crowd.rest();
  assert.equal(gateway.status.refused, 0, "no order is refused");
  const { claims } = await audit(venue, crowd.clients);
  assert.equal(claims.length, 2);
});

Deno.test("without a standby a handover is refused and the leader goes on", async () => {
  await using venue = await Venue.open({ accounts: 1 });
  const { epoch } = await venue.state();
  assert.deepEqual(await handOver(venue), {
    handedOver: false,
    reason: "no standby runs; start another matching process",
  });
  assert.equal((await venue.state()).epoch, epoch);
});

Deno.test("to a standby that is far behind a handover is refused and the leader goes on", async () => {
  await using venue = await Venue.open({ accounts: CLIENTS });
  const gateway = await venue.openGateway();
  const crowd = Crowd.through([gateway], CLIENTS, Math.random);
  crowd.start();
  await crowd.settle(ORDERS * 10);
  await crowd.rest();
  const late = await venue.connectAs("matcher");
  late.subscribe(standbySubject(SHARD), {
    callback: (_, message) => {
      message.respond(JSON.stringify({ standby: "matching-late", journalSequence: 1 }));
    },
  });
  await late.flush();
  const answer = await handOver(venue);
  assert.equal(answer.handedOver, false);
  assert.match(
    JSON.stringify(answer),
    /matching-late is \d+ appends behind, at most 100; try again/,
  );
  assert.ok(venue.matcher.isAlive);
});
