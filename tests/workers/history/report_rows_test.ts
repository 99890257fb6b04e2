import assert from "node:assert/strict";
import { ReportRun } from "../../../core/history/report_run.ts";
import { WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import {
  newestReports,
  readPage,
  reportsAfter,
  runValues,
} from "../../../workers/history/report_rows.ts";

/** Runs of an account that had these numbers of reports, as rows. */
function rowsOf(...counts: number[]): readonly (readonly unknown[])[] {
  const frame = WireBuffer.allocate(64);
  let next = 1;
  return counts.map((count) => {
    const run = new ReportRun(7, next);
    for (let index = 0; index < count; index++) run.add(frame, 0, 100 + next++, 0, null);
    return runValues(run);
  });
}

const from = (first: number, count: number) => Array.from({ length: count }, (_, at) => first + at);

Deno.test("reports after a sequence are those of a plain filter, wherever runs begin and end", () => {
  const rows = rowsOf(3, 1, 5, 2);
  for (let after = 0; after <= 12; after++) {
    // As the statement does: the runs that have a report above the sequence.
    const found = rows.filter(([, lastSequence]) => (lastSequence as number) > after);
    const runs = (count: number) => found.slice(0, count);
    for (let limit = 1; limit <= 12; limit++) {
      const reports = readPage(runs, (some) => reportsAfter(some, after, limit), limit);
      const count = Math.max(0, Math.min(limit, 11 - after));
      assert.deepEqual(reports.map(({ sequence }) => sequence), from(after + 1, count));
      for (const one of reports) assert.equal(one.eventSequence, 100 + one.sequence);
    }
  }
});

Deno.test("the newest reports are the last ones in their order", () => {
  const rows = rowsOf(3, 1, 5, 2).toReversed();
  for (let limit = 0; limit <= 12; limit++) {
    const runs = (count: number) => rows.slice(0, count);
    const reports = readPage(runs, (some) => newestReports(some, limit), limit);
    const count = Math.min(limit, 11);
    assert.deepEqual(reports.map(({ sequence }) => sequence), from(12 - count, count));
  }
});

Deno.test("a page is looked for in a few runs, and in more only where it has room for more", () => {
  const asked: number[] = [];
  const pageOf = (rows: readonly unknown[], limit: number) => {
    asked.length = 0;
    const runs = (count: number) => {
      asked.push(count);
      return rows.slice(0, count);
    };
    return readPage(runs, (some) => reportsAfter(some, 0, limit), limit).length;
  };
  const long = rowsOf(...Array(100).fill(20));
  assert.equal(pageOf(long, 500), 500);
  assert.deepEqual(asked, [64]);
  const short = rowsOf(...Array(600).fill(1));
  assert.equal(pageOf(short, 500), 500);
  assert.deepEqual(asked, [64, 500]);
  assert.equal(pageOf(short, 10), 10);
  assert.deepEqual(asked, [10]);
  assert.equal(pageOf(rowsOf(1, 1, 1), 500), 3);
  assert.deepEqual(asked, [64]);
  assert.equal(pageOf(rowsOf(...Array(64).fill(1)), 500), 64);
  assert.deepEqual(asked, [64, 500]);
});
