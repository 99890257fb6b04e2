import assert from "node:assert/strict";
import type { QueryError } from "../../../core/protocol/queries.ts";
import { RESEND_EVENTS_MAX } from "../../../workers/history/report_publisher.ts";
import { EventSource, seededRandom } from "../../core/history/event_source.ts";
import { buy, by, type Command, deposit, sell } from "../../support/commands.ts";
import { until, untilReached, withBroker } from "./history_broker.ts";
import {
  applyAll,
  dump,
  inStream,
  openHistory,
  randomMessages,
  withFolder,
} from "./stored_history.ts";

const LISTEN_SECONDS = 600;

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
      await untilReached(second, source);
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
      await history.service.ready;
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
      await history.service.ready;
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
      await first.service.ready;
      const before = await broker.askReports(1, source.state.events.sequence);
      await first.stop();
      const second = await broker.start(`${folder}/second.db`);
      await second.service.ready;
      assert.deepEqual(await broker.askReports(1, source.state.events.sequence), before);
      await second.stop();
      assert.deepEqual(dump(`${folder}/first.db`), dump(`${folder}/second.db`));
    })
  ));

Deno.test("reports of an instrument that REFERENCE lacks are not published, and hold up nothing", () =>
  withFolder((folder) =>
    withBroker(async (broker) => {
      const source = new EventSource();
      await broker.publish(source.open());
      await broker.listen(1, LISTEN_SECONDS);
      const heard = await broker.subscribe(1);
      const history = await broker.start(`${folder}/history.db`);
      for (let append = 0; append < 5; append++) {
        await broker.publish(source.append([sell(2, 5_000), buy(1, 5_000, by(2))]));
      }
      await untilReached(history, source);
      await broker.publish(source.append([deposit(1, 3, 5)]));
      await until("the report of the deposit", () => heard.at(-1)?.kind === "ledger");
      await until("the last deposit", () => heard.length === 4);
      assert.deepEqual(heard.map((report) => report.sequence), [1, 2, 3, 14]);
      const lines = history.said.filter((line) => /REFERENCE lacks instrument 1/.test(line));
      assert.equal(lines.length, 1);
      const page = { kind: "reports", account: 1, afterSequence: 0, limit: 500 };
      const minSequence = source.state.events.sequence;
      assert.equal((await broker.ask<QueryError>({ ...page, minSequence })).error, "starting");
      await broker.publishInstruments(source);
      await until("the instruments", () => {
        const answer = history.service.answer({ ...page, kind: "reports", minSequence: 0 });
        return !("error" in answer);
      });
      assert.equal((await broker.askReports(1, minSequence)).length, 14);
      await history.stop();
    })
  ));
