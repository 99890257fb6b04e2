import assert from "node:assert/strict";
import { OrderFlag, Side } from "../../../core/protocol/order_record.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import { SAFE_MAX } from "../../../core/protocol/wire_buffer.ts";
import type { NewOrderCommand } from "../../../infra/orders/commands.ts";
import { instrumentOf } from "../../../infra/reference/instrument_terms.ts";
import {
  amendRejected,
  cancelRejected,
  orderRejected,
  type Rejection,
} from "../../../routes/orders/rejection.ts";
import { termsWith } from "../../infra/reference/terms.ts";

const INSTRUMENT = instrumentOf("BTC-USD", termsWith({ tickSize: 5, lotSize: 10 }));
const COMMAND: NewOrderCommand = {
  kind: "newOrder",
  account: 1,
  key: { low: 4711, high: 0 },
  deadlineMicros: 0,
  clientOrderText: null,
  instrument: 1,
  side: Side.buy,
  orderType: 1,
  timeInForce: 1,
  flags: 0,
  selfTrade: 0,
  priceTicks: 1,
  quantityLots: 1,
};

const rejectionOf = (code: number, limit: number, value: number): Rejection => ({
  code,
  limit,
  value,
  isDuplicate: false,
});

/** Field, limit and value of a rejection of {@link COMMAND} with changes. */
function shown(
  code: number,
  limit: number,
  value: number,
  changes: Partial<NewOrderCommand> = {},
): unknown[] {
  const command = { ...COMMAND, ...changes };
  const { details } = orderRejected(rejectionOf(code, limit, value), command, INSTRUMENT);
  return [details.field, details.limit, details.value];
}

Deno.test("each rejection shows its numbers in the unit that they are in", () => {
  const { priceTooHigh, quantityTooHigh, insufficientFunds, openOrdersFull, halted } = ResultCode;
  assert.deepEqual(shown(priceTooHigh, 100, 101), ["price", "5.00", "5.05"]);
  assert.deepEqual(shown(quantityTooHigh, 100, 101), ["quantity", "0.1000", "0.1010"]);
  const budget = { flags: OrderFlag.quoteBudget };
  assert.deepEqual(shown(quantityTooHigh, SAFE_MAX / 2, SAFE_MAX, budget), [
    "quoteQuantity",
    "4503599627.370495",
    "9007199254.740991",
  ]);
  assert.deepEqual(shown(insufficientFunds, 5, 1_000_000), ["USD", "0.000005", "1.000000"]);
  const sell = { side: Side.sell };
  assert.deepEqual(shown(insufficientFunds, 0, 1, sell), ["BTC", "0.00000000", "0.00000001"]);
  assert.deepEqual(shown(openOrdersFull, 10_000, 10_000), [undefined, "10000", "10000"]);
  assert.deepEqual(shown(halted, 0, 1), ["symbol", undefined, "BTC-USD"]);
  const other = shown(ResultCode.differentContent, 0, 0);
  assert.deepEqual(other, ["clientOrderId", undefined, "4711"]);
  assert.deepEqual(shown(ResultCode.accountDisabled, 0, 0), [undefined, undefined, undefined]);
});

Deno.test("a cancel that is rejected names what it was for, and that it came before", () => {
  const unknown = { ...rejectionOf(ResultCode.unknownOrder, 0, 0), isDuplicate: true };
  const problem = cancelRejected(unknown, "orderId", "17");
  const { detail, ...details } = problem.details;
  assert.match(String(detail), /may have been filled, canceled or expired/);
  assert.deepEqual(details, { field: "orderId", value: "17", duplicate: true });
  const late = cancelRejected(rejectionOf(ResultCode.deadlinePassed, 5, 6), "orderId", "17");
  assert.deepEqual(late.details, { limit: "5", value: "6" });
  const other = cancelRejected(rejectionOf(ResultCode.differentContent, 0, 0), "orderId", "17");
  assert.deepEqual(other.details, { field: "Idempotency-Key" });
});

Deno.test("an amend that is rejected shows its numbers in the unit that they are in", () => {
  const shownOf = (code: number, limit: number, value: number, side: number = Side.buy) => {
    const rejection = rejectionOf(code, limit, value);
    const { details } = amendRejected(rejection, side, INSTRUMENT, "orderId", "17");
    return [details.field, details.limit, details.value];
  };
  const { quantityExecuted, insufficientFunds, unknownOrder, deadlinePassed } = ResultCode;
  assert.deepEqual(shownOf(quantityExecuted, 100, 99), ["quantity", "0.1000", "0.0990"]);
  assert.deepEqual(shownOf(insufficientFunds, 5, 6), ["USD", "0.000005", "0.000006"]);
  const ofSell = shownOf(insufficientFunds, 5, 6, Side.sell);
  assert.deepEqual(ofSell, ["BTC", "0.00000005", "0.00000006"]);
  assert.deepEqual(shownOf(unknownOrder, 0, 0), ["orderId", undefined, "17"]);
  assert.deepEqual(shownOf(deadlinePassed, 5, 6), [undefined, "5", "6"]);
});
