import assert from "node:assert/strict";
import { privateReport, type ReportContext } from "../../../core/history/private_report.ts";
import { reportTerms } from "../../../core/history/report_terms.ts";
import { listInstruments } from "../../../core/matching/inspect.ts";
import type { PrivateReport } from "../../../core/protocol/private_report.ts";
import {
  amend,
  buy,
  by,
  called,
  cancel,
  cancelInstrument,
  changeTerms,
  type Command,
  decrement,
  on,
  postOnly,
  selfTransfer,
  sell,
  setAccount,
  transfer,
  withBudget,
  withdraw,
} from "../../support/commands.ts";
import { EventSource, START_MICROS } from "./event_source.ts";
import { MemoryHistory } from "./memory_history.ts";

/** The reports of an account that the commands make, after those of the opening. */
function reportsOf(account: number, ...commands: Command[]): PrivateReport[] {
  const source = new EventSource();
  const history = new MemoryHistory();
  history.apply(source.open());
  const opening = history.reports.length;
  history.apply(source.append(commands));
  const context = contextOf(source, history);
  return history.reports.slice(opening).filter((report) => report.account === account)
    .map((report) => privateReport(report, context)!);
}

function contextOf(source: EventSource, history: MemoryHistory): ReportContext {
  const instruments = new Map(
    listInstruments(source.state).map((one) => [one.instrument, reportTerms(one)]),
  );
  return {
    order: (account, orderId) => history.order(account, orderId),
    instrument: (instrument) => instruments.get(instrument) ?? null,
    asset: (asset) => source.state.instruments.assets.get(asset)!,
  };
}

Deno.test("a trade is reported to its maker in full", () => {
  const [accepted, trade] = reportsOf(
    1,
    sell(12, 5_001, called("my:order")),
    buy(5, 5_002, by(2)),
  );
  assert.deepEqual(accepted, {
    account: "1",
    sequence: 4,
    prevSequence: 3,
    eventSequence: 26,
    timeMicros: START_MICROS + 2_000,
    kind: "accepted",
    orderId: "1",
    clientOrderId: "my:order",
    symbol: "BTC-USD",
    side: "sell",
    status: "new",
    price: "250.05",
    quantity: "0.0012",
    executedQuantity: "0.0000",
    leavesQuantity: "0.0012",
  });
  assert.deepEqual(trade, {
    account: "1",
    sequence: 5,
    prevSequence: 4,
    eventSequence: 28,
    timeMicros: START_MICROS + 2_000,
    kind: "trade",
    orderId: "1",
    clientOrderId: "my:order",
    symbol: "BTC-USD",
    side: "sell",
    status: "partially_filled",
    price: "250.05",
    quantity: "0.0012",
    executedQuantity: "0.0005",
    leavesQuantity: "0.0007",
    tradeId: "1",
    lastPrice: "250.05",
    lastQuantity: "0.0005",
    fee: "0.000013",
    feeAsset: "USD",
    liquidity: "maker",
  });
});

Deno.test("the taker's reports run from accepted over its trades to its rest", () => {
  const reports = reportsOf(
    2,
    sell(5, 5_001, called("77")),
    buy(8, 5_002, by(2), called("78")),
    cancel("78", by(2)),
  );
  assert.deepEqual(
    reports.map(({ kind, status, clientOrderId, executedQuantity, leavesQuantity, reason }) => [
      kind,
      status,
      clientOrderId,
      executedQuantity,
      leavesQuantity,
      reason,
    ]),
    [
      ["accepted", "new", "78", "0.0000", "0.0008", undefined],
      ["trade", "partially_filled", "78", "0.0005", "0.0003", undefined],
      ["rested", "partially_filled", "78", "0.0005", "0.0003", undefined],
      ["canceled", "canceled", "78", "0.0005", "0.0000", "canceled_by_request"],
    ],
  );
  assert.equal(reports[1].liquidity, "taker");
  assert.equal(reports[1].price, "250.10");
  assert.equal(reports[1].lastPrice, "250.05");
});

Deno.test("an order by budget has a budget in the place of its quantity", () => {
  const reports = reportsOf(
    2,
    sell(10, 4_000),
    buy(2_000_000, 0, by(2), withBudget),
  );
  assert.deepEqual(
    reports.map(({ kind, quantity, quoteQuantity, executedQuantity, leavesQuantity }) => [
      kind,
      quantity,
      quoteQuantity,
      executedQuantity,
      leavesQuantity,
    ]),
    [
      ["accepted", null, "2.000000", "0.0000", "0.0000"],
      ["trade", null, "2.000000", "0.0010", "0.0000"],
      ["expired", null, "2.000000", "0.0010", "0.0000"],
    ],
  );
  assert.equal(reports[2].reason, "market_remainder");
});

Deno.test("a rejection names its reason and what is known of the request", () => {
  const [, byNumber, byText, elsewhere] = reportsOf(
    1,
    sell(5, 5_000),
    buy(5, 5_000, postOnly, called("123")),
    buy(5, 5_000, postOnly, called("one-two-three")),
    buy(5, 5_000, on(55)),
  );
  assert.equal(byNumber.kind, "rejected");
  assert.equal(byNumber.status, "rejected");
  assert.equal(byNumber.orderId, null);
  assert.equal(byNumber.clientOrderId, "123");
  assert.equal(byNumber.symbol, "BTC-USD");
  assert.equal(byNumber.reason, "post_only_would_cross");
  assert.equal(byText.clientOrderId, null);
  assert.equal(elsewhere.reason, "unknown_instrument");
  assert.ok(!("symbol" in elsewhere));
});

