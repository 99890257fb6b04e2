import assert from "node:assert/strict";
import { Client, type Submit } from "../support/client.ts";
import { seededRandom } from "../core/market_data/random_orders.ts";
import { audit } from "../support/venue_audit.ts";
import { Venue } from "../support/venue.ts";

const CLIENTS = 1_000;
const ORDERS_PER_CLIENT = 20;

Deno.test("1,000 clients and 20,000 orders: each is answered once, and totals are conserved", async () => {
  await using venue = await Venue.open({ accounts: CLIENTS });
  const gateways = [await venue.openGateway(), await venue.openGateway()];
  let answers = 0;
  const submit: Submit = async (command, waitMillis) => {
    const report = await gateways[command.account % 2].submit(command, waitMillis);
    if (report !== "pending") answers++;
    return report;
  };
  const clients = Array.from({ length: CLIENTS }, (_, index) => {
    const account = index + 1;
    return new Client(account, submit, seededRandom(account), account % 2 === 0);
  });
  await Promise.all(clients.map(async (client) => {
    for (let count = 0; count < ORDERS_PER_CLIENT; count++) await client.place(client.draw());
  }));
  const outcomes = clients.flatMap((client) => client.outcomes);
  assert.equal(outcomes.length, CLIENTS * ORDERS_PER_CLIENT);
  assert.equal(answers, outcomes.length);
  await audit(venue, clients);
  // Every repeat of an order that was answered late is a record more, and no other is.
  const submitted = gateways.reduce((sum, gateway) => sum + gateway.status.submitted, 0);
  const answered = gateways.reduce((sum, gateway) => sum + gateway.status.answered, 0);
  assert.equal(submitted, outcomes.reduce((sum, outcome) => sum + outcome.attempts, 0));
  assert.equal(answered, submitted, "every record has one report");
});
