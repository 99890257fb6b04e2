import assert from "node:assert/strict";
import {
  CHANNELS_MAX,
  CURSOR_LENGTH_MAX,
  formatCursor,
  parseCursor,
} from "../../../core/streams/cursor.ts";

Deno.test("a cursor comes back as it was given, the largest included", () => {
  const small = new Map([["reports", 12], ["trades:BTC-USD", 1290]]);
  assert.equal(formatCursor(small), "reports.12~trades:BTC-USD.1290");
  assert.deepEqual(parseCursor(formatCursor(small)), small);
  assert.deepEqual(parseCursor(formatCursor(new Map())), new Map());
  const large = new Map<string, number>();
  for (let index = 0; index < CHANNELS_MAX; index++) {
    const base = `ABCDEFGH${String(index).padStart(2, "0")}`;
    large.set(`trades:${base}-ABCDEFGHIJ`, Number.MAX_SAFE_INTEGER);
  }
  const text = formatCursor(large);
  assert.ok(text.length <= CURSOR_LENGTH_MAX, `${text.length}`);
  assert.deepEqual(parseCursor(text), large);
});

Deno.test("what is no cursor is refused", () => {
  const entries = ["", "reports", "reports.", "reports.x", "reports.-1", "reports.1.5", "depth.1"];
  const channels = ["depth:BTC-USD.1", "bbo:BTC-USD.1", "trades.1", "constructor.1"];
  const joined = ["reports.1~", "~reports.1", "reports.1~reports.2", "reports.1~~trades:A-B.1"];
  const numbers = ["reports.9007199254740992", "reports.99999999999999999"];
  for (const text of [...entries, ...channels, ...joined, ...numbers]) {
    assert.equal(parseCursor(text), null, text);
  }
  const many = Array.from({ length: CHANNELS_MAX + 1 }, (_, index) => `trades:A${index}-B.1`);
  assert.equal(parseCursor(many.join("~")), null);
  assert.equal(parseCursor(many.slice(1).join("~"))?.size, CHANNELS_MAX);
});
