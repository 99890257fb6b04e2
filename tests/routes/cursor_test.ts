import assert from "node:assert/strict";
import {
  CURSOR_LENGTH_MAX,
  encodeCursor,
  nextCursor,
  PageKind,
  readCursor,
} from "../../routes/cursor.ts";
import { Problem } from "../../routes/problems/problem.ts";

const read = (cursor: string, kind: PageKind) => readCursor(new Map([["cursor", cursor]]), kind);

Deno.test("a cursor comes back as the id that it was made of", () => {
  for (const kind of Object.values(PageKind)) {
    for (const id of [1, 42, Number.MAX_SAFE_INTEGER]) {
      const cursor = encodeCursor(kind, id);
      assert.match(cursor, /^[A-Za-z0-9_-]+$/);
      assert.ok(cursor.length <= CURSOR_LENGTH_MAX);
      assert.equal(read(cursor, kind), id);
    }
  }
  assert.equal(readCursor(new Map(), PageKind.fills), 0, "none: from the beginning");
});

Deno.test("a cursor of another list, or one that nobody gave, is refused", () => {
  const strangers = [
    encodeCursor(PageKind.orders, 5),
    btoa("f0"),
    btoa("f-1"),
    btoa("f99999999999999999"),
    btoa("f9007199254740993"),
    btoa("f1 "),
    "",
    "!",
    "%00",
    encodeCursor(PageKind.fills, 5).padEnd(CURSOR_LENGTH_MAX + 1, "A"),
  ];
  for (const cursor of strangers) {
    assert.ok(read(cursor, PageKind.fills) instanceof Problem, JSON.stringify(cursor));
  }
});

Deno.test("behind a full page there may be another, behind a short one there is not", () => {
  assert.equal(nextCursor(PageKind.fills, [9, 8], 2), encodeCursor(PageKind.fills, 8));
  // The two sides of a trade with oneself stay on one page.
  assert.equal(nextCursor(PageKind.fills, [9, 8, 8], 2), encodeCursor(PageKind.fills, 8));
  assert.equal(nextCursor(PageKind.fills, [9], 2), null);
  assert.equal(nextCursor(PageKind.fills, [], 2), null);
});
