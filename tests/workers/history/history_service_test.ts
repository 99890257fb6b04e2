import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { HistoryOrderAnswer, QueryError } from "../../../core/protocol/queries.ts";
import { launchNats } from "../../../infra/nats/launch.ts";
import { HistoryTrimmedError } from "../../../workers/history/stream_check.ts";
import { EventSource, seededRandom } from "../../core/history/event_source.ts";
import { buy, by, called, sell } from "../../support/commands.ts";
import { untilReached, withBroker } from "./history_broker.ts";
import {
  applyAll,
  dump,
  inStream,
  openHistory,
  randomMessages,
  withFolder,
} from "./stored_history.ts";

/** The dump of a history that took the messages in one run. */
function dumpOf(folder: string, messages: readonly Uint8Array[]): Record<string, unknown[]> {
  const path = `${folder}/expected.db`;
  const history = openHistory(path);
  applyAll(history, inStream(messages));
  history.store.close();
  const content = dump(path);
  Deno.removeSync(path);
  return content;
}

Deno.test("queries are answered as soon as history has what they ask for", () =>
  withFolder((folder) =>
    withBroker(async (broker) => {
      const source = new EventSource();
      const opening = source.open();
      await broker.publishInstruments(source);
      await broker.publish(opening);
      const history = await broker.start(`${folder}/history.db`);
      await history.service.ready;
      assert.equal(history.service.eventSequence, source.state.events.sequence);

      const placed = source.append([sell(2, 5_000, called("mine"))]);
      const minSequence = source.state.events.sequence;
      const answer = broker.ask<HistoryOrderAnswer>(
        { kind: "order", account: 1, orderId: 1, minSequence },
      );
      await new Promise((resolve) => setTimeout(resolve, 100));
      await broker.publish(placed);
      const { order, sequence } = await answer;
      assert.equal(sequence, minSequence);
      assert.equal(order?.clientOrderId, "mine");

      const began = performance.now();
      const behind = await broker.ask<QueryError>(
        { kind: "order", account: 1, orderId: 1, minSequence: minSequence + 1 },
      );
      const waited = performance.now() - began;
      assert.equal(behind.error, "behind");
      assert.equal(behind.sequence, minSequence);
      assert.match(behind.detail, /history is at event 26, minSequence is 27/);
      assert.ok(waited > 900 && waited < 3_000, `waited ${waited} ms`);

      const malformed = await broker.ask<QueryError>({ kind: "order", account: -1 });
      assert.equal(malformed.error, "malformed");
      assert.match(malformed.detail, /^account: /);
      assert.equal((await broker.ask<QueryError>("{")).error, "malformed");
      await history.stop();
    })
  ));

Deno.test("history survives the death of the broker", () =>
  withFolder((folder) =>
    withBroker(async (broker) => {
      const source = new EventSource();
      const random = seededRandom(11);
      const { nats } = broker;
      const messages = randomMessages(source, random, 20);
      await broker.publishInstruments(source);
      await broker.publish(messages);
      const path = `${folder}/history.db`;
      const history = await broker.start(path);
      await history.service.ready;
      let server = nats.server;
      for (let death = 0; death < 2; death++) {
        server.kill();
        await server.exited;
        const { ports } = nats.server;
        server = await launchNats({ dataDirectory: nats.dataDirectory, ports, say: () => {} });
        const more = source.append([sell(2, 5_000), buy(1, 5_000, by(2))]);
        await broker.publish(more);
        messages.push(...more);
        await untilReached(history, source);
      }
      const { orders } = await broker.ask<{ orders: unknown[] }>({
        kind: "orders",
        account: 1,
        instrument: 0,
        status: "all",
        beforeOrderId: 0,
        limit: 500,
        minSequence: source.state.events.sequence,
      });
      assert.ok(orders.length > 0);
      await history.stop();
      assert.deepEqual(dump(path), dumpOf(folder, messages));
      await server.stop();
    })
  ));

Deno.test("history stops in time while the broker is away", () =>
  withFolder((folder) =>
    withBroker(async (broker) => {
      const source = new EventSource();
      await broker.publish(source.open());
      const path = `${folder}/history.db`;
      const history = await broker.start(path);
      await history.service.ready;
      broker.nats.server.kill();
      await broker.nats.server.exited;
      await new Promise((resolve) => setTimeout(resolve, 300));
      const began = performance.now();
      await history.stop();
      const took = performance.now() - began;
      assert.ok(took < 3_000, `took ${took} ms`);
      const { progress, ...content } = dump(path);
      assert.deepEqual({ ...progress[0] as object }, { event_sequence: 25 });
      assert.equal(content.reports.length, 15);
    })
  ));

