import assert from "node:assert/strict";
import type { JetStreamManager } from "nats.ws";
import { readGrowth } from "../../../infra/journal/stream_growth.ts";

const HOUR = 3_600_000;
const NOW = Date.parse("2030-01-10T00:00:00Z");

/** A stream with one message of 1,000 bytes an hour, the last one just now. */
function hourly(messages: number): JetStreamManager {
  const time = (seq: number) => new Date(NOW - (messages - seq) * HOUR);
  const state = {
    messages,
    bytes: messages * 1_000,
    first_seq: 1,
    last_seq: messages,
    first_ts: time(1).toISOString(),
  };
  const streams = {
    info: () => Promise.resolve({ state }),
    getMessage: (_: string, { seq }: { seq: number }) => Promise.resolve({ time: time(seq) }),
  };
  return { streams } as unknown as JetStreamManager;
}

Deno.test("growth is what came in the last day, or in a shorter life", async () => {
  const old = await readGrowth(hourly(1_000), "JOURNAL_0", NOW);
  assert.deepEqual([old.bytes, old.bytesPerDay], [1_000_000, 25_000]);
  const young = await readGrowth(hourly(13), "JOURNAL_0", NOW);
  assert.equal(young.bytesPerDay, 26_000, "13 messages in 12 hours");
  assert.equal((await readGrowth(hourly(1), "JOURNAL_0", NOW)).bytesPerDay, null);
});
