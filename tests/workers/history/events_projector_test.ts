import assert from "node:assert/strict";
import type { HistoryReport } from "../../../core/history/report_run.ts";
import { WireBuffer, writeU64 } from "../../../core/protocol/wire_buffer.ts";
import { sealCrc } from "../../../infra/journal/crc.ts";
import { ProjectionError } from "../../../workers/history/events_projector.ts";
import { buy, by, cancel, sell } from "../../support/commands.ts";
import { EventSource, seededRandom } from "../../core/history/event_source.ts";
import { MemoryHistory } from "../../core/history/memory_history.ts";
import {
  applyAll,
  dump,
  inStream,
  openHistory,
  randomMessages,
  withFolder,
} from "./stored_history.ts";

/** Word of the position block with the sequence of the first event. */
const FIRST_EVENT_WORD = 12;

/** The dump of a history that took the messages in one run. */
function dumpOf(folder: string, messages: readonly Uint8Array[]): Record<string, unknown[]> {
  const path = `${folder}/whole.db`;
  const history = openHistory(path);
  applyAll(history, inStream(messages));
  history.store.close();
  return dump(path);
}

Deno.test("the database holds what the projection says", () =>
  withFolder((folder) => {
    const seed = Date.now();
    console.log(`seed ${seed}`);
    const messages = randomMessages(new EventSource(), seededRandom(seed), 40);
    const memory = new MemoryHistory();
    memory.apply(messages);
    const history = openHistory(`${folder}/history.db`);
    applyAll(history, inStream(messages));
    const { store } = history;
    assert.equal(store.progress.eventSequence, memory.eventSequence);
    assert.equal(store.progress.streamSequence, messages.length);
    for (const order of memory.orders.values()) {
      assert.deepEqual(store.order(order.account, order.orderId), order);
    }
    for (const [asset, scale] of memory.assetScales) assert.equal(store.assetScale(asset), scale);
    const byAccount = Map.groupBy(memory.reports, (report) => report.account);
    for (const [account, reports] of byAccount) {
      assert.equal(store.reportSequence(account), reports.length);
      assert.deepEqual(plain(store.newestReports(account, 10_000)), plain(reports));
    }
    store.close();
    const { fills } = dump(`${folder}/history.db`);
    assert.equal(fills.length, memory.fills.length);
  }));

/** Reports with their events as plain bytes, whatever buffer they stand in. */
function plain(reports: readonly HistoryReport[]): unknown[] {
  return reports.map((report) => ({ ...report, event: [...report.event] }));
}

Deno.test("a run that is cut at random points holds the same as one that is not", () =>
  withFolder((folder) => {
    const seed = Date.now();
    console.log(`seed ${seed}`);
    const random = seededRandom(seed);
    const messages = inStream(randomMessages(new EventSource(), random, 40));
    const path = `${folder}/cut.db`;
    let next = 1;
    while (next <= messages.length) {
      const history = openHistory(path);
      assert.equal(history.projector.nextSequence, next);
      const to = next + Math.floor(random() * 20);
      applyAll(history, messages.slice(next - 1, to));
      next = history.projector.nextSequence;
      history.store.close();
    }
    assert.deepEqual(dump(path), dumpOf(folder, messages.map((message) => message.data)));
  }));

Deno.test("a batch that fails leaves nothing behind", () =>
  withFolder((folder) => {
    const source = new EventSource();
    const history = openHistory(`${folder}/history.db`);
    applyAll(history, inStream(source.open()));
    const before = history.store.progress;
    const sale = source.append([sell(3, 5_000)]);
    // The end of an order that this venue does not have, in the place of the next event.
    const elsewhere = new EventSource();
    elsewhere.open();
    elsewhere.append([sell(3, 5_000), sell(3, 5_000)]);
    const wrong = WireBuffer.copyOf(elsewhere.append([cancel(2)])[0]);
    writeU64(wrong.words, FIRST_EVENT_WORD, source.state.events.sequence + 1);
    sealCrc(wrong, wrong.bytes.length);
    assert.throws(
      () => history.projector.apply(inStream([...sale, wrong.bytes], 2), 0),
      (error) =>
        error instanceof ProjectionError && /message 3: .* never accepted/.test(error.message),
    );
    assert.deepEqual(history.store.progress, before);
    assert.equal(history.store.order(1, 1), null);
    applyAll(history, inStream([...sale, ...source.append([cancel(1)])], 2));
    assert.equal(history.store.progress.eventSequence, source.state.events.sequence);
    history.store.close();
  }));

