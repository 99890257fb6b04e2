import assert from "node:assert/strict";
import { AuthCode } from "../../../core/auth/auth_code.ts";
import {
  CLOCK_AHEAD_MILLIS_MAX,
  deadlineMicros,
  recvWindowCode,
} from "../../../core/auth/recv_window.ts";

const SENT_MILLIS = 1_700_000_000_000;
const SENT_MICROS = SENT_MILLIS * 1_000;

Deno.test("a request is taken until the last microsecond of its window", () => {
  assert.equal(deadlineMicros(SENT_MILLIS, 5_000), SENT_MICROS + 5_000_000);
  for (const window of [1, 5_000, 60_000]) {
    const deadline = deadlineMicros(SENT_MILLIS, window);
    assert.equal(recvWindowCode(SENT_MILLIS, window, SENT_MICROS), AuthCode.ok);
    assert.equal(recvWindowCode(SENT_MILLIS, window, deadline), AuthCode.ok);
    assert.equal(recvWindowCode(SENT_MILLIS, window, deadline + 1), AuthCode.timestampTooOld);
  }
});

Deno.test("a clock may be ahead by a second, not by a microsecond more", () => {
  const earliest = SENT_MICROS - CLOCK_AHEAD_MILLIS_MAX * 1_000;
  assert.equal(CLOCK_AHEAD_MILLIS_MAX, 1_000);
  assert.equal(recvWindowCode(SENT_MILLIS, 5_000, earliest), AuthCode.ok);
  assert.equal(recvWindowCode(SENT_MILLIS, 5_000, earliest - 1), AuthCode.timestampAhead);
});
