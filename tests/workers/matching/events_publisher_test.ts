import assert from "node:assert/strict";
import {
  FrameRingConsumer,
  FrameRingProducer,
  makeFrameRing,
} from "../../../core/memory/frame_ring.ts";
import { applyFrame, beginAppend } from "../../../core/matching/apply.ts";
import { ShardState } from "../../../core/matching/shard_state.ts";
import { eventsStream } from "../../../core/protocol/subjects.ts";
import { inboxPrefixOf } from "../../../infra/nats/inbox.ts";
import { parseCredentials } from "../../../infra/nats/jwt.ts";
import { EventsPublisher } from "../../../workers/matching/events_publisher.ts";
import { withNats } from "../../infra/nats/temporary_nats.ts";
import { market } from "../../support/commands.ts";
import { FrameSource } from "../../support/frames.ts";

const SHARD = 0;
const APPENDS = 20;

Deno.test("a leader's events are handed over with the places and the bytes that the stream gets", () =>
  withNats(async (nats) => {
    const connection = await nats.connectAs("matcher");
    const { jwt } = parseCredentials(nats.server.credentials.matcher);
    const memory = makeFrameRing(2 ** 12);
    const publisher = new EventsPublisher(
      connection,
      SHARD,
      `${inboxPrefixOf(jwt)}.events`,
      new FrameRingProducer(memory),
    );
    const state = new ShardState();
    const frames = new FrameSource();
    for (let append = 1; append <= APPENDS; append++) {
      beginAppend(state, append, 1);
      const frame = frames.frame(market().account(append, {}).commands);
      applyFrame(state, frame, 0, frame.bytes.length);
      publisher.publish(state, append);
    }
    await publisher.drained(5_000);
    const manager = await connection.jetstreamManager();
    const ring = new FrameRingConsumer(memory, 0);
    for (let place = 1; place <= APPENDS; place++) {
      const frame = ring.oldest();
      assert.ok(frame instanceof Uint8Array);
      assert.equal(ring.place, place);
      const stored = await manager.streams.getMessage(eventsStream(SHARD), { seq: place });
      assert.deepEqual(new Uint8Array(frame), new Uint8Array(stored.data));
      ring.release();
    }
    assert.equal(ring.oldest(), null);
  }));
