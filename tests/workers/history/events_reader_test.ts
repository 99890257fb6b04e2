import assert from "node:assert/strict";
import { EventsReader, ReaderError } from "../../../workers/history/events_reader.ts";
import { EventSource, seededRandom } from "../../core/history/event_source.ts";
import { sell } from "../../support/commands.ts";
import { withBroker } from "./history_broker.ts";
import { randomMessages } from "./stored_history.ts";

Deno.test("the reader delivers every message once and in order, however slow its owner is", () =>
  withBroker(async (broker) => {
    const messages = randomMessages(new EventSource(), seededRandom(4), 150);
    assert.ok(messages.length > 150, "more than a few fetches");
    await broker.publish(messages);
    const reader = await EventsReader.open(await broker.nats.connectAs("history"), "EVENTS_0", 3);
    const read: Uint8Array[] = [];
    let expected = 3;
    while (read.length < messages.length - 2) {
      for (const { streamSequence, data } of await reader.take()) {
        assert.equal(streamSequence, expected++);
        read.push(data);
        if (streamSequence % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
    assert.deepEqual(read.map((data) => data.length), messages.slice(2).map((data) => data.length));
    await reader.close();
    assert.deepEqual(await reader.take(), []);
  }));

Deno.test("the reader waits for a message that is still to come, and a close ends the wait", () =>
  withBroker(async (broker) => {
    const source = new EventSource();
    await broker.publish(source.open());
    const connection = await broker.nats.connectAs("history");
    const reader = await EventsReader.open(connection, "EVENTS_0", 2);
    const taken = reader.take();
    await broker.publish(source.append([sell(1, 5_000)]));
    assert.deepEqual((await taken).map((message) => message.streamSequence), [2]);
    const waiting = reader.take();
    await reader.close();
    assert.deepEqual(await waiting, []);
  }));

Deno.test("the reader fails when its consumer is gone, and when a message is missing", () =>
  withBroker(async (broker) => {
    const source = new EventSource();
    await broker.publish([...source.open(), ...source.messages(1)]);
    const connection = await broker.nats.connectAs("history");
    const admin = await (await broker.nats.connectAs("admin")).jetstreamManager();

    const orphan = await EventsReader.open(connection, "EVENTS_0", 27);
    // Asked for before the consumer goes, for the refusal may come at any moment from then on.
    const refused = assert.rejects(orphan.take(), ReaderError);
    await new Promise((resolve) => setTimeout(resolve, 50));
    for await (const { name } of admin.consumers.list("EVENTS_0")) {
      await admin.consumers.delete("EVENTS_0", name);
    }
    await refused;
    await orphan.close();

    await admin.streams.update("EVENTS_0", { max_msgs: 5 });
    const early = await EventsReader.open(connection, "EVENTS_0", 1);
    await assert.rejects(
      early.take(),
      (error) => error instanceof ReaderError && /delivered message 22, not 1/.test(error.message),
    );
    await early.close();
  }));
