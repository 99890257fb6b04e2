/**
 * The order path of a gateway whose broker takes everything and answers nothing.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { NatsConnection } from "nats.ws";
import { UNANSWERED_RECORDS_MAX } from "../../../core/batcher/batcher.ts";
import { FRAME_RECORDS_MAX } from "../../../core/protocol/frame.ts";
import { WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import { OverloadedError } from "../../../infra/orders/commands.ts";
import { createOrderGateway, SILENCE_MICROS_MAX } from "../../../infra/orders/order_gateway.ts";
import { ClientFrame } from "../../support/client_frames.ts";

const WAIT_MILLIS = 60_000;

/** A connection that goes nowhere. */
const connection = {
  options: {},
  publish: () => {},
  subscribe: () => ({ unsubscribe: () => {} }),
  async *status() {},
} as unknown as NatsConnection;

function recordsOf(frame: ClientFrame, count: number, cancels: number) {
  const wire = new WireBuffer(frame.seal().buffer);
  const textAt = wire.bytes.length;
  return { wire, textAt, count, cancels, account: 1, deadlineMicros: 9, key: { low: 1, high: 1 } };
}

Deno.test("records are submitted all or none, and cancels find the room that is kept for them", async () => {
  const gateway = createOrderGateway({ connection, shard: 0, sender: 7 });
  const orders = new ClientFrame(FRAME_RECORDS_MAX);
  for (let index = 0; index < FRAME_RECORDS_MAX; index++) orders.place();
  const whole = recordsOf(orders, FRAME_RECORDS_MAX, 0);
  const one = recordsOf(new ClientFrame().place(), 1, 0);
  const room = UNANSWERED_RECORDS_MAX;
  const waiting = [gateway.submitRecords(one, WAIT_MILLIS)];
  for (let sent = 1; sent + FRAME_RECORDS_MAX <= room; sent += FRAME_RECORDS_MAX) {
    waiting.push(gateway.submitRecords(whole, WAIT_MILLIS));
  }
  const { submitted } = gateway.status;
  assert.ok(!gateway.takes(FRAME_RECORDS_MAX, false) && gateway.takes(1, false));
  assert.ok(gateway.takes(1, true));
  assert.equal(gateway.status.refused, 0, "nobody has been refused by asking");
  await assert.rejects(gateway.submitRecords(whole, WAIT_MILLIS), OverloadedError);
  assert.equal(gateway.status.submitted, submitted, "nothing of it was written");
  assert.equal(gateway.status.refused, FRAME_RECORDS_MAX);
  waiting.push(gateway.submitRecords(recordsOf(new ClientFrame().cancelAll(0), 1, 1), WAIT_MILLIS));
  waiting.push(gateway.submitRecords(one, WAIT_MILLIS));
  assert.equal(gateway.status.submitted, submitted + 2);
  gateway.close();
  for (const parts of await Promise.all(waiting)) assert.deepEqual(parts, []);
});

Deno.test("while nobody answers, records are taken only where all of them are cancels", async () => {
  const gateway = createOrderGateway({ connection, shard: 0, sender: 7 });
  const waiting = gateway.submitRecords(recordsOf(new ClientFrame().place(), 1, 0), WAIT_MILLIS);
  assert.ok(gateway.takes(1, false));
  const until = performance.now() + 10 * SILENCE_MICROS_MAX / 1_000;
  while (gateway.takes(1, false)) {
    assert.ok(performance.now() < until, "it is still taken");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.equal(gateway.status.down?.part, "leader");
  assert.ok(gateway.takes(100, true));
  gateway.close();
  assert.deepEqual(await waiting, []);
});