Deno.test("an order that the kill switch of its instrument took says who took it", () => {
  const [, canceled] = reportsOf(1, sell(12, 5_001), cancelInstrument(1));
  const { kind, leavesQuantity, reason, status, symbol } = canceled;
  assert.deepEqual([kind, status, reason], ["canceled", "canceled", "canceled_by_operator"]);
  assert.deepEqual([symbol, leavesQuantity], ["BTC-USD", "0.0000"]);
});

Deno.test("a cancel of an instrument that is refused, for it has an account, names the instrument", () => {
  const [refused] = reportsOf(3, cancelInstrument(1, by(3)));
  assert.deepEqual([refused.reason, refused.symbol], ["reserved_not_zero", "BTC-USD"]);
});

Deno.test("a change of terms that is refused, for it has an account, names the instrument", () => {
  const change = changeTerms({ takerFeePpm: 0 }, { takerFeePpm: 1 }, by(3));
  const [refused] = reportsOf(3, change);
  assert.deepEqual([refused.reason, refused.symbol], ["reserved_not_zero", "BTC-USD"]);
});

Deno.test("a refused withdrawal names no symbol, whatever instrument has its asset's number", () => {
  const [refused] = reportsOf(3, withdraw(3, 1, 1e15));
  assert.equal(refused.kind, "rejected");
  assert.equal(refused.reason, "insufficient_funds");
  assert.ok(!("symbol" in refused));
});

Deno.test("deposits and withdrawals are reported in the decimals of their asset", () => {
  const [report] = reportsOf(3, withdraw(3, 3, 1_500_000));
  assert.equal(report.kind, "ledger");
  assert.equal(report.asset, "USD");
  assert.equal(report.direction, "withdrawal");
  assert.equal(report.amount, "1.500000");
  assert.equal(report.total, "9999998.500000");
  assert.ok(!("symbol" in report));
});

Deno.test("a transfer is reported to both accounts, to each from its side", () => {
  const [out] = reportsOf(3, transfer(3, 4, 3, 1_500_000));
  assert.equal(out.direction, "transfer_out");
  assert.equal(out.amount, "1.500000");
  assert.equal(out.total, "9999998.500000");
  const [received] = reportsOf(4, transfer(3, 4, 3, 1_500_000));
  assert.equal(received.direction, "transfer_in");
  assert.equal(received.total, "10000001.500000");
});

Deno.test("a report waits for the terms of its instrument, a rejection does not", () => {
  const source = new EventSource();
  const history = new MemoryHistory();
  history.apply(source.open());
  const opening = history.reports.length;
  history.apply(source.append([sell(5, 5_000), buy(5, 5_000, postOnly)]));
  const context = { ...contextOf(source, history), instrument: () => null };
  const [accepted, rejected] = history.reports.slice(opening);
  assert.equal(privateReport(accepted, context), null);
  assert.equal(privateReport(rejected, context)?.reason, "post_only_would_cross");
});

Deno.test("each report shows price and quantity as its event left them, however late it is written", () => {
  const reports = reportsOf(
    2,
    sell(5, 5_001),
    buy(8, 5_000, by(2), called("77")),
    amend("77", { quantity: 7 }, by(2)),
    amend("77", { price: 5_001, quantity: 9 }, by(2)),
    amend("77", { quantity: 5 }, by(2)),
    amend("77", { quantity: 6 }, by(2)),
  );
  assert.deepEqual(
    reports.map((report) => [
      report.kind,
      report.status,
      report.price,
      report.quantity,
      report.executedQuantity,
      report.leavesQuantity,
    ]),
    [
      ["accepted", "new", "250.00", "0.0008", "0.0000", "0.0008"],
      ["amended", "new", "250.00", "0.0007", "0.0000", "0.0007"],
      ["amended", "new", "250.05", "0.0009", "0.0000", "0.0009"],
      ["trade", "partially_filled", "250.05", "0.0009", "0.0005", "0.0004"],
      ["rested", "partially_filled", "250.05", "0.0009", "0.0005", "0.0004"],
      ["rejected", "rejected", null, null, undefined, undefined],
      ["amended", "partially_filled", "250.05", "0.0006", "0.0005", "0.0001"],
    ],
  );
  assert.equal(reports[5].reason, "quantity_executed");
  assert.ok(!("reason" in reports[1]), "nobody but its owner amended it");
  assert.ok(
    reports.every(({ kind, clientOrderId }) => kind === "rejected" || clientOrderId === "77"),
  );
});

Deno.test("an order that lost lots to a self-trade is told so, and of money that moved", () => {
  const commands = [
    setAccount(1, true, 7),
    setAccount(2, true, 7),
    sell(5, 5_000),
    buy(2, 5_000, by(2), selfTransfer),
  ];
  const [, maker, sent, received] = reportsOf(1, ...commands);
  assert.equal(maker.kind, "amended");
  assert.deepEqual([maker.quantity, maker.leavesQuantity], ["0.0003", "0.0003"]);
  assert.equal(maker.reason, "self_trade");
  assert.deepEqual(
    [sent, received].map(({ direction, amount, asset }) => [direction, amount, asset]),
    [["transfer_out", "0.00020000", "BTC"], ["transfer_in", "0.050000", "USD"]],
  );
  const kinds = reportsOf(2, ...commands).map(({ kind }) => kind);
  assert.deepEqual(kinds, ["accepted", "ledger", "ledger", "canceled"]);
});

Deno.test("a budget that a decrement took from is shown as it is then, without leaves", () => {
  const [, , , amended] = reportsOf(
    1,
    sell(2, 5_000),
    sell(1, 5_001, by(2)),
    buy(100_000, 5_001, withBudget, decrement),
  );
  assert.equal(amended.kind, "amended");
  assert.deepEqual([amended.quantity, amended.leavesQuantity], [null, "0.0000"]);
  assert.equal(amended.quoteQuantity, "0.050000");
});
