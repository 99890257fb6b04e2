import assert from "node:assert/strict";
import { FRAME_RECORDS_MAX, frameCount, FrameKind } from "../../../core/protocol/frame.ts";
import {
  positionEpoch,
  positionNumber,
  positionStampMicros,
} from "../../../core/protocol/position.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import type { AppendBuffer } from "../../../core/sequencer/append_buffer.ts";
import { APPEND_BUFFERS_MAX, type Sequencer } from "../../../core/sequencer/sequencer.ts";
import { claim, deposit } from "../../support/commands.ts";
import { frameOf, LAST_STAMP_MICROS, offerOrder, order, startSequencer } from "./test_frames.ts";

const NOW_MICROS = LAST_STAMP_MICROS + 1_000;

/** Takes the next append, which must be there. */
function nextOf(sequencer: Sequencer, nowMicros = NOW_MICROS): AppendBuffer {
  const append = sequencer.next(nowMicros);
  assert.ok(append !== null);
  return append;
}

Deno.test("what comes while an append is in flight goes together in the next", () => {
  const sequencer = startSequencer();
  offerOrder(sequencer, 1);
  assert.equal(nextOf(sequencer).frameCount, 1);
  offerOrder(sequencer, 2);
  offerOrder(sequencer, 3);
  assert.equal(sequencer.next(NOW_MICROS), null, "one append in flight");
  assert.equal(sequencer.acknowledged(6)?.frameCount, 1);
  const append = nextOf(sequencer);
  assert.equal(append.frameCount, 2);
  assert.deepEqual(append.replies, ["reply-2", "reply-3"]);
  assert.equal(sequencer.lastSequence, 6);
});

Deno.test("stamps, epochs and command numbers go on from the log", () => {
  const sequencer = startSequencer(5, 9);
  offerOrder(sequencer, 1);
  const first = nextOf(sequencer);
  assert.equal(positionStampMicros(first.wire, 0), NOW_MICROS);
  assert.equal(positionNumber(first.wire, 0), 11);
  assert.equal(positionEpoch(first.wire, 0), 9);
  assert.equal(frameCount(first.wire, 0), 1);
  sequencer.acknowledged(6);
  sequencer.offer(frameOf(7, 2, [order(2), order(3)]), FrameKind.orders, "");
  assert.equal(positionNumber(nextOf(sequencer).wire, 0), 12);
});

Deno.test("a clock that stands or goes back never takes the stamps with it", () => {
  const sequencer = startSequencer();
  offerOrder(sequencer, 1);
  assert.equal(nextOf(sequencer, LAST_STAMP_MICROS - 5).stampMicros, LAST_STAMP_MICROS + 1);
  sequencer.acknowledged(6);
  offerOrder(sequencer, 2);
  assert.equal(nextOf(sequencer, 0).stampMicros, LAST_STAMP_MICROS + 2);
  sequencer.acknowledged(7);
  offerOrder(sequencer, 3);
  const fraction = LAST_STAMP_MICROS + 10.75;
  assert.equal(nextOf(sequencer, fraction).stampMicros, LAST_STAMP_MICROS + 10);
});

Deno.test("in doubt, its own bytes in the log mean that the append was stored", () => {
  const sequencer = startSequencer();
  offerOrder(sequencer, 1);
  const append = nextOf(sequencer);
  const doubt = sequencer.doubt();
  assert.equal(sequencer.next(NOW_MICROS), null, "nothing goes while in doubt");
  const resolved = sequencer.resolve(doubt, 6, append.message.slice());
  assert.deepEqual(resolved, { action: "apply", append });
  assert.equal(sequencer.lastSequence, 6);
  assert.equal(sequencer.phase, "idle");
});

Deno.test("in doubt, the same last sequence as before means: the same bytes again", () => {
  const sequencer = startSequencer();
  offerOrder(sequencer, 1);
  const append = nextOf(sequencer);
  const bytes = append.message.slice();
  offerOrder(sequencer, 2);
  const resolved = sequencer.resolve(sequencer.doubt(), 5, null);
  assert.deepEqual(resolved, { action: "resend", append });
  assert.deepEqual(append.message, bytes, "identical bytes");
  assert.equal(sequencer.acknowledged(6), append);
});

Deno.test("in doubt, an empty log of an empty start means: again", () => {
  const sequencer = startSequencer(0);
  offerOrder(sequencer, 1);
  nextOf(sequencer);
  assert.equal(sequencer.resolve(sequencer.doubt(), 0, null).action, "resend");
});

const strangers: readonly [string, number, (own: AppendBuffer) => Uint8Array | null, RegExp][] = [
  ["other bytes in its place", 6, () => frameOf(1, 1), /another leader wrote sequence 6/],
  ["bytes of the same length", 6, (own) => own.message.map((byte) => byte ^ 1), /another leader/],
  ["no bytes in its place", 6, () => null, /another leader wrote sequence 6/],
  ["its own bytes with more behind", 7, (own) => own.message.slice(), /another leader/],
  ["a log that is shorter than what was acknowledged", 4, () => null, /the broker lost data/],
];
for (const [what, sequence, message, reason] of strangers) {
  Deno.test(`in doubt, ${what} deposes it, and it does nothing any more`, () => {
    const sequencer = startSequencer();
    offerOrder(sequencer, 1);
    const append = nextOf(sequencer);
    offerOrder(sequencer, 2);
    const resolved = sequencer.resolve(sequencer.doubt(), sequence, message(append));
    assert.equal(resolved.action, sequence < 5 ? "lost" : "deposed");
    assert.match("reason" in resolved ? resolved.reason : "", reason);
    assert.equal(sequencer.next(NOW_MICROS), null);
    assert.equal(sequencer.acknowledged(6), null);
    assert.equal(offerOrder(sequencer, 3), ResultCode.leaderStarting);
    assert.equal(sequencer.doubt(), 0);
  });
}

