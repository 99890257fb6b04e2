import assert from "node:assert/strict";
import {
  ANSWER_TIMEOUT_LEAST_MICROS,
  Batcher,
  CANCEL_FRAMES,
  CANCEL_RECORDS,
  ENOUGH_RECORDS,
  GATEWAY_FRAMES_MAX,
  GATHER_MICROS_MAX,
  GATHER_RECORDS_LEAST,
  RETRY_PAUSE_LEAST_MICROS,
  UNANSWERED_RECORDS_MAX,
} from "../../../core/batcher/batcher.ts";
import type { OutgoingFrame } from "../../../core/batcher/outgoing_frame.ts";
import { FRAME_RECORDS_MAX, framesBehind } from "../../../core/protocol/frame.ts";
import { buy, called } from "../../support/commands.ts";
import { type NumberedCommand, writeCommand } from "../../support/frames.ts";

const RECORDS = 4;
/** A round trip that keeps one frame in flight. */
const SHORT_MICROS = 200;

/** A batcher with a clock, and what it may be asked to do. */
class Bench {
  readonly batcher: Batcher;
  nowMicros = 1_000;
  #records = 0;

  constructor(frameRecords = RECORDS) {
    this.batcher = new Batcher(7, frameRecords, 2 * frameRecords);
  }

