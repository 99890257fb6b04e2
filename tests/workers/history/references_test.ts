import assert from "node:assert/strict";
import { listInstruments } from "../../../core/matching/inspect.ts";
import type { BucketEntry } from "../../../infra/nats/kv.ts";
import { References } from "../../../workers/history/references.ts";
import { EventSource } from "../../core/history/event_source.ts";

function entry(key: string, value: unknown, deleted = false): BucketEntry {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return { key, value: new TextEncoder().encode(text), deleted, revision: 1 };
}

function bitcoin() {
  const source = new EventSource();
  source.open();
  return listInstruments(source.state)[0];
}

Deno.test("an instrument brings its terms, its multiplier and the names of its assets", () => {
  const said: string[] = [];
  const references = new References((line) => said.push(line));
  assert.equal(references.instrument(1), null);
  assert.deepEqual(references.asset(3, 6), { name: "3", scale: 6 });
  references.take(entry("BTC-USD", bitcoin()));
  // Five units of 0.01 times one of 0.0001, in the six decimals of USD.
  assert.equal(references.instrument(1)?.quotePerTickLot, 5);
  assert.deepEqual(references.asset(3, 6), { name: "USD", scale: 6 });
  references.take(entry("_index", ["BTC-USD"]));
  references.take(entry("BTC-USD", "", true));
  assert.equal(references.instrument(1)?.symbol, "BTC-USD");
  assert.deepEqual(said, []);
});

Deno.test("an entry that is no instrument is said and left out", () => {
  const said: string[] = [];
  const references = new References((line) => said.push(line));
  references.take(entry("BTC-USD", "{"));
  references.take(entry("BTC-USD", { ...bitcoin(), tickSize: "0.05" }));
  references.take(entry("BTC-USD", { ...bitcoin(), quoteScale: 1 }));
  assert.equal(references.instrument(1), null);
  assert.deepEqual(said, Array(3).fill("REFERENCE has no valid instrument under BTC-USD"));
});

Deno.test("an instrument is waited for once, and taken when it comes after all", async () => {
  const said: string[] = [];
  const references = new References((line) => said.push(line));
  const waits = [references.waitFor(1), references.waitFor(2)];
  references.take(entry("BTC-USD", bitcoin()));
  assert.deepEqual(await Promise.all(waits), [true, false]);
  assert.equal(said.length, 1);
  const began = performance.now();
  assert.equal(await references.waitFor(2), false);
  assert.ok(performance.now() - began < 100, "not waited for again");
  assert.equal(said.length, 1);
});
