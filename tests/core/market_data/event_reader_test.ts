import assert from "node:assert/strict";
import { EventReader } from "../../../core/market_data/event_reader.ts";
import { EventFlag, EventKind } from "../../../core/protocol/event_record.ts";
import { Side } from "../../../core/protocol/order_record.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import { buy, by, sell } from "../../support/commands.ts";
import { seededRandom } from "./random_orders.ts";
import { START_MICROS, TestMarket } from "./test_market.ts";

function crossedMarket(): Uint8Array {
  const market = new TestMarket();
  market.open();
  const [message] = market.append([sell(5, 5_000), buy(3, 5_001, by(2))]);
  assert.ok(message);
  return message;
}

Deno.test("event reader: reads each event in place", () => {
  const reader = new EventReader();
  assert.equal(reader.load(crossedMarket()), ResultCode.ok);
  assert.equal(reader.journalSequence, 2);
  assert.equal(reader.epoch, 1);
  assert.equal(reader.stampMicros, START_MICROS + 2_000);
  const kinds = [];
  for (let index = 0; index < reader.count; index++) {
    reader.seek(index);
    kinds.push(reader.kind);
  }
  assert.deepEqual(kinds, [
    EventKind.accepted,
    EventKind.accepted,
    EventKind.trade,
    EventKind.trade,
  ]);
  reader.seek(2);
  assert.equal(reader.flags, EventFlag.maker);
  assert.equal(reader.side, Side.sell);
  assert.equal(reader.instrument, 1);
  assert.equal(reader.orderId, 1);
  assert.equal(reader.priceTicks, 5_000);
  assert.equal(reader.quantityLots, 3);
  assert.equal(reader.leavesLots, 2);
  assert.equal(reader.tradeId, 1);
});

Deno.test("event reader: goes on where the frame before it ended", () => {
  const market = new TestMarket();
  const reader = new EventReader();
  const [opening] = market.open();
  assert.ok(opening);
  assert.equal(reader.load(opening), ResultCode.ok);
  assert.equal(reader.firstSequence, 1);
  const next = reader.firstSequence + reader.count;
  const chunks = market.append([buy(1, 10), buy(1, 11), buy(1, 12)], 2);
  assert.equal(chunks.length, 2);
  for (const [index, chunk] of chunks.entries()) {
    assert.equal(reader.load(chunk), ResultCode.ok);
    assert.equal(reader.firstSequence, next + index * 2);
  }
});

Deno.test("event reader: refuses what is no frame of events, by a code", () => {
  const reader = new EventReader();
  const good = crossedMarket();
  const damaged = (change: (frame: Uint8Array) => void) => {
    const copy = good.slice();
    change(copy);
    return reader.load(copy);
  };
  assert.equal(reader.load(new Uint8Array(0)), ResultCode.frameTruncated);
  assert.equal(reader.load(good.subarray(0, good.length - 1)), ResultCode.frameTruncated);
  assert.equal(damaged((frame) => frame[0]++), ResultCode.frameMagic);
  assert.equal(damaged((frame) => frame[4]++), ResultCode.frameVersion);
  assert.equal(damaged((frame) => frame[5] = 1), ResultCode.frameKind);
  assert.equal(damaged((frame) => frame[6]++), ResultCode.frameTruncated);
  assert.equal(damaged((frame) => frame[28]++), ResultCode.frameTruncated);
  assert.equal(damaged((frame) => frame[39] = 0xff), ResultCode.frameNumberUnsafe);
  assert.equal(damaged((frame) => frame[55] = 0xff), ResultCode.frameNumberUnsafe);
  assert.equal(reader.count, 0, "a refused frame leaves no events behind");
  assert.equal(reader.load(good), ResultCode.ok);
});

Deno.test("event reader: random bytes never throw and never reach outside", () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const random = seededRandom(seed);
  const reader = new EventReader();
  const good = crossedMarket();
  for (let round = 0; round < 2_000; round++) {
    const bytes = good.slice(0, random() < 0.5 ? good.length : Math.floor(random() * good.length));
    for (let change = 0; change < 4 && bytes.length > 0; change++) {
      bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    }
    const code = reader.load(bytes);
    const inside = 64 + reader.count * 64 <= bytes.length || reader.count === 0;
    assert.ok(inside && (code === 0) === (reader.count > 0), `seed ${seed}, round ${round}`);
    for (let index = 0; index < reader.count; index++) {
      reader.seek(index);
      assert.equal(typeof (reader.priceTicks + reader.leavesLots + reader.kind), "number");
    }
  }
});

Deno.test("event reader: takes a longer frame than the one before", () => {
  const market = new TestMarket();
  market.open();
  const reader = new EventReader();
  const [short] = market.append([buy(1, 1)]);
  const orders = Array.from({ length: 2_000 }, (_, index) => buy(1, 1 + index, by(1 + index % 4)));
  const [long] = market.append(orders);
  assert.ok(short && long);
  assert.equal(reader.load(short), ResultCode.ok);
  assert.equal(reader.load(new Uint8Array(long.length * 4)), ResultCode.frameMagic);
  assert.equal(reader.load(long), ResultCode.ok);
  assert.equal(reader.count, 2_000);
});
