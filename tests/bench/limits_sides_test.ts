import assert from "node:assert/strict";
import { flexibleDecisions, ownAnswers, ownDecisions } from "../../bench/limits/decision_sides.ts";
import { createLeasedSide, createPeerSide } from "../../bench/limits/shared_sides.ts";
import { makeSubjects, ORDER_PLACES } from "../../bench/limits/subjects.ts";
import { RedisServer } from "../support/redis_server.ts";
import { startUpstashShim } from "../support/upstash_shim.ts";

Deno.test("subjects come in an order that is the same every time, each about as often", () => {
  const one = makeSubjects(10);
  assert.deepEqual(one.order, makeSubjects(10).order);
  for (let index = 0; index < 10; index++) {
    const times = one.order.reduce((sum, subject) => sum + (subject === index ? 1 : 0), 0);
    assert.ok(Math.abs(times - ORDER_PLACES / 10) < ORDER_PLACES / 200, `${times}`);
  }
});

// The peer forgets a counter with a timer of its own, which does not keep the process alive.
Deno.test({
  name: "all sides let all in at a wide limit, and little at a narrow one",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    const subjects = makeSubjects(5);
    for (const make of [ownDecisions, ownAnswers, flexibleDecisions]) {
      assert.equal(await make(1_000_000).run(subjects, 0, 2_000), 2_000);
      const few = await make(1).run(subjects, 0, 2_000);
      assert.ok(few >= 5 && few <= 20, `${few}`);
    }
  },
});

Deno.test("the peer's scripts run on a plain Redis, by their hash after the first time", async () => {
  await using server = await RedisServer.start();
  await using shim = await startUpstashShim(server.port);
  for (const algorithm of ["tokenBucket", "slidingWindow"] as const) {
    await using side = createPeerSide(shim, 3, algorithm);
    let before = shim.requests;
    assert.equal(await side.admit("a"), true);
    assert.equal(shim.requests - before, 2);
    before = shim.requests;
    assert.equal(await side.admit("a"), true);
    assert.equal(shim.requests - before, 1);
    const more: boolean[] = [];
    for (let count = 0; count < 10; count++) more.push(await side.admit("a"));
    assert.ok(more.includes(true) && more.includes(false), `${more}`);
  }
});

Deno.test("the leased side decides over the counters, and refuses beyond the limit", async () => {
  await using server = await RedisServer.start();
  await using shim = await startUpstashShim(server.port);
  await using side = createLeasedSide(shim, 3);
  const decisions: boolean[] = [];
  for (let count = 0; count < 20; count++) decisions.push(await side.admit("a"));
  assert.equal(decisions[0], true);
  assert.ok(decisions.includes(false), `${decisions}`);
  assert.ok(shim.requests > 0);
});
