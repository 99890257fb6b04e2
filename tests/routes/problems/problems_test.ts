import assert from "node:assert/strict";
import { AuthCode } from "../../../core/auth/auth_code.ts";
import { reasonOf } from "../../../core/history/reason.ts";
import { AdmissionCode } from "../../../core/limits/admission_code.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import { EdgeCode } from "../../../routes/problems/edge_code.ts";
import type { ProblemKind } from "../../../routes/problems/problem_kind.ts";
import { problemKind, PROBLEMS } from "../../../routes/problems/problems.ts";

/** First code of the band that says why an order ended. */
const REASONS_LEAST = 700;

const kinds: ReadonlyMap<number, ProblemKind> = new Map(
  Object.entries(PROBLEMS).map(([code, kind]) => [Number(code), kind]),
);

Deno.test("every code that can refuse anything has its place in the table", () => {
  const core = Object.values(ResultCode).filter((code) => code !== 0 && code < REASONS_LEAST);
  const others = [AuthCode, AdmissionCode, EdgeCode].flatMap((codes) => Object.values(codes));
  const expected = [...core, ...others.filter((code) => code !== 0)];
  assert.deepEqual([...kinds.keys()].sort(), [...expected].sort());
  assert.equal(new Set(expected).size, expected.length, "no two stages share a number");
});

Deno.test("why an order ended is no problem", () => {
  for (const code of Object.values(ResultCode)) {
    if (code < REASONS_LEAST) continue;
    assert.ok(!kinds.has(code), reasonOf(code));
    assert.equal(problemKind(code).code, "internal");
  }
});

Deno.test("a public code has one status, whichever stage met the problem", () => {
  const statuses = new Map<string, number>();
  for (const { code, status } of kinds.values()) {
    assert.equal(statuses.get(code) ?? status, status, code);
    statuses.set(code, status);
  }
});

Deno.test("what the core rejects has the name that private reports give it", () => {
  for (const code of Object.values(ResultCode)) {
    const kind = kinds.get(code);
    if (kind !== undefined) assert.equal(kind.code, reasonOf(code));
  }
});

Deno.test("codes and titles are fit to be shown, and what may be repeated says when", () => {
  for (const { code, status, title, retryAfterSeconds } of kinds.values()) {
    assert.match(code, /^[a-z]+(_[a-z]+)*$/);
    assert.match(title, /^[A-Z][^.]*[^.]$/);
    assert.ok(status >= 400 && status < 600, code);
    if (status === 503) assert.ok(retryAfterSeconds >= 1, code);
    if (retryAfterSeconds > 0) assert.ok(status === 503 || status === 429, code);
  }
});

Deno.test("statuses are those that DESIGN.md gives", () => {
  const statusOf = (code: number) => kinds.get(code)?.status;
  assert.equal(statusOf(ResultCode.insufficientFunds), 422);
  assert.equal(statusOf(ResultCode.postOnlyWouldCross), 422);
  assert.equal(statusOf(ResultCode.halted), 422);
  assert.equal(statusOf(ResultCode.differentContent), 409);
  assert.equal(statusOf(ResultCode.unknownOrder), 404);
  for (
    const code of [
      ResultCode.deadlinePassed,
      ResultCode.outcomeTableFull,
      ResultCode.leaderBusy,
      ResultCode.leaderStarting,
    ]
  ) assert.equal(statusOf(code), 503);
});
