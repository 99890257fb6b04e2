import assert from "node:assert/strict";
import { type CommandReport, readCommandReport } from "../../../core/protocol/command_report.ts";
import { EventKind, OrderStatus } from "../../../core/protocol/event_record.ts";
import {
  frameCount,
  FrameKind,
  frameKind,
  frameLength,
  frameNumber,
  frameSender,
  RECORD_BYTES,
} from "../../../core/protocol/frame.ts";
import {
  POSITIONED_BODY_BYTES,
  positionEpoch,
  positionFirstEvent,
  positionNumber,
} from "../../../core/protocol/position.ts";
import type { WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import {
  collectReports,
  REPORTS_MAX,
  REPORTS_PER_COMMAND_MAX,
} from "../../../core/sequencer/reports.ts";
import { Venue } from "../matching/venue.ts";
import { buy, by, cancel, cancelAll, type Command, sell } from "../../support/commands.ts";

/** Applies the commands as one frame and collects its answer. */
function answerTo(venue: Venue, commands: readonly Command[]): WireBuffer {
  venue.apply(venue.source.frame(commands));
  const { events, stampMicros, epoch } = venue.state;
  return collectReports(events, 0, events.count, {
    sender: 1,
    frameNumber: venue.source.frameNumber,
    commands: commands.length,
    stampMicros,
    journalSequence: 42,
    firstEventSequence: events.sequence - events.count + 1,
    epoch,
  });
}

/** The reports of an answer, by the index of their command. */
function reportsOf(answer: WireBuffer): CommandReport[] {
  const reports: CommandReport[] = [];
  const count = frameCount(answer, 0);
  const indexOf = (record: number) =>
    answer.halves[((POSITIONED_BODY_BYTES + record * RECORD_BYTES) >> 1) + 3];
  for (let first = 0, end = 0; first < count; first = end) {
    while (end < count && indexOf(end) === indexOf(first)) end++;
    reports[indexOf(first)] = readCommandReport(answer, first, end);
  }
  return reports;
}

Deno.test("answers every command of a frame, without the makers' events", () => {
  const venue = new Venue();
  venue.submit(sell(5, 101, by(2)), sell(5, 102, by(2)));
  const before = venue.state.events.sequence;
  const answer = answerTo(venue, [buy(7, 102), cancel(999), cancelAll(by(2))]);
  const [order, refused, all] = reportsOf(answer);
  assert.deepEqual([order.kind, order.status, order.executedLots], [
    EventKind.accepted,
    OrderStatus.filled,
    7,
  ]);
  assert.deepEqual(order.fills.map((fill) => [fill.priceTicks, fill.quantityLots]), [
    [101, 5],
    [102, 2],
  ]);
  assert.equal(refused.kind, EventKind.rejected);
  assert.deepEqual([all.kind, all.executedLots], [EventKind.summary, 1]);
  // Accepted, then two trades with the maker's event before the taker's.
  assert.equal(order.sequence, before + 5);
});

Deno.test("says what it answers and where that stands in the log", () => {
  const venue = new Venue();
  const answer = answerTo(venue, [buy(1, 100)]);
  assert.deepEqual(
    {
      kind: frameKind(answer, 0),
      sender: frameSender(answer, 0),
      number: frameNumber(answer, 0),
      length: frameLength(answer, 0),
      journal: positionNumber(answer, 0),
      epoch: positionEpoch(answer, 0),
      first: positionFirstEvent(answer, 0),
    },
    {
      kind: FrameKind.reports,
      sender: 1,
      number: venue.source.frameNumber,
      length: answer.bytes.length,
      journal: 42,
      epoch: venue.state.epoch,
      first: venue.state.events.sequence,
    },
  );
});

Deno.test("of a command with too many fills it has the first and the last, and says so", () => {
  const venue = new Venue();
  const makers = REPORTS_PER_COMMAND_MAX + 50;
  for (let maker = 0; maker < makers; maker++) venue.submit(sell(1, 100, by(2)));
  const [report] = reportsOf(answerTo(venue, [buy(makers + 1, 100)]));
  assert.equal(report.fillsComplete, false);
  // The accepted record is one of them, and the rest that now rests another.
  assert.equal(report.fills.length, REPORTS_PER_COMMAND_MAX - 2);
  assert.equal(report.executedLots, makers, "what it executed is right all the same");
  assert.equal(report.status, OrderStatus.partiallyFilled);
});

Deno.test("an answer to the largest frame stays within its bound", () => {
  const venue = new Venue();
  for (let maker = 0; maker < 100; maker++) venue.submit(sell(20, 100, by(2)));
  const commands = Array.from({ length: 2_000 }, () => buy(1, 100));
  const answer = answerTo(venue, commands);
  assert.ok(frameCount(answer, 0) <= REPORTS_MAX);
  assert.ok(answer.bytes.length < 1_048_576, "below the broker's longest message");
  const reports = reportsOf(answer);
  assert.equal(reports.length, commands.length);
  assert.ok(reports.every((report) => report.executedLots === 1 && report.fillsComplete));
});
