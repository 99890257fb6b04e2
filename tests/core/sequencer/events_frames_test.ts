import assert from "node:assert/strict";
import { EventKind } from "../../../core/protocol/event_record.ts";
import { frameCount, FrameKind, frameKind, frameTextBytes } from "../../../core/protocol/frame.ts";
import {
  POSITIONED_BODY_BYTES,
  positionEpoch,
  positionFirstEvent,
  positionNumber,
  positionStampMicros,
  positionTotal,
} from "../../../core/protocol/position.ts";
import type { WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import { EVENTS_PER_MESSAGE_MAX, eventsMessage } from "../../../core/sequencer/events_frames.ts";
import { Venue } from "../matching/venue.ts";
import { buy, called, type Command } from "../../support/commands.ts";

const RECORD_BYTES = 64;

/** The text of each accepted order of a message, read by the layout table. */
function textsOf(message: WireBuffer): string[] {
  const view = new DataView(message.bytes.buffer);
  const texts: string[] = [];
  const textStart = POSITIONED_BODY_BYTES + frameCount(message, 0) * RECORD_BYTES;
  for (let index = 0; index < frameCount(message, 0); index++) {
    const at = POSITIONED_BODY_BYTES + index * RECORD_BYTES;
    const length = view.getUint32(at + 52, true);
    if (view.getUint8(at) !== EventKind.accepted || length === 0) continue;
    const from = textStart + view.getUint32(at + 48, true);
    texts.push(new TextDecoder().decode(message.bytes.subarray(from, from + length)));
  }
  return texts;
}

/** Applies commands as one append and gives its messages, `most` events in each. */
function messagesOf(venue: Venue, commands: readonly Command[], most: number): WireBuffer[] {
  venue.apply(venue.source.frame(commands));
  const { events, stampMicros, epoch } = venue.state;
  const messages: WireBuffer[] = [];
  for (let from = 0; from < events.count; from += most) {
    const to = Math.min(events.count, from + most);
    messages.push(eventsMessage(events, from, to, stampMicros, 42, epoch));
  }
  return messages;
}

Deno.test("carries the events of an append with its place and its time", () => {
  const venue = new Venue();
  const [message] = messagesOf(venue, [buy(1, 100), buy(2, 100)], EVENTS_PER_MESSAGE_MAX);
  const { state } = venue;
  assert.equal(frameKind(message, 0), FrameKind.events);
  assert.equal(frameCount(message, 0), 2);
  assert.equal(positionStampMicros(message, 0), state.stampMicros);
  assert.equal(positionNumber(message, 0), 42);
  assert.equal(positionFirstEvent(message, 0), state.events.sequence - 1);
  assert.equal(positionEpoch(message, 0), state.epoch);
  assert.equal(positionTotal(message, 0), 2);
  assert.deepEqual(
    message.bytes.subarray(POSITIONED_BODY_BYTES, POSITIONED_BODY_BYTES + 2 * RECORD_BYTES),
    state.events.buffer.bytes.subarray(0, 2 * RECORD_BYTES),
  );
});

Deno.test("each message of a split append has the texts of its own orders", () => {
  const names = ["a-1", "bb-22", "7", "ccc-333", "d"];
  const orders = names.map((name) => buy(1, 100, called(name)));
  for (const most of [1, 2, 3, 5]) {
    const venue = new Venue();
    const messages = messagesOf(venue, orders, most);
    assert.equal(messages.length, Math.ceil(orders.length / most));
    assert.deepEqual(messages.flatMap(textsOf), ["a-1", "bb-22", "ccc-333", "d"], `by ${most}`);
    let expected = positionFirstEvent(messages[0], 0);
    for (const message of messages) {
      assert.equal(positionFirstEvent(message, 0), expected);
      assert.equal(positionTotal(message, 0), orders.length);
      expected += frameCount(message, 0);
      const used = POSITIONED_BODY_BYTES + frameCount(message, 0) * RECORD_BYTES;
      assert.equal(message.bytes.length, used + frameTextBytes(message, 0));
    }
  }
});

Deno.test("the longest message stays below the broker's longest", () => {
  const venue = new Venue();
  const name = "n".repeat(31);
  const orders = Array.from(
    { length: 2_048 },
    (_, index) => buy(1, 100, called(`${name}${String(index).padStart(5, "0")}`)),
  );
  const [message] = messagesOf(venue, orders, EVENTS_PER_MESSAGE_MAX);
  const share = message.bytes.length / orders.length;
  assert.ok(share * EVENTS_PER_MESSAGE_MAX < 1_048_576);
});
