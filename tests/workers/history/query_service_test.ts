import assert from "node:assert/strict";
import type { HistoryQuery } from "../../../core/protocol/queries.ts";
import {
  BEHIND_MILLIS_MAX,
  QueryService,
  type QueryTarget,
  WAITING_QUERIES_MAX,
} from "../../../workers/history/query_service.ts";
import { type HistoryBroker, until, withBroker } from "./history_broker.ts";

/** A history that is as far as a test says. */
class Target implements QueryTarget {
  isReady = true;
  eventSequence = 10;
  /** How often it was told that a query waits. */
  timesAwaited = 0;
  answer(query: HistoryQuery) {
    return { sequence: this.eventSequence, orders: [], asked: query.kind };
  }
  awaited() {
    this.timesAwaited++;
  }
}

const query = (minSequence: number) => ({ kind: "order", account: 1, orderId: 1, minSequence });

async function withService(
  use: (broker: HistoryBroker, service: QueryService, target: Target) => Promise<void>,
): Promise<void> {
  await withBroker(async (broker) => {
    const target = new Target();
    const connection = await broker.nats.connectAs("history");
    const service = new QueryService(connection, 0, target);
    await connection.flush();
    try {
      await use(broker, service, target);
    } finally {
      service.stop();
    }
  });
}

Deno.test("a history that has not caught up says that it is starting", () =>
  withService(async (broker, _service, target) => {
    target.isReady = false;
    const { error, sequence } = await broker.ask(query(0));
    assert.deepEqual([error, sequence], ["starting", 10]);
    assert.equal((await broker.ask({ ...query(0), limit: 1 })).error, "malformed");
  }));

Deno.test("waiting queries are answered in one go when history gets there", () =>
  withService(async (broker, service, target) => {
    const waiting = [11, 12, 13].map((minSequence) => broker.ask(query(minSequence)));
    assert.equal((await broker.ask(query(10))).sequence, 10);
    assert.ok(service.isAwaited);
    assert.equal(target.timesAwaited, 3, "a query that is answered at once is not waited for");
    target.eventSequence = 12;
    service.advanced();
    const answers = await Promise.all(waiting);
    assert.deepEqual(answers.map(({ error, sequence }) => error ?? sequence), [12, 12, "behind"]);
    assert.ok(!service.isAwaited);
  }));

Deno.test("as many queries as the limit wait; one more is told at once that history is behind", () =>
  withService(async (broker, service, target) => {
    let answered = 0;
    const waiting = Array.from(
      { length: WAITING_QUERIES_MAX },
      () => broker.ask(query(11)).finally(() => answered++),
    );
    const began = performance.now();
    const late = await broker.ask(query(11));
    const waited = performance.now() - began;
    assert.equal(late.error, "behind");
    assert.ok(waited < BEHIND_MILLIS_MAX, `waited ${waited} ms`);
    assert.equal(answered, 0);
    target.eventSequence = 11;
    service.advanced();
    await until("all answers", () => answered === WAITING_QUERIES_MAX);
    assert.ok((await Promise.all(waiting)).every(({ sequence }) => sequence === 11));
  }));

Deno.test("queries that wait when history stops are told that it is behind", () =>
  withService(async (broker, service) => {
    const waiting = broker.ask(query(11));
    await broker.ask(query(0));
    service.stop();
    assert.equal((await waiting).error, "behind");
  }));
