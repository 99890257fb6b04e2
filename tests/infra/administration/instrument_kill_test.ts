import assert from "node:assert/strict";
import { applyFrame, beginAppend } from "../../../core/matching/apply.ts";
import { CANCELS_PER_COMMAND_MAX } from "../../../core/matching/shard_state.ts";
import type { CommandReport } from "../../../core/protocol/command_report.ts";
import { EventKind, EventWord } from "../../../core/protocol/event_record.ts";
import { RECORD_BYTES } from "../../../core/protocol/frame.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import { readU64 } from "../../../core/protocol/wire_buffer.ts";
import type { AdministrationCommand } from "../../../infra/administration/administration_command.ts";
import {
  cancelInstrumentOrders,
  CANCELS_PER_KILL_MAX,
  InstrumentNotEmptyError,
  killInstrument,
} from "../../../infra/administration/instrument_kill.ts";
import { MemoryExchange } from "../../routes/memory_exchange.ts";
import { buy, by, sell } from "../../support/commands.ts";
import { FrameSource } from "../../support/frames.ts";

const INSTRUMENT = 1;
/** Orders that take three cancels. */
const ORDERS = 2 * CANCELS_PER_COMMAND_MAX + 2_000;
/** Commands of a kill of so many: the halt and the cancels. */
const COMMANDS = 4;
const AT_ONCE = 2_000;

/** An exchange with many orders of two accounts, and how often each order was canceled. */
class CrowdedExchange {
  readonly exchange = new MemoryExchange();
  readonly canceled = new Map<number, number>();
  readonly sent: { command: AdministrationCommand; once: string }[] = [];

  constructor(orders: number) {
    const { state } = this.exchange;
    const source = new FrameSource(9);
    for (let from = 0; from < orders; from += AT_ONCE) {
      const count = Math.min(AT_ONCE, orders - from);
      const frame = source.frame(
        Array.from(
          { length: count },
          (_, number) =>
            number % 2 === 0 ? buy(1, 100 + number % 9) : sell(1, 200 + number % 9, by(2)),
        ),
      );
      beginAppend(state, ++this.exchange.stampMicros, 1);
      applyFrame(state, frame, 0, frame.bytes.length);
    }
    assert.equal(state.orders.liveCount, orders);
  }

  /** Carries a command out, as the leader does. */
  readonly send = async (command: AdministrationCommand, once: string): Promise<CommandReport> => {
    this.sent.push({ command, once });
    await Promise.resolve();
    const report = this.exchange.administer(command, once);
    const { buffer, count } = this.exchange.state.events;
    for (let event = 0; event < count; event++) {
      const at = event * RECORD_BYTES;
      if (buffer.bytes[at] !== EventKind.canceled) continue;
      assert.equal(buffer.halves[(at >> 1) + 2], ResultCode.canceledByOperator);
      const orderId = readU64(buffer.words, (at >> 2) + EventWord.orderId);
      this.canceled.set(orderId, (this.canceled.get(orderId) ?? 0) + 1);
    }
    return report;
  };

  /** Every order was canceled, once, and nothing is held. */
  assertEmpty(orders: number): void {
    const { balances, orders: pool } = this.exchange.state;
    assert.equal(pool.liveCount, 0);
    assert.equal(this.canceled.size, orders);
    assert.ok([...this.canceled.values()].every((times) => times === 1));
    for (let slot = 1; slot <= balances.count; slot++) assert.equal(balances.heldOf(slot), 0);
  }
}

Deno.test("a kill halts, then cancels command by command, each under a name of its own", async () => {
  const crowded = new CrowdedExchange(ORDERS);
  const told: number[] = [];
  const { canceled, report } = await killInstrument(
    crowded.send,
    INSTRUMENT,
    "kill 1",
    (count) => told.push(count),
  );
  assert.deepEqual(crowded.sent, [
    { command: { kind: "tradingStatus", instrument: 1, trading: false }, once: "kill 1 halt" },
    ...[1, 2, 3].map((number) => ({
      command: { kind: "cancelInstrument", instrument: 1 },
      once: `kill 1 cancel ${number}`,
    })),
  ]);
  assert.equal(canceled, ORDERS);
  assert.equal(report.executedLots, 2_000);
  assert.deepEqual(told, [CANCELS_PER_COMMAND_MAX, 2 * CANCELS_PER_COMMAND_MAX]);
  crowded.assertEmpty(ORDERS);
});

Deno.test("a kill that ends anywhere and is done again cancels each order once", async () => {
  for (let at = 1; at <= COMMANDS; at++) {
    for (const isCarriedOut of [false, true]) {
      const crowded = new CrowdedExchange(ORDERS);
      let count = 0;
      const broken = async (command: AdministrationCommand, once: string) => {
        const isLast = ++count === at;
        if (isLast && !isCarriedOut) throw new Error("nobody is there");
        const report = await crowded.send(command, once);
        if (isLast) throw new Error("the answer is lost");
        return report;
      };
      await assert.rejects(killInstrument(broken, INSTRUMENT, "kill 1"));
      const { canceled } = await killInstrument(crowded.send, INSTRUMENT, "kill 1");
      assert.equal(canceled, ORDERS, `ended at ${at}`);
      crowded.assertEmpty(ORDERS);
      const sent = crowded.sent.length;
      const again = await killInstrument(crowded.send, INSTRUMENT, "kill 1");
      assert.deepEqual([again.canceled, again.report.isDuplicate], [ORDERS, true]);
      assert.equal(crowded.sent.length, sent + COMMANDS);
      crowded.assertEmpty(ORDERS);
    }
  }
});

Deno.test("a kill that is done again when the instrument trades leaves what came since", async () => {
  const crowded = new CrowdedExchange(10);
  await killInstrument(crowded.send, INSTRUMENT, "kill 1");
  crowded.exchange.administer(
    { kind: "tradingStatus", instrument: 1, trading: true },
    "resume",
  );
  const frame = new FrameSource(10).frame([buy(1, 100, { requestId: "777777" })]);
  beginAppend(crowded.exchange.state, ++crowded.exchange.stampMicros, 1);
  applyFrame(crowded.exchange.state, frame, 0, frame.bytes.length);
  const { canceled } = await killInstrument(crowded.send, INSTRUMENT, "kill 1");
  assert.equal(canceled, 10);
  assert.equal(crowded.exchange.state.orders.liveCount, 1);
});

Deno.test("the commands of one kill are bounded, by what a shard can hold", async () => {
  let sent = 0;
  const endless = () => {
    sent++;
    return Promise.resolve({ executedLots: 2, leavesLots: 1 });
  };
  await assert.rejects(cancelInstrumentOrders(endless, 7, "kill"), (error) => {
    assert.ok(error instanceof InstrumentNotEmptyError);
    assert.match(error.message, /^instrument 7 still has orders after 1678 cancels \(limit 1678\)/);
    assert.equal(error.canceled, 2 * CANCELS_PER_KILL_MAX);
    return true;
  });
  assert.equal(sent, CANCELS_PER_KILL_MAX);
});
