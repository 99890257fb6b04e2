import assert from "node:assert/strict";
import { sinceOf } from "../../../workers/operator/audit_commands.ts";
import { UsageError } from "../../../workers/operator/command_line.ts";
import { keysFinding } from "../../../workers/operator/keys_check.ts";
import { agoOf, stateOf, useOf } from "../../../workers/operator/shown_key.ts";

const SECOND = 1_000_000;
const NOW = 1_700_000_000 * SECOND;

Deno.test("the age of a use is told in its largest unit", () => {
  const ages: readonly [number, string][] = [
    [0, "0 s ago"],
    [59, "59 s ago"],
    [60, "1 min ago"],
    [3_599, "59 min ago"],
    [7_200, "2 h ago"],
    [86_400 * 40, "40 d ago"],
    [-5, "0 s ago"],
  ];
  for (const [seconds, says] of ages) assert.equal(agoOf(NOW - seconds * SECOND, NOW), says);
  assert.equal(useOf(null, NOW), "not noted");
  const use = { usedMicros: NOW - 180 * SECOND, address: "203.0.113.7" };
  assert.equal(useOf(use, NOW), "used 3 min ago from 203.0.113.7");
});

Deno.test("the state of a key is revoked before anything else, and its end has a time", () => {
  const state = (expiresMicros: number | null, revoked = false) =>
    stateOf({ expiresMicros, revoked }, NOW);
  assert.deepEqual(
    [state(null), state(null, true), state(NOW, true), state(NOW + 1), state(NOW)],
    [
      "valid",
      "revoked",
      "revoked",
      "until 2023-11-14T22:13:20.000Z",
      "ended 2023-11-14T22:13:20.000Z",
    ],
  );
});

Deno.test("a beginning is a time or an age", () => {
  const since = (text: string) => sinceOf({ since: text }, NOW);
  assert.equal(sinceOf({}, NOW), 0);
  assert.equal(since("90m"), NOW - 5_400 * SECOND);
  assert.equal(since("7d"), NOW - 604_800 * SECOND);
  assert.equal(since("2026-01-31T12:00:00Z"), Date.UTC(2026, 0, 31, 12) * 1_000);
  assert.equal(since("2026-01-31"), Date.UTC(2026, 0, 31) * 1_000);
  for (const text of ["", "yesterday", "5", "2026-13-01", "10s"]) {
    assert.throws(() => since(text), UsageError, text);
  }
});

Deno.test("the doctor warns of records under an older master key, and says what is not needed", () => {
  const warned = keysFinding({ older: 3, all: 10, whole: true }, "f2c4ddba", 2);
  assert.equal(warned.status, "warn");
  assert.match(warned.detail, /^3 of 10 records under an older master key than f2c4ddba$/);
  assert.match(warned.advice ?? "", /deno task admin keys reseal/);
  assert.deepEqual(keysFinding({ older: 0, all: 10, whole: true }, "f2c4ddba", 1), {
    status: "ok",
    detail: "10 records under master key f2c4ddba",
  });
  const two = keysFinding({ older: 0, all: 10, whole: true }, "f2c4ddba", 2);
  assert.match(two.detail, /the 1 older are not needed any more/);
  const part = keysFinding({ older: 0, all: 10, whole: false }, "f2c4ddba", 2);
  assert.match(part.detail, /^the first 10 records under master key f2c4ddba$/);
});
