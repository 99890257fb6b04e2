import assert from "node:assert/strict";
import {
  FRAME_INTERVAL_MICROS,
  SendWindow,
  WINDOW_FRAMES_MAX,
  WINDOW_RECORDS_LEAST,
} from "../../../core/batcher/send_window.ts";

/** A window that has seen this round trip once. */
function windowAt(roundTripMicros: number): SendWindow {
  const window = new SendWindow();
  window.observe(roundTripMicros, 1);
  return window;
}

Deno.test("one frame in flight where the round trip is short, more where it is long", () => {
  const framesAt = (micros: number) => windowAt(micros).frames;
  assert.equal(framesAt(300), 1);
  assert.equal(framesAt(FRAME_INTERVAL_MICROS), 1);
  assert.equal(framesAt(20_000), 10);
  assert.equal(framesAt(80_000), 40);
  assert.equal(framesAt(10_000_000), WINDOW_FRAMES_MAX);
});

Deno.test("a round trip that grows with the load does not open the window", () => {
  const window = windowAt(300);
  for (let nowMicros = 2; nowMicros < 1_000; nowMicros++) window.observe(50_000, nowMicros);
  assert.equal(window.frames, 1, "the shortest of late counts");
  assert.ok(window.smoothedMicros > 40_000, "time-outs follow what is seen");
});

Deno.test("a round trip that stays long for some seconds does", () => {
  const window = windowAt(300);
  window.observe(80_000, 11_000_000);
  assert.equal(window.frames, 40);
});

Deno.test("full frames need not wait for each other up to a number of records", () => {
  const window = windowAt(300);
  assert.ok(window.mayAddFull(WINDOW_RECORDS_LEAST - 512, 512));
  assert.ok(!window.mayAddFull(WINDOW_RECORDS_LEAST - 511, 512));
  assert.ok(windowAt(80_000).mayAddFull(39 * 512, 512));
  assert.ok(!windowAt(80_000).mayAddFull(40 * 512, 512));
});
