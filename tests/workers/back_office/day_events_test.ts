import assert from "node:assert/strict";
import { EventFlag, EventKind } from "../../../core/protocol/event_record.ts";
import { RECORD_BYTES } from "../../../core/protocol/frame.ts";
import { BrokenTradeError, dayEvents } from "../../../workers/back_office/day_events.ts";
import { EventSource } from "../../core/history/event_source.ts";
import { buy, by, cancel, deposit, ioc, sell, withdraw } from "../../support/commands.ts";

Deno.test("an append is read in its order: orders, both sides of trades, money", () => {
  const source = new EventSource();
  source.open();
  const before = source.state.events.sequence;
  source.append([
    sell(3, 5_000, by(4)),
    buy(2, 5_000, by(5)),
    cancel(1, by(4)),
    cancel(1, by(4)),
    buy(1, 4_000, ioc),
    sell(1, 0),
    deposit(2, 3, 50),
    withdraw(2, 3, 20),
  ]);
  const events = [...dayEvents(source.state)];
  assert.deepEqual(
    events.map((event) => event.kind === "order" ? event.count : event.kind),
    // The cancel of an order that is over is a rejection, but not of an order.
    ["accepted", "accepted", "trade", "canceled", "accepted", "expired", "rejected"]
      .concat(["movement", "movement"]),
  );
  const [, , trade] = events;
  assert.ok(trade.kind === "trade");
  assert.deepEqual(trade.trade, {
    tradeId: 1,
    timeMicros: source.stampMicros,
    instrument: 1,
    priceTicks: 5_000,
    quantityLots: 2,
    maker: { sequence: before + 3, account: 4, orderId: 1, side: 1, fee: 5 },
    taker: { sequence: before + 4, account: 5, orderId: 2, side: 0, fee: 13 },
  });
  const [, movement] = events.filter((event) => event.kind === "movement");
  assert.ok(movement.kind === "movement");
  const { account, amount, asset, isDebit, isTransfer, total } = movement.movement;
  assert.deepEqual([account, asset, amount, isDebit, isTransfer], [2, 3, 20, true, false]);
  assert.equal(total, 10 ** 13 + 30);
});

Deno.test("half of a trade is no trade", () => {
  const source = new EventSource();
  source.open();
  const damage = [
    (bytes: Uint8Array, at: number) => void (bytes[at + 3] &= ~EventFlag.maker),
    (bytes: Uint8Array, at: number) => void (bytes[at + RECORD_BYTES + 3] |= EventFlag.maker),
    (bytes: Uint8Array, at: number) => void (bytes[at + RECORD_BYTES] = EventKind.rested),
    (bytes: Uint8Array, at: number) => void (bytes[at + RECORD_BYTES + 56]++),
  ];
  for (const change of damage) {
    source.append([sell(3, 5_000), buy(3, 5_000, by(2))]);
    const { buffer, count } = source.state.events;
    const index = Array.from({ length: count }, (_, at) => at)
      .find((at) => buffer.bytes[at * RECORD_BYTES] === EventKind.trade) ?? 0;
    change(buffer.bytes, index * RECORD_BYTES);
    assert.throws(() => [...dayEvents(source.state)], (error) => {
      assert.ok(error instanceof BrokenTradeError);
      return /event \d+ is one side of trade \d+ without the other/.test(error.message);
    });
  }
});
