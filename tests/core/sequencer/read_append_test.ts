import assert from "node:assert/strict";
import fc from "fast-check";
import { ShardState } from "../../../core/matching/shard_state.ts";
import { FrameKind } from "../../../core/protocol/frame.ts";
import { writeStateHash } from "../../../core/protocol/position.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import { WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import { AppendBuffer } from "../../../core/sequencer/append_buffer.ts";
import { applyAppend, checkAppend } from "../../../core/sequencer/read_append.ts";
import { Replica } from "../../../core/sequencer/replica.ts";
import { SenderOrder } from "../../../core/sequencer/sender_order.ts";
import { plainMarket, SMALL_CAPACITIES } from "../matching/venue.ts";
import { claim } from "../../support/commands.ts";
import { FrameSource } from "../../support/frames.ts";
import { frameOf, order } from "./test_frames.ts";

const CODES: ReadonlySet<number> = new Set(Object.values(ResultCode));

/** An append with a claim, the market and some orders: every kind of frame. */
function goodAppend(): WireBuffer {
  const append = new AppendBuffer();
  const market = new FrameSource(9).frame(plainMarket().commands).bytes;
  append.add(frameOf(0, 1, [claim(1)]), FrameKind.claim, "");
  append.add(market, FrameKind.administration, "");
  append.add(frameOf(7, 1, [order(1), order(2)]), FrameKind.orders, "");
  append.seal(1_700_000_000_000_000, 1, 1);
  return WireBuffer.copyOf(append.message);
}

Deno.test("applies every frame of an append and remembers its senders", () => {
  const wire = goodAppend();
  const state = new ShardState(SMALL_CAPACITIES);
  const senders = new SenderOrder();
  assert.equal(checkAppend(wire, wire.bytes.length, 0), ResultCode.ok);
  applyAppend(state, senders, wire);
  assert.equal(state.epoch, 1);
  assert.equal(state.stampMicros, 1_700_000_000_000_000);
  assert.equal(state.lastOrderId, 2);
  assert.ok(senders.accept(7, 2, 1));
  assert.ok(!senders.accept(7, 4, 1));
});

Deno.test("an append says whose state it was written behind; one that differs is not applied", () => {
  const first = goodAppend();
  const leader = new Replica(SMALL_CAPACITIES);
  leader.apply(first);
  const { hashHigh, hashLow } = leader.state.events;
  const second = new AppendBuffer();
  second.add(frameOf(7, 2, [order(3)]), FrameKind.orders, "");
  second.seal(1_700_000_000_000_001, 1, leader.state.commandCount + 1);
  for (const [behind, sequence] of [[1, 1], [2, 0]] as const) {
    const [low, high] = behind === 1 ? [hashLow, hashHigh] : emptyHash();
    for (const flip of [0, 1, 2 ** 31]) {
      const follower = new Replica(SMALL_CAPACITIES);
      follower.apply(first);
      writeStateHash(second.wire, 0, low ^ flip, high, behind);
      if (flip === 0) follower.apply(second.wire);
      else {
        assert.throws(() => follower.apply(second.wire), { journalSequence: sequence });
        assert.equal(follower.state.lastOrderId, 2);
      }
    }
  }
});

function emptyHash(): [low: number, high: number] {
  const { hashHigh, hashLow } = new Replica(SMALL_CAPACITIES).state.events;
  return [hashLow, hashHigh];
}

Deno.test("a frame that goes on behind the message is not read", () => {
  const good = goodAppend().bytes;
  // As in a replay, where the buffer is longer than the message and holds the one before.
  const wire = WireBuffer.allocate(2 * good.length);
  wire.bytes.set(good);
  wire.bytes.set(good, good.length);
  const last = good.length - frameOf(7, 1, [order(1), order(2)]).length;
  const orders = WireBuffer.copyOf(frameOf(7, 1, [order(1), order(2), order(3)]));
  wire.bytes.set(orders.bytes, last);
  assert.equal(checkAppend(wire, good.length, 0), ResultCode.frameTruncated);
});

Deno.test("random bytes get a code, never an exception, and nothing is read outside", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
    const wire = WireBuffer.copyOf(bytes);
    const code = checkAppend(wire, bytes.length, 0);
    assert.ok(CODES.has(code) && code !== ResultCode.ok);
  }));
});

Deno.test("a good append with changed bytes gets a code, and one that passes can be applied", () => {
  const good = goodAppend().bytes;
  const change = fc.record({
    at: fc.integer({ min: 0, max: good.length - 1 }),
    byte: fc.integer({ min: 0, max: 255 }),
  });
  const changes = fc.array(change, { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(changes, fc.integer({ min: 0, max: good.length }), (list, cut) => {
      const wire = WireBuffer.copyOf(good);
      for (const { at, byte } of list) wire.bytes[at] = byte;
      const length = cut % 3 === 0 ? cut & ~7 : good.length;
      const code = checkAppend(wire, length, 0);
      assert.ok(CODES.has(code));
      if (code !== ResultCode.ok) return;
      applyAppend(new ShardState(SMALL_CAPACITIES), new SenderOrder(), wire);
    }),
    { numRuns: 500 },
  );
});
