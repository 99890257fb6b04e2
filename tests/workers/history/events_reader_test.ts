import assert from "node:assert/strict";
import {
  COLLECTED_EVENTS_MAX,
  EventsReader,
  FETCH_MESSAGES_MAX,
  ReaderError,
} from "../../../workers/history/events_reader.ts";
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

/** Longer than any test takes. */
const FOR_EVER_MILLIS = 600_000;

Deno.test("messages collect until the time is up, the owner goes on, or the reader is closed", () =>
  withBroker(async (broker) => {
    const source = new EventSource();
    await broker.publish(source.open());
    const connection = await broker.nats.connectAs("history");
    const reader = await EventsReader.open(connection, "EVENTS_0", 1);
    const publish = (count: number) =>
      broker.publish(source.append(Array(count).fill(sell(1, 0)), 1));
    // More than one fetch brings.
    const count = FETCH_MESSAGES_MAX + 10;
    const collected = reader.collect(FOR_EVER_MILLIS);
    await publish(count);
    await untilQuiet();
    reader.goOn();
    await collected;
    assert.equal((await reader.take()).length, 1 + count);

    await reader.collect(20);
    const late = reader.take();
    await publish(1);
    assert.equal((await late).length, 1);

    const closed = reader.collect(FOR_EVER_MILLIS);
    await reader.close();
    await closed;
    assert.deepEqual(await reader.take(), []);
  }));

/** A moment in which everything that was published arrives. */
const untilQuiet = () => new Promise((resolve) => setTimeout(resolve, 200));

Deno.test("no more messages collect than the limit, and a failure is not waited out", () =>
  withBroker(async (broker) => {
    const source = new EventSource();
    await broker.publish(source.open());
    const connection = await broker.nats.connectAs("history");
    const reader = await EventsReader.open(connection, "EVENTS_0", 2);
    const collected = reader.collect(FOR_EVER_MILLIS);
    await broker.publish(source.append(Array(COLLECTED_EVENTS_MAX).fill(sell(1, 0)), 64));
    await collected;
    assert.ok((await reader.take()).length >= 3);

    const admin = await (await broker.nats.connectAs("admin")).jetstreamManager();
    const failing = reader.collect(FOR_EVER_MILLIS);
    for await (const { name } of admin.consumers.list("EVENTS_0")) {
      await admin.consumers.delete("EVENTS_0", name);
    }
    await failing;
    await assert.rejects(async () => {
      while (true) await reader.take();
    }, ReaderError);
    await reader.close();
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
