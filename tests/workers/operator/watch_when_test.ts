import assert from "node:assert/strict";
import { UsageError } from "../../../workers/operator/command_line.ts";
import { isoTime, parseWhen, showWhen } from "../../../workers/operator/watch_when.ts";

const NOW_MICROS = Date.UTC(2026, 0, 31, 12, 0, 0) * 1_000;
const micros = (text: string) => parseWhen("--from", text, NOW_MICROS).micros;

Deno.test("watch when: a time in UTC, to the microsecond", () => {
  const half = Date.UTC(2026, 0, 31, 9, 30, 0) * 1_000;
  assert.equal(micros("2026-01-31T09:30Z"), half);
  assert.equal(micros("2026-01-31T09:30:00Z"), half);
  assert.equal(micros("2026-01-31T09:30:05.25Z"), half + 5_250_000);
  assert.equal(micros("2026-01-31T09:30:00.000001Z"), half + 1);
  assert.equal(micros("2026-01-31T12:00:00Z"), NOW_MICROS, "now is not in the future");
});

Deno.test("watch when: a duration back from now, and the start of the log", () => {
  assert.equal(micros("30s"), NOW_MICROS - 30e6);
  assert.equal(micros("15m"), NOW_MICROS - 900e6);
  assert.equal(micros("2h"), NOW_MICROS - 7_200e6);
  assert.equal(micros("1d"), NOW_MICROS - 86_400e6);
  assert.equal(micros("36500d"), 0, "nothing is before the epoch");
  assert.equal(micros("start"), 0);
});

Deno.test("watch when: what is no moment of the past is named, with what is taken", () => {
  for (
    const [text, reason] of [
      ["yesterday", /^--from "yesterday": it takes a time in UTC such as .* or start$/],
      ["", /^--from "": it takes/],
      ["15", /it takes/],
      ["15M", /it takes/],
      ["-15m", /it takes/],
      ["1w", /it takes/],
      ["2026-01-31", /it takes/],
      ["2026-01-31T09:30:00", /it takes/],
      ["2026-01-31T09:30:00+01:00", /it takes/],
      ["2026-02-30T09:30:00Z", /it takes/],
      ["2026-01-31T24:00:00Z", /it takes/],
      ["2026-01-31T09:61:00Z", /it takes/],
      ["36501d", /^--from 36501d is too long ago; it takes 36500d at most$/],
      [
        "2026-01-31T12:00:00.000001Z",
        /^--from 2026-\S+01Z is in the future; it is 2026-01-31T12:00:00Z now$/,
      ],
    ] as const
  ) {
    assert.throws(
      () => micros(text),
      (error) => error instanceof UsageError && reason.test(error.message),
      text,
    );
  }
});

Deno.test("watch when: is shown as it was given, with the time where that is none", () => {
  const show = (text: string) => showWhen(parseWhen("--from", text, NOW_MICROS));
  assert.equal(show("start"), "start");
  assert.equal(show("15m"), "15m (2026-01-31T11:45:00Z)");
  assert.equal(show("2026-01-31T09:30Z"), "2026-01-31T09:30Z");
  assert.equal(isoTime(NOW_MICROS + 1), "2026-01-31T12:00:00.000001Z");
  assert.equal(isoTime(NOW_MICROS + 250_000), "2026-01-31T12:00:00.250Z");
});
