import assert from "node:assert/strict";
import { failureOf, UpstashAnswerError } from "../../../infra/upstash/failure.ts";

Deno.test("what a round trip throws is sorted, and nothing of its text is kept", () => {
  const cases: readonly (readonly [unknown, string])[] = [
    [new DOMException("signal timed out", "TimeoutError"), "timeout"],
    [new DOMException("aborted", "AbortError"), "timeout"],
    [new Error("WRONGPASS invalid token, command was: [...]"), "unauthorized"],
    [new Error("Unauthorized"), "unauthorized"],
    [new Error("NOPERM no permission to run eval"), "unauthorized"],
    [new Error('ERR busy, command was: ["evalsha","NOAUTH"]'), "answer"],
    [new TypeError("error sending request"), "unreachable"],
    [new UpstashAnswerError("no integers"), "answer"],
    ["a string", "answer"],
  ];
  for (const [error, failure] of cases) assert.equal(failureOf(error), failure);
});
