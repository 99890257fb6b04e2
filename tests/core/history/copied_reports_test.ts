import assert from "node:assert/strict";
import { copiedReports } from "../../../core/history/copied_reports.ts";
import { HistoryBatch } from "../../../core/history/history_batch.ts";
import { FEE_ACCOUNT } from "../../../core/matching/accounts.ts";
import { EventFlag, EventKind } from "../../../core/protocol/event_record.ts";
import { frameCount, RECORD_BYTES } from "../../../core/protocol/frame.ts";
import { POSITIONED_BODY_BYTES, positionFirstEvent } from "../../../core/protocol/position.ts";
import { WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import { buy, by, sell, withdraw } from "../../support/commands.ts";
import { EventSource, randomCommands, seededRandom } from "./event_source.ts";
import { MemoryHistory } from "./memory_history.ts";

/** The sequences of the trades and movements in messages, read record by record. */
function copiedSequences(messages: readonly Uint8Array[]): number[] {
  return messages.flatMap((message) => {
    const frame = WireBuffer.copyOf(message);
    const first = positionFirstEvent(frame, 0);
    return Array.from({ length: frameCount(frame, 0) }, (_, index) => index)
      .filter((index) => {
        const kind = message[POSITIONED_BODY_BYTES + index * RECORD_BYTES];
        return kind === EventKind.trade || kind === EventKind.ledger;
      })
      .map((index) => first + index);
  });
}

Deno.test("every trade and every movement of a batch is copied once, in the order of the events", () => {
  const seed = Date.now();
  console.log(`seed ${seed}`);
  const random = seededRandom(seed);
  const source = new EventSource();
  const messages = source.open();
  for (let append = 0; append < 20; append++) {
    messages.push(...source.append(randomCommands(random, 40, source.state.lastOrderId), 50));
  }
  const batch = new HistoryBatch(new MemoryHistory(), 0);
  for (const message of messages) batch.apply(WireBuffer.copyOf(message), message.length);
  const wanted = copiedSequences(messages);
  const sequencesOf = (after: number, to: number) =>
    copiedReports(batch.reportRuns, after, to).map(({ eventSequence }) => eventSequence);
  assert.deepEqual(sequencesOf(0, Infinity), wanted);
  const [from, to] = [wanted[5], wanted[60]];
  assert.deepEqual(
    sequencesOf(from, to),
    wanted.slice(6, 61),
    "behind the first, the last included",
  );
});

Deno.test("of the venue's own account what its money did is kept, and nothing else", () => {
  const source = new EventSource();
  const history = new MemoryHistory();
  history.apply(source.open());
  history.apply(source.append([sell(4, 5_000), buy(4, 5_000, by(2))]));
  history.apply(source.append([withdraw(FEE_ACCOUNT, 3, 1), withdraw(FEE_ACCOUNT, 3, 10 ** 14)]));
  const own = history.reports.filter(({ account }) => account === FEE_ACCOUNT);
  assert.deepEqual(own.map(({ event }) => event[0]), [EventKind.ledger]);
  assert.equal(own[0].event[3], EventFlag.debit);
  assert.equal(own[0].sequence, 1);
});
