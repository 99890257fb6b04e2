import assert from "node:assert/strict";
import { PROGRESS_MILLIS, ReplayProgress } from "../../../workers/operator/watch_progress.ts";

const FIRST_MICROS = Date.UTC(2026, 0, 31, 9, 30, 0) * 1_000;

/** Progress by a clock that is set by hand, and what it has said. */
function progressAt() {
  const clock = { millis: 500 };
  const said: string[] = [];
  return {
    clock,
    said,
    progress: new ReplayProgress((line) => said.push(line), () => clock.millis),
  };
}

Deno.test("watch progress: a short silent part is silent", () => {
  const { clock, progress, said } = progressAt();
  for (let events = 0; events < 100; events++) {
    clock.millis += PROGRESS_MILLIS / 101;
    progress.read(events, events / 100);
  }
  assert.deepEqual(said, []);
});

Deno.test("watch progress: a long one says its events, their rate and the share that is done", () => {
  const { clock, progress, said } = progressAt();
  clock.millis += 2_000;
  progress.read(1_200_000, 0.437);
  clock.millis += 1_999;
  progress.read(2_000_000, 0.6);
  assert.equal(progress.percent, "60 %");
  clock.millis += 1;
  progress.read(2_400_000, 0.999);
  assert.deepEqual(said, [
    "reading what was before: 1,200,000 events, 600,000/s, 43 %",
    "reading what was before: 2,400,000 events, 600,000/s, 99 %",
  ]);
});

Deno.test("watch progress: in the end what was replayed, and how long both parts took", () => {
  const { clock, progress } = progressAt();
  const replayed = {
    messages: 1_234,
    events: 20_000,
    silentEvents: 12_000,
    firstMicros: FIRST_MICROS,
    lastMicros: FIRST_MICROS + 60_000_001,
  };
  clock.millis += 1_500;
  progress.read(12_000, 1);
  clock.millis += 250;
  assert.equal(
    progress.summary("BTC-USD", replayed),
    "replayed 1,234 messages of BTC-USD, 2026-01-31T09:30:00Z to 2026-01-31T09:31:00.000001Z, " +
      "in 0.25 s; 12,000 of 20,000 events were read silently, in 1.50 s",
  );
  assert.match(progress.summary("BTC-USD", { ...replayed, messages: 1 }), /^replayed 1 message of/);
  assert.equal(
    progress.summary("BTC-USD", { ...replayed, messages: 0 }),
    "left before the first message, after 1.75 s",
  );
});
