/**
 * The books of a venue under test, gone through by an auditor: what the clients were told, what the
 * leader says, what the journal makes when it is replayed from nothing, and what the events stream
 * has must all be the same story, and no money may appear or vanish in it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { listBalances } from "../../core/matching/inspect.ts";
import type { BalancesAnswer } from "../../core/protocol/queries.ts";
import { Side } from "../../core/protocol/order_record.ts";
import { requestKeyOfClientOrderId } from "../../core/protocol/request_key.ts";
import type { Client, Outcome } from "./client.ts";
import { FUNDS, type Venue } from "./venue.ts";
import { checkEventsStream, type Entry, type Replayed, replayVenue } from "./venue_log.ts";

/** Minor units of BTC in one lot. */
const BTC_PER_LOT = 10_000;

/** Asserts everything about a venue that is at rest: nobody sends anything any more. */
export async function audit(venue: Venue, clients: readonly Client[]): Promise<Replayed> {
  const replayed = await replayVenue(venue);
  await checkLeader(venue, replayed);
  const entries = entriesByKey(replayed.entries);
  let outcomes = 0;
  for (const client of clients) {
    for (const outcome of client.outcomes) checkOutcome(client.account, outcome, entries);
    outcomes += client.outcomes.length;
  }
  assert.equal(
    replayed.entries.length,
    outcomes,
    "the log has the orders of the clients, no others",
  );
  await checkBalances(venue, replayed, clients);
  await checkEventsStream(venue, replayed.events);
  return replayed;
}

/** The leader's state is what its journal makes. */
async function checkLeader(venue: Venue, replayed: Replayed): Promise<void> {
  const { state, appends, claims, epochs } = replayed;
  const leader = await venue.state();
  assert.deepEqual(
    {
      hash: leader.stateHash,
      sequence: leader.sequence,
      commands: leader.commands,
      journal: leader.journalSequence,
      epoch: leader.epoch,
      orders: leader.liveOrders,
    },
    {
      hash: state.events.stateHash,
      sequence: state.events.sequence,
      commands: state.commandCount,
      journal: appends,
      epoch: state.epoch,
      orders: state.orders.liveCount,
    },
  );
  const ascending = (one: number, other: number) => one - other;
  assert.deepEqual(claims, [...new Set(claims)].sort(ascending), "every claim has a new epoch");
  assert.deepEqual(epochs, epochs.toSorted(ascending), "a deposed leader writes nothing");
}

function entriesByKey(entries: readonly Entry[]): Map<string, Entry> {
  const byKey = new Map<string, Entry>();
  for (const entry of entries) {
    const key = `${entry.account}/${entry.key}`;
    assert.ok(!byKey.has(key), `the request ${key} entered the log twice`);
    byKey.set(key, entry);
  }
  return byKey;
}

/** The client was told what is in the log, and its order is there once. */
function checkOutcome(account: number, outcome: Outcome, entries: Map<string, Entry>): void {
  const { order, report } = outcome;
  const { low, high } = requestKeyOfClientOrderId(order.clientOrderId);
  const entry = entries.get(`${account}/${low}/${high}`);
  const what = `order ${order.clientOrderId} of account ${account}`;
  assert.ok(entry !== undefined, `${what} was answered and is not in the log`);
  assert.equal(report.orderId, entry.orderId, `${what}: its id`);
  assert.equal(report.executedLots, entry.executedLots, `${what}: what it executed at entry`);
  assert.equal(notionalOf(outcome), entry.notional, `${what}: what that was worth`);
}

/** What the client was told that its order was worth at entry, in minor units. */
function notionalOf({ report }: Outcome): number {
  return report.executedNotional + report.executedTickLots;
}

async function checkBalances(venue: Venue, replayed: Replayed, clients: readonly Client[]) {
  const totals = { USD: 0, BTC: 0 };
  for (let account = 0; account <= clients.length; account++) {
    const answered = await venue.balances(account);
    assert.deepEqual(answered, listBalances(replayed.state, account), `balances of ${account}`);
    totals.USD += totalOf(answered, "USD");
    totals.BTC += totalOf(answered, "BTC");
  }
  const given = { USD: clients.length * FUNDS.USD, BTC: clients.length * FUNDS.BTC };
  assert.deepEqual(totals, given, "no money appears or vanishes");
  for (const client of clients.filter((one) => one.onlyTakes)) {
    const balances = await venue.balances(client.account);
    const { usd, btc } = tradedBy(client, replayed.entries);
    assert.equal(totalOf(balances, "USD"), FUNDS.USD + usd, `USD of ${client.account}`);
    assert.equal(totalOf(balances, "BTC"), FUNDS.BTC + btc, `BTC of ${client.account}`);
  }
}

/** What a client that only takes has gained, by what it was told; fees by the log. */
function tradedBy(client: Client, entries: readonly Entry[]): { usd: number; btc: number } {
  let usd = 0;
  let btc = 0;
  for (const outcome of client.outcomes) {
    const sign = outcome.order.side === Side.buy ? 1 : -1;
    btc += sign * outcome.report.executedLots * BTC_PER_LOT;
    usd -= sign * notionalOf(outcome);
  }
  for (const entry of entries) if (entry.account === client.account) usd -= entry.fees;
  return { usd, btc };
}

function totalOf(balances: BalancesAnswer["balances"], asset: string): number {
  const balance = balances.find((one) => one.asset === asset);
  return balance === undefined ? 0 : balance.available + balance.held;
}
