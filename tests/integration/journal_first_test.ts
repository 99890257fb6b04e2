import assert from "node:assert/strict";
import type { JetStreamManager } from "nats.ws";
import { EventKind } from "../../core/protocol/event_record.ts";
import { Side, TimeInForce } from "../../core/protocol/order_record.ts";
import { eventsStream, journalStream } from "../../core/protocol/subjects.ts";
import type { Submitted } from "../../infra/orders/commands.ts";
import { type ClientOrder, commandOf } from "../support/client.ts";
import { pause, SHARD, Venue } from "../support/venue.ts";
import { replayVenue } from "../support/venue_log.ts";
import { HeldAnswersProxy } from "./held_answers_proxy.ts";

const WAIT_MILLIS = 20_000;
/** Long enough for a report to come, and shorter than the leader waits for an acknowledgement. */
const LOOK_MILLIS = 400;

const order = (clientOrderId: string): ClientOrder => ({
  clientOrderId,
  side: Side.buy,
  priceTicks: 5_000_000,
  quantityLots: 10,
  timeInForce: TimeInForce.gtc,
});

/** The answer to a submission, `null` while there is none. */
function watch(submitted: Promise<Submitted>): { report: Submitted | null } {
  const seen: { report: Submitted | null } = { report: null };
  void submitted.then((report) => seen.report = report);
  return seen;
}

async function messagesOf(manager: JetStreamManager, stream: string): Promise<number> {
  return (await manager.streams.info(stream)).state.last_seq;
}

Deno.test("nothing is visible before the journal has acknowledged it", async () => {
  await using venue = await Venue.open({ accounts: 1 });
  await venue.killMatcher();
  await using proxy = new HeldAnswersProxy(venue.nats.ports.webSocket);
  const matcher = await venue.startMatcher({ EDGEBOOK_NATS_URL: proxy.url });
  const gateway = await venue.openGateway();
  const manager = await (await venue.admin()).jetstreamManager();
  const appends = await messagesOf(manager, journalStream(SHARD));
  const events = await messagesOf(manager, eventsStream(SHARD));

  proxy.hold();
  const submitted = gateway.submit(commandOf(1, order("held")), WAIT_MILLIS);
  const seen = watch(submitted);
  while (!proxy.isHolding) await pause(5);
  assert.equal(
    await messagesOf(manager, journalStream(SHARD)),
    appends + 1,
    "it is in the journal",
  );
  await pause(LOOK_MILLIS);
  assert.equal(seen.report, null, "and yet nobody is told, for the leader does not know it");
  assert.equal(await messagesOf(manager, eventsStream(SHARD)), events);

  proxy.release();
  const report = await submitted;
  assert.ok(report !== "pending" && report.kind === EventKind.accepted);
  assert.equal((await replayVenue(venue)).entries.length, 1);
  await matcher.stop();
});

Deno.test("a broker that stands still is waited for, and then the order is there once", async () => {
  await using venue = await Venue.open({ accounts: 1 });
  const gateway = await venue.openGateway();
  assert.ok(await gateway.submit(commandOf(1, order("before")), WAIT_MILLIS) !== "pending");
  Deno.kill(venue.nats.pid, "SIGSTOP");
  // On a busy machine its threads do not stand still at once.
  await pause(100);
  let report: Submitted;
  try {
    const submitted = gateway.submit(commandOf(1, order("stands")), WAIT_MILLIS);
    const seen = watch(submitted);
    // Longer than the leader waits for an acknowledgement, and the gateway for an answer.
    await pause(2_500);
    assert.equal(seen.report, null);
    Deno.kill(venue.nats.pid, "SIGCONT");
    report = await submitted;
  } finally {
    Deno.kill(venue.nats.pid, "SIGCONT");
  }
  assert.ok(report !== "pending" && report.orderId === 2);
  const { entries } = await replayVenue(venue);
  assert.equal(entries.length, 2);
  assert.ok(venue.matcher.isAlive);
});
