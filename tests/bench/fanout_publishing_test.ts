import assert from "node:assert/strict";
import type { NatsConnection } from "nats.ws";
import { SUBJECTS } from "../../bench/fanout/fanout_market.ts";
import { Publishing } from "../../bench/fanout/publishing.ts";

const CONNECTIONS = 100;
const DELIVERIES = 20_000;
/** A binary message carries its time from here on, in eight bytes. */
const TIME_OFFSET = 24;

/** A connection that keeps what is published. */
function recorder() {
  const published: { subject: string; text: string; micros: number }[] = [];
  const connection = {
    publish: (subject: string, payload: string | Uint8Array) => {
      const isText = typeof payload === "string";
      const bytes = isText ? new TextEncoder().encode(payload) : payload.slice();
      const view = new DataView(bytes.buffer);
      const isBinary = subject.endsWith(".bin");
      const micros = isBinary ? Number(view.getBigUint64(TIME_OFFSET, true)) : 0;
      if (isBinary) view.setBigUint64(TIME_OFFSET, 0n, true);
      const text = isBinary ? bytes.toHex() : new TextDecoder().decode(bytes);
      published.push({ subject, text: text.replaceAll(/"timeMicros":\d+/g, ""), micros });
    },
    flush: () => Promise.resolve(),
    isClosed: () => false,
    status: () => ({ async *[Symbol.asyncIterator]() {} }),
  };
  return { connection: connection as unknown as NatsConnection, published };
}

Deno.test("both ways publish the same messages, and deliver what was promised", async () => {
  const { connection, published } = recorder();
  const publishing = new Publishing(connection);
  const isDealt = ({ subject }: { subject: string }) => !subject.includes(".candles.");
  for (const way of ["edgebook", "bare"] as const) {
    const prepared = publishing.prepare(DELIVERIES, CONNECTIONS);
    assert.ok(prepared.deliveries >= DELIVERIES);
    published.length = 0;
    const since = Date.now() * 1_000;
    for (let index = 0; index < prepared.appends; index++) await publishing.publish(way, index);
    await publishing.drain();
    const heard = published.filter(({ subject }) => SUBJECTS.includes(subject));
    assert.equal(heard.length * CONNECTIONS, prepared.deliveries, way);
    assert.ok(heard.every(({ micros }) => micros >= since - 1_000), "all carry the present time");
    if (way === "bare") continue;
    // The same piece again, as finished bytes: candles end with the time, which has gone on.
    const first = published.filter(isDealt).map(({ subject, text }) => `${subject} ${text}`);
    published.length = 0;
    for (let index = 0; index < prepared.appends; index++) await publishing.publish("bare", index);
    const second = published.filter(isDealt).map(({ subject, text }) => `${subject} ${text}`);
    assert.deepEqual(first, second);
  }
});
