import assert from "node:assert/strict";
import {
  type CommandReport,
  isDone,
  isFinal,
  readCommandReport,
} from "../../../core/protocol/command_report.ts";
import { EventKind, OrderStatus } from "../../../core/protocol/event_record.ts";
import { frameCount, RECORD_BYTES } from "../../../core/protocol/frame.ts";
import { POSITIONED_BODY_BYTES } from "../../../core/protocol/position.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import { collectReports, REPORTS_PER_COMMAND_MAX } from "../../../core/sequencer/reports.ts";
import {
  amend,
  atMarket,
  buy,
  by,
  called,
  cancel,
  cancelAll,
  type Command,
  decrement,
  deposit,
  expireMaker,
  fok,
  postOnly,
  selfTransfer,
  sell,
  setAccount,
  transfer,
  withBudget,
} from "../../support/commands.ts";
import { Venue } from "../matching/venue.ts";

const FIRST_SEQUENCE = 1_000;

/** Applies the commands as one frame and reads the report of each from the answer to it. */
function reportsOf(venue: Venue, ...commands: Command[]): CommandReport[] {
  const frame = venue.source.frame(commands);
  venue.apply(frame);
  const { state } = venue;
  const answer = collectReports(state.events, 0, state.events.count, {
    sender: 1,
    frameNumber: venue.source.frameNumber,
    commands: commands.length,
    stampMicros: state.stampMicros,
    journalSequence: 7,
    epoch: 1,
    firstEventSequence: FIRST_SEQUENCE,
  });
  const count = frameCount(answer, 0);
  const indexAt = (record: number): number =>
    answer.halves[(POSITIONED_BODY_BYTES + record * RECORD_BYTES) / 2 + 3];
  return commands.map((_, command) => {
    const records = Array.from({ length: count }, (_, record) => record)
      .filter((record) => indexAt(record) === command);
    return readCommandReport(answer, records[0], records.length + records[0]);
  });
}

/** Asserts the fields of a report that a test names. */
function assertReport(report: CommandReport, expected: Partial<CommandReport>): void {
  for (const [field, value] of Object.entries(expected)) {
    assert.deepEqual(report[field as keyof CommandReport], value, field);
  }
}

Deno.test("an order that rests is reported new, with all its lots left", () => {
  const [report] = reportsOf(new Venue(), buy(5, 100, by(2)));
  assertReport(report, {
    kind: EventKind.accepted,
    status: OrderStatus.new,
    code: ResultCode.ok,
    side: 0,
    priceTicks: 100,
  });
  assertReport(report, { quantity: 5, executedLots: 0, leavesLots: 5 });
  assert.deepEqual(report.fills, []);
  assert.equal(report.sequence, FIRST_SEQUENCE);
  assert.ok(report.fillsComplete && !isFinal(report) && isDone(report));
});

Deno.test("an order that trades and rests is reported with its fills and what is left", () => {
  const venue = new Venue().rest("sell 101 | 1:2 3:2");
  const [report] = reportsOf(venue, buy(5, 101, by(2)));
  assert.equal(report.status, OrderStatus.partiallyFilled);
  assertReport(report, { executedLots: 4, leavesLots: 1, executedTickLots: 404 });
  assert.deepEqual(report.fills.map(({ quantityLots, priceTicks }) => [quantityLots, priceTicks]), [
    [2, 101],
    [2, 101],
  ]);
  assert.ok(!isFinal(report) && report.fillsComplete);
});

Deno.test("orders that end at once are reported with why", () => {
  const venue = new Venue().rest("sell 101 | 1:2");
  const [killed, filled, expired] = reportsOf(
    venue,
    buy(5, 101, by(2), fok),
    buy(1, 101, by(2)),
    buy(4, 0, by(2), atMarket),
  );
  assertReport(killed, {
    status: OrderStatus.expired,
    code: ResultCode.fillOrKill,
    executedLots: 0,
    leavesLots: 0,
  });
  assertReport(filled, {
    status: OrderStatus.filled,
    code: ResultCode.ok,
    executedLots: 1,
    leavesLots: 0,
  });
  assertReport(expired, {
    status: OrderStatus.expired,
    code: ResultCode.marketRemainder,
    executedLots: 1,
    leavesLots: 0,
  });
  assert.ok([killed, filled, expired].every((report) => isFinal(report) && isDone(report)));
});

Deno.test("a buy by budget is reported with the lots it bought", () => {
  const venue = new Venue().rest("sell 150 | 1:9\nsell 100 | 3:2");
  const [dear, cheap] = reportsOf(
    venue,
    buy(1_000, 200, by(2), withBudget),
    buy(149, 200, by(2), withBudget),
  );
  assertReport(dear, { status: OrderStatus.filled, executedLots: 7, leavesLots: 0 });
  assertReport(cheap, { status: OrderStatus.expired, executedLots: 0 });
});

