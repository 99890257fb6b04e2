import assert from "node:assert/strict";
import fc from "fast-check";
import type { Said } from "./stream_market.ts";
import { CHANNELS, Client, Publisher } from "./stream_market.ts";

/** One thing that happens: what, to which channel, and how. */
type Step = readonly [what: number, channel: number, how: number];

const steps = fc.array(fc.tuple(fc.nat(9), fc.nat(CHANNELS.length - 1), fc.nat(99)), {
  minLength: 20,
  maxLength: 300,
  size: "max",
});

/** Publisher, road and client together. */
class Run {
  readonly publisher = new Publisher();
  readonly client: Client;
  readonly #road: { channel: number; message: Said }[] = [];
  resumes = 0;

  constructor(readonly waitingBytesMax: number) {
    this.client = new Client(waitingBytesMax, (...one) => this.publisher.answer(...one));
  }

  step([what, channel, how]: Step): void {
    const { client, publisher } = this;
    if (what <= 3) {
      const message = publisher.publish(CHANNELS[channel], how);
      if (message === null) return;
      const copies = how < 8 ? 0 : how < 16 ? 2 : 1;
      for (let count = 0; count < copies; count++) this.#road.push({ channel, message });
    } else if (what <= 5) this.#arrive(how);
    else if (what === 6) this.#answerOne(how);
    else if (what === 7) client.read(how % 9);
    else if (what === 8 && how < 20) this.reconnect();
    else if (what === 9 && how < 20) client.session.check(CHANNELS[0]);
    if (client.session.ended !== null) this.reconnect();
  }

  /** A new stream; what was on its way to the old one is lost. */
  reconnect(): void {
    this.resumes++;
    this.#road.length = 0;
    this.client.connect();
  }

  /** The road is whole again, feeds say their numbers again, and the client reads everything. */
  settle(): void {
    const { client, publisher } = this;
    const late = publisher.publishLate();
    if (late !== null) this.#road.push({ channel: 1, message: late });
    for (let round = 0; round < 400; round++) {
      for (; this.#road.length > 0; client.read(1_000)) this.#arrive(50);
      if (round < 3) {
        CHANNELS.forEach((channel, index) => {
          const message = publisher.repeat(channel);
          if (message !== null) this.#road.push({ channel: index, message });
        });
        client.session.check(CHANNELS[0]);
      }
      client.read(1_000);
      // One after the other, each when there is room, as the driver of a session does it.
      while (client.asked.length > 0) {
        this.#answerOne(0);
        client.read(1_000);
      }
      if (client.session.ended !== null) this.reconnect();
    }
  }

  #arrive(how: number): void {
    if (this.#road.length === 0) return;
    // Now and then the second overtakes the first.
    const at = how < 10 && this.#road.length > 1 ? 1 : 0;
    const [{ channel, message }] = this.#road.splice(at, 1);
    this.client.session.take(CHANNELS[channel], message);
  }

  #answerOne(how: number): void {
    const { asked, session } = this.client;
    if (asked.length === 0) return;
    const [{ channel, asking, early }] = asked.splice(how % asked.length, 1);
    // An answer is as of some moment between the question and now.
    session.answer(channel, how % 3 === 0 ? this.publisher.answer(channel, asking) : early);
  }
}

function checkClient({ client, publisher }: Run): void {
  const [reports, trades, depth, candles, bbo] = CHANNELS;
  const sorted = (levels: ReadonlyMap<number, number>) => [...levels].sort();
  assert.deepEqual(sorted(client.levels), sorted(publisher.levels), depth.name);
  const distinct = (list: readonly number[]) => new Set(list).size === list.length;
  assert.ok(distinct(client.trades), "no trade comes twice");
  assert.ok(distinct(client.reports), "no report comes twice");
  const ascends = (list: readonly number[]) =>
    list.every((one, at) => at === 0 || one > list[at - 1]);
  assert.ok(ascends(client.trades) && ascends(client.reports), "in order");
  const all = Array.from({ length: publisher.reports }, (_, index) => index + 1);
  const first = client.reports[0] ?? publisher.reports + 1;
  assert.deepEqual(client.reports, all.slice(first - 1), reports.name);
  if (!client.gaps.has(trades.name)) {
    const from = publisher.trades.indexOf(client.trades[0]);
    assert.deepEqual(client.trades, from < 0 ? [] : publisher.trades.slice(from), trades.name);
    if (from < 0) assert.equal(client.cursor.get(trades.name), publisher.trades.at(-1) ?? 0);
  }
  assert.equal(client.cursor.get(reports.name), publisher.reports);
  if (publisher.at(bbo) > 0) assert.equal(client.state, publisher.at(bbo), bbo.name);
  if (publisher.at(candles) > 0) assert.equal(client.candles.at(-1), publisher.at(candles));
}

/** The seed of a failure is in fast-check's message. */
function always(waitingBytesMax: number): number {
  let resumes = 0;
  fc.assert(
    fc.property(steps, (all) => {
      const run = new Run(waitingBytesMax);
      for (const step of all) run.step(step);
      run.settle();
      checkClient(run);
      resumes += run.resumes;
    }),
    { numRuns: 2_000 },
  );
  return resumes;
}

Deno.test("whatever is lost, repeated or reordered, a client has what was published, or knows", () => {
  always(1_000_000);
});

Deno.test("so it is where a reader so slow that it is dropped resumes by its cursor", () => {
  assert.ok(always(2_000) > 3_000);
});
