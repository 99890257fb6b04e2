import assert from "node:assert/strict";
import { FLASH_MILLIS, TAPE_MAX, WatchModel } from "../../../workers/operator/watch_model.ts";
import { depth, snapshotAnswer, trade, trades } from "./watch_messages.ts";

const tapeOf = (model: WatchModel) => model.tape.map(({ tradeId }) => Number(tradeId));

Deno.test("watch model: a snapshot and what follows make the book and the tape", () => {
  const model = new WatchModel("BTC-USD");
  assert.ok(model.needsSnapshot);
  model.snapshot(snapshotAnswer(5, [["9.00", "1"]], [], [trade(2, "9.00"), trade(1, "8.00")]));
  assert.ok(!model.needsSnapshot);
  assert.ok(model.message("trades", trades(4, 6, trade(3, "9.50")), 0));
  assert.ok(model.message("depth", depth(5, 6, [["9.00", "3"]]), 0));
  assert.deepEqual(tapeOf(model), [3, 2, 1]);
  assert.deepEqual(model.replica.bids, [["9.00", "3"]]);
  assert.deepEqual([model.lastPrice, model.status, model.direction], ["9.50", "trading", 1]);
});

Deno.test("watch model: what comes again changes nothing", () => {
  const model = new WatchModel("BTC-USD");
  model.snapshot(snapshotAnswer(5));
  const message = trades(0, 6, trade(3, "9.50"));
  assert.ok(model.message("trades", message, 0));
  assert.ok(!model.message("trades", message, 0));
  assert.deepEqual(tapeOf(model), [3]);
  assert.equal(model.messageCount, 2);
});

Deno.test("watch model: missed trades are asked for and put into their place", () => {
  const model = new WatchModel("BTC-USD");
  model.snapshot(snapshotAnswer(5));
  model.message("trades", trades(0, 6, trade(1, "9.00")), 0);
  model.message("trades", trades(8, 9, trade(4, "9.30")), 0);
  assert.ok(model.needsSnapshot, "the trades up to 8 were missed");
  const newest = [trade(4, "9.30"), trade(3, "9.20"), trade(2, "9.10"), trade(1, "9.00")];
  model.snapshot(snapshotAnswer(9, [], [], newest));
  assert.ok(!model.needsSnapshot);
  assert.deepEqual(tapeOf(model), [4, 3, 2, 1]);
});

Deno.test("watch model: after a lost connection the book is asked for anew", () => {
  const model = new WatchModel("BTC-USD");
  model.snapshot(snapshotAnswer(5, [["9.00", "1"]]));
  model.message("depth", depth(5, 6, [["9.00", "2"]]), 0);
  model.disconnected();
  assert.ok(model.needsSnapshot && !model.isConnected);
  assert.ok(model.message("depth", depth(5, 6, [["9.00", "2"]]), 0), "it is new after a break");
});

Deno.test("watch model: a level that changed stands out for a moment", () => {
  const model = new WatchModel("BTC-USD");
  model.snapshot(snapshotAnswer(5));
  model.message("depth", depth(5, 6, [["9.00", "2"]]), 1_000);
  assert.ok(model.isFlashing("bids", "9.00", 1_000 + FLASH_MILLIS - 1));
  assert.ok(!model.isFlashing("bids", "9.00", 1_000 + FLASH_MILLIS));
  assert.ok(!model.isFlashing("asks", "9.00", 1_000));
});

Deno.test("watch model: the tape is bounded", () => {
  const model = new WatchModel("BTC-USD");
  for (let id = 1; id <= TAPE_MAX + 5; id++) {
    model.message("trades", trades(id - 1, id, trade(id, "9.00")), 0);
  }
  assert.equal(model.tape.length, TAPE_MAX);
  assert.equal(model.tape[0]?.tradeId, String(TAPE_MAX + 5));
});

Deno.test("watch model: the direction is that of the last two trades", () => {
  const model = new WatchModel("BTC-USD");
  const take = (id: number, price: string) =>
    model.message("trades", trades(id - 1, id, trade(id, price)), 0);
  take(1, "9.00");
  assert.equal(model.direction, 0);
  take(2, "10.00");
  assert.equal(model.direction, 1);
  take(3, "9.99");
  assert.equal(model.direction, -1);
  take(4, "9.99");
  assert.equal(model.direction, -1);
});
