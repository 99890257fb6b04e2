import assert from "node:assert/strict";
import {
  EventFlag,
  EventKind,
  EventWord,
  OrderStatus,
} from "../../../core/protocol/event_record.ts";

Deno.test("golden: the numbers of event kinds, statuses and flags", () => {
  assert.deepEqual(EventKind, {
    accepted: 1,
    trade: 2,
    canceled: 3,
    expired: 4,
    rejected: 5,
    summary: 6,
    ledger: 7,
    reference: 8,
    claim: 9,
    rested: 10,
    amended: 11,
  });
  assert.deepEqual(OrderStatus, {
    none: 0,
    new: 1,
    partiallyFilled: 2,
    filled: 3,
    canceled: 4,
    expired: 5,
    rejected: 6,
  });
  assert.deepEqual(EventFlag, {
    maker: 1,
    duplicate: 2,
    debit: 4,
    resting: 8,
    notAnOrder: 16,
    transfer: 32,
    cut: 64,
  });
});

Deno.test("the words of an event stand at the offsets of its table", () => {
  const offsets = Object.fromEntries(
    Object.entries(EventWord).map(([name, word]) => [name, word * 4]),
  );
  assert.deepEqual(offsets, {
    instrument: 8,
    account: 12,
    orderId: 16,
    first: 24,
    price: 32,
    priceBefore: 36,
    quantity: 40,
    leaves: 48,
    last: 56,
  });
});
