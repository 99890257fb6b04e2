import assert from "node:assert/strict";
import { Progress } from "../../../workers/market_data/progress.ts";
import { withBroker } from "./market_stream.ts";

Deno.test("progress: is 0 at first, then what was noted last, for each shard", async () => {
  await withBroker(async (broker) => {
    const connection = await broker.connectAs("marketData");
    const progress = new Progress(connection, 0);
    assert.equal(await progress.read(), 0);
    await progress.note(7);
    await progress.note(5);
    await progress.note(9);
    assert.equal(await new Progress(connection, 0).read(), 9);
    assert.equal(await new Progress(connection, 1).read(), 0);
  });
});

Deno.test("progress: one note at a time; what was left out comes with the next", async () => {
  await withBroker(async (broker) => {
    const connection = await broker.connectAs("marketData");
    const progress = new Progress(connection, 0);
    await Promise.all([progress.note(1), progress.note(2), progress.note(3)]);
    assert.equal(await new Progress(connection, 0).read(), 1);
    await Promise.all([progress.note(4), progress.noteLast(5)]);
    assert.equal(await new Progress(connection, 0).read(), 5, "the last one is never left out");
  });
});

Deno.test("progress: survives the broker's death", async () => {
  await withBroker(async (broker) => {
    const connection = await broker.connectAs("marketData");
    await new Progress(connection, 0).note(12);
    await broker.restart();
    assert.equal(await new Progress(await broker.connectAs("marketData"), 0).read(), 12);
  });
});