Deno.test("an acknowledgement of another place deposes it", () => {
  const sequencer = startSequencer();
  offerOrder(sequencer, 1);
  nextOf(sequencer);
  assert.equal(sequencer.acknowledged(7), null);
  assert.equal(sequencer.phase, "deposed");
});

Deno.test("an acknowledgement that comes late ends the doubt, and the reading says nothing", () => {
  const sequencer = startSequencer();
  offerOrder(sequencer, 1);
  const append = nextOf(sequencer);
  const doubt = sequencer.doubt();
  assert.equal(sequencer.acknowledged(6), append);
  assert.deepEqual(sequencer.resolve(doubt, 6, append.message), { action: "none" });
  assert.equal(sequencer.phase, "idle");
});

Deno.test("a reading for the last doubt decides nothing about the present one", () => {
  const sequencer = startSequencer();
  offerOrder(sequencer, 1);
  nextOf(sequencer);
  const old = sequencer.doubt();
  sequencer.acknowledged(6);
  offerOrder(sequencer, 2);
  const append = nextOf(sequencer);
  const present = sequencer.doubt();
  assert.notEqual(present, old);
  // Read before append 6 was stored: taken for the present, it would look like lost data.
  assert.deepEqual(sequencer.resolve(old, 5, null), { action: "none" });
  assert.deepEqual(sequencer.resolve(present, 6, null), { action: "resend", append });
});

Deno.test("nothing is in doubt where nothing is in flight", () => {
  const sequencer = startSequencer();
  assert.equal(sequencer.doubt(), 0);
  assert.deepEqual(sequencer.resolve(0, 5, null), { action: "none" });
  assert.equal(sequencer.acknowledged(6), null, "an answer to nothing");
  assert.equal(sequencer.phase, "idle");
});

Deno.test("memory is bounded: frames beyond it are refused as busy, and taken again later", () => {
  const sequencer = startSequencer();
  const commands = Array.from({ length: FRAME_RECORDS_MAX }, (_, index) => order(index + 1));
  let taken = 0;
  const offer = () => sequencer.offer(frameOf(7, taken + 1, commands), FrameKind.orders, "");
  while (offer() === ResultCode.ok) assert.ok(++taken < 1_000);
  assert.equal(offer(), ResultCode.leaderBusy);
  assert.equal(sequencer.waitingCount, APPEND_BUFFERS_MAX);
  const append = nextOf(sequencer);
  assert.equal(offer(), ResultCode.leaderBusy, "it flies, its buffer is in use");
  assert.equal(sequencer.acknowledged(6), append);
  sequencer.release(append);
  assert.equal(offer(), ResultCode.ok, "a frame that was refused as busy may come again");
});

Deno.test("refusals leave no trace", async (t) => {
  const good = frameOf(7, 1);
  const cases: [string, Uint8Array, ResultCode][] = [
    ["nothing", new Uint8Array(0), ResultCode.frameTruncated],
    ["a length that is not a multiple of 8", good.subarray(0, 60), ResultCode.frameTruncated],
    ["a truncated frame", good.subarray(0, 64), ResultCode.frameTruncated],
    ["a wrong magic", good.map((byte, at) => at === 0 ? 0 : byte), ResultCode.frameMagic],
    ["a wrong version", good.map((byte, at) => at === 4 ? 9 : byte), ResultCode.frameVersion],
    ["another kind", good.map((byte, at) => at === 5 ? 2 : byte), ResultCode.frameKind],
    ["a claim", frameOf(7, 1, [claim(99)]), ResultCode.frameKind],
    ["a deposit", frameOf(7, 1, [deposit(1, 1, 5)]), ResultCode.frameKind],
    ["a frame before its time", frameOf(7, 3, undefined, 1), ResultCode.frameGap],
    ["more than fits an append", new Uint8Array(600 * 1024), ResultCode.frameTooLong],
  ];
  const deposits = frameOf(7, 1, [deposit(1, 1, 5)]);
  deposits[5] = FrameKind.orders;
  cases.push(["a deposit in a frame of orders", deposits, ResultCode.frameCommandKind]);
  for (const [what, frame, code] of cases) {
    await t.step(what, () => {
      const sequencer = startSequencer();
      assert.equal(sequencer.offer(frame, FrameKind.orders, "r"), code);
      assert.equal(sequencer.next(NOW_MICROS), null, "nothing is appended");
      assert.equal(offerOrder(sequencer, 1), ResultCode.ok);
      assert.equal(sequencer.offer(frame, FrameKind.orders, "r"), code);
      const append = nextOf(sequencer);
      assert.deepEqual([append.frameCount, append.commandCount, append.replies], [1, 1, [
        "reply-1",
      ]]);
    });
  }
});
