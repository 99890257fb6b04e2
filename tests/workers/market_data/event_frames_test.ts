import assert from "node:assert/strict";
import {
  FrameRingConsumer,
  FrameRingProducer,
  makeFrameRing,
} from "../../../core/memory/frame_ring.ts";
import { eventsStream, eventsSubject } from "../../../core/protocol/subjects.ts";
import { type EventFrame, eventFrames } from "../../../workers/market_data/event_frames.ts";
import { seededRandom } from "../../core/market_data/random_orders.ts";
import { type Broker, until, withBroker } from "./market_stream.ts";

const FRAMES = 3_000;
const SLEEP_MILLIS = 20_000;

/** A frame that says which it is; they differ in length. */
function frameOf(place: number): Uint8Array {
  return new TextEncoder().encode(`frame ${place} `.repeat(1 + place % 7));
}

/** A leader that hands frames over and stores them, and who follows it. */
async function open(broker: Broker, slotCount: number, pollMillis = 0) {
  const memory = makeFrameRing(slotCount);
  const producer = new FrameRingProducer(memory);
  const stream = (await broker.connectAs("matcher")).jetstream();
  const abort = new AbortController();
  const said: string[] = [];
  const frames = eventFrames({
    connection: await broker.connectAs("marketData"),
    stream: eventsStream(0),
    ring: new FrameRingConsumer(memory, SLEEP_MILLIS),
    pollMillis,
    signal: abort.signal,
    say: (line) => said.push(line),
  });
  return {
    abort,
    frames,
    said,
    handOver: (place: number) => producer.offer(frameOf(place), place),
    store: (place: number) => stream.publish(eventsSubject(0), frameOf(place)),
  };
}

const pause = (millis: number) => new Promise<void>((done) => setTimeout(done, millis));

/** Takes frames until `last`, and checks that each is there, once and in order. */
async function take(
  frames: AsyncGenerator<EventFrame>,
  last: number,
  between: () => Promise<void> = () => Promise.resolve(),
): Promise<boolean[]> {
  const fromStream: boolean[] = [];
  for await (const { data, isStored, sequence } of frames) {
    fromStream.push(isStored);
    assert.equal(sequence, fromStream.length);
    assert.deepEqual(new Uint8Array(data), frameOf(sequence));
    await between();
    if (sequence === last) break;
  }
  return fromStream;
}

for (const pollMillis of [0, 3]) {
  Deno.test(`event frames come once and in order, by a ring that overflows and a stream behind it (polled for ${pollMillis} ms)`, async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    console.log(`seed ${seed}`);
    const random = seededRandom(seed);
    await withBroker(async (broker) => {
      const { abort, frames, handOver, said, store } = await open(broker, 64, pollMillis);
      const leading = (async () => {
        let stored = 0;
        for (let place = 1; place <= FRAMES;) {
          const burst = Math.min(FRAMES - place + 1, 1 + random() * 60 | 0);
          for (let index = 0; index < burst; index++) handOver(place++);
          if (random() < 0.3) await pause(random() * 10);
          // What is stored comes behind what was handed over, now and then far behind.
          while (stored < place - 1) await store(++stored);
        }
      })();
      leading.catch(() => {});
      const slow = async () => {
        if (random() < 0.02) await pause(random() * 20);
      };
      const fromStream = await take(frames, FRAMES, slow);
      await leading;
      abort.abort();
      const switches = fromStream.filter((isStored, at) =>
        at > 0 && isStored !== fromStream[at - 1]
      );
      assert.ok(switches.length > 4, `${switches.length} changes of the source`);
      assert.deepEqual(said, []);
    });
  });
}

Deno.test("event frames come by the ring alone while the stream takes nothing", async () => {
  await withBroker(async (broker) => {
    const { abort, frames, handOver, store } = await open(broker, 1_024);
    // What a leader before stored, and what this one does with its first.
    await store(1);
    handOver(2);
    await store(2);
    const taking = take(frames, 100);
    await pause(200);
    for (let place = 3; place <= 100; place++) handOver(place);
    const fromStream = await taking;
    abort.abort();
    assert.deepEqual(fromStream.map((isStored) => isStored ? 1 : 0).join("").match(/1+|0+/g), [
      "1",
      "0".repeat(99),
    ]);
  });
});

Deno.test("event frames come by the stream where nobody hands them over", async () => {
  await withBroker(async (broker) => {
    const { abort, frames, store } = await open(broker, 8);
    const storing = (async () => {
      for (let place = 1; place <= 5; place++) await store(place);
    })();
    const fromStream = await take(frames, 5);
    await storing;
    abort.abort();
    assert.deepEqual(fromStream, [true, true, true, true, true]);
  });
});

Deno.test("event frames: those left out at the end come by the stream, and the signal ends a sleep", async () => {
  await withBroker(async (broker) => {
    const { abort, frames, handOver, store } = await open(broker, 8);
    const got: number[] = [];
    const following = (async () => {
      for await (const { sequence } of frames) got.push(sequence);
    })();
    handOver(1);
    await store(1);
    await until(() => got.length === 1, "the first frame");
    // No turn of the event loop in between: most do not fit, and nothing comes behind them.
    for (let place = 2; place <= 20; place++) handOver(place);
    await pause(100);
    assert.ok(got.length < 20, "some were left out");
    for (let place = 2; place <= 20; place++) await store(place);
    await until(() => got.length === 20, "what was left out");
    handOver(21);
    await store(21);
    await until(() => got.length === 21, "one more of the stream: where both meet");
    handOver(22);
    await until(() => got.length === 22, "one that the stream does not have");
    const abortedAt = performance.now();
    abort.abort();
    await following;
    assert.ok(performance.now() - abortedAt < SLEEP_MILLIS / 2, "it did not sleep on");
    assert.deepEqual(got, Array.from({ length: 22 }, (_, index) => index + 1));
  });
});
