import assert from "node:assert/strict";
import type { NatsConnection } from "nats.ws";
import { applyFrame, beginAppend } from "../../../core/matching/apply.ts";
import { ShardState } from "../../../core/matching/shard_state.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import { AppendBuffer } from "../../../core/sequencer/append_buffer.ts";
import { eventsMessage } from "../../../core/sequencer/events_frames.ts";
import { resultsOf } from "../../../infra/journal/act_results.ts";
import { type AdministrativeAct, collectActs } from "../../../infra/journal/administrative_acts.ts";
import { sealCrc } from "../../../infra/journal/crc.ts";
import { frameKind } from "../../../core/protocol/frame.ts";
import { WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import {
  audit,
  buy,
  cancelAccount,
  cancelInstrument,
  changeTerms,
  claim,
  type Command,
  deposit,
  market,
  withdraw,
} from "../../support/commands.ts";
import { FrameSource } from "../../support/frames.ts";
import { SMALL_CAPACITIES } from "../../core/matching/venue.ts";
import { withNats } from "../nats/temporary_nats.ts";

const START = 1_700_000_000_000_000;

/** The core behind a journal that is not stored, and its events, in messages of `eventsMax`. */
class LoggedCore {
  readonly acts: AdministrativeAct[] = [];
  readonly #state = new ShardState(SMALL_CAPACITIES);
  readonly #operator = new FrameSource(9);
  readonly #clients = new FrameSource(7);
  #appends = 0;

  constructor(readonly connection: NatsConnection, readonly eventsMax: number) {}

  async append(commands: readonly Command[], isOrders = false): Promise<void> {
    const frame = (isOrders ? this.#clients : this.#operator).frame(commands);
    const { length } = frame.bytes;
    const append = new AppendBuffer();
    assert.equal(append.add(frame.bytes, frameKind(frame, 0), ""), ResultCode.ok);
    const stamp = START + ++this.#appends;
    append.seal(stamp, 1, this.#state.commandCount + 1);
    collectActs(append.wire, this.#appends, this.acts);
    beginAppend(this.#state, stamp, 1);
    applyFrame(this.#state, WireBuffer.copyOf(frame.bytes), 0, length);
    const { events } = this.#state;
    for (let from = 0; from < events.count; from += this.eventsMax) {
      const to = Math.min(events.count, from + this.eventsMax);
      const message = eventsMessage(events, from, to, stamp, this.#appends, 1);
      sealCrc(message, message.bytes.length);
      await this.connection.jetstream().publish("events.0", message.bytes);
    }
  }
}

for (const eventsMax of [1, 3, 8_192]) {
  Deno.test(`acts have the result that the events say, ${eventsMax} events a message`, () =>
    withNats(async ({ connectAs }) => {
      const core = new LoggedCore(await connectAs("matcher"), eventsMax);
      const opening = market().asset("BTC", 8).asset("USD", 6).instrument("BTC-USD")
        .account(1, { USD: 1_000_000 }).account(2);
      await core.append(opening.commands);
      for (let order = 0; order < 5; order++) await core.append([buy(1, 1), buy(2, 2)], true);
      const paid = deposit(1, 2, 5, { requestId: "wire" });
      await core.append([withdraw(1, 2, 2_000_000), paid, audit(1, "key_a"), audit(200, "key_b")]);
      await core.append([buy(3, 1)], true);
      await core.append([paid, cancelAccount(1), cancelAccount(9)]);
      await core.append([cancelInstrument(1)]);
      await core.append([claim(2)]);
      await core.append([cancelInstrument(1), cancelInstrument(9)]);
      const change = changeTerms({ takerFeePpm: 0 }, { takerFeePpm: 5 }, { requestId: "terms" });
      await core.append([change, changeTerms({ takerFeePpm: 0 }, { takerFeePpm: 6 })]);
      await core.append([change]);
      const results = await resultsOf(await connectAs("admin"), 0, core.acts);
      const first = opening.commands.length;
      assert.ok(results.slice(0, first).every((result) => result === "done"));
      assert.deepEqual(results.slice(first), [
        { refused: ResultCode.insufficientFunds },
        "done",
        "done",
        { refused: ResultCode.unknownKind },
        "repeat",
        "done",
        { refused: ResultCode.unknownAccount },
        { refused: ResultCode.unknownKind },
        "done",
        "done",
        { refused: ResultCode.unknownInstrument },
        "done",
        { refused: ResultCode.termsChanged },
        "repeat",
      ]);
    }));
}

Deno.test("an act whose events are not there yet has no result", () =>
  withNats(async ({ connectAs }) => {
    const core = new LoggedCore(await connectAs("matcher"), 1);
    await core.append([deposit(1, 2, 5)]);
    const [act] = core.acts;
    const admin = await connectAs("admin");
    const later = { ...act, journalSequence: 2 };
    assert.deepEqual(await resultsOf(admin, 0, [act, later]), [
      { refused: ResultCode.unknownAccount },
      "unknown",
    ]);
    assert.deepEqual(await resultsOf(admin, 0, []), []);
  }));