Deno.test("the orders of one's own that self-trade prevention took are not in the report", () => {
  const venue = new Venue().rest("sell 101 | 2:4");
  const [report] = reportsOf(venue, buy(3, 101, by(2), expireMaker));
  assertReport(report, { kind: EventKind.accepted, status: OrderStatus.new, leavesLots: 3 });
});

Deno.test("a rejection is reported with the limit and the value", () => {
  const venue = new Venue().rest("sell 101 | 1:2");
  const [report] = reportsOf(venue, buy(1, 102, by(2), postOnly));
  assertReport(report, {
    kind: EventKind.rejected,
    code: ResultCode.postOnlyWouldCross,
    limit: 101,
    value: 102,
  });
  assert.ok(!isDone(report));
});

Deno.test("a cancel and a cancel of all are reported, whatever they met", () => {
  const venue = new Venue().rest("sell 103 | 2:1\nsell 102 | 2:3\nsell 101 | 2:4");
  const [one, unknown, all] = reportsOf(
    venue,
    cancel(1, by(2)),
    cancel(1, by(2)),
    cancelAll(by(2)),
  );
  assertReport(one, {
    kind: EventKind.canceled,
    status: OrderStatus.canceled,
    orderId: 1,
    priceTicks: 103,
  });
  assert.equal(unknown.code, ResultCode.unknownOrder);
  assertReport(all, {
    kind: EventKind.summary,
    code: ResultCode.canceledByRequest,
    executedLots: 2,
  });
});

Deno.test("a repeat is reported as the first outcome", () => {
  const venue = new Venue().rest("sell 101 | 1:2");
  const order = buy(5, 101, by(2), called("a1"));
  const [first] = reportsOf(venue, order);
  const stamp = venue.state.stampMicros;
  const sequence = venue.state.events.sequence;
  const [again] = reportsOf(venue, order);
  assert.ok(again.isDuplicate && !again.isNotAnOrder && !again.fillsComplete);
  assertReport(again, {
    orderId: first.orderId,
    status: OrderStatus.partiallyFilled,
    executedLots: 2,
    leavesLots: 3,
  });
  assertReport(again, { executedNotional: 202, stampMicros: stamp, sequence: sequence });
});

Deno.test("administration is reported by its code", () => {
  const venue = new Venue();
  const [done, refused] = reportsOf(venue, deposit(1, 1, 5), deposit(1, 1, 0));
  assertReport(done, { kind: EventKind.ledger, code: ResultCode.ok });
  assertReport(refused, { kind: EventKind.rejected, code: ResultCode.quantityZero });
});

Deno.test("an order with more fills than an answer carries still says how much it bought", () => {
  const makers = 2 * REPORTS_PER_COMMAND_MAX;
  const venue = new Venue();
  venue.submit(...Array.from({ length: makers }, () => sell(1, 101)));
  const [filled, none] = reportsOf(venue, buy(makers, 101, by(2)), buy(1, 50, by(2)));
  assert.ok(!filled.fillsComplete && filled.fills.length < makers);
  assertReport(filled, { status: OrderStatus.filled, executedLots: makers, leavesLots: 0 });
  assert.ok(none.fillsComplete);
});

Deno.test("an amend that keeps its place is reported with all there is to say of the order", () => {
  const venue = new Venue().rest("sell 101 | 2:9");
  venue.submit(buy(3, 101));
  const [lower, same, refused] = reportsOf(
    venue,
    amend(1, { quantity: 7 }, by(2)),
    amend(1, { price: 101 }, by(2)),
    amend(1, { quantity: 3 }, by(2)),
  );
  assertReport(lower, {
    kind: EventKind.amended,
    code: ResultCode.ok,
    status: OrderStatus.partiallyFilled,
    orderId: 1,
    instrument: 1,
    side: 1,
    priceTicks: 101,
    quantity: 7,
    executedLots: 3,
    leavesLots: 4,
    executedTickLots: 0,
    fills: [],
  });
  assertReport(same, { kind: EventKind.amended, quantity: 7, executedLots: 3, leavesLots: 4 });
  assert.ok(isDone(lower) && !isFinal(lower) && lower.fillsComplete);
  assertReport(refused, { code: ResultCode.quantityExecuted, limit: 3, value: 3 });
});

