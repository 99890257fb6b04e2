import assert from "node:assert/strict";
import { FILE_LINES_MAX } from "../../../infra/lint/file_length.ts";
import { messagesOf } from "./rule_run.ts";

const ofLines = (count: number) => "f();\n".repeat(count);

Deno.test("file-length: a file of the most lines passes, one more is refused with both counts", () => {
  assert.deepEqual(messagesOf("file-length", "core/a.ts", ofLines(FILE_LINES_MAX)), []);
  assert.deepEqual(messagesOf("file-length", "tests/a_test.ts", ofLines(FILE_LINES_MAX + 1)), [
    `tests/a_test.ts has ${FILE_LINES_MAX + 1} lines; the most is ${FILE_LINES_MAX}`,
  ]);
});
