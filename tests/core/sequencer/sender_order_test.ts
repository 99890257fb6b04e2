import assert from "node:assert/strict";
import fc from "fast-check";
import { SenderOrder, SENDERS_MAX } from "../../../core/sequencer/sender_order.ts";

Deno.test("takes the frames of a sender in their order", () => {
  const senders = new SenderOrder();
  assert.ok(senders.accept(7, 1, 0));
  assert.ok(senders.accept(7, 2, 1));
  assert.ok(!senders.accept(7, 4, 2), "frame 3 has not come");
  assert.ok(senders.accept(7, 3, 1));
  assert.ok(senders.accept(7, 4, 2));
});

Deno.test("takes a repeat, and goes on behind the highest frame", () => {
  const senders = new SenderOrder();
  for (const number of [1, 2, 3]) senders.accept(7, number, number - 1);
  assert.ok(senders.accept(7, 1, 0));
  assert.ok(senders.accept(7, 4, 2));
});

Deno.test("a repeat in the log does not lower the highest frame", () => {
  const senders = new SenderOrder();
  senders.remember(7, 5);
  senders.remember(7, 6);
  senders.remember(7, 5);
  assert.ok(senders.accept(7, 7, 1), "frame 7 follows 6");
});

Deno.test("takes a sender that is not known only where it has nothing unanswered before", () => {
  const senders = new SenderOrder();
  assert.ok(!senders.accept(7, 40, 1));
  assert.ok(senders.accept(7, 39, 0));
  assert.ok(senders.accept(7, 40, 1));
});

Deno.test("goes on behind a frame that the sender has given up", () => {
  const senders = new SenderOrder();
  senders.accept(7, 1, 0);
  assert.ok(senders.accept(7, 3, 0), "frame 2 was answered: it will never come");
});

Deno.test("remembers a bounded number of senders and forgets the one silent for longest", () => {
  const senders = new SenderOrder();
  for (let sender = 0; sender < SENDERS_MAX; sender++) senders.accept(sender, 10, 0);
  senders.accept(0, 11, 1);
  senders.accept(SENDERS_MAX, 1, 0);
  assert.equal(senders.count, SENDERS_MAX);
  assert.ok(senders.accept(0, 12, 1), "sender 0 was heard late");
  assert.ok(!senders.accept(1, 11, 1), "sender 1 was forgotten");
});

Deno.test("judges after a replay as it did before", () => {
  const frame = fc.record({
    sender: fc.integer({ min: 1, max: 3 }),
    number: fc.integer({ min: 1, max: 12 }),
    behind: fc.integer({ min: 0, max: 3 }),
  });
  fc.assert(fc.property(fc.array(frame, { maxLength: 60 }), frame, (frames, next) => {
    const live = new SenderOrder();
    const replayed = new SenderOrder();
    for (const { sender, number, behind } of frames) {
      if (live.accept(sender, number, behind)) replayed.remember(sender, number);
    }
    const { sender, number, behind } = next;
    assert.equal(
      replayed.accept(sender, number, behind),
      live.accept(sender, number, behind),
    );
  }));
});
