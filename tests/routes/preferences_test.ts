/**
 * How `Prefer` is read.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { appliedFields, readPreferences } from "../../routes/preferences.ts";

/** What each field comes to: nothing, one of the two, or both. */
const FIELDS: readonly (readonly [string | null, string])[] = [
  [null, ""],
  ["", ""],
  ["respond-async", "respond-async"],
  ["wait=5, Respond-Async", "respond-async"],
  ["respond-async=", "respond-async"],
  ['respond-async=""', "respond-async"],
  ["respond-async; wait=10", "respond-async"],
  ["respond-async;foo", "respond-async"],
  ["not-respond-async", ""],
  ["respond-async-not", ""],
  ["respond-async=no", ""],
  ["respond-async x", ""],
  ["return=minimal", "return=minimal"],
  ["RETURN = Minimal", "return=minimal"],
  ['return="minimal"', "return=minimal"],
  ['return="min\\imal"; level="a,b"', "return=minimal"],
  ["\treturn=minimal\t; p=1", "return=minimal"],
  ["return=representation", ""],
  ["return=minimalist", ""],
  ["return=minimal x", ""],
  ["return", ""],
  ["=minimal", ""],
  ["handling=lenient,,return=minimal,", "return=minimal"],
  ["respond-async, wait=10, return=minimal", "respond-async, return=minimal"],
  // The first counts.
  ["return=representation, return=minimal", ""],
  ["return=minimal, return=representation", "return=minimal"],
  ["respond-async=no, respond-async", ""],
  // What stands in quotes is a value, and no preference.
  ['note="a, return=minimal, b"', ""],
  ['note="\\", return=minimal", respond-async', "respond-async"],
  ['x; note="a, respond-async", return=minimal', "return=minimal"],
  ['note="without an end, return=minimal', ""],
];

for (const [field, applied] of FIELDS) {
  Deno.test(`Prefer: ${field} is ${applied === "" ? "nothing that is known" : applied}`, () => {
    const fields = applied === "" ? [] : [["preference-applied", applied]];
    assert.deepEqual(appliedFields(readPreferences(field)), fields);
  });
}

Deno.test("several fields are one, and whatever stands in them is read in a moment", () => {
  const headers = new Headers([["Prefer", "wait=1"], ["Prefer", "return=minimal"]]);
  assert.ok(readPreferences(headers.get("prefer")).isMinimal);
  const parts = ["return", "=", "minimal", '"', "\\", ",", ";", " ", "respond-async", "é", "\t"];
  const field = fc.array(fc.constantFrom(...parts), { maxLength: 40 }).map((some) => some.join(""));
  fc.assert(fc.property(field, (text) => {
    const quoted = `note="${text.replaceAll(/["\\]/g, "\\$&")}", return=minimal`;
    readPreferences(text);
    assert.ok(readPreferences(quoted).isMinimal, quoted);
    assert.ok(!readPreferences(quoted).isAsync, quoted);
  }));
  const startMillis = performance.now();
  for (const part of ['"', "\\", '"\\', " ", "a ", ", ", "=", '"a', "a=", ";"]) {
    readPreferences(part.repeat(16_384 / part.length));
  }
  assert.ok(performance.now() - startMillis < 1_000, "it is linear");
});
