import assert from "node:assert/strict";
import type { BucketEntry } from "../../../infra/nats/kv.ts";
import { Listeners, LISTENERS_MAX } from "../../../workers/history/listeners.ts";

const NOW = 1_700_000_000_000_000;

function entry(key: string, value: unknown, deleted = false): BucketEntry {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return { key, value: new TextEncoder().encode(text), deleted, revision: 1 };
}

function makeListeners(): { listeners: Listeners; said: string[] } {
  const said: string[] = [];
  return { listeners: new Listeners((line) => said.push(line)), said };
}

Deno.test("an account is listened to until its entry expires, is renewed or is deleted", () => {
  const { listeners, said } = makeListeners();
  listeners.take(entry("7", { expiresMicros: NOW + 10 }), NOW);
  assert.ok(listeners.has(7, NOW + 9));
  assert.ok(!listeners.has(7, NOW + 10));
  listeners.take(entry("7", { expiresMicros: NOW + 30 }), NOW);
  assert.ok(listeners.has(7, NOW + 10));
  assert.deepEqual(listeners.accounts(NOW), [7]);
  listeners.take(entry("7", "", true), NOW);
  assert.ok(!listeners.has(7, NOW));
  listeners.take(entry("8", { expiresMicros: NOW }), NOW);
  assert.deepEqual(listeners.accounts(0), [], "one that has expired is not even kept");
  assert.deepEqual(said, []);
});

Deno.test("whether anybody listens is known however many have expired before", () => {
  const { listeners } = makeListeners();
  assert.ok(!listeners.hasAny(NOW));
  listeners.take(entry("1", { expiresMicros: NOW + 30 }), NOW);
  listeners.take(entry("2", { expiresMicros: NOW + 10 }), NOW);
  listeners.take(entry("3", { expiresMicros: NOW + 20 }), NOW);
  assert.ok(listeners.hasAny(NOW + 25));
  listeners.take(entry("1", "", true), NOW + 25);
  assert.ok(!listeners.hasAny(NOW + 25));
  listeners.take(entry("3", { expiresMicros: NOW + 60 }), NOW + 30);
  assert.ok(listeners.hasAny(NOW + 30));
  assert.deepEqual(listeners.accounts(NOW + 30), [3]);
});

Deno.test("an entry that is no listener is said and left out", () => {
  const { listeners, said } = makeListeners();
  listeners.take(entry("0", { expiresMicros: NOW + 10 }), NOW);
  listeners.take(entry("x", { expiresMicros: NOW + 10 }), NOW);
  listeners.take(entry("3", "{"), NOW);
  listeners.take(entry("4", { expiresMicros: "soon" }), NOW);
  listeners.take(entry("5", { expiresMicros: -1 }), NOW);
  assert.deepEqual(listeners.accounts(NOW), []);
  assert.equal(said.length, 5);
});

Deno.test("a ticket for a stream says nothing of listening, and is no mistake", () => {
  const { listeners, said } = makeListeners();
  listeners.take(entry("ticket.7.3", "made"), NOW);
  assert.deepEqual([listeners.accounts(NOW), said], [[], []]);
});

Deno.test("as many accounts as the limit are listened to; expired ones make room", () => {
  const { listeners, said } = makeListeners();
  for (let account = 1; account <= LISTENERS_MAX; account++) {
    listeners.take(entry(String(account), { expiresMicros: NOW + 10 }), NOW);
  }
  listeners.take(entry("200001", { expiresMicros: NOW + 50 }), NOW);
  listeners.take(entry("200002", { expiresMicros: NOW + 50 }), NOW);
  assert.ok(!listeners.has(200_001, NOW));
  assert.deepEqual(said, ["100000 accounts are listened to; further ones must ask for reports"]);
  listeners.take(entry("200003", { expiresMicros: NOW + 50 }), NOW + 20);
  assert.deepEqual(listeners.accounts(NOW + 20), [200_003]);
});
