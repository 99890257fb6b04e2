import assert from "node:assert/strict";
import { applyFrame } from "../../../core/matching/apply.ts";
import { ShardState } from "../../../core/matching/shard_state.ts";
import { ordersSubject } from "../../../core/protocol/subjects.ts";
import { SenderOrder } from "../../../core/sequencer/sender_order.ts";
import { Sequencer } from "../../../core/sequencer/sequencer.ts";
import { JournalStream } from "../../../infra/journal/journal_stream.ts";
import { inboxPrefixOf } from "../../../infra/nats/inbox.ts";
import { parseCredentials } from "../../../infra/nats/jwt.ts";
import { EventsPublisher } from "../../../workers/matching/events_publisher.ts";
import { Leader } from "../../../workers/matching/leader.ts";
import { withNats } from "../../infra/nats/temporary_nats.ts";
import { buy } from "../../support/commands.ts";
import { FrameSource } from "../../support/frames.ts";

const SHARD = 0;

Deno.test("a broken invariant stops the leader at once and loudly, and nobody is answered", () =>
  withNats(async (nats) => {
    const connection = await nats.connectAs("matcher");
    const { jwt } = parseCredentials(nats.server.credentials.matcher);
    const inbox = `${inboxPrefixOf(jwt)}.leader-test`;
    const state = new ShardState();
    const stopped = Promise.withResolvers<string>();
    const claimed = Promise.withResolvers<void>();
    let frames = 0;
    const leader = new Leader({
      connection,
      shard: SHARD,
      state,
      sequencer: new Sequencer(0, 0, 0, 1, new SenderOrder()),
      journal: new JournalStream(connection, SHARD),
      publisher: new EventsPublisher(connection, SHARD, `${inbox}.events`),
      inbox,
      applyFrame: (to, frame, at, byteLength) => {
        if (++frames > 1) throw new Error("the books do not balance");
        applyFrame(to, frame, at, byteLength);
      },
      applied: () => claimed.resolve(),
      stopped: stopped.resolve,
      say: () => {},
    });
    leader.start();
    await claimed.promise;
    const gateway = await nats.connectAs("gateway");
    const frame = new FrameSource(7).frame([buy(1, 100)]);
    const answer = gateway.request(ordersSubject(SHARD), frame.bytes, { timeout: 1_000 });
    const reason = await stopped.promise;
    assert.match(
      reason,
      /broken invariant at journal sequence 2, event 1, state hash [0-9a-f]{16}/,
    );
    assert.match(reason, /the books do not balance/);
    await assert.rejects(answer, { code: "TIMEOUT" });
    await assert.rejects(gateway.request(ordersSubject(SHARD), frame.bytes), { code: "503" });
  }));

Deno.test("a leader that finds less in the journal than it knew of says that the log is lost", () =>
  withNats(async (nats) => {
    const connection = await nats.connectAs("matcher");
    const { jwt } = parseCredentials(nats.server.credentials.matcher);
    const inbox = `${inboxPrefixOf(jwt)}.leader-test`;
    const stopped = Promise.withResolvers<{ reason: string; isLogLost: boolean }>();
    const leader = new Leader({
      connection,
      shard: SHARD,
      state: new ShardState(),
      sequencer: new Sequencer(5, 0, 0, 1, new SenderOrder()),
      journal: new JournalStream(connection, SHARD),
      publisher: new EventsPublisher(connection, SHARD, `${inbox}.events`),
      inbox,
      applied: () => {},
      stopped: (reason, isLogLost) => stopped.resolve({ reason, isLogLost }),
      say: () => {},
    });
    leader.start();
    const { isLogLost, reason } = await stopped.promise;
    assert.match(reason, /the log ends at 0, but 5 was acknowledged/);
    assert.ok(isLogLost);
  }));
