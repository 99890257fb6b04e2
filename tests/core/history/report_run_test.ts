import assert from "node:assert/strict";
import { HistoryBatch } from "../../../core/history/history_batch.ts";
import {
  PACKED_REPORT_BYTES,
  ReportRun,
  REPORTS_PER_RUN_MAX,
  unpackReports,
} from "../../../core/history/report_run.ts";
import { SAFE_MAX, WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import { sell } from "../../support/commands.ts";
import { EventSource } from "./event_source.ts";
import { MemoryHistory } from "./memory_history.ts";

/** A frame of two records, each byte of which says where it stands. */
function frameOfTwo(): WireBuffer {
  const frame = WireBuffer.allocate(128);
  for (let at = 0; at < 128; at++) frame.bytes[at] = at;
  return frame;
}

/** A run of `count` reports from sequence 11 on, whose events are numbered from 1001. */
function runOf(count: number): ReportRun {
  const run = new ReportRun(7, 11);
  const frame = frameOfTwo();
  for (let index = 0; index < count; index++) {
    const order = { executedLots: index, priceTicks: 9_000 + index, quantity: 90 - index };
    run.add(frame, (index % 2) * 64, 1_001 + index, 5_000 + index, order);
  }
  return run;
}

Deno.test("a run gives back the reports that were added, as far as a run goes", () => {
  for (const count of [1, 2, 4, 5, 17, REPORTS_PER_RUN_MAX]) {
    const run = runOf(count);
    assert.equal(run.lastSequence, 10 + count);
    assert.equal(run.isFull, count === REPORTS_PER_RUN_MAX);
    const reports = unpackReports(run);
    assert.equal(reports.length, count);
    for (const [index, report] of reports.entries()) {
      const { event, ...numbers } = report;
      assert.deepEqual(numbers, {
        account: 7,
        sequence: 11 + index,
        eventSequence: 1_001 + index,
        timeMicros: 5_000 + index,
        executedLots: index,
        priceTicks: 9_000 + index,
        quantity: 90 - index,
      });
      assert.deepEqual([...event], Array.from({ length: 64 }, (_, at) => at + (index % 2) * 64));
    }
  }
});

Deno.test("the layout is the one that is documented", () => {
  const run = new ReportRun(1, 1);
  const order = { executedLots: SAFE_MAX, priceTicks: 3, quantity: SAFE_MAX };
  run.add(frameOfTwo(), 64, 0x0102030405, 2, order);
  assert.equal(PACKED_REPORT_BYTES, 104);
  assert.deepEqual([...run.packed.subarray(0, 42)], [
    ...[5, 4, 3, 2, 1, 0, 0, 0],
    ...[2, 0, 0, 0, 0, 0, 0, 0],
    ...[255, 255, 255, 255, 255, 255, 31, 0],
    ...[3, 0, 0, 0, 0, 0, 0, 0],
    ...[255, 255, 255, 255, 255, 255, 31, 0],
    ...[64, 65],
  ]);
  assert.equal(run.packed.length, 104);
  const [{ executedLots, quantity }] = unpackReports(run);
  assert.deepEqual([executedLots, quantity], [SAFE_MAX, SAFE_MAX]);
});

Deno.test("two full runs fit a page of the database, three do not", () => {
  // Of a row: two varints before it, a header of at most 6 bytes, three numbers of at most 8.
  const rowBytesMax = REPORTS_PER_RUN_MAX * PACKED_REPORT_BYTES + 11 + 6 + 24;
  const pageBytes = 4_096 - 8;
  assert.ok(2 * (rowBytesMax + 2) <= pageBytes);
  assert.ok(2 * (rowBytesMax + PACKED_REPORT_BYTES + 2) > pageBytes);
});

Deno.test("a report without an order has zeroes in the order's place", () => {
  const run = new ReportRun(1, 1);
  run.add(frameOfTwo(), 0, 1, 1, null);
  const [{ executedLots, priceTicks, quantity }] = unpackReports(run);
  assert.deepEqual([executedLots, priceTicks, quantity], [0, 0, 0]);
});

Deno.test("what was added is a copy: a frame may be used again", () => {
  const run = new ReportRun(1, 1);
  const frame = frameOfTwo();
  run.add(frame, 0, 1, 1, null);
  frame.bytes.fill(0);
  assert.equal(unpackReports(run)[0].event[63], 63);
});

Deno.test("a part of a run is unpacked by sequence and limit, at any alignment", () => {
  const run = runOf(10);
  const sequencesOf = (afterSequence: number, limit: number) => {
    const [aligned, ...others] = [0, 1, 4].map((shift) => {
      const packed = new Uint8Array(run.packed.length + shift).subarray(shift);
      packed.set(run.packed);
      return unpackReports({ account: 7, lastSequence: 20, packed }, afterSequence, limit);
    });
    for (const other of others) assert.deepEqual(other, aligned);
    for (const one of aligned) assert.equal(one.eventSequence - 1_000, one.sequence - 10);
    return aligned.map(({ sequence }) => sequence);
  };
  assert.deepEqual(sequencesOf(0, 3), [11, 12, 13]);
  assert.deepEqual(sequencesOf(10, 1), [11]);
  assert.deepEqual(sequencesOf(11, 2), [12, 13]);
  assert.deepEqual(sequencesOf(17, 100), [18, 19, 20]);
  assert.deepEqual(sequencesOf(20, 5), []);
  assert.deepEqual(sequencesOf(99, 5), []);
  assert.deepEqual(sequencesOf(11, 0), []);
});

Deno.test("bytes that are no whole reports are a broken invariant", () => {
  const stored = { account: 7, lastSequence: 20, packed: new Uint8Array(100) };
  assert.throws(() => unpackReports(stored), /the run of account 7 up to report 20 has 100 bytes/);
});

Deno.test("a batch with more reports of an account than a run holds makes several runs", () => {
  const source = new EventSource();
  const history = new MemoryHistory();
  history.apply(source.open());
  const batch = new HistoryBatch(history, history.eventSequence);
  // Rejections: one event and one report each.
  const refused = Array.from({ length: 50 }, () => sell(1, 0));
  for (const message of source.append(refused)) {
    assert.equal(batch.apply(WireBuffer.copyOf(message), message.length), "applied");
  }
  const runs = batch.reportRuns.map((run) => [run.lastSequence, unpackReports(run).length]);
  assert.deepEqual(runs, [[22, 19], [41, 19], [53, 12]]);
});
