import assert from "node:assert/strict";
import fc from "fast-check";
import {
  EVENTS_WAITING_BYTES_MAX,
  EVENTS_WAITING_MAX,
  EventsLog,
} from "../../../core/sequencer/events_log.ts";
import { seededRandom } from "../market_data/random_orders.ts";

/** The message that the journal puts at this place. */
const messageAt = (place: number) => new Uint8Array([place >> 8, place & 255]);

/** Everything that may be sent now. */
function sendAll(log: EventsLog): number[] {
  const places: number[] = [];
  for (let next = log.next(); next !== null; next = log.next()) {
    assert.deepEqual(next.message, messageAt(next.place));
    places.push(next.place);
  }
  return places;
}

/** A log that has made `count` messages and has not been told of any. */
function madeLog(count: number, stored = 0): EventsLog {
  const log = new EventsLog();
  log.begin(stored);
  for (let place = 1; place <= count; place++) {
    log.add(log.nextIsStored ? null : messageAt(place));
  }
  return log;
}

Deno.test("sends every message once, each with its place", () => {
  const log = madeLog(3);
  assert.deepEqual(sendAll(log), [1, 2, 3]);
  log.add(messageAt(4));
  assert.deepEqual(sendAll(log), [4]);
  log.acknowledged(2);
  assert.equal(log.waitingCount, 2);
  log.acknowledged(4);
  assert.equal(log.waitingCount, 0);
});

Deno.test("begins behind what the stream has", () => {
  assert.deepEqual(sendAll(madeLog(5, 3)), [4, 5]);
  const log = new EventsLog();
  log.begin(1);
  log.add(messageAt(1));
  assert.equal(log.waitingCount, 0, "made all the same, and not kept");
});

Deno.test("in doubt it waits, then sends again what the stream has not", () => {
  const log = madeLog(5);
  sendAll(log);
  const before = log.round;
  const round = log.doubt();
  assert.ok(round > before, "refusals of before are told from those of now");
  log.add(messageAt(6));
  assert.deepEqual(sendAll(log), []);
  assert.equal(log.resolve(round, 2), "resend");
  assert.deepEqual(sendAll(log), [3, 4, 5, 6]);
});

Deno.test("an answer of an earlier round counts, a reading of one does not", () => {
  const log = madeLog(3);
  sendAll(log);
  const round = log.doubt();
  log.acknowledged(2);
  assert.equal(log.resolve(round - 1, 0), "none");
  assert.equal(log.resolve(round, 1), "resend", "read before the second message was stored");
  assert.equal(log.stored, 2, "what was acknowledged stays so");
  assert.deepEqual(sendAll(log), [3]);
  assert.equal(log.resolve(round, 1), "none", "the doubt is over");
});

Deno.test("a stream that is shorter than what it acknowledged has lost it", () => {
  const log = madeLog(3);
  sendAll(log);
  log.acknowledged(3);
  log.add(messageAt(4));
  assert.equal(log.resolve(log.doubt(), 2), "lost");
});

Deno.test("another leader may be ahead: what it has written need not be sent", () => {
  const log = madeLog(3);
  sendAll(log);
  assert.equal(log.resolve(log.doubt(), 5), "resend");
  assert.equal(log.waitingCount, 0);
  for (const place of [4, 5, 6]) log.add(log.nextIsStored ? null : messageAt(place));
  assert.deepEqual(sendAll(log), [6]);
});

Deno.test("says when the stream does not keep up, by messages and by bytes", () => {
  const log = madeLog(EVENTS_WAITING_MAX - 1);
  assert.ok(log.hasRoom);
  log.add(messageAt(EVENTS_WAITING_MAX));
  assert.ok(!log.hasRoom);
  log.acknowledged(1);
  assert.ok(log.hasRoom);
  const large = new EventsLog();
  large.add(new Uint8Array(EVENTS_WAITING_BYTES_MAX));
  assert.ok(!large.hasRoom);
  large.acknowledged(1);
  assert.ok(large.hasRoom);
});

Deno.test("two leaders and a broker that loses messages make one stream without hole or repeat", () => {
  const plan = fc.record({
    seed: fc.integer(),
    lossShare: fc.constantFrom(0, 0.05, 0.3),
    messages: fc.integer({ min: 1, max: 120 }),
  });
  fc.assert(fc.property(plan, ({ seed, lossShare, messages }) => {
    const random = seededRandom(seed);
    const stream: number[] = [];
    const writers = [new EventsLog(), new EventsLog()];
    const rounds: (number | null)[] = [null, null];
    let loss = lossShare;
    for (let step = 0; writers.some((log) => log.made < messages || log.waitingCount > 0); step++) {
      assert.ok(step < 50_000, "it comes to an end");
      if (step === 2_000) loss = 0;
      const index = random() < 0.5 ? 0 : 1;
      const log = writers[index];
      if (log.made < messages && log.hasRoom && random() < 0.5) {
        log.add(log.nextIsStored ? null : messageAt(log.made + 1));
      }
      for (let next = log.next(); next !== null; next = log.next()) {
        if (random() < loss) continue;
        const isStored = next.place === stream.length + 1;
        if (isStored) stream.push(next.message[0] * 256 + next.message[1]);
        if (random() < loss) continue;
        if (isStored) log.acknowledged(next.place);
        else rounds[index] ??= log.doubt();
      }
      // A timer: what got no answer makes it doubt.
      if (log.waitingCount > 0 && random() < 0.2) rounds[index] ??= log.doubt();
      const round = rounds[index];
      if (round === null || random() < 0.5) continue;
      assert.notEqual(log.resolve(round, stream.length), "lost");
      rounds[index] = null;
    }
    assert.deepEqual(stream, Array.from({ length: messages }, (_, at) => at + 1));
  }));
});
