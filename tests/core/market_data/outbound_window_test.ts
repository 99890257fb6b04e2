import assert from "node:assert/strict";
import { OutboundWindow } from "../../../core/market_data/outbound_window.ts";

const payloads = (window: OutboundWindow) => window.outstanding.map(({ payload }) => payload);

Deno.test("outbound window: a flush confirms what was there when it began", () => {
  const window = new OutboundWindow(0);
  window.push("a", "1", 1);
  window.push("a", "22", 2);
  assert.equal(window.bytes, 5);
  const flush = window.beginFlush(7);
  window.push("a", "333", 3);
  assert.ok(window.isFlushing);
  window.confirm(flush);
  assert.deepEqual(payloads(window), ["333"]);
  assert.equal(window.bytes, 4);
  assert.equal(window.confirmedEvent, 7);
  assert.ok(!window.isFlushing && !window.isEmpty);
});

Deno.test("outbound window: a lost connection confirms nothing and keeps everything in order", () => {
  const window = new OutboundWindow(3);
  window.push("a", "1", 1);
  const lost = window.beginFlush(5);
  window.push("a", "2", 2);
  window.lost();
  window.confirm(lost);
  assert.deepEqual(payloads(window), ["1", "2"]);
  assert.equal(window.confirmedEvent, 3);
  const flush = window.beginFlush(6);
  window.fail(lost);
  window.confirm(lost);
  assert.ok(window.isFlushing, "an answer to the lost flush is none to this one");
  window.confirm(flush);
  assert.ok(window.isEmpty);
  assert.equal(window.confirmedEvent, 6);
  assert.equal(window.bytes, 0);
});

Deno.test("outbound window: what was confirmed before stays confirmed", () => {
  const window = new OutboundWindow(100);
  window.confirm(window.beginFlush(10));
  assert.equal(window.confirmedEvent, 100);
});

Deno.test("outbound window: what somebody else has published is kept no longer", () => {
  const window = new OutboundWindow(0);
  for (const event of [1, 2, 2, 4]) window.push("a", String(event), event);
  window.confirmThrough(2);
  assert.deepEqual([payloads(window), window.bytes, window.confirmedEvent], [["4"], 2, 2]);
  window.confirmThrough(1);
  assert.deepEqual([payloads(window), window.confirmedEvent], [["4"], 2]);
  window.confirmThrough(9);
  assert.deepEqual([payloads(window), window.bytes, window.confirmedEvent], [[], 0, 9]);
});
