/**
 * Peer: orderbook-match-engine. It knows limit orders and cancels only, so what an aggressive order
 * leaves is canceled by a call of its own.
 *
 * @module
 */
import type * as types from "orderbook-match-engine";
import matchEngine from "orderbook-match-engine";
import { Side } from "../../core/protocol/order_record.ts";
import type { Contender, Run } from "./contender.ts";
import { type Flow, OperationKind } from "./flow.ts";
import type { TradeSum } from "./trade_sum.ts";

/** The package is CommonJS: at run time all that it exports is in its default export. */
const { Orderbook, TRADE_SIDE } = matchEngine as unknown as typeof types;

/** orderbook-match-engine. */
export const orderbookMatchEngine: Contender = {
  name: "orderbook-match-engine 2.0.0",
  load: (flow, operations) => ({
    open(sum): Run {
      const { openingCount, shape } = flow;
      const books = Array.from({ length: shape.instruments + 1 }, () => new Orderbook());
      applyFlow(flow, books, 0, openingCount, null);
      return { apply: () => applyFlow(flow, books, openingCount, openingCount + operations, sum) };
    },
  }),
};

function applyFlow(
  flow: Flow,
  books: readonly types.Orderbook[],
  from: number,
  to: number,
  sum: TradeSum | null,
): void {
  const { instruments, kinds, lots, orders, priceTicks, sides } = flow;
  for (let at = from; at < to; at++) {
    const book = books[instruments[at]];
    const number = orders[at];
    if (kinds[at] === OperationKind.cancel) {
      book.cancel(number);
      continue;
    }
    const side = sides[at] === Side.buy ? TRADE_SIDE.BID : TRADE_SIDE.ASK;
    const { order, trades } = book.add(number, side, priceTicks[at], lots[at]);
    if (kinds[at] === OperationKind.aggressive && order.leaveQuantity.gt(0)) book.cancel(number);
    if (sum === null) continue;
    for (const { makerOrderId, tradePrice, tradeQuantity } of trades) {
      sum.add(makerOrderId, number, Number(tradePrice), Number(tradeQuantity));
    }
  }
}
