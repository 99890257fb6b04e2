/**
 * JSON byte by byte.
 *
 * @module
 */

import assert from "node:assert/strict";
import { asciiOf, Byte, JsonCursor } from "../../../../routes/orders/plain_batch/json_cursor.ts";

const cursorOf = (text: string) => new JsonCursor(asciiOf(`${text}\u0000"stale"`));

Deno.test("a string is where it begins and ends, behind any white space", () => {
  const cursor = cursorOf(' \t\r\n"side"  :"buy"');
  assert.ok(cursor.string());
  assert.deepEqual([cursor.from, cursor.end], [5, 9]);
  assert.ok(cursor.is(asciiOf("side")));
  assert.ok(!cursor.is(asciiOf("sid")));
  assert.ok(!cursor.is(asciiOf("sidf")));
  assert.ok(!cursor.take(Byte.comma));
  assert.ok(cursor.take(Byte.colon) && cursor.string());
  assert.ok(cursor.is(asciiOf("buy")));
});

for (const text of ['"no end', '"a line\n"', '"a\\u0062"', '"a\\""', "word", ""]) {
  Deno.test(`no string that is taken: ${JSON.stringify(text)}`, () => {
    assert.ok(!cursorOf(text).string());
  });
}

Deno.test("a word is taken whole or not at all", () => {
  const cursor = cursorOf(" true,falsy");
  assert.ok(!cursor.word(asciiOf("false")));
  assert.ok(cursor.word(asciiOf("true")) && cursor.take(Byte.comma));
  assert.ok(!cursor.word(asciiOf("false")));
});

Deno.test("the end is where the text ends, and not where a 0 stands in it", () => {
  const text = "{} ";
  const atEnd = cursorOf(text);
  assert.ok(atEnd.take(Byte.open) && atEnd.take(Byte.close));
  assert.ok(atEnd.isAtEnd(text.length));
  const before = cursorOf("{}\u0000{}");
  assert.ok(before.take(Byte.open) && before.take(Byte.close));
  assert.ok(!before.isAtEnd(5));
});
