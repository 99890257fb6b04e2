import assert from "node:assert/strict";
import { reasonOf } from "../../../core/history/reason.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";

Deno.test("every result code has a name of its own in snake_case", () => {
  const names = Object.values(ResultCode).map(reasonOf);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^[a-z]+(_[a-z]+)*$/);
  assert.equal(reasonOf(ResultCode.selfTrade), "self_trade");
  assert.equal(reasonOf(ResultCode.insufficientFunds), "insufficient_funds");
});

Deno.test("a code of a later version is told by its number", () => {
  assert.equal(reasonOf(60_000), "code_60000");
});
