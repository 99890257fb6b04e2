import assert from "node:assert/strict";
import { addBar, WatchLine } from "../../../workers/operator/watch_line.ts";

const bar = (columns: number, bright: number, dim: number) => {
  const line = new WatchLine(40, false);
  addBar(line, columns, bright, dim, 1, 2);
  assert.equal(line.width, columns, `${bright} and ${dim} of ${columns}`);
  return String(line);
};

Deno.test("watch line: is never wider than the screen", () => {
  const line = new WatchLine(6, true);
  line.add("abc", "1").field("12345", 4).add("more");
  assert.equal(line.width, 6);
  assert.equal(String(line), "\x1b[1mabc\x1b[0m123");
});

Deno.test("watch line: without colours there are no control sequences", () => {
  assert.equal(String(new WatchLine(9, false).add("abc", "1").add("d", "2")), "abcd");
});

Deno.test("watch line: fields stand to the right, or to the left when told so", () => {
  const line = new WatchLine(20, false);
  line.field("ab", 4).field("cd", 4, "", true).upTo(10).add("|").field("too long", 3);
  assert.equal(String(line), "  abcd    |too");
});

Deno.test("watch line: a bar is drawn in eighths of a column", () => {
  assert.equal(bar(4, 0, 0), "    ");
  assert.equal(bar(4, 1, 1), "████");
  assert.equal(bar(4, 0.5, 0.5), "██  ");
  assert.equal(bar(4, 5 / 32, 5 / 32), "▋   ");
  assert.equal(bar(4, 0.25, 0.75), "███ ");
  assert.equal(bar(4, 0.25, 21 / 32), "██▋ ");
  assert.equal(bar(4, 3, 9), "████");
});

Deno.test("watch line: every bar has its width, whatever its shares", () => {
  for (let bright = 0; bright <= 64; bright++) {
    for (let dim = 0; dim <= 64; dim++) bar(8, bright / 64, dim / 64);
  }
});

Deno.test("watch line: the bright part stands on the dim one", () => {
  const line = new WatchLine(9, true);
  addBar(line, 2, 12 / 16, 1, 78, 22);
  assert.equal(String(line), "\x1b[38;5;78m█\x1b[0m\x1b[38;5;78;48;5;22m▌\x1b[0m");
});
