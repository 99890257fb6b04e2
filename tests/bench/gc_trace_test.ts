import assert from "node:assert/strict";
import { collectionsWithin } from "../../bench/matching/gc_trace.ts";
import { latencyDetails } from "../../bench/matching/latency.ts";
import { FLOWS } from "../../bench/matching/flow.ts";

const HEAD = "[31:0x55d0c8a2a000]";
const MARK = `${HEAD}       54 ms: Mark-Compact 2.3 (2.8) -> 2.2 (2.8) MB, pooled: 0.0 MB, ` +
  "3.31 / 0.00 ms (average mu = 0.937, current mu = 0.937) testing; GC in old space requested";
const scavengeAt = (millis: number) =>
  `${HEAD} ${millis} ms: Scavenge 3.4 (4.2) -> 3.0 (4.7) MB, pooled: 0.0 MB, ` +
  "8.25 / 0.00 ms (average mu = 0.937, current mu = 0.937) allocation failure;";

Deno.test("only collections within a span count, on the process's own clock", () => {
  const ends = [20, 90, 140, 160, 290];
  const trace = [MARK, ...ends.map(scavengeAt), "another line", ""].join("\n");
  // The trace is 30 ms behind.
  const spans = [[100, 171], [188, 200]] as const;
  assert.deepEqual(collectionsWithin(trace, spans, 84), { count: 3, millis: 24.75 });
  assert.deepEqual(collectionsWithin(trace, [], 84), { count: 0, millis: 0 });
});

Deno.test("a trace without the collection that was asked for is an error and no good result", () => {
  assert.throws(() => collectionsWithin("", [], 0), RangeError);
  assert.throws(() => collectionsWithin(`no trace\n${scavengeAt(20)}`, [], 0), RangeError);
});

Deno.test("the bench says what was collected while it offered commands", async () => {
  const shape = { ...FLOWS[0], liveOrders: 200, operations: 50_000 };
  const details = await latencyDetails(shape, 0.2, () => {});
  const collections = details["collections while commands were offered (--trace-gc)"];
  assert.match(collections, /^\d+ in 5 offers, \d+\.\d ms$/);
  assert.match(details["resident memory growth meanwhile, at most"], /^-?\d+ KiB$/);
});
