import assert from "node:assert/strict";
import { WatchModel } from "../../../workers/operator/watch_model.ts";
import { clockTime, drawScreen } from "../../../workers/operator/watch_screen.ts";
import { NOON_MICROS, snapshotAnswer, trade, trades } from "./watch_messages.ts";

const MOMENT = { nowMillis: 0, messagesPerSecond: 12, marketMicros: NOON_MICROS, speed: null };

function filled(): WatchModel {
  const model = new WatchModel("BTC-USD");
  model.snapshot(snapshotAnswer(
    1_234,
    [["60999.50", "1.0000"], ["60999.00", "2.0000"]],
    [["61000.00", "0.5000"], ["61000.50", "1.5000"]],
    [trade(2, "61000.00"), trade(1, "60999.50", "sell")],
  ));
  return model;
}

const drawn = (model: WatchModel, columns: number, rows: number) =>
  drawScreen(model, { columns, rows }, false, MOMENT).map((line) => line.trimEnd());

Deno.test("watch screen: the book, best prices in the middle, and the tape beside it", () => {
  assert.deepEqual(drawn(filled(), 100, 9), [
    " BTC-USD  ● trading   61,000.00 ▲  +1.67 %  24h high 62,000.00  low 59,000.00  volume 1,234.5000  t",
    "      price   quantity      total                                time              price   quantity",
    "                                                                 12:00:02.000  61,000.00     0.5000",
    "  61,000.50     1.5000     2.0000  ██████████████████▋           12:00:01.000  60,999.50     0.5000",
    "  61,000.00     0.5000     0.5000  ████▋",
    "       0.50  spread, 0.08 bp ──────────────────────────────────",
    "  60,999.50     1.0000     1.0000  █████████▍",
    "  60,999.00     2.0000     3.0000  ██████████████████▋█████████",
    " sequence 1,234 · 12 messages/s · 0 gaps repaired · q leaves",
  ]);
});

/** The same with a minute of rising prices. */
function risen(): WatchModel {
  const model = filled();
  const rising = Array.from({ length: 8 }, (_, index) => ({
    ...trade(10 + index, `${61_100 + 100 * index}.00`),
    timeMicros: NOON_MICROS + index * 5_000_000,
  }));
  model.message("trades", trades(1_234, 1_235, ...rising), 0);
  return model;
}
const AT_THE_END = { ...MOMENT, marketMicros: NOON_MICROS + 35_000_000 };

Deno.test("watch screen: the last price as a line above the book, with its range", () => {
  const lines = drawScreen(risen(), { columns: 58, rows: 12 }, false, AT_THE_END);
  assert.deepEqual(lines.slice(1, 3), [
    "       65 s       ▁▂▃▄▅▆▇█  low 61,100.00  high 61,800.00",
    "      price   quantity      total",
  ]);
  const colored = drawScreen(risen(), { columns: 58, rows: 12 }, true, AT_THE_END)[1];
  assert.ok(colored?.includes("\x1b[38;5;71m     ▁▂▃▄▅▆▇\x1b[0m\x1b[38;5;78m█\x1b[0m"), colored);
});

Deno.test("watch screen: without room for the range only the line, without room for that none", () => {
  const second = (columns: number, rows: number) =>
    drawScreen(risen(), { columns, rows }, false, AT_THE_END)[1]?.trimEnd();
  assert.equal(second(45, 12), "      2 min                         ▁▂▃▄▅▆▇█");
  assert.equal(second(22, 12), "       40 s  ▁▂▃▄▅▆▇█");
  assert.equal(second(20, 12), "");
  assert.match(second(58, 11) ?? "", /^ +price +quantity/, "on few rows the book goes before");
});

Deno.test("watch screen: a replay says so, how fast it goes and what time it was", () => {
  const at = Date.UTC(2026, 0, 31, 9, 30, 5) * 1_000;
  const shown = (speed: number) =>
    drawScreen(filled(), { columns: 100, rows: 9 }, false, { ...MOMENT, marketMicros: at, speed });
  assert.match(shown(10)[0] ?? "", /^ BTC-USD {2}● replay × 10 {3}61,000.00/);
  assert.match(shown(Infinity)[0] ?? "", /● replay max {3}61,000.00/);
  assert.match(shown(1).at(-1) ?? "", /^ 2026-01-31 09:30:05 UTC · sequence 1,234 · /);
  const model = new WatchModel("BTC-USD");
  model.notice = "reading what was before, 43 %";
  assert.match(drawn(model, 80, 5)[0] ?? "", /● reading what was before, 43 %/);
});

Deno.test("watch screen: no line is wider than the terminal, and there are as many as rows", () => {
  const model = risen();
  for (const columns of [1, 2, 7, 20, 39, 60, 76, 77, 100, 300]) {
    for (const rows of [1, 2, 3, 4, 5, 10, 12, 80]) {
      const lines = drawScreen(model, { columns, rows }, false, MOMENT);
      assert.equal(lines.length, rows, `${columns} x ${rows}`);
      for (const line of lines) {
        assert.ok(line.length < Math.max(2, columns), `${columns}: ${line}`);
      }
    }
  }
});

Deno.test("watch screen: says what is the matter", () => {
  const model = new WatchModel("BTC-USD");
  assert.match(drawn(model, 80, 5)[0] ?? "", /● waiting for the book/);
  model.snapshot({ ...snapshotAnswer(1), status: "halted" });
  const halted = drawn(model, 80, 5);
  assert.match(halted[0] ?? "", /● halted {3}no trades yet/);
  assert.ok(halted.some((line) => line.includes("the book is empty")));
  model.disconnected();
  assert.match(drawn(model, 80, 5)[0] ?? "", /● reconnecting/);
});

Deno.test("watch screen: sides have their colours, a changed level stands out", () => {
  const model = filled();
  model.message("depth", {
    symbol: "BTC-USD",
    prevSequence: 1_234,
    sequence: 1_235,
    timeMicros: NOON_MICROS,
    bids: [["60999.00", "7.0000"]],
    asks: [],
    checksum: 0,
  }, 1_000);
  const moment = { ...MOMENT, nowMillis: 1_001 };
  const lines = drawScreen(model, { columns: 100, rows: 9 }, true, moment);
  const bid = lines.find((line) => line.includes("60,999.00"));
  const ask = lines.find((line) => line.includes("61,000.50"));
  assert.ok(bid?.startsWith("\x1b[38;5;78m  60,999.00\x1b[0m\x1b[1;38;5;231m     7.0000"), bid);
  assert.ok(ask?.startsWith("\x1b[38;5;203m  61,000.50\x1b[0m\x1b[38;5;252m     1.5000"), ask);
});

Deno.test("watch screen: times of day are those of this machine", () => {
  assert.equal(clockTime(NOON_MICROS + 61_007_000), "12:01:01.007");
});
