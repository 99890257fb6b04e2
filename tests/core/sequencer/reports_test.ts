import assert from "node:assert/strict";
import fc from "fast-check";
import { applyFrame, beginAppend } from "../../../core/matching/apply.ts";
import { OutcomeDouble, OutcomeWord } from "../../../core/matching/outcomes.ts";
import { ShardState } from "../../../core/matching/shard_state.ts";
import { type CommandReport, readCommandReport } from "../../../core/protocol/command_report.ts";
import { EventKind, OrderStatus } from "../../../core/protocol/event_record.ts";
import {
  FRAME_HEADER_BYTES,
  frameCount,
  FrameKind,
  frameKind,
  frameLength,
  frameNumber,
  frameSender,
  RECORD_BYTES,
} from "../../../core/protocol/frame.ts";
import { OrderWord } from "../../../core/protocol/order_record.ts";
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
import { recordScript } from "../../model/recorded_script.ts";
import { scripts } from "../../model/script.ts";
import { SMALL_CAPACITIES, Venue } from "../matching/venue.ts";
import {
  buy,
  by,
  cancel,
  cancelAll,
  type Command,
  decrement,
  sell,
} from "../../support/commands.ts";

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

Deno.test("an order that lost lots to its own orders alone has room for the last of them", () => {
  const venue = new Venue();
  const makers = REPORTS_PER_COMMAND_MAX + 50;
  for (let maker = 0; maker < makers; maker++) venue.submit(sell(1, 100));
  const order = buy(makers + 1, 100, decrement);
  const answer = answerTo(venue, [order, cancel(999)]);
  assert.equal(frameCount(answer, 0), REPORTS_PER_COMMAND_MAX + 1);
  const [report] = reportsOf(answer);
  assert.deepEqual([report.quantity, report.executedLots, report.leavesLots], [1, 0, 1]);
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

Deno.test("a full frame cuts nothing off an order while all fits, and shares the room when it does not", () => {
  const venue = new Venue();
  const makers = 60;
  for (let maker = 0; maker < makers; maker++) venue.submit(sell(1, 100, by(2)));
  const resting = Array.from({ length: 2_000 }, () => buy(1, 90));
  const [swept] = reportsOf(answerTo(venue, [buy(makers, 100), ...resting]));
  assert.deepEqual([swept.fills.length, swept.fillsComplete], [makers, true]);
  for (let maker = 0; maker < 10_000; maker++) venue.submit(sell(1, 100, by(2)));
  const answer = answerTo(venue, Array.from({ length: 1_000 }, () => buy(10, 100)));
  assert.ok(frameCount(answer, 0) <= REPORTS_MAX);
  for (const report of reportsOf(answer)) assert.equal(report.executedLots, 10);
});

Deno.test("of random commands it says what their outcomes say", () => {
  let checked = 0;
  const property = fc.property(scripts, (script) => {
    const state = new ShardState(SMALL_CAPACITIES);
    for (const { stampMicros, frames } of recordScript(script)) {
      beginAppend(state, stampMicros, 1);
      for (const frame of frames) {
        const from = state.events.count;
        applyFrame(state, frame, 0, frame.bytes.length);
        const reports = reportsOf(collectReports(state.events, from, state.events.count, {
          sender: 1,
          frameNumber: 1,
          commands: frameCount(frame, 0),
          stampMicros,
          journalSequence: 1,
          firstEventSequence: state.events.sequence - state.events.count + 1,
          epoch: 1,
        }));
        checked += compareWithOutcomes(state, frame, reports);
      }
    }
  });
  fc.assert(property, { numRuns: 40 });
  assert.ok(checked > 1_000, `${checked} reports`);
});

/** Compares the reports of orders and amends that were carried out; returns how many there were. */
function compareWithOutcomes(
  { outcomes }: ShardState,
  frame: WireBuffer,
  reports: readonly CommandReport[],
): number {
  let checked = 0;
  for (const [index, report] of reports.entries()) {
    if (report.kind !== EventKind.accepted && report.kind !== EventKind.amended) continue;
    const word = (FRAME_HEADER_BYTES + index * RECORD_BYTES) >> 2;
    const field = (offset: number) => frame.words[word + offset];
    const { account, keyHigh, keyLow } = OrderWord;
    const slot = outcomes.find(field(account), field(keyLow), field(keyHigh));
    const number = (offset: number) => outcomes.number(slot, offset);
    assert.deepEqual(
      [report.orderId, report.executedLots, report.leavesLots, report.sequence],
      [
        number(OutcomeDouble.orderId),
        number(OutcomeDouble.executed),
        number(OutcomeDouble.leaves),
        number(OutcomeDouble.eventSequence),
      ],
    );
    const kinds = outcomes.word(slot, OutcomeWord.kinds);
    const code = outcomes.word(slot, OutcomeWord.codeAndIndex) & 0xffff;
    assert.deepEqual([report.status, report.code], [(kinds >>> 8) & 0xff, code]);
    const lots = report.fills.reduce((sum, { quantityLots }) => sum + quantityLots, 0);
    assert.ok(report.fillsComplete && lots <= report.executedLots);
    if (report.kind === EventKind.accepted) assert.equal(lots, report.executedLots);
    checked++;
  }
  return checked;
}
