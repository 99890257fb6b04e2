import assert from "node:assert/strict";
import { EventKind } from "../../core/protocol/event_record.ts";
import { Side, TimeInForce } from "../../core/protocol/order_record.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import type { CommandReport } from "../../core/protocol/command_report.ts";
import { type ClientOrder, commandOf } from "../support/client.ts";
import { pause, Venue, type VenueGateway } from "../support/venue.ts";
import { replayVenue } from "../support/venue_log.ts";

/** Longer than the duplicate window of the streams, which is 100 ms. */
const QUIET_MILLIS = 250;

const order = (clientOrderId: string, changes: Partial<ClientOrder> = {}): ClientOrder => ({
  clientOrderId,
  side: Side.buy,
  priceTicks: 5_000_000,
  quantityLots: 10,
  timeInForce: TimeInForce.gtc,
  ...changes,
});

/** Places an order and waits for its report. */
async function place(gateway: VenueGateway, account: number, one: ClientOrder) {
  const report = await gateway.submit(commandOf(account, one), 10_000);
  assert.ok(report !== "pending");
  return report;
}

/** What two answers to one request have in common. */
const outcomeOf = ({ orderId, executedLots, status, code }: CommandReport) => ({
  orderId,
  executedLots,
  status,
  code,
});

Deno.test("two gateways at once", async (t) => {
  await using venue = await Venue.open({ accounts: 3 });
  const [one, other] = [await venue.openGateway(), await venue.openGateway()];

  await t.step("the same client order id through both at once is one order", async () => {
    for (let round = 0; round < 50; round++) {
      const same = order(`same-${round}`);
      const reports = await Promise.all([place(one, 1, same), place(other, 1, same)]);
      const [first, second] = reports[0].isDuplicate ? reports.toReversed() : reports;
      assert.equal(first.kind, EventKind.accepted);
      assert.equal(first.isDuplicate, false);
      assert.equal(second.isDuplicate, true, "one of the two is told that it is a repeat");
      assert.equal(second.orderId, first.orderId);
    }
    const { entries } = await replayVenue(venue);
    assert.equal(entries.length, 50);
  });

  await t.step("the same id of another account is another order", async () => {
    const report = await place(
      other,
      2,
      order("same-0", { side: Side.sell, priceTicks: 9_000_000 }),
    );
    assert.equal(report.isDuplicate, false);
  });
});

Deno.test("a repeat has the first outcome, through whichever gateway and whenever", async (t) => {
  await using venue = await Venue.open({ accounts: 3 });
  const [one, other] = [await venue.openGateway(), await venue.openGateway()];

  await t.step(
    "behind any window a repeat has the first outcome, whatever happened since",
    async () => {
      const maker = await place(one, 3, order("maker", { side: Side.sell, priceTicks: 6_000_000 }));
      const taker = order("taker", { priceTicks: 6_000_000, quantityLots: 4 });
      const taken = await place(other, 1, taker);
      assert.equal(taken.executedLots, 4);
      await pause(QUIET_MILLIS);
      const sold = order("maker", { side: Side.sell, priceTicks: 6_000_000 });
      assert.deepEqual(outcomeOf(await place(other, 3, sold)), outcomeOf(maker));
      assert.deepEqual(outcomeOf(await place(one, 1, taker)), outcomeOf(taken));
      const cancel = {
        kind: "cancel",
        account: 3,
        key: { low: 77, high: 0 },
        deadlineMicros: 0,
        target: { orderId: maker.orderId },
      } as const;
      const canceled = await one.submit(cancel, 10_000);
      assert.ok(canceled !== "pending" && canceled.kind === EventKind.canceled);
      const repeated = await other.submit(cancel, 10_000);
      assert.ok(repeated !== "pending" && repeated.isDuplicate && repeated.isNotAnOrder);
      assert.deepEqual(outcomeOf(await place(other, 3, sold)), outcomeOf(maker));
    },
  );

  await t.step("the same id with other contents is refused", async () => {
    for (const change of [{ quantityLots: 11 }, { priceTicks: 5_000_001 }, { side: Side.sell }]) {
      await place(one, 1, order("content"));
      const report = await place(other, 1, order("content", change));
      assert.equal(report.kind, EventKind.rejected);
      assert.equal(report.code, ResultCode.differentContent);
    }
  });

  await t.step(
    "a rejection is an outcome: it does not become an order when it is repeated",
    async () => {
      const greedy = order("greedy", { priceTicks: 100_000_000, quantityLots: 90_000_000 });
      const first = await place(one, 1, greedy);
      assert.equal(first.code, ResultCode.insufficientFunds);
      const again = await place(other, 1, greedy);
      assert.deepEqual([again.code, again.orderId, again.isDuplicate], [first.code, 0, true]);
    },
  );
});
