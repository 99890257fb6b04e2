import assert from "node:assert/strict";
import type { HistoryQuery } from "../../../../core/protocol/queries.ts";
import { SUBSCRIPTION_MICROS } from "../../../../routes/binance/websocket_api/api_session.ts";
import { FIRST_WATCH_MICROS } from "../../../../routes/streams/owner_watch.ts";
import { SWEEP_MILLIS } from "../../../../routes/streams/stream_table.ts";
import type { JsonSocket } from "../../../support/json_socket.ts";
import { type ApiGateway, BUY, listening } from "./api_gateway.ts";

const pause = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));

Deno.test("a stream of which reports are missing ends", async () => {
  await using run = await listening();
  const { gateway, place, socket } = run;
  await place(1, BUY);
  await run.told(1);
  const { queries } = gateway.exchange;
  const others = queries.history.bind(queries);
  // A history that was made anew, and knows fewer reports than were told.
  // deno-lint-ignore no-explicit-any -- the answer of one kind of query among several
  queries.history = (query: HistoryQuery): Promise<any> =>
    query.kind === "reports"
      ? Promise.resolve({ sequence: 1, reports: [], lastReportSequence: 0 })
      : others(query);
  const report = { account: "1" };
  gateway.broker.publish("user.1.reports", { ...report, sequence: 99, prevSequence: 98 });
  assert.deepEqual(await socket.closed, { code: 4003, reason: "unavailable" });
});

/** Lets the sweep of all streams come by, `micros` later. */
async function later(gateway: ApiGateway, micros: number): Promise<void> {
  await pause(SWEEP_MILLIS + 100);
  gateway.nowMicros += micros;
}

Deno.test("a stream ends with its key, and after a day", async (t) => {
  const ending = async (socket: JsonSocket) => {
    const { code, reason } = await socket.closed;
    assert.equal(socket.messages.at(-1).event.e, "eventStreamTerminated");
    return [code, reason];
  };
  await t.step("that is revoked", async () => {
    await using run = await listening();
    run.gateway.addKey(1, ["read"], { revoked: true });
    await later(run.gateway, FIRST_WATCH_MICROS);
    assert.deepEqual(await ending(run.socket), [4005, "key_invalid"]);
  });
  await t.step("a day later", async () => {
    await using run = await listening();
    await later(run.gateway, SUBSCRIPTION_MICROS - 60_000_000);
    await pause(SWEEP_MILLIS + 100);
    assert.equal((await run.gateway.ask(run.socket, "ping")).status, 200);
    await later(run.gateway, 60_000_000);
    assert.deepEqual(await ending(run.socket), [4006, "expired"]);
  });
  await t.step("and when the gateway stops", async () => {
    await using run = await listening();
    run.gateway.isDraining = true;
    assert.deepEqual(await ending(run.socket), [4001, "draining"]);
  });
});
