import assert from "node:assert/strict";
import { UNANSWERED_RECORDS_MAX } from "../../core/batcher/batcher.ts";
import { EventKind } from "../../core/protocol/event_record.ts";
import { Side, TimeInForce } from "../../core/protocol/order_record.ts";
import { OverloadedError, type Submitted } from "../../infra/orders/commands.ts";
import { commandOf } from "../support/client.ts";
import { Venue } from "../support/venue.ts";

const ACCOUNTS = 20;
const WAIT_MILLIS = 60_000;
const ROOM = UNANSWERED_RECORDS_MAX;

Deno.test("a gateway that is full refuses orders and amends, takes cancels, and answers all it took", async () => {
  await using venue = await Venue.open({ accounts: ACCOUNTS });
  const gateway = await venue.openGateway();
  await venue.killMatcher();
  const taken: Promise<Submitted>[] = [];
  const place = (number: number) =>
    gateway.submit(
      commandOf(1 + number % ACCOUNTS, {
        clientOrderId: String(number),
        side: Side.buy,
        priceTicks: 1_000 + number % 500,
        quantityLots: 1,
        timeInForce: TimeInForce.gtc,
      }),
      WAIT_MILLIS,
    );
  for (let number = 1; number <= ROOM; number++) taken.push(place(number));
  // The first went out at once in a frame of its own, which has room for no more.
  const refused = await place(ROOM + 1).then(() => null, (error) => error);
  assert.ok(refused instanceof OverloadedError, `${refused}`);
  assert.ok(refused.retryAfterSeconds > 0 && refused.waitingRecords > ROOM / 2);
  const cancels: Promise<Submitted>[] = [];
  for (let number = 1; number <= ACCOUNTS; number++) {
    cancels.push(gateway.submit({
      kind: "cancelAll",
      account: 1 + number % ACCOUNTS,
      key: { low: number, high: 1 },
      deadlineMicros: 0,
      instrument: 0,
    }, WAIT_MILLIS));
  }
  await assert.rejects(place(ROOM + 2), OverloadedError, "cancels make no room for orders");
  const amend = gateway.submit({
    kind: "amend",
    account: 1,
    key: { low: 1, high: 2 },
    deadlineMicros: 0,
    target: { orderId: 1 },
    priceTicks: 1_000,
    quantityLots: 0,
  }, WAIT_MILLIS);
  await assert.rejects(amend, OverloadedError, "an amend has the room of an order");
  await venue.startMatcher();
  const reports = await Promise.all(taken);
  assert.ok(reports.every((report) => report !== "pending" && report.kind === EventKind.accepted));
  let canceled = 0;
  for (const report of await Promise.all(cancels)) {
    assert.ok(report !== "pending" && report.kind === EventKind.summary);
    canceled += report.executedLots;
  }
  assert.equal(canceled, ROOM, "the cancels came behind the orders of their accounts");
  assert.equal((await venue.state()).liveOrders, 0);
  assert.ok(await place(ROOM + 3) !== "pending", "there is room again");
});
