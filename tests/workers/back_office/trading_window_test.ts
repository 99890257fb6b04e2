import assert from "node:assert/strict";
import { UsageError } from "../../../workers/operator/command_line.ts";
import { formatInstant, readWindow } from "../../../workers/back_office/trading_window.ts";

const NOON_MICROS = Date.parse("2026-03-01T12:00:00Z") * 1_000;
const DAY_MICROS = 86_400_000_000;

Deno.test("without options it is the UTC day before the present one", () => {
  const fromMicros = Date.parse("2026-02-28T00:00:00Z") * 1_000;
  assert.deepEqual(readWindow({}, NOON_MICROS), {
    fromMicros,
    toMicros: fromMicros + DAY_MICROS,
    label: "2026-02-28",
  });
});

Deno.test("a day is over with its last microsecond, and not before", () => {
  const { toMicros } = readWindow({ date: "2026-02-28" }, NOON_MICROS);
  assert.equal(readWindow({ date: "2026-02-28" }, toMicros).toMicros, toMicros);
  assert.throws(() => readWindow({ date: "2026-02-28" }, toMicros - 1), {
    name: "UsageError",
    message: "2026-02-28 is not over before 2026-03-01T00:00:00.000000Z, and it is " +
      "2026-02-28T23:59:59.999999Z; a part of it is taken with --from and --to",
  });
});

Deno.test("a span goes to the microsecond, and its name has nothing that files should not have", () => {
  const span = readWindow(
    { from: "2026-02-28T09:30:00.000001Z", to: "2026-02-28T16:00:00Z" },
    NOON_MICROS,
  );
  assert.equal(span.fromMicros, Date.parse("2026-02-28T09:30:00Z") * 1_000 + 1);
  assert.equal(span.toMicros, Date.parse("2026-02-28T16:00:00Z") * 1_000);
  assert.equal(span.label, "20260228T093000.000001Z-20260228T160000Z");
});

Deno.test("an instant is written as it is read", () => {
  const to = "2255-01-01T00:00:00Z";
  for (const micros of [0, 1, 999_999, 1_000_000, NOON_MICROS + 120]) {
    const from = formatInstant(micros);
    assert.equal(from.length, "2026-01-31T12:00:00.000000Z".length);
    assert.equal(readWindow({ from, to }, 2 ** 53 - 1).fromMicros, micros);
  }
});

Deno.test("what is no day and no span is refused, with what it takes", () => {
  for (
    const [options, message] of [
      [{ date: "2026-02-30" }, /--date "2026-02-30" is no day; it takes one as 2026-01-31/],
      [{ date: "2026-2-3" }, /--date/],
      [{ date: "1969-12-31" }, /--date/],
      [{ date: "yesterday" }, /--date/],
      [{ date: "" }, /--date ""/],
      [{ date: "2026-02-27", from: "2026-02-27T00:00:00Z" }, /exclude each other/],
      [{ from: "2026-02-27T00:00:00Z" }, /go together/],
      [{ to: "2026-02-27T00:00:00Z" }, /go together/],
      [{ from: "2026-02-27", to: "2026-02-28T00:00:00Z" }, /--from "2026-02-27" is no instant/],
      [{ from: "2026-02-27T00:00:00Z", to: "2026-02-27T25:00:00Z" }, /--to ".*" is no instant/],
      [{ from: "2026-02-27T00:00:00Z", to: "2026-02-30T00:00:00Z" }, /--to ".*" is no instant/],
      [{ from: "2026-02-27T00:00:00+01:00", to: "2026-02-28T00:00:00Z" }, /--from/],
      [{ from: "2026-02-27T00:00:00.1234567Z", to: "2026-02-28T00:00:00Z" }, /six decimals/],
      [{ from: "2026-02-28T00:00:00Z", to: "2026-02-28T00:00:00Z" }, /is not before/],
      [{ from: "2026-02-28T00:00:00Z", to: "2026-03-01T12:00:00.000001Z" }, /is not over/],
    ] as const
  ) {
    assert.throws(() => readWindow(options, NOON_MICROS), (error) => {
      assert.ok(error instanceof UsageError, String(error));
      assert.match(error.message, message);
      return true;
    });
  }
});
