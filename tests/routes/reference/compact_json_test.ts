import assert from "node:assert/strict";
import { compactJson } from "../../../routes/reference/compact_json.ts";

Deno.test("what is short stands on one line, and it is the same JSON", () => {
  const value = { levels: [["1", "2"], ["3", "4"]], none: [], empty: {}, at: null, yes: true };
  assert.equal(compactJson({ a: 1, b: ["x"] }), '{ "a": 1, "b": ["x"] }');
  assert.deepEqual(JSON.parse(compactJson(value)), value);
  const long = { first: "a".repeat(40), second: { third: "b".repeat(40), fourth: [1] } };
  assert.equal(
    compactJson(long),
    `{\n  "first": "${"a".repeat(40)}",\n  "second": {\n    "third": "${"b".repeat(40)}",\n` +
      `    "fourth": [1]\n  }\n}`,
  );
});
