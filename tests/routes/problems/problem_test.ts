import assert from "node:assert/strict";
import { AdmissionCode } from "../../../core/limits/admission_code.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import { EdgeCode } from "../../../routes/problems/edge_code.ts";
import { Problem, receivedText, SHOWN_LENGTH_MAX } from "../../../routes/problems/problem.ts";

Deno.test("a problem has the members of RFC 9457 and leaves out what there is nothing to say of", () => {
  const { status, body, contentType, headers } = new Problem(EdgeCode.malformedJson).reply("r1");
  assert.deepEqual([status, contentType, headers], [400, "application/problem+json", []]);
  assert.equal(
    body,
    '{"type":"urn:edgebook:problem:malformed_json","title":"The body is not JSON","status":400,' +
      '"detail":"The body is not JSON.","code":"malformed_json","requestId":"r1"}',
  );
});

Deno.test("details stand in it as they are", () => {
  const details = { detail: "A.", field: "price", limit: "0.01", value: "0.001" } as const;
  const { body } = new Problem(EdgeCode.priceOffTick, { ...details, duplicate: true }).reply("r1");
  const { type: _, title: __, status: ___, code: ____, ...rest } = JSON.parse(body ?? "");
  assert.deepEqual(rest, { ...details, requestId: "r1", duplicate: true });
});

Deno.test("a value that is repeated is cut", () => {
  const { body } = new Problem(EdgeCode.invalidField, { value: "x".repeat(1_000) }).reply("r1");
  assert.equal(JSON.parse(body ?? "").value, `${"x".repeat(SHOWN_LENGTH_MAX)}…`);
});

Deno.test("Retry-After is that of the code, unless the problem knows better", () => {
  const retryOf = (problem: Problem) => problem.reply("r1").headers;
  assert.deepEqual(retryOf(new Problem(ResultCode.leaderBusy)), [["retry-after", "1"]]);
  const refused = new Problem(AdmissionCode.keyLeak, { retryAfterSeconds: 7 });
  assert.deepEqual(retryOf(refused), [["retry-after", "7"]]);
  assert.deepEqual(retryOf(new Problem(ResultCode.insufficientFunds)), []);
});

Deno.test("a code that the table does not know is internal", () => {
  assert.equal(new Problem(65_535).status, 500);
});

Deno.test("received values of any type have a text", () => {
  const values = ["a", 1.5, null, undefined, [1], { a: 1 }, true];
  assert.deepEqual(values.map(receivedText), [
    "a",
    "1.5",
    "null",
    "undefined",
    "[1]",
    '{"a":1}',
    "true",
  ]);
});
