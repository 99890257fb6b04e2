import assert from "node:assert/strict";
import { jsonLine, linesOf, snapshotLine } from "../../../workers/operator/watch_lines.ts";
import { depth, NOON_MICROS, snapshotAnswer, trade, trades } from "./watch_messages.ts";

const head = { symbol: "BTC-USD", sequence: 7, prevSequence: 6, timeMicros: NOON_MICROS };

Deno.test("watch lines: a line for each trade, best price and status; none for depth", () => {
  const message = trades(6, 7, trade(1, "9.00"), trade(2, "8.00", "sell"));
  assert.deepEqual(linesOf("trades", message), [
    "12:00:00.000 BTC-USD trade  buy  0.5000 at 9.00  id 1",
    "12:00:00.000 BTC-USD trade  sell 0.5000 at 8.00  id 2",
  ]);
  assert.deepEqual(linesOf("bbo", { ...head, bid: ["9.00", "1.0000"], ask: null }), [
    "12:00:00.000 BTC-USD best   9.00 x 1.0000 | nobody",
  ]);
  assert.deepEqual(linesOf("status", { ...head, status: "halted", detail: "full" }), [
    "12:00:00.000 BTC-USD status halted",
  ]);
  assert.deepEqual(linesOf("depth", depth(6, 7, [["9.00", "1"]])), []);
});

Deno.test("watch lines: a snapshot is the top of the book", () => {
  const bids = [["9.00", "1"], ["8.00", "2"], ["7.00", "3"], ["6.00", "4"]] as const;
  assert.equal(
    snapshotLine(snapshotAnswer(5, bids)),
    "BTC-USD book   as of 5: bids 9.00 x 1, 8.00 x 2, 7.00 x 3 | asks nobody",
  );
});

Deno.test("watch lines: as JSON a message is whole, with the name of its feed", () => {
  const message = { ...head, status: "halted" as const };
  assert.deepEqual(JSON.parse(jsonLine("status", message)), { feed: "status", ...message });
});
