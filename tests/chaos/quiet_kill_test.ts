import assert from "node:assert/strict";
import { Crowd } from "../support/client_crowd.ts";
import { audit } from "../support/venue_audit.ts";
import { pause, Venue } from "../support/venue.ts";
import { ReplaceableGateway } from "./replaceable_gateway.ts";
import { chaosRandom } from "./chaos_seed.ts";

const KILLS = 3;
/** Longer than the duplicate window of the streams, which is 100 ms. */
const QUIET_MILLIS = 200;

Deno.test("kill -9 of everything between appends, with quiet before and after", async (t) => {
  await using venue = await Venue.open({ accounts: 2 });
  const gateway = new ReplaceableGateway(venue);
  await gateway.start();
  const crowd = new Crowd(2, chaosRandom("quiet kills"), () => gateway.submit);
  const [client] = crowd.clients;
  const kills: Readonly<Record<string, readonly [() => Promise<void>, () => Promise<unknown>]>> = {
    matcher: [() => venue.killMatcher(), () => venue.startMatcher()],
    broker: [() => venue.killNats(), () => venue.startNats()],
    gateway: [() => gateway.kill(), () => gateway.start()],
  };
  const killAndRepeat = async (names: readonly string[]) => {
    const before = await client.place(client.draw());
    await pause(QUIET_MILLIS);
    await Promise.all(names.map((name) => kills[name][0]()));
    await pause(QUIET_MILLIS);
    // The broker first: the others wait for it.
    for (const name of ["broker", "matcher", "gateway"]) {
      if (names.includes(name)) await kills[name][1]();
    }
    const { report } = await client.place(before.order);
    client.outcomes.pop();
    assert.ok(report.isDuplicate, "the outcome is known, behind any window");
    assert.equal(report.orderId, before.report.orderId);
    assert.equal(report.executedLots, before.report.executedLots);
  };
  for (const name of Object.keys(kills)) {
    await t.step(name, async () => {
      for (let kill = 0; kill < KILLS; kill++) await killAndRepeat([name]);
    });
  }
  await t.step("all at once", () => killAndRepeat(Object.keys(kills)));
  await audit(venue, crowd.clients);
});