Deno.test("a database of another venue, or ahead of this one, is built anew", () =>
  withFolder((folder) =>
    withBroker(async (broker) => {
      const elsewhere = new EventSource();
      const path = `${folder}/history.db`;
      const other = openHistory(path);
      applyAll(other, inStream(randomMessages(elsewhere, seededRandom(5), 20)));
      const { streamSequence } = other.store.progress;
      other.store.close();

      const source = new EventSource();
      source.stampMicros += 5;
      const messages = source.open();
      await broker.publishInstruments(source);
      await broker.publish(messages);
      const ahead = await broker.start(path);
      await ahead.service.ready;
      assert.match(
        ahead.said[1],
        new RegExp(`built anew: it has read ${streamSequence} messages, EVENTS_0 has 1`),
      );
      assert.equal(ahead.service.eventSequence, source.state.events.sequence);
      await ahead.stop();
      assert.deepEqual(dump(path), dumpOf(folder, messages));

      const shorter = openHistory(`${folder}/shorter.db`);
      applyAll(
        shorter,
        inStream(elsewhere.messages(1)).slice(0, 0).concat(inStream(new EventSource().open())),
      );
      shorter.store.close();
      const foreign = await broker.start(`${folder}/shorter.db`);
      await foreign.service.ready;
      assert.match(foreign.said[1], /built anew: message 1 of EVENTS_0 is not the one/);
      await foreign.stop();
      assert.deepEqual(dump(`${folder}/shorter.db`), dumpOf(folder, messages));
    })
  ));

Deno.test("a database that contradicts the stream is built anew once", () =>
  withFolder((folder) =>
    withBroker(async (broker) => {
      const source = new EventSource();
      const messages = source.open();
      messages.push(...source.append([sell(2, 5_000)]));
      await broker.publishInstruments(source);
      await broker.publish(messages);
      const path = `${folder}/history.db`;
      const first = await broker.start(path);
      await first.service.ready;
      await first.stop();
      const meddler = new DatabaseSync(path);
      meddler.exec("DELETE FROM orders");
      meddler.close();
      const second = await broker.start(path);
      const more = source.append([buy(2, 5_000, by(2))]);
      await broker.publish(more);
      await untilReached(second, source);
      assert.match(second.said[1], /built anew: message 3: .*order 1, which was never accepted/);
      await second.stop();
      assert.deepEqual(dump(path), dumpOf(folder, [...messages, ...more]));
    })
  ));

Deno.test("a hole in the stream is waited out", () =>
  withFolder((folder) =>
    withBroker(async (broker) => {
      const source = new EventSource();
      const opening = source.open();
      const missing = source.append([sell(3, 5_000)]);
      const behind = source.append([buy(2, 5_000, by(2))]);
      await broker.publishInstruments(source);
      await broker.publish([...opening, ...behind]);
      const path = `${folder}/history.db`;
      const history = await broker.start(path);
      await history.service.ready;
      assert.equal(history.service.eventSequence, 25);
      const query = { kind: "order", account: 1, orderId: 1, minSequence: 26 };
      assert.equal((await broker.ask<QueryError>(query)).error, "behind");
      await broker.publish(missing);
      await untilReached(history, source);
      const { order } = await broker.ask<HistoryOrderAnswer>(query);
      assert.equal(order?.executedLots, 2);
      await history.stop();
      assert.deepEqual(dump(path), dumpOf(folder, [...opening, ...missing, ...behind]));
    })
  ));

Deno.test("a stream that lost its beginning is refused loudly", () =>
  withFolder((folder) =>
    withBroker(async (broker) => {
      const source = new EventSource();
      await broker.publish(source.open());
      await broker.publish(source.append([sell(3, 5_000)]));
      const admin = await broker.nats.connectAs("admin");
      const manager = await admin.jetstreamManager();
      await manager.streams.update("EVENTS_0", { max_msgs: 1 });
      const history = await broker.start(`${folder}/history.db`);
      await assert.rejects(
        history.ended,
        (error) =>
          error instanceof HistoryTrimmedError &&
          /EVENTS_0 begins with message 2, history needs message 1/.test(error.message),
      );
      await history.stop();
    })
  ));
