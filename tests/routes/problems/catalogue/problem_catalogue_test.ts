import assert from "node:assert/strict";
import {
  CATALOGUE,
  cataloguedProblem,
} from "../../../../routes/problems/catalogue/problem_catalogue.ts";
import type { ProblemKind } from "../../../../routes/problems/problem_kind.ts";
import { PROBLEMS } from "../../../../routes/problems/problems.ts";

const all = CATALOGUE.flatMap(({ problems }) => problems);

Deno.test("every public code stands in the catalogue once, with its status", () => {
  const codes = new Set(Object.values(PROBLEMS).map(({ code }: ProblemKind) => code));
  assert.deepEqual(all.map(({ code }) => code).sort(), [...codes].sort());
  for (const { code, status } of all) {
    assert.equal(cataloguedProblem(code)?.status, status);
  }
  assert.equal(cataloguedProblem("no_such_code"), undefined);
});

Deno.test("meanings and remedies are sentences, and what may pass says when to come again", () => {
  for (const { code, meaning, remedy, status, retryAfterSeconds } of all) {
    for (const text of [meaning, remedy]) assert.match(text, /^[A-Z`][^]*\.$/, code);
    if (status === 503 || status === 429) assert.ok(retryAfterSeconds > 0 || status === 429, code);
  }
});
