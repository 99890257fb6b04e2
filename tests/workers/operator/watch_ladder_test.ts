import assert from "node:assert/strict";
import { decimalsOf, ladderOf, withThousands } from "../../../workers/operator/watch_ladder.ts";

Deno.test("watch ladder: quantities add up away from the spread, exactly", () => {
  const ladder = ladderOf([["9.90", "0.1"], ["9.80", "0.2"]], [["10.10", "0.7"]], 5);
  assert.deepEqual(ladder.bids.map(({ price, quantity, total }) => [price, quantity, total]), [
    ["9.90", "0.1", "0.1"],
    ["9.80", "0.2", "0.3"],
  ]);
  assert.deepEqual(ladder.spread, { amount: "0.20", basisPoints: 200 });
});

Deno.test("watch ladder: bars are shares of the largest total of both sides", () => {
  const { bids, asks } = ladderOf([["9", "1"], ["8", "3"]], [["10", "2"]], 5);
  assert.deepEqual(bids.map(({ quantityShare, totalShare }) => [quantityShare, totalShare]), [
    [0.25, 0.25],
    [0.75, 1],
  ]);
  assert.deepEqual([asks[0]?.quantityShare, asks[0]?.totalShare], [0.5, 0.5]);
});

Deno.test("watch ladder: shows no more levels than asked for, and no spread of one side", () => {
  const { bids, asks, spread } = ladderOf([["9", "1"], ["8", "1"], ["7", "1"]], [], 2);
  assert.deepEqual([bids.length, asks.length, spread], [2, 0, null]);
});

Deno.test("watch ladder: decimals and thousands of a decimal string", () => {
  assert.deepEqual(["5", "5.0", "0.0001"].map(decimalsOf), [0, 1, 4]);
  const grouped = ["1", "123", "1234", "1234567.1234", "0.123456"].map(withThousands);
  assert.deepEqual(grouped, ["1", "123", "1,234", "1,234,567.1234", "0.123456"]);
});
