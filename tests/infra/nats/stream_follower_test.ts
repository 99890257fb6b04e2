import assert from "node:assert/strict";
import { followStream, StreamDamagedError } from "../../../infra/nats/stream_follower.ts";
import {
  type Broker,
  MarketStream,
  until,
  withBroker,
} from "../../workers/market_data/market_stream.ts";

const text = (data: Uint8Array) => new TextDecoder().decode(data);
const bytes = (line: string) => new TextEncoder().encode(line);

/** Follows the events stream in the background. */
async function follow(broker: Broker, firstSequence: number, lastSequence?: number) {
  const connection = await broker.connectAs("marketData");
  const abort = new AbortController();
  const got: string[] = [];
  const said: string[] = [];
  const done = (async () => {
    const request = {
      connection,
      stream: "EVENTS_0",
      firstSequence,
      ...(lastSequence === undefined ? {} : { lastSequence }),
      signal: abort.signal,
      say: (line: string) => said.push(line),
    };
    for await (const { sequence, data } of followStream(request)) {
      got.push(`${sequence} ${text(data)}`);
    }
  })();
  done.catch(() => {});
  return {
    got,
    said,
    done,
    stop: async () => {
      abort.abort();
      await done;
    },
  };
}

Deno.test("stream follower: from the message asked for, in order, and what comes later", async () => {
  await withBroker(async (broker) => {
    const stream = new MarketStream(await broker.connectAs("matcher"));
    await stream.publish(["a", "b", "c"].map(bytes));
    const all = await follow(broker, 1);
    const rest = await follow(broker, 3);
    await until(() => all.got.length === 3, "three messages");
    await stream.publish([bytes("d")]);
    await until(() => all.got.length === 4 && rest.got.length === 2, "the fourth message");
    assert.deepEqual(all.got, ["1 a", "2 b", "3 c", "4 d"]);
    assert.deepEqual(rest.got, ["3 c", "4 d"]);
    await all.stop();
    await rest.stop();
    assert.deepEqual([...all.said, ...rest.said], []);
  });
});

Deno.test("stream follower: ends by itself behind the last message asked for, also one to come", async () => {
  await withBroker(async (broker) => {
    const stream = new MarketStream(await broker.connectAs("matcher"));
    await stream.publish(["a", "b", "c", "d"].map(bytes));
    const there = await follow(broker, 2, 3);
    await there.done;
    assert.deepEqual(there.got, ["2 b", "3 c"]);
    const none = await follow(broker, 4, 3);
    await none.done;
    assert.deepEqual(none.got, []);
    const toCome = await follow(broker, 4, 5);
    await until(() => toCome.got.length === 1, "the fourth message");
    await stream.publish([bytes("e"), bytes("f")]);
    await toCome.done;
    assert.deepEqual(toCome.got, ["4 d", "5 e"]);
  });
});

Deno.test("stream follower: goes on at the right message after the broker was killed", async () => {
  await withBroker(async (broker) => {
    const stream = new MarketStream(await broker.connectAs("matcher"));
    const follower = await follow(broker, 1);
    const expected: string[] = [];
    for (let round = 0; round < 3; round++) {
      for (let message = 0; message < 100; message++) {
        const line = `round ${round}, message ${message}`;
        expected.push(`${expected.length + 1} ${line}`);
        await stream.publish([bytes(line)]);
      }
      if (round < 2) await broker.restart();
    }
    await until(() => follower.got.length >= expected.length, "every message");
    // A message whose acknowledgement was lost may stand in the stream twice, with two numbers.
    const lines = follower.got.map((line) => line.slice(line.indexOf(" ")));
    const sequences = follower.got.map((line) => parseInt(line));
    assert.deepEqual([...new Set(lines)], expected.map((line) => line.slice(line.indexOf(" "))));
    assert.deepEqual(sequences, sequences.map((_, index) => index + 1));
    await follower.stop();
  });
});

Deno.test("stream follower: ends at once when told to, also while nothing comes", async () => {
  await withBroker(async (broker) => {
    const follower = await follow(broker, 1);
    await new Promise((done) => setTimeout(done, 50));
    const beganAt = performance.now();
    await follower.stop();
    assert.ok(performance.now() - beganAt < 1_000);
  });
});

Deno.test("stream follower: refuses a stream that lacks what it had", async () => {
  await withBroker(async (broker) => {
    const stream = new MarketStream(await broker.connectAs("matcher"));
    await stream.publish([bytes("a")]);
    const follower = await follow(broker, 5);
    await assert.rejects(
      follower.done,
      (error) =>
        error instanceof StreamDamagedError &&
        error.message === "EVENTS_0 should go on with message 5 but has 1 to 1",
    );
  });
});