Deno.test("an amend that enters the market is reported with its own fills and how it ended", () => {
  const venue = new Venue().rest("sell 103 | 2:9\nsell 102 | 3:1\nbuy 99 | 1:4");
  venue.submit(buy(1, 102), buy(2, 103));
  const [rested, traded, filled] = reportsOf(
    venue,
    amend(1, { price: 104 }, by(2)),
    amend(1, { price: 99, quantity: 10 }, by(2)),
    amend(3, { price: 99 }),
  );
  assertReport(rested, { status: OrderStatus.partiallyFilled, priceTicks: 104, quantity: 9 });
  assertReport(rested, { executedLots: 2, leavesLots: 7, fills: [] });
  assertReport(traded, { status: OrderStatus.partiallyFilled, priceTicks: 99, quantity: 10 });
  assertReport(traded, { executedLots: 6, leavesLots: 4, executedTickLots: 4 * 99 });
  assert.equal(traded.fills.length, 1);
  assert.equal(filled.code, ResultCode.unknownOrder);
  venue.submit(buy(4, 98));
  const [end] = reportsOf(venue, amend(venue.lastOrderId, { price: 99 }));
  assertReport(end, { status: OrderStatus.filled, executedLots: 4, leavesLots: 0 });
  assert.ok(isFinal(end) && end.fillsComplete);
});

Deno.test("a repeated amend is reported as its first outcome, which is no order's", () => {
  const venue = new Venue().rest("sell 101 | 2:9");
  const change = amend(1, { quantity: 7 }, by(2), called("change"));
  reportsOf(venue, change);
  const [again] = reportsOf(venue, change);
  assert.ok(again.isDuplicate && again.isNotAnOrder && again.fillsComplete);
  assertReport(again, { orderId: 1, status: OrderStatus.new, executedLots: 0, leavesLots: 7 });
});

Deno.test("what a decrement takes off an order is off its quantity in the report", () => {
  const venue = new Venue().rest("sell 102 | 1:5\nsell 101 | 2:4");
  const [order, budget] = reportsOf(
    venue,
    buy(7, 102, by(2), decrement),
    buy(250, 110, by(2), withBudget, decrement),
  );
  assertReport(order, { status: OrderStatus.filled, code: ResultCode.ok, quantity: 3 });
  assertReport(order, { executedLots: 3, leavesLots: 0, executedTickLots: 306 });
  assertReport(budget, { quantity: 250, status: OrderStatus.filled, executedLots: 2 });
  const mixed = new Venue().rest("sell 102 | 1:9\nsell 101 | 2:4\nsell 100 | 1:2");
  const [rest] = reportsOf(mixed, buy(1_000, 110, by(2), withBudget, decrement));
  assertReport(rest, { quantity: 596, executedLots: 5, status: OrderStatus.filled });
  const [ended] = reportsOf(new Venue().rest("sell 101 | 2:4"), buy(4, 101, by(2), decrement));
  assertReport(ended, { status: OrderStatus.canceled, code: ResultCode.selfTrade, quantity: 4 });
  assertReport(ended, { executedLots: 0, leavesLots: 0 });
});

Deno.test("money that a self-trade moved is in no report of an order", () => {
  const venue = new Venue();
  venue.submit(setAccount(2, true, 7), setAccount(3, true, 7));
  venue.rest("sell 102 | 1:5\nsell 101 | 2:4");
  const before = venue.state.events.sequence;
  const [order] = reportsOf(venue, buy(6, 102, by(3), selfTransfer));
  assertReport(order, { quantity: 2, executedLots: 2, leavesLots: 0, status: OrderStatus.filled });
  assert.equal(order.fills.length, 1);
  assert.equal(order.sequence - FIRST_SEQUENCE, venue.state.events.sequence - before - 1);
  venue.submit(sell(4, 105, by(2)), buy(6, 100, by(3), selfTransfer));
  const [amended] = reportsOf(venue, amend(venue.lastOrderId, { price: 105 }, by(3)));
  assertReport(amended, { status: OrderStatus.canceled, code: ResultCode.selfTrade, quantity: 6 });
  assertReport(amended, { executedLots: 3, leavesLots: 0, executedTickLots: 306 });
  const [moved] = reportsOf(venue, transfer(1, 2, 1, 50));
  assertReport(moved, { kind: EventKind.ledger, code: ResultCode.ok });
  assert.equal(moved.sequence, FIRST_SEQUENCE + 1, "a transfer's own two events are there");
});

Deno.test("an answer without room keeps what the order's quantity counts from", () => {
  const makers = 2 * REPORTS_PER_COMMAND_MAX;
  const venue = new Venue();
  for (let index = 0; index < makers; index++) {
    venue.submit(sell(1, 101), sell(1, 101, by(2)), sell(1, 102));
  }
  const [order] = reportsOf(venue, buy(3 * makers, 102, by(2), decrement));
  assert.ok(!order.fillsComplete);
  assertReport(order, { status: OrderStatus.filled, quantity: 2 * makers, leavesLots: 0 });
  assert.equal(order.executedLots, 2 * makers);
  venue.submit(sell(1, 103, by(2)), sell(2, 104));
  const [whole] = reportsOf(venue, buy(3, 104, by(2), decrement));
  assertReport(whole, { fillsComplete: true, quantity: 2, executedLots: 2 });
});
