/**
 * Commands and records that come together, in frames that they share with others.
 *
 * @module
 */

import assert from "node:assert/strict";
import { Batcher, CANCEL_FRAMES, GATEWAY_FRAMES_MAX } from "../../../core/batcher/batcher.ts";
import { EventWriter } from "../../../core/matching/event_writer.ts";
import { EventKind, OrderStatus } from "../../../core/protocol/event_record.ts";
import { FRAME_HEADER_BYTES, frameCount, RECORD_BYTES } from "../../../core/protocol/frame.ts";
import { OrderWord } from "../../../core/protocol/order_record.ts";
import { derivedKeyOfItem, type RequestKey } from "../../../core/protocol/request_key.ts";
import { readU64, WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import { collectReports } from "../../../core/sequencer/reports.ts";
import {
  type CancelCommand,
  type Command,
  type NewOrderCommand,
  OrderPathDownError,
  OverloadedError,
} from "../../../infra/orders/commands.ts";
import { writeRecordReports } from "../../../infra/orders/record_reports.ts";
import { ReportWaiters } from "../../../infra/orders/report_waiters.ts";
import { writeBatch } from "../../../infra/orders/write_batch.ts";
import { writeRecords } from "../../../infra/orders/write_records.ts";
import { ClientFrame, readReports } from "../../support/client_frames.ts";

const FRAME_RECORDS = 4;
const WAIT_MILLIS = 1_000;

const head = (key: number) => ({ account: 1, key: { low: key, high: 0 }, deadlineMicros: 9 });
const order = (priceTicks: number): NewOrderCommand => ({
  ...head(priceTicks),
  kind: "newOrder",
  clientOrderText: null,
  instrument: 1,
  side: 0,
  orderType: 1,
  timeInForce: 1,
  flags: 0,
  selfTrade: 1,
  priceTicks,
  quantityLots: 1,
});
const cancel = (key: number): CancelCommand => ({
  ...head(key),
  kind: "cancel",
  target: { orderId: 1 },
});

/** A gateway's frames, answered by an echo: every record is accepted with its price. */
class EchoedFrames {
  readonly batcher = new Batcher(7, FRAME_RECORDS);
  readonly waiters = new ReportWaiters();
  readonly #events = new EventWriter(64);

  get writing() {
    const { batcher, waiters } = this;
    return { batcher, waiters, nowMicros: 1, waitMillis: WAIT_MILLIS };
  }

  write(commands: readonly Command[], down: OrderPathDownError | null = null) {
    return writeBatch(this.writing, commands, down);
  }

  /** Request keys of the records that went out. */
  readonly keys: RequestKey[] = [];

  /** Sends and answers all that wait. @returns how many commands of each frame have a report */
  answerAll(): number[] {
    const counts: number[] = [];
    for (let frame = this.batcher.next(1_000); frame !== null; frame = this.batcher.next(1_000)) {
      counts.push(this.waiters.settle(frame.number, this.#echo(frame.wire, frame.number)));
      this.batcher.answered(frame.number, 1_000);
      this.batcher.release(frame);
    }
    return counts;
  }

  #echo(frame: WireBuffer, frameNumber: number): WireBuffer {
    const events = this.#events;
    events.reset();
    for (let index = 0; index < frameCount(frame, 0); index++) {
      const word = (FRAME_HEADER_BYTES + index * RECORD_BYTES) >> 2;
      const price = readU64(frame.words, word + OrderWord.price);
      const [low, high] = frame.words.subarray(word + OrderWord.keyLow);
      this.keys.push({ low, high });
      events.commandIndex = index;
      events.head(EventKind.accepted, 0, OrderStatus.new, 0, 0, 1, 1, price);
      events.keyed(0, 0, price, 1, 0, 0);
    }
    return collectReports(events, 0, events.count, {
      sender: 7,
      frameNumber,
      commands: frameCount(frame, 0),
      stampMicros: frameNumber,
      journalSequence: frameNumber,
      firstEventSequence: 100 * frameNumber,
      epoch: 1,
    });
  }
}

const pricesOf = (answers: readonly unknown[]) =>
  answers.map((answer) => (answer as { priceTicks?: number }).priceTicks ?? answer);

Deno.test("each command of a batch gets its own report, wherever in its frames it stands", async () => {
  const frames = new EchoedFrames();
  const one = frames.write([order(11), order(12), order(13)]);
  const other = frames.write([order(21), order(22), order(23), order(24), order(25), order(26)]);
  assert.deepEqual([one.written, other.written], [3, 6]);
  assert.deepEqual(frames.answerAll(), [4, 4, 1]);
  assert.deepEqual(pricesOf(await one.answers.all()), [11, 12, 13]);
  assert.deepEqual(pricesOf(await other.answers.all()), [21, 22, 23, 24, 25, 26]);
});

Deno.test("while the path is down the cancels of a batch go, and its orders are refused", async () => {
  const frames = new EchoedFrames();
  const down = new OrderPathDownError("leader", 2_000, 1);
  const batch = frames.write([order(1), cancel(2), order(3), cancel(4), cancel(5)], down);
  assert.equal(batch.written, 3);
  frames.answerAll();
  const answers = await batch.answers.all();
  assert.deepEqual([answers[0], answers[2]], [down, down]);
  assert.deepEqual([1, 3, 4].map((at) => (answers[at] as { kind: number }).kind), [1, 1, 1]);
});

Deno.test("what there is no room for is refused by itself, and cancels find the room kept for them", async () => {
  const frames = new EchoedFrames();
  const room = (GATEWAY_FRAMES_MAX - CANCEL_FRAMES) * FRAME_RECORDS;
  assert.equal(frames.batcher.room(false), room);
  assert.equal(frames.batcher.room(true), GATEWAY_FRAMES_MAX * FRAME_RECORDS);
  const many = Array.from({ length: room - 1 }, (_, at) => order(at + 1));
  assert.equal(frames.write(many).written, room - 1);
  assert.equal(frames.batcher.room(false), 1);
  const last = frames.write([order(7), order(8), cancel(9), order(10), cancel(11)]);
  assert.equal(last.written, 3, "the last place, and two cancels");
  assert.equal(frames.batcher.room(false), 0);
  frames.answerAll();
  frames.waiters.close();
  const answers = await last.answers.all();
  assert.ok(answers[1] instanceof OverloadedError && answers[3] instanceof OverloadedError);
  assert.equal((answers[0] as { priceTicks: number }).priceTicks, 7);
});

Deno.test("a batch whose time is up is told what it knows, and what comes later changes nothing", async () => {
  const frames = new EchoedFrames();
  const batch = frames.write(Array.from({ length: 6 }, (_, at) => order(at + 1)));
  assert.equal(frames.waiters.sweep(performance.now()), 0);
  const first = frames.batcher.next(1_000);
  assert.ok(first !== null);
  assert.equal(frames.waiters.sweep(performance.now() + 2 * WAIT_MILLIS), 6);
  assert.deepEqual(await batch.answers.all(), Array(6).fill("pending"));
  assert.equal(frames.waiters.settle(first.number, null), 0);
});

Deno.test("records share frames with others, and their reports have the indexes of the client's frame", async () => {
  const frames = new EchoedFrames();
  frames.write([order(5), order(6), order(7)]);
  const sealed = new ClientFrame();
  for (let index = 0; index < 6; index++) sealed.place({ priceTicks: 30 + index, key: index + 1 });
  const bytes = sealed.seal();
  const records = writeRecords(frames.writing, {
    wire: new WireBuffer(bytes.buffer),
    textAt: bytes.length,
    count: 6,
    cancels: 0,
    account: 1,
    deadlineMicros: 99,
    key: { low: 1, high: 1 },
  });
  frames.write([order(8)]);
  assert.deepEqual(frames.answerAll(), [4, 4, 2]);
  const reports = readReports(writeRecordReports(await records.all()));
  assert.deepEqual(reports.map(({ index }) => index), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(reports.map(({ fields }) => fields[0]), [30, 31, 32, 33, 34, 35]);
  assert.deepEqual(reports.map(({ sequence }) => sequence), [103, 200, 201, 202, 203, 300]);
  assert.deepEqual(reports.map(({ stampMicros }) => stampMicros), [1, 2, 2, 2, 2, 3]);
});

Deno.test("records without a key are named by the request and their place in it, in whichever frame", () => {
  const frames = new EchoedFrames();
  const sealed = new ClientFrame();
  for (let index = 0; index < 6; index++) sealed.place({ priceTicks: 30 + index });
  const key = { low: 0x1234, high: 0xc0005678 };
  const wire = new WireBuffer(sealed.seal().buffer);
  const textAt = wire.bytes.length;
  const records = { wire, textAt, count: 6, cancels: 0, account: 1, deadlineMicros: 99, key };
  writeRecords(frames.writing, records);
  frames.answerAll();
  assert.deepEqual(frames.keys, [0, 1, 2, 3, 4, 5].map((index) => derivedKeyOfItem(key, index)));
});
