import assert from "node:assert/strict";
import { HistoryBatch } from "../../../core/history/history_batch.ts";
import type { ReportRun } from "../../../core/history/report_run.ts";
import { unpackFills } from "../../../core/history/run_fills.ts";
import { WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import { buy, by, type Command, on, sell } from "../../support/commands.ts";
import { EventSource } from "./event_source.ts";
import { MemoryHistory } from "./memory_history.ts";

const ALL = { orderId: 0, instrument: 0, beforeTradeId: 0 };

/** The only run of reports that the commands make for account 1. */
function runOf(...commands: Command[]): ReportRun {
  const source = new EventSource();
  const history = new MemoryHistory();
  history.apply(source.open());
  const batch = new HistoryBatch(history, history.eventSequence);
  for (const message of source.append(commands)) {
    batch.apply(WireBuffer.copyOf(message), message.length);
  }
  const [run, ...others] = batch.reportRuns.filter(({ account }) => account === 1);
  assert.equal(others.length, 0);
  return run;
}

const TRADES = [
  sell(5, 5_000),
  buy(2, 5_000, by(2)),
  sell(20, 6_000, on(2), by(2)),
  buy(10, 6_000, on(2)),
  buy(3, 5_000, by(2)),
];

Deno.test("a fill says what the account's side of the trade was", () => {
  const [first, second, third, ...others] = unpackFills(runOf(...TRADES), ALL);
  assert.equal(others.length, 0);
  const { sequence, timeMicros, ...fill } = first;
  assert.deepEqual(fill, {
    tradeId: 1,
    orderId: 1,
    instrument: 1,
    side: 1,
    priceTicks: 5_000,
    quantityLots: 2,
    // 250.00 USD × 0.0002 BTC × 100 ppm.
    fee: first.fee,
    isMaker: true,
  });
  assert.ok(first.fee > 0);
  assert.deepEqual([second.tradeId, second.side, second.isMaker, second.fee > first.fee], [
    2,
    0,
    false,
    true,
  ]);
  assert.deepEqual([third.tradeId, third.orderId, third.quantityLots], [3, 1, 3]);
  assert.ok(sequence < second.sequence && second.sequence < third.sequence);
  assert.equal(timeMicros, third.timeMicros);
});

Deno.test("fills are picked by order, by instrument and by trade", () => {
  const run = runOf(...TRADES);
  const trades = (filter: Partial<typeof ALL>) =>
    unpackFills(run, { ...ALL, ...filter }).map(({ tradeId }) => tradeId);
  assert.deepEqual(trades({ orderId: 1 }), [1, 3]);
  assert.deepEqual(trades({ orderId: 4 }), [2]);
  assert.deepEqual(trades({ orderId: 2 }), [], "the other side of the trade is not the account's");
  assert.deepEqual(trades({ instrument: 1 }), [1, 3]);
  assert.deepEqual(trades({ instrument: 2 }), [2]);
  assert.deepEqual(trades({ beforeTradeId: 3 }), [1, 2]);
  assert.deepEqual(trades({ instrument: 1, beforeTradeId: 3 }), [1]);
});

Deno.test("a run knows the first trades of its orders and instruments", () => {
  const run = runOf(...TRADES);
  assert.equal(run.firstTradeId, 1);
  assert.deepEqual([...run.tradesOfOrders], [[1, 1], [4, 2]]);
  assert.deepEqual([...run.tradesOfInstruments], [[1, 1], [2, 2]]);
  const quiet = runOf(sell(5, 5_000), sell(1, 0));
  assert.equal(quiet.firstTradeId, null);
  assert.equal(quiet.tradesOfOrders.size + quiet.tradesOfInstruments.size, 0);
  assert.deepEqual(unpackFills(quiet, ALL), []);
});
