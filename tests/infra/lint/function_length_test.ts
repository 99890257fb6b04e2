import assert from "node:assert/strict";
import { FUNCTION_LINES_MAX } from "../../../infra/lint/function_length.ts";
import { messagesOf } from "./rule_run.ts";

/** A body that makes its function, braces included, `lines` lines long. */
const body = (lines: number) => `{\n${"f();\n".repeat(lines - 2)}}`;

const FORMS: [name: string, wrap: (body: string) => string][] = [
  ["declaration", (body) => `function g() ${body}`],
  ["arrow", (body) => `const g = () => ${body};`],
  ["expression", (body) => `const g = function () ${body};`],
  ["method", (body) => `class G { g() ${body} }`],
  ["getter", (body) => `const g = { get g() ${body} };`],
  ["argument", (body) => `Deno.test("x", async () => ${body});`],
];

Deno.test("function-length: every form of function is measured from first line to last", () => {
  for (const [name, wrap] of FORMS) {
    const fits = wrap(body(FUNCTION_LINES_MAX));
    const tooLong = wrap(body(FUNCTION_LINES_MAX + 1));
    assert.deepEqual(messagesOf("function-length", "core/a.ts", fits), [], name);
    assert.deepEqual(messagesOf("function-length", "core/a.ts", tooLong), [
      `a function of ${FUNCTION_LINES_MAX + 1} lines; the most is ${FUNCTION_LINES_MAX}`,
    ], name);
  }
});

Deno.test("function-length: two short functions in a row are two functions", () => {
  const source = `function a() ${body(50)}\nfunction b() ${body(50)}`;
  assert.deepEqual(messagesOf("function-length", "core/a.ts", source), []);
});