Deno.test("republished messages are passed over", () =>
  withFolder((folder) => {
    const source = new EventSource();
    const messages = source.open();
    messages.push(...source.append([sell(3, 5_000), buy(2, 5_000, by(2)), sell(3, 5_001)], 2));
    // A new leader publishes the last append once more, in one message, and goes on.
    const again = source.messages(1_000);
    const more = source.append([buy(9, 5_001, by(3))]);
    const history = openHistory(`${folder}/history.db`);
    applyAll(history, inStream([...messages, ...again, ...more]));
    assert.equal(history.store.progress.streamSequence, messages.length + 2);
    history.store.close();
    assert.deepEqual(history.said, []);
    assert.deepEqual(dump(`${folder}/history.db`), dumpOf(folder, [...messages, ...more]));
  }));

Deno.test("a hole stops history, and it goes on when the hole is filled", () =>
  withFolder((folder) => {
    const source = new EventSource();
    const opening = source.open();
    const missing = source.append([sell(3, 5_000)]);
    const behind = source.append([buy(2, 5_000, by(2))]);
    const further = source.append([buy(1, 5_000, by(3))]);
    const stream = inStream([...opening, ...behind, ...further, ...missing, ...behind]);
    const path = `${folder}/history.db`;
    const history = openHistory(path);
    let rest = stream;
    let result = history.projector.apply(rest, 0);
    assert.deepEqual([result.used, result.mustRewind], [4, true]);
    assert.equal(history.projector.nextSequence, 2);
    assert.match(history.said[0], /come; reading on from it/);
    rest = stream.slice(1);
    result = history.projector.apply(rest, 0);
    assert.deepEqual([result.used, result.mustRewind], [4, false]);
    assert.equal(history.projector.nextSequence, 6);
    assert.equal(history.store.progress.eventSequence, source.state.events.sequence);
    history.store.close();
    assert.deepEqual(
      dump(path),
      dumpOf(folder, [...opening, ...missing, ...behind, ...further]),
    );
  }));

Deno.test("what is stored never goes beyond a hole, not over a restart either", () =>
  withFolder((folder) => {
    const source = new EventSource();
    const opening = source.open();
    source.append([sell(3, 5_000)]);
    const behind = source.append([buy(2, 5_000, by(2))]);
    const path = `${folder}/history.db`;
    const history = openHistory(path);
    applyAll(history, inStream([...opening, ...behind, ...behind]));
    assert.ok(history.projector.hasHole);
    assert.equal(history.said.length, 1, "a hole is said once");
    assert.match(history.said[0], /message 2 does not go on after event 25/);
    history.store.close();
    const again = openHistory(path);
    assert.equal(again.projector.nextSequence, 2);
    again.store.close();
  }));

Deno.test("a damaged message is passed over as a hole", () =>
  withFolder((folder) => {
    const source = new EventSource();
    const opening = source.open();
    const [sale] = source.append([sell(3, 5_000)]);
    const [purchase] = source.append([buy(2, 5_000, by(2))]);
    const damaged = sale.slice();
    damaged[100] ^= 1;
    const path = `${folder}/history.db`;
    const history = openHistory(path);
    applyAll(history, inStream([...opening, damaged, purchase]));
    assert.match(history.said[0], /message 2 is no valid frame of events \(result code 108\)/);
    assert.ok(history.projector.hasHole);
    const { mustRewind } = history.projector.apply(inStream([sale], 4), 0);
    assert.ok(mustRewind);
    applyAll(history, inStream([purchase, sale], 3));
    assert.equal(history.store.progress.eventSequence, source.state.events.sequence);
    assert.equal(history.store.progress.streamSequence, 4);
    history.store.close();
  }));
