import assert from "node:assert/strict";
import { AuthCode } from "../../../core/auth/auth_code.ts";
import { AdmissionCode } from "../../../core/limits/admission_code.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import { binanceError, BinanceProblem } from "../../../routes/binance/binance_error.ts";
import { BINANCE_ERRORS, errorOf, writeError } from "../../../routes/binance/error_table.ts";
import { EdgeCode } from "../../../routes/problems/edge_code.ts";
import { Problem } from "../../../routes/problems/problem.ts";
import { PROBLEMS } from "../../../routes/problems/problems.ts";

const codes = Object.keys(PROBLEMS).map(Number);

Deno.test("every problem that a client can meet has an error of Binance's, and no other has", () => {
  assert.deepEqual(Object.keys(BINANCE_ERRORS).map(Number).sort(), [...codes].sort());
  for (const code of codes) {
    const { status, body, contentType } = writeError(new Problem(code, { field: "price" }));
    const error = JSON.parse(String(body));
    assert.deepEqual(Object.keys(error), ["code", "msg"]);
    assert.ok(
      Number.isInteger(error.code) && error.code <= -1000 && error.code > -3000,
      String(body),
    );
    assert.match(error.msg, /^[A-Zr'].{5,}/);
    assert.ok(!error.msg.includes("%s"), error.msg);
    assert.equal(contentType, "application/json");
    assert.ok(status >= 400 && status < 600);
  }
});

Deno.test("a refusal that the client caused has a status of 4xx, and one that it did not has 5xx", () => {
  for (const code of codes) {
    const { status } = PROBLEMS[code as keyof typeof PROBLEMS];
    const binance = errorOf(new Problem(code)).status;
    // A request that came too late was the network's fault, but Binance has one error for it.
    if (code === ResultCode.deadlinePassed || code === EdgeCode.bodyTooSlow) continue;
    assert.equal(binance >= 500, status >= 500, String(code));
  }
});

Deno.test("a limit says when to come again, and a ban has the status 418", () => {
  const limited = writeError(new Problem(AdmissionCode.keyTokens, { retryAfterSeconds: 3 }));
  assert.deepEqual([limited.status, limited.headers], [429, [["retry-after", "3"]]]);
  const banned = writeError(new Problem(AdmissionCode.addressBanned, { retryAfterSeconds: 60 }));
  assert.deepEqual([banned.status, banned.headers], [418, [["retry-after", "60"]]]);
  const busy = writeError(new Problem(EdgeCode.overloaded));
  assert.deepEqual([busy.status, busy.headers], [503, [["retry-after", "1"]]]);
});

Deno.test("whatever is wrong with a signature, the answer is the same", () => {
  const { keyMalformed, keyUnknown, keyRevoked, keyExpired, signatureWrong, signatureMalformed } =
    AuthCode;
  const bodies = [
    keyMalformed,
    keyUnknown,
    keyRevoked,
    keyExpired,
    signatureWrong,
    signatureMalformed,
  ]
    .map((code) => JSON.stringify(writeError(new Problem(code))));
  assert.equal(new Set(bodies).size, 1);
  assert.equal(errorOf(new Problem(keyUnknown)).code, -1022);
});

Deno.test("a parameter has the name that Binance gives it", () => {
  const missing = errorOf(new Problem(EdgeCode.missingField, { field: "quoteQuantity" }));
  assert.equal(
    missing.msg,
    "Mandatory parameter 'quoteOrderQty' was not sent, was empty/null, or malformed.",
  );
});

Deno.test("a refusal of its own says what it was given, and counts as its code does", () => {
  const problem = new BinanceProblem(
    ResultCode.unknownOrder,
    binanceError(-2011, "Unknown order sent."),
  );
  assert.deepEqual(errorOf(problem), { status: 400, code: -2011, msg: "Unknown order sent." });
  assert.equal(problem.status, 404);
  assert.equal(new BinanceProblem(ResultCode.ok, binanceError(-1007, "Timeout", 504)).status, 202);
});

Deno.test("a code that nobody knows is an unknown error", () => {
  assert.deepEqual([errorOf(new Problem(4_242)).code, errorOf(new Problem(4_242)).status], [
    -1000,
    500,
  ]);
});