  /** Adds records; `false` when there was no room for one of them. */
  add(count = 1, isCancel = false): boolean {
    for (let index = 0; index < count; index++) {
      const frame = this.batcher.openFrame(isCancel, this.nowMicros);
      if (frame === null) return false;
      const command = buy(1, 100, called(String(++this.#records))) as NumberedCommand;
      writeCommand(frame.wire, frame.addRecord(), command);
      this.batcher.added();
    }
    return true;
  }

  /** Numbers of the frames that go out now. */
  send(): number[] {
    return this.sendFrames().map((frame) => frame.number);
  }

  /** The frames that go out now. */
  sendFrames(): OutgoingFrame[] {
    const frames: OutgoingFrame[] = [];
    const { batcher, nowMicros } = this;
    batcher.tick(nowMicros);
    for (let next = batcher.next(nowMicros); next !== null; next = batcher.next(nowMicros)) {
      frames.push(next);
    }
    return frames;
  }

  /** A frame is answered. */
  answer(number: number): void {
    this.nowMicros += SHORT_MICROS;
    const frame = this.batcher.answered(number, this.nowMicros);
    if (frame !== null) this.batcher.release(frame);
  }
}

Deno.test("a record alone goes at once; what comes meanwhile goes together", () => {
  const bench = new Bench();
  bench.add();
  assert.deepEqual(bench.send(), [1]);
  bench.add(3);
  assert.deepEqual(bench.send(), [], "one frame is on its way");
  bench.answer(1);
  assert.deepEqual(bench.sendFrames().map((frame) => [frame.number, frame.count]), [[2, 3]]);
});

Deno.test("after many were answered at once, the next frame waits for as many", () => {
  const bench = new Bench(64);
  const many = GATHER_RECORDS_LEAST + 2;
  bench.add(many);
  assert.deepEqual(bench.send(), [1]);
  bench.add(many - 1);
  bench.answer(1);
  assert.deepEqual(bench.send(), [], "one of those answered may still come");
  bench.add();
  assert.deepEqual(bench.sendFrames().map((frame) => frame.count), [many]);
});

Deno.test("nobody waits for those who do not come back longer than a part of the round trip", () => {
  const bench = new Bench(64);
  bench.add(GATHER_RECORDS_LEAST);
  bench.send();
  bench.add();
  bench.answer(1);
  assert.deepEqual(bench.send(), []);
  const wakeMicros = bench.batcher.wakeMicros();
  assert.ok(wakeMicros > bench.nowMicros);
  assert.ok(wakeMicros <= bench.nowMicros + GATHER_MICROS_MAX);
  bench.nowMicros = Math.ceil(wakeMicros);
  assert.deepEqual(bench.send(), [2]);
});

Deno.test("after few were answered, nobody waits", () => {
  const bench = new Bench(64);
  bench.add(GATHER_RECORDS_LEAST - 1);
  bench.send();
  bench.add();
  bench.answer(1);
  assert.deepEqual(bench.send(), [2]);
  bench.answer(2);
  bench.add();
  assert.deepEqual(bench.send(), [3], "and not after a silence");
});

Deno.test("full frames go beside the one that is on its way, up to the window", () => {
  const bench = new Bench();
  bench.add();
  bench.send();
  bench.add(3 * RECORDS);
  assert.deepEqual(bench.send(), [2], "one record and a full frame are within 8 records");
  bench.answer(1);
  assert.deepEqual(bench.send(), [3]);
  assert.equal(bench.batcher.waitingRecords, RECORDS);
});

Deno.test("a frame says how many before it have no answer", () => {
  const bench = new Bench();
  bench.add();
  const [first] = bench.sendFrames();
  bench.add(RECORDS);
  const [second] = bench.sendFrames();
  assert.deepEqual([first, second].map((frame) => framesBehind(frame.wire, 0)), [0, 1]);
  bench.answer(1);
  bench.batcher.sendAgain(0, bench.nowMicros);
  bench.nowMicros += RETRY_PAUSE_LEAST_MICROS;
  assert.deepEqual(bench.sendFrames().map((frame) => framesBehind(frame.wire, 0)), [0]);
});

Deno.test("a frame without an answer is sent again, and those behind it after it", () => {
  const bench = new Bench();
  bench.add();
  bench.send();
  bench.add(RECORDS);
  bench.send();
  bench.nowMicros += ANSWER_TIMEOUT_LEAST_MICROS - 1;
  assert.deepEqual(bench.send(), []);
  assert.equal(bench.batcher.wakeMicros(), bench.nowMicros + 1);
  bench.nowMicros += 1;
  assert.deepEqual(bench.send(), [1, 2]);
  assert.equal(bench.batcher.framesInFlight, 2);
});

Deno.test("a refusal is followed by a pause that grows, and that an answer ends", () => {
  const bench = new Bench();
  bench.add();
  bench.send();
  let pauseMicros = RETRY_PAUSE_LEAST_MICROS;
  for (let attempt = 0; attempt < 8; attempt++) {
    bench.batcher.sendAgain(1, bench.nowMicros);
    assert.deepEqual(bench.send(), []);
    assert.equal(bench.batcher.wakeMicros(), bench.nowMicros + pauseMicros);
    bench.nowMicros += pauseMicros;
    assert.deepEqual(bench.send(), [1]);
    pauseMicros = Math.min(2 * pauseMicros, 500_000);
  }
  bench.answer(1);
  bench.add();
  assert.deepEqual(bench.send(), [2]);
  bench.batcher.sendAgain(2, bench.nowMicros);
  assert.equal(bench.batcher.wakeMicros(), bench.nowMicros + RETRY_PAUSE_LEAST_MICROS);
});

Deno.test("an answer that comes twice, or to no frame, is none", () => {
  const bench = new Bench();
  bench.add();
  assert.equal(bench.batcher.answered(1, bench.nowMicros), null, "frame 1 was never sent");
  bench.send();
  assert.ok(bench.batcher.answered(1, bench.nowMicros) !== null);
  assert.equal(bench.batcher.answered(1, bench.nowMicros), null);
  assert.equal(bench.batcher.answered(99, bench.nowMicros), null);
  assert.equal(bench.batcher.framesInFlight, 0);
});

Deno.test("an answer to an earlier attempt counts, but not as a round trip", () => {
  const bench = new Bench();
  bench.add();
  bench.send();
  bench.nowMicros += ANSWER_TIMEOUT_LEAST_MICROS;
  bench.send();
  const before = bench.batcher.window.smoothedMicros;
  bench.answer(1);
  assert.equal(bench.batcher.window.smoothedMicros, before);
  assert.equal(bench.batcher.framesInFlight, 0);
});

Deno.test("answers may come out of order", () => {
  const bench = new Bench();
  bench.add(2 * RECORDS);
  assert.deepEqual(bench.send(), [1, 2]);
  bench.answer(2);
  bench.add(RECORDS);
  const [third] = bench.sendFrames();
  assert.equal(framesBehind(third.wire, 0), 1);
  bench.answer(1);
  bench.answer(3);
  assert.equal(bench.batcher.wakeMicros(), Infinity, "nothing is left to do");
});

Deno.test("room is bounded, and a part of it is kept for cancels", () => {
  const bench = new Bench();
  while (bench.add()) assert.ok(bench.batcher.waitingRecords < 1_000);
  const forOrders = (GATEWAY_FRAMES_MAX - CANCEL_FRAMES) * RECORDS;
  assert.equal(bench.batcher.waitingRecords, forOrders);
  assert.ok(bench.add(1, true), "a cancel opens a frame of its own");
  assert.ok(!bench.add(), "and no order takes the room behind it");
  assert.ok(bench.add(CANCEL_FRAMES * RECORDS - 1, true));
  assert.ok(!bench.add(1, true), "that is bounded as well");
  bench.send();
  for (let number = 1; number <= CANCEL_FRAMES + 1; number++) {
    bench.answer(number);
    bench.send();
  }
  assert.ok(bench.add(), "there is room again");
});

Deno.test("records without an answer are bounded, in flight or not, and cancels have more room", () => {
  const bench = new Bench(FRAME_RECORDS_MAX);
  assert.ok(bench.add(UNANSWERED_RECORDS_MAX / 2));
  bench.send();
  assert.ok(bench.batcher.framesInFlight > 0);
  assert.ok(bench.add(UNANSWERED_RECORDS_MAX / 2));
  assert.deepEqual([bench.batcher.room(false), bench.batcher.room(true)], [0, CANCEL_RECORDS]);
  assert.ok(!bench.add());
  assert.ok(bench.add(CANCEL_RECORDS, true));
  assert.deepEqual([bench.add(1, true), bench.batcher.room(true)], [false, 0]);
  const frames = CANCEL_RECORDS / FRAME_RECORDS_MAX;
  for (let number = 1; number <= frames; number++) {
    bench.answer(number);
    bench.send();
  }
  assert.deepEqual([bench.add(), bench.batcher.room(true)], [false, CANCEL_RECORDS]);
  bench.answer(frames + 1);
  assert.equal(bench.batcher.room(false), FRAME_RECORDS_MAX);
});

Deno.test("a frame with enough records goes beside one in flight, and what comes behind opens another", () => {
  const bench = new Bench(FRAME_RECORDS_MAX);
  bench.add(2);
  assert.deepEqual(bench.send(), [1]);
  bench.add(ENOUGH_RECORDS - 1);
  assert.deepEqual(bench.send(), [], "it may still grow");
  bench.add();
  assert.deepEqual(bench.send(), [2]);
  bench.add(FRAME_RECORDS_MAX);
  assert.deepEqual(bench.send(), [3]);
  bench.add(ENOUGH_RECORDS + 200);
  assert.deepEqual(bench.send(), [4]);
  bench.add(FRAME_RECORDS_MAX);
  assert.deepEqual(bench.send(), [], "the window has no room for as many");
});

Deno.test("frames that are given back are used again", () => {
  const bench = new Bench();
  for (let number = 1; number <= 3 * GATEWAY_FRAMES_MAX; number++) {
    assert.ok(bench.add());
    assert.deepEqual(bench.send(), [number]);
    bench.answer(number);
  }
});

Deno.test("where the round trip is long a record does not wait for an answer, but for company", () => {
  const bench = new Bench();
  bench.batcher.window.observe(80_000, 1);
  bench.add();
  assert.deepEqual(bench.send(), [1]);
  bench.nowMicros += 100;
  bench.add();
  assert.deepEqual(bench.send(), []);
  bench.nowMicros = bench.batcher.wakeMicros();
  assert.deepEqual(bench.send(), [2]);
});

Deno.test("another leader gets every frame that is on its way at once, whatever pause there was", () => {
  const bench = new Bench();
  bench.add();
  assert.deepEqual(bench.send(), [1]);
  bench.batcher.leaderChanged(bench.nowMicros);
  assert.deepEqual(bench.send(), [1], "it was on its way to the one before");
  for (let refusal = 0; refusal < 5; refusal++) {
    bench.batcher.sendAgain(1, bench.nowMicros);
    assert.deepEqual(bench.send(), [], "nobody is there: a pause");
    bench.nowMicros = Math.ceil(bench.batcher.wakeMicros());
    assert.deepEqual(bench.send(), [1]);
  }
  bench.batcher.sendAgain(1, bench.nowMicros);
  bench.batcher.leaderChanged(bench.nowMicros);
  assert.deepEqual(bench.send(), [1]);
  bench.batcher.sendAgain(1, bench.nowMicros);
  bench.nowMicros += RETRY_PAUSE_LEAST_MICROS;
  assert.deepEqual(bench.send(), [1], "the next pause is a short one again");
});

Deno.test("silence counts from the last answer, or from the first frame that waits", () => {
  const bench = new Bench();
  assert.equal(bench.batcher.silentMicros(1e9), 0, "nothing waits");
  bench.add();
  bench.send();
  assert.equal(bench.batcher.silentMicros(bench.nowMicros + 500), 500);
  bench.add(RECORDS);
  bench.nowMicros += 1_000;
  bench.answer(1);
  assert.equal(bench.batcher.silentMicros(bench.nowMicros + 300), 300, "another one waits");
});
