import assert from "node:assert/strict";
import { AUDITED_APPENDS_MAX, auditedFrom } from "../../../workers/registrar/audit_act.ts";

Deno.test("of a long journal only the end is read", () => {
  assert.equal(auditedFrom(1, 5), 1);
  assert.equal(auditedFrom(1, AUDITED_APPENDS_MAX), 1);
  assert.equal(auditedFrom(1, AUDITED_APPENDS_MAX + 1), 2);
  assert.equal(auditedFrom(700, AUDITED_APPENDS_MAX), 700, "what was trimmed is not there");
});
