import assert from "node:assert/strict";
import { ResultCode } from "../../../core/protocol/result_code.ts";

/** First code of each band of the module's table, and its stage's first and last name in it. */
const BANDS: Readonly<Record<number, readonly [string, string]>> = {
  0: ["ok", "ok"],
  100: ["frameTruncated", "leaderStarting"],
  200: ["unknownKind", "deadlinePassed"],
  300: ["unknownAccount", "supplyTooHigh"],
  400: ["unknownInstrument", "orderPoolFull"],
  500: ["differentContent", "outcomeTableFull"],
  600: ["unknownAsset", "notClaimed"],
  700: ["canceledByRequest", "canceledByOperator"],
};

Deno.test("every code is the only one with its number, and fits an event's 16 bits", () => {
  const codes = Object.values(ResultCode);
  assert.equal(new Set(codes).size, codes.length);
  assert.ok(codes.every((code) => Number.isInteger(code) && code >= 0 && code < 2 ** 16));
});

Deno.test("codes stand in the band of their stage", () => {
  const names = Object.keys(ResultCode) as (keyof typeof ResultCode)[];
  for (const [band, [first, last]] of Object.entries(BANDS)) {
    const from = names.findIndex((name) => name === first);
    const to = names.findIndex((name) => name === last);
    assert.ok(from >= 0 && to >= from, `${first} to ${last}`);
    for (const name of names.slice(from, to + 1)) {
      assert.equal(Math.floor(ResultCode[name] / 100) * 100, Number(band), name);
    }
  }
});
