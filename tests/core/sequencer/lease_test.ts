import assert from "node:assert/strict";
import fc from "fast-check";
import {
  HeldLease,
  LEASE_MILLIS,
  NO_RESPONDERS_MILLIS,
  RENEW_MILLIS,
  WatchedLease,
} from "../../../core/sequencer/lease.ts";

Deno.test("a holder renews in time, and holds only as long as its last stored renewal is good", () => {
  const lease = new HeldLease(5, 1_000);
  assert.equal(lease.renewal(1_000 + RENEW_MILLIS - 1), null);
  assert.equal(lease.renewal(1_000 + RENEW_MILLIS), 5);
  assert.equal(lease.renewal(1_000 + 2 * RENEW_MILLIS), null, "one at a time");
  assert.ok(lease.holds(1_000 + LEASE_MILLIS - 1));
  assert.ok(!lease.holds(1_000 + LEASE_MILLIS));
  lease.stored(9, 1_000 + RENEW_MILLIS);
  assert.ok(lease.holds(1_000 + RENEW_MILLIS + LEASE_MILLIS - 1), "counted from when it was sent");
  assert.ok(!lease.holds(1_000 + RENEW_MILLIS + LEASE_MILLIS));
  assert.equal(lease.renewal(1_000 + 2 * RENEW_MILLIS), 9);
});

Deno.test("a renewal without an answer is no loss; a refusal is one unless the key is its own", () => {
  const lease = new HeldLease(5, 0);
  assert.equal(lease.renewal(RENEW_MILLIS), 5);
  lease.unanswered();
  assert.equal(lease.renewal(RENEW_MILLIS + 1), 5, "and is sent again at once");
  lease.refused(true, 6);
  assert.ok(!lease.isLost);
  assert.equal(lease.renewal(3 * RENEW_MILLIS), 6);
  lease.refused(false, 7);
  assert.ok(lease.isLost);
  assert.ok(!lease.holds(3 * RENEW_MILLIS));
  assert.equal(lease.renewal(9 * RENEW_MILLIS), null);
});

Deno.test("a broken connection makes a holder unsure until it has renewed", () => {
  const lease = new HeldLease(5, 0);
  lease.doubt(0.5);
  assert.ok(!lease.holds(1));
  lease.renewal(RENEW_MILLIS);
  lease.stored(6, RENEW_MILLIS);
  assert.ok(lease.holds(RENEW_MILLIS + 1));
});

Deno.test("a stored renewal counts from when it was sent, whatever was sent since", () => {
  const lease = new HeldLease(5, 0);
  assert.equal(lease.renewal(RENEW_MILLIS), 5);
  // Two are on their way: the one of before says that it was stored, the other one never comes.
  lease.stored(6, 50);
  assert.ok(lease.holds(50 + LEASE_MILLIS - 1));
  assert.ok(!lease.holds(50 + LEASE_MILLIS));
});

Deno.test("a renewal that was sent before the connection broke makes nobody sure", () => {
  const lease = new HeldLease(5, 0);
  assert.equal(lease.renewal(RENEW_MILLIS), 5);
  lease.doubt(RENEW_MILLIS + 1);
  lease.stored(6, RENEW_MILLIS);
  assert.ok(!lease.holds(RENEW_MILLIS + 2));
  assert.equal(lease.renewal(2 * RENEW_MILLIS), 6, "but its revision counts");
});

Deno.test("a lease may be taken when it was never held, was given up, or has expired", () => {
  const lease = new WatchedLease();
  assert.equal(lease.candidate(1e9), null, "not before anything was seen");
  lease.seen(null, 0, 100);
  assert.equal(lease.candidate(100), 0);
  lease.seen({ holder: "a", phase: "leading" }, 3, 200);
  assert.equal(lease.candidate(200 + LEASE_MILLIS), null);
  assert.equal(lease.candidate(200 + LEASE_MILLIS + 51), 3);
  lease.seen({ holder: "a", phase: "leading" }, 3, 5_000);
  assert.equal(lease.candidate(200 + LEASE_MILLIS + 51), 3, "the same revision is no renewal");
  lease.seen({ holder: "a", phase: "released" }, 4, 5_000);
  assert.equal(lease.candidate(5_000), 4);
});

Deno.test("a leader whose connection is gone is not waited for, but one that begins is", () => {
  const lease = new WatchedLease();
  lease.seen({ holder: "a", phase: "leading" }, 3, 0);
  lease.called(false, 10);
  assert.equal(lease.candidate(500), null, "once may have been a moment");
  lease.called(false, 10 + NO_RESPONDERS_MILLIS - 1);
  assert.equal(lease.candidate(500), null);
  lease.called(true, 60);
  lease.called(false, 61);
  assert.equal(lease.candidate(500), null, "it was there in between");
  lease.called(false, 61 + NO_RESPONDERS_MILLIS);
  assert.equal(lease.candidate(61 + NO_RESPONDERS_MILLIS), 3);
  lease.seen({ holder: "b", phase: "taken" }, 4, 120);
  for (const at of [130, 180, 230]) lease.called(false, at);
  assert.equal(lease.candidate(230), null);
});

/** A holder that may stand still, and others that may take the lease from it, over one key. */
Deno.test("whatever stands still, a holder that answers is the only one that can", () => {
  const step = fc.record({
    pass: fc.integer({ min: 0, max: 300 }),
    who: fc.nat({ max: 2 }),
    answered: fc.boolean(),
  });
  fc.assert(fc.property(fc.array(step, { maxLength: 120, size: "max" }), (steps) => {
    let now = 0;
    let key = { holder: 0, revision: 1 };
    const held = new Map([[0, new HeldLease(1, 0)]]);
    const watched = [1, 2, 0].map(() => new WatchedLease());
    for (const { answered, pass, who } of steps) {
      now += pass;
      const lease = held.get(who);
      if (lease !== undefined && !lease.isLost) {
        const from = lease.renewal(now);
        if (from !== null && from === key.revision) {
          key = { holder: who, revision: key.revision + 1 };
          if (answered) lease.stored(key.revision, now);
          else lease.unanswered();
        } else if (from !== null) lease.refused(key.holder === who, key.revision);
      } else {
        watched[who].seen({ holder: `${key.holder}`, phase: "leading" }, key.revision, now);
        const from = watched[who].candidate(now);
        if (from === key.revision) {
          key = { holder: who, revision: key.revision + 1 };
          held.set(who, new HeldLease(key.revision, now));
        }
      }
      const holders = [...held.values()].filter((one) => one.holds(now));
      assert.ok(holders.length <= 1, `${holders.length} holders at ${now}`);
    }
  }));
});

Deno.test("a bucket that takes nothing gives the holder its time again, but not a dead one", () => {
  const lease = new WatchedLease();
  lease.seen({ holder: "a", phase: "leading" }, 7, 0);
  const late = 2 * LEASE_MILLIS;
  assert.equal(lease.candidate(late), 7);
  lease.unwritable(late);
  assert.equal(lease.candidate(late + LEASE_MILLIS), null, "it could not have renewed");
  assert.equal(lease.candidate(late + 2 * LEASE_MILLIS), 7);
  lease.unwritable(late + 2 * LEASE_MILLIS);
  lease.called(false, late + 2 * LEASE_MILLIS);
  lease.called(false, late + 2 * LEASE_MILLIS + NO_RESPONDERS_MILLIS);
  assert.equal(lease.candidate(late + 2 * LEASE_MILLIS + NO_RESPONDERS_MILLIS), 7);
});
