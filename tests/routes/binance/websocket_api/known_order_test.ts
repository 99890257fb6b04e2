import assert from "node:assert/strict";
import {
  type FillRow,
  type HistoryQuery,
  type OrderRow,
  PAGE_ROWS_MAX,
} from "../../../../core/protocol/queries.ts";
import {
  FILL_PAGES_MAX,
  KNOWN_ORDERS_MAX,
  KnownOrders,
  type OrderReport,
} from "../../../../routes/binance/websocket_api/known_order.ts";
import { MemoryExchange } from "../../memory_exchange.ts";

const instrument = new MemoryExchange().reference.bySymbol("BTC-USD")!;

/** A history with so many fills of one lot at one tick for each order, at the events 1, 2, ... */
class FilledHistory {
  readonly asked: string[] = [];
  constructor(readonly fills: number) {}

  // deno-lint-ignore no-explicit-any -- the answers of two kinds of queries
  history = (query: HistoryQuery): Promise<any> => {
    this.asked.push(query.kind);
    const all = Array.from(
      { length: this.fills },
      (_, index) => ({ tradeId: index + 1, priceTicks: 1, quantityLots: 1, sequence: index + 1 }),
    ) as unknown as FillRow[];
    if (query.kind === "order") {
      const order = { orderId: query.orderId, instrument: 1 } as OrderRow;
      return Promise.resolve({ order, fills: all.slice(0, PAGE_ROWS_MAX) });
    }
    assert.ok(query.kind === "fills");
    const before = query.beforeTradeId === 0 ? Infinity : query.beforeTradeId;
    const page = all.filter(({ tradeId }) => tradeId < before).reverse();
    return Promise.resolve({ fills: page.slice(0, PAGE_ROWS_MAX) });
  };
}

const report = (orderId: number, eventSequence: number, rest: object = {}) =>
  ({ orderId: String(orderId), eventSequence, status: "new", ...rest }) as OrderReport;
const fill = { status: "partially_filled", lastPrice: "0.02", lastQuantity: "0.0003" };

Deno.test("an order has the fills up to its report, and those that its reports tell", async () => {
  const history = new FilledHistory(7);
  const orders = new KnownOrders(history, 1);
  const [first, second] = [report(5, 3, fill), report(5, 8, fill)];
  await orders.learn([first, second]);
  assert.equal(orders.after(first, instrument).executedTickLots, 3);
  assert.equal(orders.after(second, instrument).executedTickLots, 3 + 2 * 3);
  assert.deepEqual(history.asked, ["order"]);
});

Deno.test("of an order with many fills all pages are read, as far as there may be", async () => {
  const many = 2 * PAGE_ROWS_MAX + 3;
  const orders = new KnownOrders(new FilledHistory(many), 1);
  await orders.learn([report(5, many)]);
  assert.equal(orders.after(report(5, many), instrument).executedTickLots, many);
  const most = new FilledHistory(FILL_PAGES_MAX * PAGE_ROWS_MAX);
  await assert.rejects(new KnownOrders(most, 1).learn([report(5, 1)]), /order 5: over 10000 fills/);
});

Deno.test("an order that has ended is forgotten, and so is the one used longest ago", async () => {
  const history = new FilledHistory(0);
  const orders = new KnownOrders(history, 1);
  await orders.learn([report(1, 1)]);
  orders.after(report(1, 2, { status: "canceled" }), instrument);
  assert.equal(orders.size, 0);
  assert.throws(() => orders.after(report(1, 3), instrument), /order 1 is not known/);
  for (let orderId = 1; orderId <= KNOWN_ORDERS_MAX; orderId++) {
    await orders.learn([report(orderId, 1)]);
  }
  history.asked.length = 0;
  await orders.learn([report(1, 2), report(KNOWN_ORDERS_MAX + 1, 2)]);
  assert.equal(orders.size, KNOWN_ORDERS_MAX);
  orders.after(report(1, 2), instrument);
  assert.throws(() => orders.after(report(2, 2), instrument), /order 2 is not known/);
  assert.deepEqual(history.asked, ["order"]);
});

Deno.test("an order that history does not know is a fault", async () => {
  const history = { history: () => Promise.resolve({ order: null, fills: [] }) };
  const orders = new KnownOrders(history as unknown as FilledHistory, 1);
  await assert.rejects(orders.learn([report(5, 1)]), /no order 5/);
});
