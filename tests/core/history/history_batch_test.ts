import assert from "node:assert/strict";
import { isOpenStatus, orderRow } from "../../../core/history/history_order.ts";
import { liveOrderAt } from "../../../core/matching/inspect.ts";
import { OutcomeDouble } from "../../../core/matching/outcomes.ts";
import type { ShardState } from "../../../core/matching/shard_state.ts";
import { FEE_ACCOUNT } from "../../../core/matching/accounts.ts";
import { EventKind, OrderStatus } from "../../../core/protocol/event_record.ts";
import { requestKeyOfClientOrderId } from "../../../core/protocol/request_key.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import {
  amend,
  buy,
  by,
  called,
  cancel,
  type Command,
  decrement,
  expireBoth,
  expireMaker,
  ioc,
  sell,
  withBudget,
} from "../../support/commands.ts";
import { WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import { EventSource, randomCommands, seededRandom } from "./event_source.ts";
import { MemoryHistory } from "./memory_history.ts";

/** Runs a random market into a history and returns every message. */
function runRandom(
  source: EventSource,
  history: MemoryHistory,
  random: () => number,
  appends: number,
): Uint8Array[] {
  const messages: Uint8Array[] = [];
  const apply = (next: Uint8Array[]) => {
    assert.ok(history.apply(next).every((verdict) => verdict === "applied"));
    messages.push(...next);
  };
  apply(source.open());
  for (let append = 0; append < appends; append++) {
    const commands = randomCommands(
      random,
      1 + Math.floor(random() * 60),
      source.state.lastOrderId,
    );
    apply(source.append(commands, 1 + Math.floor(random() * 200)));
  }
  return messages;
}

function assertSameHistory(actual: MemoryHistory, expected: MemoryHistory): void {
  assert.equal(actual.eventSequence, expected.eventSequence);
  assert.deepEqual(actual.orders, expected.orders);
  assert.deepEqual(actual.fills, expected.fills);
  assert.deepEqual(actual.reports, expected.reports);
  assert.deepEqual(actual.assetScales, expected.assetScales);
}

/** Every order that the engine has open, as history must have it, and no other. */
function assertSameOpenOrders(history: MemoryHistory, state: ShardState): void {
  let open = 0;
  for (const order of history.orders.values()) {
    const slot = state.orderIndex.find(order.orderId);
    assert.equal(isOpenStatus(order.status), slot !== 0, `order ${order.orderId}`);
    if (slot === 0) {
      assert.equal(order.leavesLots, 0);
      continue;
    }
    open++;
    const row = orderRow(order, state.instruments.quotePerTickLot[order.instrument]);
    const { status: _status, code: _code, entrySequence, sequence, updatedMicros, ...live } = row;
    assert.deepEqual(live, liveOrderAt(state, slot));
    assert.ok(entrySequence <= sequence && updatedMicros >= live.createdMicros);
  }
  assert.equal(open, state.orders.liveCount);
}

Deno.test("history says of every order what the engine's state says", () => {
  const seed = Date.now();
  console.log(`seed ${seed}`);
  const source = new EventSource();
  const history = new MemoryHistory();
  runRandom(source, history, seededRandom(seed), 80);
  // Far from the market and through all of it, so that there are new orders and partly filled ones
  // at the end, whatever the seed.
  history.apply(source.append([buy(1, 4_000), sell(3, 9_000, by(2))]));
  history.apply(source.append([buy(5_000, 5_020, by(4), expireMaker), sell(1, 5_020, by(3))]));
  const { state } = source;
  assert.equal(history.eventSequence, state.events.sequence);
  assert.equal(history.orders.size, state.lastOrderId);
  assertSameOpenOrders(history, state);

  const executed = new Map<number, { lots: number; tickLots: number; atEntry: number }>();
  for (const fill of history.fills) {
    const sum = executed.get(fill.orderId) ?? { lots: 0, tickLots: 0, atEntry: 0 };
    sum.lots += fill.quantityLots;
    sum.tickLots += fill.quantityLots * fill.priceTicks;
    const { entrySequence } = history.orders.get(fill.orderId)!;
    if (fill.sequence <= entrySequence) sum.atEntry += fill.quantityLots;
    executed.set(fill.orderId, sum);
  }
  const statuses = new Set<number>();
  for (const order of history.orders.values()) {
    const sum = executed.get(order.orderId) ?? { lots: 0, tickLots: 0, atEntry: 0 };
    assert.equal(order.executedLots, sum.lots);
    assert.equal(order.executedTickLots, sum.tickLots);
    const key = requestKeyOfClientOrderId(order.clientOrderId!);
    const outcome = state.outcomes.find(order.account, key.low, key.high);
    assert.equal(state.outcomes.number(outcome, OutcomeDouble.orderId), order.orderId);
    assert.equal(
      state.outcomes.number(outcome, OutcomeDouble.eventSequence),
      order.entrySequence,
    );
    assert.equal(state.outcomes.number(outcome, OutcomeDouble.executed), sum.atEntry);
    statuses.add(order.status);
  }
  // The random market must have met everything that the comparison is about.
  assert.deepEqual([...statuses].sort(), [1, 2, 3, 4, 5]);
  assert.equal(history.fills.length, 2 * state.lastTradeId);
});

Deno.test("what accounts gained and paid by their fills is what the engine's ledger says", () => {
  const seed = Date.now();
  console.log(`seed ${seed}`);
  const source = new EventSource();
  const history = new MemoryHistory();
  runRandom(source, history, seededRandom(seed), 40);
  const { state } = source;
  const quote = new Map<number, number>();
  const add = (account: number, amount: number) =>
    quote.set(account, (quote.get(account) ?? 0) + amount);
  for (const { account, instrument, side, priceTicks, quantityLots, fee } of history.fills) {
    const notional = priceTicks * quantityLots * state.instruments.quotePerTickLot[instrument];
    add(account, (side === 0 ? -notional : notional) - fee);
    add(FEE_ACCOUNT, fee);
  }
  for (const report of history.reports) {
    const words = new Uint32Array(report.event.slice().buffer);
    if (report.event[0] !== EventKind.ledger || words[8] !== 3) continue;
    const amount = words[10] + words[11] * 4294967296;
    add(report.account, (report.event[3] & 4) === 0 ? amount : -amount);
  }
  for (const [account, amount] of quote) {
    const slot = state.balances.find(account, 3);
    assert.equal(state.balances.availableOf(slot) + state.balances.heldOf(slot), amount);
  }
});

Deno.test("the same events make the same history however they are cut and repeated", () => {
  const seed = Date.now();
  console.log(`seed ${seed}`);
  const random = seededRandom(seed);
  const source = new EventSource();
  const whole = new MemoryHistory();
  const messages = runRandom(source, whole, random, 40);

  const again = new MemoryHistory();
  let from = 0;
  while (from < messages.length) {
    const to = Math.min(messages.length, from + 1 + Math.floor(random() * 5));
    // A new leader begins again at some message before.
    const repeated = Math.max(0, from - Math.floor(random() * 6));
    const verdicts = again.apply(messages.slice(repeated, to));
    assert.deepEqual(verdicts.slice(0, from - repeated), Array(from - repeated).fill("old"));
    from = to;
  }
  assertSameHistory(again, whole);
  again.apply(messages);
  assertSameHistory(again, whole);
});

Deno.test("a message of which a part is known is applied from there on", () => {
  const source = new EventSource();
  const history = new MemoryHistory();
  history.apply(source.open());
  const small = source.append([sell(3, 5_000), sell(4, 5_001), buy(9, 5_001, by(2))], 1);
  const large = source.messages(1_000);
  assert.deepEqual(history.apply(small.slice(0, 3)), ["applied", "applied", "applied"]);
  assert.deepEqual(history.apply(large), ["applied"]);
  assert.equal(history.eventSequence, source.state.events.sequence);
  assert.equal(history.fills.length, 4);
  assertSameOpenOrders(history, source.state);
});

Deno.test("a gap is told and changes nothing", () => {
  const source = new EventSource();
  const history = new MemoryHistory();
  history.apply(source.open());
  const missed = source.append([sell(3, 5_000)]);
  const next = source.append([buy(3, 5_000, by(2))]);
  const before = history.eventSequence;
  assert.deepEqual(history.apply(next), ["gap"]);
  assert.equal(history.eventSequence, before);
  assert.equal(history.orders.size, 0);
  assert.deepEqual(history.apply([...missed, ...next]), ["applied", "applied"]);
  assert.equal(history.eventSequence, source.state.events.sequence);
});

Deno.test("the reports of every account are numbered from 1 without gaps", () => {
  const source = new EventSource();
  const history = new MemoryHistory();
  runRandom(source, history, seededRandom(7), 30);
  const last = new Map<number, { sequence: number; eventSequence: number }>();
  for (const { account, sequence, eventSequence } of history.reports) {
    const before = last.get(account) ?? { sequence: 0, eventSequence: 0 };
    assert.equal(sequence, before.sequence + 1);
    assert.ok(eventSequence > before.eventSequence);
    last.set(account, { sequence, eventSequence });
  }
  assert.ok(last.has(77), "an account that was never opened is told of its rejections");
  assert.ok(!last.has(FEE_ACCOUNT), "the venue's own account has no reports");
});

Deno.test("entry ends where the command ends, whatever happens to the order later", () => {
  const source = new EventSource();
  const history = new MemoryHistory();
  history.apply(source.open());
  const before = history.eventSequence;
  // accepted | accepted, trade, trade, rested | accepted, trade, trade
  history.apply(source.append([sell(2, 5_000), buy(5, 5_000, by(2)), sell(3, 5_000, by(3))], 2));
  const [resting, aggressor, last] = [...history.orders.values()];
  assert.deepEqual(
    [resting.entrySequence, resting.sequence],
    [before + 1, before + 3],
  );
  assert.deepEqual(
    [aggressor.entrySequence, aggressor.sequence],
    [before + 5, before + 7],
  );
  assert.deepEqual([last.entrySequence, last.sequence], [before + 8, before + 8]);
  assert.equal(aggressor.status, OrderStatus.filled);
});

Deno.test("entry is not what an amend trades, rests or ends, however events are cut", () => {
  for (const eventsMax of [1, 2, 100]) {
    const source = new EventSource();
    const history = new MemoryHistory();
    history.apply(source.open());
    const before = history.eventSequence;
    const apply = (...commands: Command[]) => {
      for (const message of source.append(commands, eventsMax)) history.apply([message]);
    };
    // accepted | accepted | amended, trade, trade, rested
    apply(sell(2, 5_000), buy(5, 4_000, by(2)));
    apply(amend(2, { price: 5_000 }, by(2)));
    const entry = [before + 1, before + 2];
    const entries = () => [...history.orders.values()].map((order) => order.entrySequence);
    assert.deepEqual(entries(), entry);
    const { executedLots, leavesLots, priceTicks, quantity, status } = history.orders.get(2)!;
    assert.deepEqual([priceTicks, quantity, executedLots, leavesLots], [5_000, 5, 2, 3]);
    assert.equal(status, OrderStatus.partiallyFilled);
    // amended | accepted, amended (self-trade), rested | amended, canceled (self-trade), canceled
    apply(amend(2, { quantity: 4 }, by(2)));
    apply(sell(3, 5_001, by(2), decrement), amend(3, { price: 5_000 }, by(2)));
    assert.deepEqual(entries(), [...entry, before + 8]);
    assert.equal(history.orders.get(3)?.sequence, source.state.events.sequence);
  }
});

Deno.test("a decrement takes lots off both orders in history as well", () => {
  const source = new EventSource();
  const history = new MemoryHistory();
  history.apply(source.open());
  const before = history.eventSequence;
  // accepted | accepted, canceled (maker), amended, rested
  history.apply(source.append([sell(2, 5_000), buy(5, 5_000, decrement)]));
  const [maker, taker] = [...history.orders.values()];
  assert.deepEqual([maker.status, maker.code], [OrderStatus.canceled, ResultCode.selfTrade]);
  assert.deepEqual([taker.status, taker.code], [OrderStatus.new, ResultCode.ok]);
  assert.deepEqual([taker.quantity, taker.executedLots, taker.leavesLots], [3, 0, 3]);
  assert.deepEqual([maker.entrySequence, taker.entrySequence], [before + 1, before + 5]);
  assertSameOpenOrders(history, source.state);
  history.apply(source.append([sell(2, 5_001)]));
  // accepted, canceled (maker), amended, expired: what a budget still buys is no number of lots.
  const messages = source.append([buy(200_000, 5_001, withBudget, decrement)], 1);
  history.apply(messages.slice(0, 3));
  const budget = history.orders.get(source.state.lastOrderId)!;
  assert.deepEqual([budget.quantity, budget.leavesLots], [200_000 - 2 * 5_001 * 5, 0]);
  history.apply(messages.slice(3));
  assert.equal(history.orders.get(budget.orderId)?.status, OrderStatus.expired);
  assertSameOpenOrders(history, source.state);
});

Deno.test("an amended event that contradicts the trades is a broken invariant", () => {
  const source = new EventSource();
  const history = new MemoryHistory();
  history.apply(source.open());
  history.apply(source.append([sell(3, 5_000)]));
  const [next] = source.append([amend(1, { quantity: 2 })]);
  const frame = WireBuffer.copyOf(next);
  frame.words[(64 + 56) / 4] = 1;
  assert.throws(() => history.apply([frame.bytes]), /order 1 executed 1 lots, .* add up to 0/);
});

Deno.test("orders end as canceled or expired with the reason why", () => {
  const source = new EventSource();
  const history = new MemoryHistory();
  history.apply(source.open());
  history.apply(source.append([
    sell(2, 5_000, called("mine")),
    buy(1, 5_000, expireMaker),
    sell(2, 5_000),
    buy(1, 5_000, expireBoth),
    buy(4, 4_000, ioc),
    sell(6, 4_500),
    cancel(6),
  ]));
  const ends = [...history.orders.values()].map(({ status, code }) => [status, code]);
  assert.deepEqual(ends, [
    [OrderStatus.canceled, ResultCode.selfTrade],
    [OrderStatus.filled, ResultCode.ok],
    [OrderStatus.canceled, ResultCode.selfTrade],
    [OrderStatus.canceled, ResultCode.selfTrade],
    [OrderStatus.expired, ResultCode.immediateRemainder],
    [OrderStatus.canceled, ResultCode.canceledByRequest],
  ]);
});

Deno.test("an order by budget counts lots where they are known, and ends without leaves", () => {
  const source = new EventSource();
  const history = new MemoryHistory();
  history.apply(source.open());
  history.apply(source.append([sell(10, 5_000), buy(1_000_000, 0, by(2), withBudget)]));
  const order = history.orders.get(2)!;
  assert.equal(order.quantity, 1_000_000);
  assert.equal(order.leavesLots, 0);
  assert.equal(order.executedLots, 10);
  assert.equal(order.status, OrderStatus.expired);
});

Deno.test("events about an order that was never accepted are a broken invariant", () => {
  const source = new EventSource();
  const history = new MemoryHistory();
  history.apply(source.open());
  source.append([sell(3, 5_000)]);
  const next = source.append([cancel(1)]);
  history.eventSequence = source.state.events.sequence - 1;
  assert.throws(() => history.apply(next), /order 1, which was never accepted/);
});
