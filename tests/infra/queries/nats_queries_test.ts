import assert from "node:assert/strict";
import { QUERY_BYTES_MAX } from "../../../core/protocol/queries.ts";
import {
  NatsQueries,
  QUERIES_WAITING_MAX,
  readAnswer,
} from "../../../infra/queries/nats_queries.ts";
import { QueryFailedError, type QueryFailure } from "../../../infra/queries/queries.ts";
import { withNats } from "../nats/temporary_nats.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Whether an error says that a service failed for a reason. */
const failed = (service: string, reason: QueryFailure) => (error: unknown) =>
  error instanceof QueryFailedError && error.service === service && error.reason === reason;

Deno.test("an answer is read, and one that says why there is none is a failure", () => {
  assert.deepEqual(readAnswer("leader", bytesOf('{"sequence":7}')), { sequence: 7 });
  const behind = bytesOf('{"error":"behind","detail":"at 5","sequence":5}');
  assert.throws(() => readAnswer("history", behind), failed("history", "behind"));
  assert.throws(() => readAnswer("leader", bytesOf("{")), failed("leader", "malformed"));
  const long = new Uint8Array(QUERY_BYTES_MAX + 1);
  assert.throws(() => readAnswer("leader", long), failed("leader", "malformed"));
});

Deno.test("a gateway asks leader, history and market data, each on its subject", () =>
  withNats(async (nats) => {
    const asked: string[] = [];
    const serve = async (user: "matcher" | "history" | "marketData", subject: string) => {
      const connection = await nats.connectAs(user);
      connection.subscribe(subject, {
        callback: (_, message) => {
          asked.push(`${message.subject} ${message.string()}`);
          message.respond(JSON.stringify({ sequence: asked.length }));
        },
      });
      await connection.flush();
    };
    await serve("matcher", "query.*");
    await serve("history", "history.*");
    await serve("marketData", "md.snapshot.*");
    const queries = new NatsQueries(await nats.connectAs("gateway"), 0);
    assert.equal((await queries.leader({ kind: "balances", account: 1 })).sequence, 1);
    await queries.leader({ kind: "state" }, { shard: 7 });
    await queries.history({ kind: "order", account: 1, orderId: 2, minSequence: 3 });
    await queries.snapshot("BTC-USD", { levels: 1, trades: 0, minSequence: 9 });
    assert.deepEqual(asked, [
      'query.0 {"kind":"balances","account":1}',
      'query.7 {"kind":"state"}',
      'history.0 {"kind":"order","account":1,"orderId":2,"minSequence":3}',
      'md.snapshot.BTC-USD {"levels":1,"trades":0,"minSequence":9}',
    ]);
  }));

Deno.test("nobody there, nobody in time and too many at once are told apart", () =>
  withNats(async (nats) => {
    const queries = new NatsQueries(await nats.connectAs("gateway"), 0);
    const state = { kind: "state" } as const;
    await assert.rejects(queries.leader(state), failed("leader", "unreachable"));
    const silent = await nats.connectAs("matcher");
    silent.subscribe("query.*", { callback: () => {} });
    await silent.flush();
    const late = queries.leader(state, { millisMax: 50 });
    await assert.rejects(late, failed("leader", "timeout"));
    const waiting = Array.from(
      { length: QUERIES_WAITING_MAX },
      () => queries.leader(state, { millisMax: 100 }).catch(() => {}),
    );
    assert.equal(queries.waiting, QUERIES_WAITING_MAX);
    await assert.rejects(queries.leader(state), failed("leader", "busy"));
    await Promise.all(waiting);
    assert.equal(queries.waiting, 0);
  }));
