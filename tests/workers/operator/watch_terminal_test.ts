import assert from "node:assert/strict";
import { WatchTerminal } from "../../../workers/operator/watch_terminal.ts";

const SIZE = { columns: 80, rows: 3 };

function opened() {
  const written: string[] = [];
  const terminal = new WatchTerminal((text) => written.push(text));
  terminal.open();
  return { terminal, written: () => written.splice(0).join("") };
}

Deno.test("watch terminal: takes the second screen and gives everything back, once", () => {
  const { terminal, written } = opened();
  assert.ok(written().startsWith("\x1b[?1049h\x1b[?25l"));
  terminal.open();
  assert.equal(written(), "");
  terminal.close();
  terminal.close();
  assert.equal(written(), "\x1b[0m\x1b[?25h\x1b[?1049l");
  terminal.show(["a"], SIZE);
  assert.equal(written(), "", "nothing after the end");
});

Deno.test("watch terminal: writes only the lines that changed", () => {
  const { terminal, written } = opened();
  terminal.show(["a", "b", "c"], SIZE);
  written();
  terminal.show(["a", "B", "c"], SIZE);
  assert.equal(written(), "\x1b[?2026h\x1b[2;1HB\x1b[K\x1b[?2026l");
  terminal.show(["a", "B", "c"], SIZE);
  assert.equal(written(), "");
  terminal.show(["a"], SIZE);
  assert.equal(written(), "\x1b[?2026h\x1b[2;1H\x1b[K\x1b[3;1H\x1b[K\x1b[?2026l");
});

Deno.test("watch terminal: draws everything anew where the size changed", () => {
  const { terminal, written } = opened();
  terminal.show(["a"], SIZE);
  written();
  terminal.show(["a"], { columns: 79, rows: 3 });
  assert.equal(written(), "\x1b[?2026h\x1b[2J\x1b[1;1Ha\x1b[K\x1b[?2026l");
});

Deno.test("watch terminal: shows nothing and closes nothing before it is opened", () => {
  const written: string[] = [];
  const terminal = new WatchTerminal((text) => written.push(text));
  terminal.show(["a"], SIZE);
  terminal.close();
  assert.deepEqual(written, []);
});
