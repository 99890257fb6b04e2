import assert from "node:assert/strict";
import { healTable } from "./heal_table.ts";

Deno.test("self-heal times become one row for each kind of fault, the worst first", () => {
  const output = [
    "noise",
    "healed after kill -9 of the leader: 120 ms",
    "healed after a full disk: 900 ms",
    "healed after kill -9 of the leader: 100 ms",
    "healed after kill -9 of the leader: 150 ms",
  ].join("\n");
  const rows = healTable(output).slice(2).map((line) => line.split(/\s{2,}/));
  assert.deepEqual(rows, [
    ["a full disk", "1", "900 ms", "900 ms"],
    ["kill -9 of the leader", "3", "120 ms", "150 ms"],
    ["2 kinds of fault"],
  ]);
});

Deno.test("a run in which nothing had to heal has no table", () => {
  assert.deepEqual(healTable("ok | 3 passed"), []);
});
