import assert from "node:assert/strict";
import type { NatsConnection } from "nats.ws";
import { EventKind } from "../../../core/protocol/event_record.ts";
import { frameNumber, frameSender } from "../../../core/protocol/frame.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import { adminSubject, querySubject } from "../../../core/protocol/subjects.ts";
import { WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import { AdminClient } from "../../../infra/administration/admin_client.ts";
import { CommandTextError } from "../../../infra/administration/administration_command.ts";
import {
  AdministrationError,
  NoLeaderError,
  QueryRefusedError,
} from "../../../infra/administration/errors.ts";
import { queryLeader } from "../../../infra/administration/leader_query.ts";
import { applyFrame, beginAppend } from "../../../core/matching/apply.ts";
import { listBalances } from "../../../core/matching/inspect.ts";
import { ShardState } from "../../../core/matching/shard_state.ts";
import { frameCount, FrameKind, writeFrameHeader } from "../../../core/protocol/frame.ts";
import { collectReports } from "../../../core/sequencer/reports.ts";
import { hasValidCrc, sealCrc } from "../../../infra/journal/crc.ts";
import { withNats } from "../nats/temporary_nats.ts";

/** A leader without a journal: the real core and real answers, and a test's own troubles. */
class StandInLeader {
  readonly state = new ShardState();
  readonly frames: { sender: number; number: number }[] = [];
  /** What happens to the next frames instead of a plain answer. */
  readonly troubles: ("lose the answer" | "busy" | "gap")[] = [];
  #stampMicros = 1_000_000;

  constructor(readonly connection: NatsConnection) {
    connection.subscribe(adminSubject(0), {
      callback: (error, message) => {
        assert.equal(error, null);
        assert.ok(hasValidCrc(message.data));
        const frame = WireBuffer.copyOf(message.data);
        const origin = { sender: frameSender(frame, 0), number: frameNumber(frame, 0) };
        this.frames.push(origin);
        const trouble = this.troubles.shift();
        if (trouble === "busy" || trouble === "gap") {
          const code = trouble === "busy" ? ResultCode.leaderBusy : ResultCode.frameGap;
          message.respond(refusal(origin.sender, origin.number, code));
          return;
        }
        const reports = this.#apply(frame, message.data.length, origin);
        if (trouble !== "lose the answer") message.respond(reports.bytes);
      },
    });
  }

  #apply(frame: WireBuffer, length: number, origin: { sender: number; number: number }) {
    const { events } = this.state;
    beginAppend(this.state, ++this.#stampMicros, 1);
    const firstEventSequence = events.sequence + 1;
    applyFrame(this.state, frame, 0, length);
    const reports = collectReports(events, 0, events.count, {
      sender: origin.sender,
      frameNumber: origin.number,
      commands: frameCount(frame, 0),
      stampMicros: this.#stampMicros,
      journalSequence: 1,
      firstEventSequence,
      epoch: 1,
    });
    sealCrc(reports, reports.bytes.length);
    return reports;
  }
}

function refusal(sender: number, number: number, code: number): Uint8Array {
  const header = WireBuffer.allocate(32);
  writeFrameHeader(header, 0, FrameKind.refusal, 0, sender, number, 0, 32, code);
  sealCrc(header, 32);
  return header.bytes;
}

const usd = { kind: "asset", asset: 1, name: "USD", scale: 6 } as const;
const open7 = { kind: "account", account: 7, enabled: true } as const;
const deposit = { kind: "deposit", account: 7, asset: 1, amount: 5_000_000 } as const;

Deno.test("admin client: commands are carried out once, however often they are sent", () =>
  withNats(async ({ connectAs }) => {
    const leader = new StandInLeader(await connectAs("matcher"));
    const client = new AdminClient(await connectAs("admin"), 0);
    await leader.connection.flush();
    await client.send(usd, "asset USD");
    await client.send(open7, "open 7");
    const first = await client.send(deposit, "wire 1");
    assert.equal(first.kind, EventKind.ledger);
    assert.equal(first.isDuplicate, false);

    // The answer is lost: the client sends the same frame again and nothing is moved twice.
    leader.troubles.push("lose the answer", "busy");
    const lost = await client.send(deposit, "wire 2");
    assert.equal(lost.isDuplicate, false, "its own repeat is no duplicate");
    assert.equal(new Set(leader.frames.slice(-3).map(({ number }) => number)).size, 1);
    assert.equal(listBalances(leader.state, 7)[0]?.available, 10_000_000);

    // Another program with the same text.
    const other = new AdminClient(await connectAs("admin"), 0);
    const again = await other.send(deposit, "wire 2");
    assert.equal(again.isDuplicate, true);
    assert.equal(listBalances(leader.state, 7)[0]?.available, 10_000_000);
  }, { streams: false }));

Deno.test("admin client: a refusal names code, limit and value, also when it is repeated", () =>
  withNats(async ({ connectAs }) => {
    const leader = new StandInLeader(await connectAs("matcher"));
    const client = new AdminClient(await connectAs("admin"), 0);
    await leader.connection.flush();
    await client.send(usd, "asset USD");
    await client.send(open7, "open 7");
    await client.send(deposit, "wire 1");
    const tooMuch = { kind: "withdraw", account: 7, asset: 1, amount: 6_000_000 } as const;
    for (const _ of [1, 2]) {
      await assert.rejects(client.send(tooMuch, "out 1"), (error: Error) => {
        assert.ok(error instanceof AdministrationError);
        assert.equal(error.reason, "insufficient_funds");
        assert.equal(error.code, ResultCode.insufficientFunds);
        assert.deepEqual([error.limit, error.value], [5_000_000, 6_000_000]);
        return true;
      });
    }
    await assert.rejects(
      client.send({ ...deposit, amount: 1 }, "wire 1"),
      (error: Error) =>
        error instanceof AdministrationError && error.reason === "different_content",
    );
    await assert.rejects(
      client.send({ ...usd, asset: 9, name: "\u0141" }, "asset 9"),
      CommandTextError,
    );
    await client.send({ ...deposit, amount: 1 }, "wire 2");
  }, { streams: false }));

Deno.test("admin client: after a gap in its numbers it goes on as a new sender", () =>
  withNats(async ({ connectAs }) => {
    const leader = new StandInLeader(await connectAs("matcher"));
    const client = new AdminClient(await connectAs("admin"), 0);
    await leader.connection.flush();
    await client.send(usd, "asset USD");
    leader.troubles.push("gap");
    await assert.rejects(client.send(open7, "open 7"), /frame_gap/);
    await client.send(open7, "open 7");
    const [first, , last] = leader.frames;
    assert.notEqual(last?.sender, first?.sender);
    assert.equal(last?.number, 1);
  }, { streams: false }));

Deno.test("admin client: without a leader it says so in time, and says what it asked", () =>
  withNats(async ({ connectAs }) => {
    const connection = await connectAs("admin");
    const client = new AdminClient(connection, 0, 300);
    await assert.rejects(client.send(usd, "asset USD"), (error: Error) => {
      assert.ok(error instanceof NoLeaderError);
      assert.equal(error.subject, adminSubject(0));
      return true;
    });
    await assert.rejects(queryLeader(connection, 0, { kind: "state" }, 300), NoLeaderError);
    const matcher = await connectAs("matcher");
    matcher.subscribe(querySubject(0), {
      callback: (_, message) => {
        message.respond(JSON.stringify({ error: "starting", detail: "replaying", sequence: 0 }));
      },
    });
    await matcher.flush();
    await assert.rejects(
      queryLeader(connection, 0, { kind: "state" }, 2_000),
      (error: Error) => error instanceof QueryRefusedError && error.error === "starting",
    );
  }, { streams: false }));
