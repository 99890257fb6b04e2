import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { HistoryOrderAnswer, QueryError } from "../../../core/protocol/queries.ts";
import { launchNats } from "../../../infra/nats/launch.ts";
import { RESEND_EVENTS_MAX } from "../../../workers/history/report_publisher.ts";
import { HistoryTrimmedError } from "../../../workers/history/stream_check.ts";
import { EventSource, seededRandom } from "../../core/history/event_source.ts";
import { buy, by, called, type Command, sell } from "../../support/commands.ts";
import { type RunningHistory, until, withBroker } from "./history_broker.ts";
import {
  applyAll,
  dump,
  inStream,
  openHistory,
  randomMessages,
  withFolder,
} from "./stored_history.ts";

const LISTEN_SECONDS = 600;

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

const reached = (history: RunningHistory, source: EventSource) =>
  until(
    `event ${source.state.events.sequence}`,
    () => history.service.eventSequence === source.state.events.sequence,
  );

Deno.test("queries are answered as soon as history has what they ask for", () =>
  withFolder((folder) =>
    withBroker(async (broker) => {
      const source = new EventSource();
      const opening = source.open();
      await broker.publishInstruments(source);
      await broker.publish(opening);
      const history = await broker.start(`${folder}/history.db`);
      await history.service.caughtUp;
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

Deno.test("private reports go to those who listen, and the query repairs every gap", () =>
  withFolder((folder) =>
    withBroker(async (broker) => {
      const source = new EventSource();
      const path = `${folder}/history.db`;
      const apps = [await broker.subscribe(1), await broker.subscribe(2)];
      await broker.listen(1, LISTEN_SECONDS);
      await broker.listen(2, -1);
      const first = await broker.start(path);
      const opening = source.open();
      // The terms come after the events that need them: the publisher waits for them.
      await broker.publish(opening);
      const trade = (): Command[] => [sell(2, 5_000), buy(1, 5_000, by(2))];
      await broker.publish(source.append(trade()));
      await broker.publishInstruments(source);
      await until("the first reports", () => apps[0].length === 5);
      assert.deepEqual(apps[0].map((report) => report.sequence), [1, 2, 3, 4, 5]);
      assert.deepEqual(apps[0].map((report) => report.prevSequence), [0, 1, 2, 3, 4]);
      assert.deepEqual(
        apps[0].map((report) => report.kind),
        ["ledger", "ledger", "ledger", "accepted", "trade"],
      );
      await first.stop();

      // While history is away, and over its restart, the numbers go on.
      await broker.publish(source.append(trade()));
      const second = await broker.start(path);
      await until("the reports of the time away", () => apps[0].length >= 7);
      await broker.publish(source.append(trade()));
      await reached(second, source);
      const all = await broker.askReports(1, source.state.events.sequence);
      await until("the last reports", () => apps[0].at(-1)?.sequence === all.length);
      assert.deepEqual(apps[0], all, "after a stop in order nothing comes twice");
      assert.deepEqual(all.map((report) => report.sequence), all.map((_, index) => index + 1));
      assert.equal(apps[1].length, 0, "credentials that ran out are no listener");

      await broker.listen(2, LISTEN_SECONDS);
      await until("the listener is seen", () => {
        void broker.publish(source.append([sell(1, 9_000, by(2))]));
        return apps[1].length > 0;
      });
      const [late] = apps[1];
      const missed = await broker.askReports(2, late.eventSequence);
      assert.deepEqual(missed.find((report) => report.sequence === late.sequence), late);
      assert.equal(missed[late.sequence - 2].sequence, late.prevSequence);
      await second.stop();
    })
  ));

Deno.test("what was stored and not published before a crash is published after it", () =>
  withFolder((folder) =>
    withBroker(async (broker) => {
      const source = new EventSource();
      const messages = source.open();
      messages.push(...source.append([sell(2, 5_000), buy(1, 5_000, by(2))]));
      await broker.publishInstruments(source);
      await broker.publish(messages);
      const path = `${folder}/history.db`;
      const crashed = openHistory(path);
      applyAll(crashed, inStream(messages));
      crashed.store.close();
      await broker.listen(1, LISTEN_SECONDS);
      const heard = await broker.subscribe(1);
      const history = await broker.start(path);
      await until("the stored reports", () => heard.length === 5);
      assert.deepEqual(heard, await broker.askReports(1, source.state.events.sequence));
      await history.stop();
    })
  ));

Deno.test("a history that is far behind publishes the newest reports only", () =>
  withFolder((folder) =>
    withBroker(async (broker) => {
      const source = new EventSource();
      const messages = source.open();
      // Rejections: one event and one report each.
      const refused = Array.from({ length: 1_000 }, () => sell(1, 0));
      for (let append = 0; append < 12; append++) messages.push(...source.append(refused));
      await broker.publishInstruments(source);
      await broker.publish(messages);
      await broker.listen(1, LISTEN_SECONDS);
      const heard = await broker.subscribe(1);
      const history = await broker.start(`${folder}/history.db`);
      await until("the last report", () => heard.at(-1)?.sequence === 12_003);
      assert.equal(heard.length, RESEND_EVENTS_MAX);
      assert.equal(heard[0].eventSequence, source.state.events.sequence - RESEND_EVENTS_MAX + 1);
      const all = await broker.askReports(1, source.state.events.sequence);
      assert.deepEqual(heard, all.slice(-RESEND_EVENTS_MAX));
      await history.stop();
    })
  ));

Deno.test("a rebuilt history numbers the reports as before", () =>
  withFolder((folder) =>
    withBroker(async (broker) => {
      const seed = Date.now();
      console.log(`seed ${seed}`);
      const source = new EventSource();
      const messages = randomMessages(source, seededRandom(seed), 30);
      await broker.publishInstruments(source);
      await broker.publish(messages);
      const first = await broker.start(`${folder}/first.db`);
      await first.service.caughtUp;
      const before = await broker.askReports(1, source.state.events.sequence);
      await first.stop();
      const second = await broker.start(`${folder}/second.db`);
      await second.service.caughtUp;
      assert.deepEqual(await broker.askReports(1, source.state.events.sequence), before);
      await second.stop();
      assert.deepEqual(dump(`${folder}/first.db`), dump(`${folder}/second.db`));
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
      await history.service.caughtUp;
      let server = nats.server;
      for (let death = 0; death < 2; death++) {
        server.kill();
        await server.exited;
        const { ports } = nats.server;
        server = await launchNats({ dataDirectory: nats.dataDirectory, ports, say: () => {} });
        const more = source.append([sell(2, 5_000), buy(1, 5_000, by(2))]);
        await broker.publish(more);
        messages.push(...more);
        await reached(history, source);
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
      await ahead.service.caughtUp;
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
      await foreign.service.caughtUp;
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
      await first.service.caughtUp;
      await first.stop();
      const meddler = new DatabaseSync(path);
      meddler.exec("DELETE FROM orders");
      meddler.close();
      const second = await broker.start(path);
      const more = source.append([buy(2, 5_000, by(2))]);
      await broker.publish(more);
      await reached(second, source);
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
      await history.service.caughtUp;
      assert.equal(history.service.eventSequence, 25);
      const query = { kind: "order", account: 1, orderId: 1, minSequence: 26 };
      assert.equal((await broker.ask<QueryError>(query)).error, "behind");
      await broker.publish(missing);
      await reached(history, source);
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
