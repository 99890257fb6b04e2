/**
 * When history stores at once and when it lets messages collect: with pauses that last for ever
 * unless something ends them.
 *
 * @module
 */

import assert from "node:assert/strict";
import { REPORTS_PER_RUN_MAX, unpackReports } from "../../../core/history/report_run.ts";
import { COLLECTED_EVENTS_MAX } from "../../../workers/history/events_reader.ts";
import { EventSource } from "../../core/history/event_source.ts";
import { buy, by, sell } from "../../support/commands.ts";
import {
  type HistoryBroker,
  type RunningHistory,
  until,
  untilReached,
  withBroker,
} from "./history_broker.ts";
import { dump, storedRuns, withFolder } from "./stored_history.ts";

const FOR_EVER_MILLIS = 600_000;
/** Long enough for what is stored at once to be stored. */
const MOMENT_MILLIS = 150;

const moment = () => new Promise((resolve) => setTimeout(resolve, MOMENT_MILLIS));

interface Market {
  readonly broker: HistoryBroker;
  readonly source: EventSource;
  readonly history: RunningHistory;
  readonly path: string;
}

/** Runs `use` with a history that has caught up with an open market and pauses for ever. */
function withMarket(use: (market: Market) => Promise<void>): Promise<void> {
  return withFolder((folder) =>
    withBroker(async (broker) => {
      const source = new EventSource();
      const opening = source.open();
      await broker.publishInstruments(source);
      await broker.publish(opening);
      const path = `${folder}/history.db`;
      const history = await broker.start(path, FOR_EVER_MILLIS);
      await history.service.ready;
      await use({ broker, source, history, path });
    })
  );
}

/** How many reports the rows of an account have, the opening's three left out. */
function runLengths(path: string, account: number): number[] {
  const own = storedRuns(path).filter((run) => run.account === account);
  const lengths = own.map((run) => unpackReports(run).length);
  assert.equal(lengths.shift(), 3);
  return lengths;
}

Deno.test("messages that nobody waits for make one transaction, with each order written once", () =>
  withMarket(async ({ broker, source, history, path }) => {
    const { sequence: opened } = source.state.events;
    for (let message = 0; message < 5; message++) {
      await broker.publish(source.append([sell(1, 5_000), buy(1, 5_000, by(2))]));
    }
    await moment();
    assert.equal(history.service.eventSequence, opened, "nothing is stored in the pause");
    const reports = await broker.askReports(1, source.state.events.sequence);
    assert.equal(reports.length, 3 + 10);
    await history.stop();
    assert.deepEqual(runLengths(path, 1), [10]);
    assert.deepEqual(runLengths(path, 2), [10]);
  }));

Deno.test("a query for more than is stored cuts the pause short, and one for less does not", () =>
  withMarket(async ({ broker, source, history }) => {
    const { sequence: opened } = source.state.events;
    await broker.publish(source.append([sell(2, 5_000)]));
    await moment();
    const query = { kind: "order", account: 1, orderId: 1 };
    const before = await broker.ask({ ...query, minSequence: opened });
    assert.deepEqual([before.order, before.sequence], [null, opened]);
    const after = await broker.ask({ ...query, minSequence: opened + 1 });
    assert.equal(after.error, undefined, "it waited no longer than a query may");
    assert.equal(after.sequence, opened + 1);
    assert.notEqual(after.order, null);
    await history.stop();
  }));

Deno.test("a query that came before its event is answered as soon as the event is there", () =>
  withMarket(async ({ broker, source, history }) => {
    const placed = source.append([sell(2, 5_000)]);
    const { sequence: minSequence } = source.state.events;
    const answer = broker.ask({ kind: "order", account: 1, orderId: 1, minSequence });
    await moment();
    await broker.publish(placed);
    assert.equal((await answer).sequence, minSequence);
    await history.stop();
  }));

Deno.test("while somebody listens to any account nothing is held back", () =>
  withMarket(async ({ broker, source, history, path }) => {
    const heard = await broker.subscribe(2);
    await broker.listen(2, 600);
    const isHeard = () => heard.at(-1)?.eventSequence === source.state.events.sequence;
    for (let attempt = 0; attempt < 100 && heard.length === 0; attempt++) {
      await broker.publish(source.append([sell(1, 9_000, by(2))]));
      // The pause that was under way when the listener came is ended by a query.
      await broker.askReports(2, source.state.events.sequence);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await until("the first report", isHeard);
    for (let message = 0; message < 4; message++) {
      await broker.publish(source.append([sell(1, 5_000), buy(1, 5_000, by(2))]));
      await untilReached(history, source);
      await until("the report", isHeard);
    }
    await history.stop();
    assert.deepEqual(runLengths(path, 2).slice(-4), [2, 2, 2, 2]);
  }));

Deno.test("what has collected to the limit is stored without anybody asking", () =>
  withMarket(async ({ broker, source, history, path }) => {
    // Rejections: one event and one report each.
    const refused = Array(COLLECTED_EVENTS_MAX).fill(sell(1, 0));
    await broker.publish(source.append(refused, 32));
    await untilReached(history, source);
    await history.stop();
    const runs = runLengths(path, 1);
    const full = runs.filter((length) => length === REPORTS_PER_RUN_MAX);
    assert.equal(full.length, runs.length - 1, "one transaction makes full runs and a rest");
  }));

Deno.test("a stop ends the pause; what was not stored is read again", () =>
  withMarket(async ({ broker, source, history, path }) => {
    const { sequence: opened } = source.state.events;
    await broker.publish(source.append([sell(2, 5_000)]));
    await moment();
    const began = performance.now();
    await history.stop();
    const took = performance.now() - began;
    assert.ok(took < 2_000, `took ${took} ms`);
    const { progress } = dump(path);
    assert.deepEqual({ ...progress[0] as object }, { event_sequence: opened });
    const again = await broker.start(path, FOR_EVER_MILLIS);
    await again.service.ready;
    assert.equal(again.service.eventSequence, opened + 1, "there is no pause in catching up");
    await again.stop();
  }));
