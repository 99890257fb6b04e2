import assert from "node:assert/strict";
import { type OrderGateway, OrderPathDownError } from "../../infra/orders/commands.ts";
import { commandOf } from "../support/client.ts";
import { Crowd } from "../support/client_crowd.ts";
import { pause, Venue } from "../support/venue.ts";
import { audit } from "../support/venue_audit.ts";
import { type BrokerFault, PASSING_FAULTS } from "./broker_faults.ts";
import { chaosRandom } from "./chaos_seed.ts";
import { untilHealed } from "./heal_time.ts";

const CLIENTS = 8;
/** Orders before the fault, and after it. */
const ORDERS = 200;
/** How soon a gateway must refuse new orders. */
const REFUSES_MILLIS_MAX = 4_000;
/** How long the fault lasts after that. */
const FAULT_MILLIS = 2_000;

/** Waits until the gateway refuses new orders, and takes a cancel all the same. */
async function untilRefused(gateway: OrderGateway): Promise<OrderPathDownError> {
  const untilMillis = performance.now() + REFUSES_MILLIS_MAX;
  while (gateway.status.down === null) {
    assert.ok(performance.now() < untilMillis, `refused within ${REFUSES_MILLIS_MAX} ms`);
    await pause(20);
  }
  const order = { clientOrderId: "late", side: 1, priceTicks: 1, quantityLots: 1, timeInForce: 1 };
  const refused = await gateway.submit(commandOf(1, order), 100).catch((error) => error);
  assert.ok(refused instanceof OrderPathDownError, `${refused}`);
  const { account, deadlineMicros, key } = commandOf(1, { ...order, clientOrderId: "c" });
  const cancel = { kind: "cancelAll", account, key, deadlineMicros, instrument: 0 } as const;
  assert.equal(await gateway.submit(cancel, 100), "pending", "a cancel is taken");
  return refused;
}

/** Trades through the fault: nobody is told anything meanwhile, and nothing is lost. */
async function tradeThrough({ begin, end, kind }: BrokerFault): Promise<void> {
  const random = chaosRandom(kind);
  await using venue = await Venue.open({ accounts: CLIENTS });
  const gateways = [await venue.openGateway(), await venue.openGateway()];
  const crowd = Crowd.through(gateways, CLIENTS, random);
  crowd.start();
  await crowd.settle(ORDERS);
  await begin(venue);
  const refused = await untilRefused(gateways[0]);
  console.log(`${kind}: ${refused.message}`);
  const settled = crowd.settledCount;
  await pause(FAULT_MILLIS);
  assert.equal(crowd.settledCount, settled, "nothing is acknowledged meanwhile");
  await end(venue);
  await untilHealed(kind, crowd);
  await crowd.settle(ORDERS);
  await crowd.rest();
  const { claims } = await audit(venue, crowd.clients);
  assert.ok(venue.matcher.isAlive, "the leader outlives it");
  assert.equal(claims.length, 1, "and leads on without a new claim");
}

for (const fault of PASSING_FAULTS) {
  Deno.test(`${fault.kind} under load: 503 with the reason, nothing lost`, () =>
    tradeThrough(fault));
}
