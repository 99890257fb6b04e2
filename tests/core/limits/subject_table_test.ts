import assert from "node:assert/strict";
import fc from "fast-check";
import { LocalAdmission } from "../../../core/limits/admission.ts";
import { LimitedSubject } from "../../../core/limits/limited_subject.ts";
import { AdmissionKind } from "../../../core/limits/admission_code.ts";
import { admissionPolicy } from "../../../core/limits/policy.ts";
import {
  SUBJECT_NAME_LENGTH_MAX,
  SUBJECTS_MAX,
  SubjectTable,
} from "../../../core/limits/subject_table.ts";
import { TOKENS, WAITING } from "../../../core/limits/subject_row.ts";
import { settleTokenBucket, takeFromTokenBucket } from "../../../core/limits/token_bucket.ts";

const START_MICROS = 1_700_000_000_000_000;
const policy = admissionPolicy(10, 10);

/** Puts a debt of `units` on the tokens of the row at `at`. */
function owe(table: SubjectTable, at: number, units: number): void {
  settleTokenBucket(table.state, at + TOKENS, START_MICROS, policy.key.tokens.unitsPerSecond);
  takeFromTokenBucket(table.state, at + TOKENS, units);
}

Deno.test("a subject keeps its row", () => {
  const table = new SubjectTable(policy.key, 4);
  const first = table.rowOf(new LimitedSubject("a"), policy.key, START_MICROS);
  assert.notEqual(table.rowOf(new LimitedSubject("b"), policy.key, START_MICROS), first);
  assert.equal(table.rowOf(new LimitedSubject("a"), policy.key, START_MICROS), first);
  assert.equal(table.size, 2);
});

Deno.test("a subject finds its row again, and not the one that somebody else has now", () => {
  const table = new SubjectTable(policy.key, 1);
  const [one, other] = [new LimitedSubject("a"), new LimitedSubject("b")];
  assert.equal(table.rowOf(one, policy.key, START_MICROS), 0);
  assert.equal(one.row, 0);
  table.rowOf(other, policy.key, START_MICROS);
  assert.deepEqual([table.nameOf(0), table.find("a")], ["b", -1]);
  table.rowOf(one, policy.key, START_MICROS);
  assert.equal(table.nameOf(0), "a");
  // A row of another table is none of this one.
  const elsewhere = new LimitedSubject("c");
  elsewhere.row = 7;
  assert.equal(table.rowOf(elsewhere, policy.key, START_MICROS), 0);
});

Deno.test("a full table vacates the row that is as good as new and spares those that owe", () => {
  const table = new SubjectTable(policy.key, 3);
  const rows = ["a", "b", "c"].map((name) =>
    table.rowOf(new LimitedSubject(name), policy.key, START_MICROS)
  );
  owe(table, rows[0], 5);
  owe(table, rows[2], 5);
  assert.equal(table.rowOf(new LimitedSubject("d"), policy.key, START_MICROS), rows[1]);
  assert.equal(table.rowOf(new LimitedSubject("a"), policy.key, START_MICROS), rows[0]);
  assert.equal(table.rowOf(new LimitedSubject("c"), policy.key, START_MICROS), rows[2]);
  assert.equal(table.size, 3);
});

Deno.test("when everybody owes, a newcomer takes over the smallest debt, not a clean row", () => {
  const table = new SubjectTable(policy.key, 3);
  const debts = [7, 3, 5];
  ["a", "b", "c"].forEach((name, index) => {
    owe(table, table.rowOf(new LimitedSubject(name), policy.key, START_MICROS), debts[index]);
  });
  const row = table.rowOf(new LimitedSubject("d"), policy.key, START_MICROS);
  assert.equal(table.state[row + TOKENS], 3_000_000);
});

Deno.test("whoever waits for an answer is spared as long as there is anybody else", () => {
  const table = new SubjectTable(policy.key, 3);
  const rows = ["a", "b", "c"].map((name) =>
    table.rowOf(new LimitedSubject(name), policy.key, START_MICROS)
  );
  table.state[rows[0] + WAITING] = 1;
  table.state[rows[2] + WAITING] = 1;
  owe(table, rows[1], 9);
  assert.equal(table.rowOf(new LimitedSubject("d"), policy.key, START_MICROS), rows[1]);
  assert.equal(table.find("b"), -1);
  assert.equal(table.nameOf(table.find("d")), "d");
});

Deno.test("inventing names admits no more than the rows of the table allow", () => {
  const rows = 8;
  const second = 1_000_000;
  fc.assert(
    fc.property(
      fc.array(fc.record({ name: fc.nat(200), stepMicros: fc.nat(2_000) }), {
        minLength: 500,
        maxLength: 1_000,
      }),
      (requests) => {
        const limits = admissionPolicy(5, 5);
        const admission = new LocalAdmission(limits, rows);
        let now = START_MICROS;
        let admitted = 0;
        for (const { name, stepMicros } of requests) {
          now += stepMicros;
          const isAdmitted = admission.decide(
            new LimitedSubject(`a${name}`),
            limits.address,
            1,
            AdmissionKind.read,
            now,
          );
          if (isAdmitted) admitted++;
        }
        assert.ok(admitted <= rows * (10 + (5 * (now - START_MICROS)) / second), `${admitted}`);
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("overlong names share one row, and the capacity is checked", () => {
  const table = new SubjectTable(policy.key, 4);
  const long = "x".repeat(SUBJECT_NAME_LENGTH_MAX + 1);
  assert.equal(
    table.rowOf(new LimitedSubject(`${long}1`), policy.key, START_MICROS),
    table.rowOf(new LimitedSubject(`${long}2`), policy.key, START_MICROS),
  );
  assert.equal(table.size, 1);
  for (const capacity of [0, 1.5, -1, SUBJECTS_MAX + 1, NaN]) {
    assert.throws(() => new SubjectTable(policy.key, capacity), RangeError);
  }
});
