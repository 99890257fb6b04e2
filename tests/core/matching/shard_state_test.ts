import assert from "node:assert/strict";
import { AccountStatus, FEE_ACCOUNT } from "../../../core/matching/accounts.ts";
import {
  DEFAULT_CAPACITIES,
  EVENTS_PER_COMMAND_MAX,
  FILLS_PER_COMMAND_MAX,
  ORDERS_MAX,
  ShardState,
} from "../../../core/matching/shard_state.ts";
import { Side } from "../../../core/protocol/order_record.ts";
import { buy, by, market, sell } from "../../support/commands.ts";
import { SMALL_CAPACITIES, Venue } from "./venue.ts";

const SMALLEST = { orders: 1, levels: 1, balances: 1, accounts: 1, outcomes: 1, events: 1 };

Deno.test("from the smallest tables on there is room for the worst command, after one reserve", () => {
  const state = new ShardState(SMALLEST);
  state.reserve();
  assert.ok(state.events.freeCount >= EVENTS_PER_COMMAND_MAX);
  assert.ok(state.balances.freeCount >= 2 * FILLS_PER_COMMAND_MAX + 4);
  assert.ok(state.books.hasRoom);
  assert.ok(state.outcomes.hasRoom);
  assert.ok(state.events.freeTextCount > 0);
});

Deno.test("what is large enough is left alone", () => {
  const state = new ShardState(DEFAULT_CAPACITIES);
  const { buffer } = state.events;
  const { doubles } = state.orders;
  const { capacity } = state.balances;
  state.reserve();
  assert.equal(state.events.buffer, buffer);
  assert.equal(state.orders.doubles, doubles);
  assert.equal(state.balances.capacity, capacity);
});

Deno.test("what one reserve says has room needs no growth, whatever comes", () => {
  const state = new ShardState(DEFAULT_CAPACITIES);
  assert.ok(!state.isTight);
  const room = state.reserve();
  assert.ok(room > 1 && room <= Math.min(state.orders.capacity, state.outcomes.freeCount));
  state.events.count = DEFAULT_CAPACITIES.events - EVENTS_PER_COMMAND_MAX;
  assert.ok(!state.isTight, "room for one worst command");
  state.events.count++;
  assert.ok(state.isTight, "one event less than the worst command may make");
  const full = new ShardState(SMALLEST);
  assert.equal(full.reserve(), 1, "at least one");
  const opening = market().asset("BTC", 8).asset("USD", 6).instrument("BTC-USD")
    .account(1, { USD: 10_000_000 });
  const venue = new Venue(opening, SMALLEST);
  const prices = Array.from({ length: 300 }, (_, index) => 1 + index * 40);
  venue.apply(venue.source.frame(prices.map((price) => buy(1, price))));
  assert.equal(venue.state.orders.liveCount, prices.length);
  assert.equal(venue.state.books.bestPrice(1, Side.buy), prices[299]);
});

Deno.test("a new shard is empty and has the venue's own account, which may not trade", () => {
  const state = new ShardState(SMALL_CAPACITIES);
  assert.equal(state.accounts.status(FEE_ACCOUNT), AccountStatus.disabled);
  assert.equal(state.accounts.status(1), AccountStatus.unknown);
  assert.deepEqual([state.commandCount, state.lastOrderId, state.lastTradeId], [0, 0, 0]);
  assert.deepEqual([state.orders.liveCount, state.balances.count, state.outcomes.count], [0, 0, 0]);
  assert.equal(state.events.stateHash, new ShardState(SMALLEST).events.stateHash);
  assert.ok(Number.isInteger(Math.log2(ORDERS_MAX)), "doubling reaches the bound exactly");
});

Deno.test("one order may trade with a thousand accounts that never had the quote asset", () => {
  const opening = market().asset("BTC", 8).asset("USD", 6).instrument("BTC-USD")
    .account(1, { USD: 10_000_000 });
  const accounts = Array.from({ length: FILLS_PER_COMMAND_MAX }, (_, index) => index + 2);
  for (const account of accounts) opening.account(account, { BTC: 10_000 });
  const state = new ShardState(SMALLEST);
  assert.equal(state.accounts.last, 0);
  const venue = new Venue(opening, SMALLEST);
  venue.apply(venue.source.frame(accounts.map((account) => sell(1, 100 + account, by(account)))));
  const story = venue.submit(buy(accounts.length, 1_000_000 / 100, by(1)));
  assert.equal(story.length, 1 + 2 * FILLS_PER_COMMAND_MAX);
  for (const account of accounts) assert.equal(venue.available(account, "USD"), 100 + account);
});
