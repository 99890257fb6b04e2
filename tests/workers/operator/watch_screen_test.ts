import assert from "node:assert/strict";
import { WatchModel } from "../../../workers/operator/watch_model.ts";
import { clockTime, drawScreen } from "../../../workers/operator/watch_screen.ts";
import { NOON_MICROS, snapshotAnswer, trade } from "./watch_messages.ts";

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

Deno.test("watch screen: no line is wider than the terminal, and there are as many as rows", () => {
  const model = filled();
  for (const columns of [1, 2, 7, 20, 39, 60, 76, 77, 100, 300]) {
    for (const rows of [1, 2, 3, 4, 5, 10, 80]) {
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
