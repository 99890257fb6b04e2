import assert from "node:assert/strict";
import { accountOf, amountOf, table } from "../../../workers/operator/admin_command.ts";
import { UsageError } from "../../../workers/operator/command_line.ts";

Deno.test("admin: amounts are exact or refused, never rounded", () => {
  assert.equal(amountOf("0.000001", 6, "amount"), 1);
  assert.equal(amountOf("90071992.54740991", 8, "amount"), Number.MAX_SAFE_INTEGER);
  for (
    const [text, says] of [
      ["0.0000001", /more than the 6 decimals/],
      ["9007199254.740992", /too large/],
      ["0", /is zero/],
      ["0.0", /is zero/],
      ["-1", /is not a decimal/],
      ["1e3", /is not a decimal/],
      ["1,000", /is not a decimal/],
      ["NaN", /is not a decimal/],
      ["", /is not a decimal/],
    ] as const
  ) {
    assert.throws(() => amountOf(text, 6, "amount"), (error: Error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, says);
      return true;
    }, text);
  }
});

Deno.test("admin: accounts are whole numbers from 1 on", () => {
  assert.equal(accountOf("1"), 1);
  for (const text of ["0", "-1", "1.5", "admin", "1048576", ""]) {
    assert.throws(() => accountOf(text), UsageError, text);
  }
});

Deno.test("admin: a table has columns as wide as they need", () => {
  assert.equal(table([["a", "bb"], ["ccc", "d"]]), "a    bb\nccc  d");
});
