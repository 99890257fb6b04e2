import assert from "node:assert/strict";
import type { NatsConnection, Status } from "nats.ws";
import { InstrumentFeed, type MessageHead } from "../../../core/market_data/instrument_feed.ts";
import { OrderQueues } from "../../../core/market_data/order_queues.ts";
import { WINDOW_BYTES_MAX } from "../../../core/market_data/outbound_window.ts";
import { FeedPublisher } from "../../../workers/market_data/feed_publisher.ts";
import { TestMarket } from "../../core/market_data/test_market.ts";

/**
 * A connection whose flushes and breaks the test decides: what nats.ws does when a connection breaks
 * at the worst moment cannot be made to happen with a real one.
 */
class ScriptedConnection {
  readonly published: string[] = [];
  readonly #flushes: PromiseWithResolvers<void>[] = [];
  #statuses: Status[] = [];
  #wake = () => {};

  publish(subject: string, payload: string | Uint8Array): void {
    if (typeof payload !== "string") return assert.ok(subject.endsWith(".bin"));
    assert.ok(subject.endsWith(".json"));
    this.published.push(String(JSON.parse(payload).sequence));
  }
  flush(): Promise<void> {
    const flush = Promise.withResolvers<void>();
    this.#flushes.push(flush);
    return flush.promise;
  }
  isClosed(): boolean {
    return false;
  }
  async *status(): AsyncGenerator<Status> {
    for (;;) {
      const status = this.#statuses.shift();
      if (status !== undefined) yield status;
      else await new Promise<void>((done) => this.#wake = done);
    }
  }

  /** Tells the publisher of a break or of the end of one. */
  async say(type: "disconnect" | "reconnect"): Promise<void> {
    this.#statuses.push({ type, data: "" } as Status);
    this.#wake();
    await new Promise((done) => setTimeout(done, 0));
  }

  /** Settles when a flush is under way. */
  async flushBegun(): Promise<void> {
    while (this.#flushes.length === 0) await new Promise((done) => setTimeout(done, 1));
  }

  /** Waits until a flush is under way and answers it. */
  async endFlush(error?: Error): Promise<void> {
    await this.flushBegun();
    const flush = this.#flushes.shift();
    if (error === undefined) flush?.resolve();
    else flush?.reject(error);
    await new Promise((done) => setTimeout(done, 0));
  }
}

const head = (sequence: number): MessageHead => ({
  sequence,
  prevSequence: sequence - 1,
  timeMicros: 0,
});

/** An instrument whose messages are as long as its symbol makes them. */
function instrument(padding: string): InstrumentFeed {
  const market = new TestMarket();
  market.open();
  const [terms] = market.references;
  return new InstrumentFeed(
    { ...terms, symbol: `${terms.symbol}${padding}` },
    new OrderQueues(2),
  );
}

function scripted() {
  const connection = new ScriptedConnection();
  const settled = { event: 0, flushed: 0 };
  const publisher = new FeedPublisher({
    connection: connection as unknown as NatsConnection,
    confirmedEvent: 0,
    settledEvent: () => settled.event,
    currentEvent: () => settled.event,
    flushed: () => settled.flushed++,
  });
  publisher.lead();
  const send = (sequence: number, padding = "") => {
    settled.event = sequence;
    publisher.sink(instrument(padding), "status", head(sequence));
  };
  return { connection, publisher, send, settled };
}

Deno.test("feed publisher: what a flush has confirmed is progress, and no more", async () => {
  const { connection, publisher, send } = scripted();
  send(1);
  await connection.flushBegun();
  send(2);
  assert.equal(publisher.confirmedEvent, 0);
  await connection.endFlush();
  assert.equal(publisher.confirmedEvent, 1, "the second came after the flush began");
  await connection.endFlush();
  assert.equal(publisher.confirmedEvent, 2);
  assert.deepEqual(connection.published, ["1", "2"]);
  publisher.stop();
});

Deno.test("feed publisher: after a break everything outstanding is published again", async () => {
  const { connection, publisher, send } = scripted();
  send(1);
  await connection.endFlush();
  send(2);
  await connection.say("disconnect");
  send(3);
  assert.deepEqual(connection.published, ["1", "2"], "nothing into a broken connection");
  await connection.say("reconnect");
  assert.deepEqual(connection.published, ["1", "2", "2", "3"]);
  await connection.endFlush();
  assert.equal(publisher.confirmedEvent, 3);
  publisher.stop();
});

Deno.test("feed publisher: a flush of the broken connection confirms nothing", async () => {
  const { connection, publisher, send } = scripted();
  send(1);
  await connection.flushBegun();
  await connection.say("disconnect");
  await connection.endFlush();
  assert.equal(publisher.confirmedEvent, 0);
  await connection.say("reconnect");
  assert.deepEqual(connection.published, ["1", "1"]);
  publisher.stop();
});

Deno.test("feed publisher: a failed flush is made again", async () => {
  const { connection, publisher, send } = scripted();
  send(1);
  await connection.endFlush(new Error("broken"));
  await connection.endFlush();
  assert.equal(publisher.confirmedEvent, 1);
  publisher.stop();
});

Deno.test("feed publisher: asks for a pause while much is outstanding", async () => {
  const { connection, publisher, send, settled } = scripted();
  const padding = "x".repeat(2 ** 20);
  let sequence = 0;
  send(++sequence, padding);
  // It has the padding in its two subjects and in its JSON.
  assert.equal(publisher.outstandingBytes >> 20, 3);
  await publisher.room();
  while (sequence < WINDOW_BYTES_MAX / 2 ** 20) send(++sequence, padding);
  let hasRoom = false;
  const room = publisher.room().then(() => hasRoom = true);
  await new Promise((done) => setTimeout(done, 5));
  assert.ok(!hasRoom);
  const before = settled.flushed;
  await connection.endFlush();
  await connection.endFlush();
  await room;
  assert.deepEqual([publisher.outstandingBytes, settled.flushed > before], [0, true]);
  assert.equal(publisher.confirmedEvent, sequence);
  publisher.stop();
});
