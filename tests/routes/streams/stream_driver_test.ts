import assert from "node:assert/strict";
import { parseChannel } from "../../../core/streams/channel.ts";
import { FeedHub } from "../../../infra/streams/feed_hub.ts";
import type { Backend } from "../../../routes/gateway.ts";
import { EdgeMessage } from "../../../routes/streams/edge_message.ts";
import { joinTrades, TRADES_REACH } from "../../../routes/streams/join_answers.ts";
import { JointSnapshots } from "../../../routes/streams/joint_snapshots.ts";
import { StreamDriver } from "../../../routes/streams/stream_driver.ts";
import type { StreamEnd } from "../../../routes/streams/stream_end.ts";
import type { Queries } from "../../../infra/queries/queries.ts";
import { FakeBroker } from "../../infra/streams/fake_broker.ts";

const pause = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));
const SYMBOL = "BTC-USD";

/** A driver and what is around it. */
function makeDriver(queries: object = {}, broker = new FakeBroker()) {
  const feeds = new FeedHub(broker, 1);
  const ends: StreamEnd[] = [];
  const backend = { feeds, queries } as unknown as Backend;
  const driver = new StreamDriver({
    backend,
    snapshots: new JointSnapshots(queries as Queries),
    log: () => {},
    wake: () => {},
    end: (reason) => void ends.push(reason),
  });
  return { driver, feeds, broker, ends };
}

const depth = parseChannel(`depth:${SYMBOL}`)!;
const trades = parseChannel(`trades:${SYMBOL}`)!;
const reports = parseChannel("reports")!;
const snapshot = (ids: readonly number[]) => ({
  sequence: 5,
  bids: [],
  asks: [],
  trades: ids.map((id) => ({ tradeId: String(id) })).reverse(),
});

Deno.test("nothing is asked before the broker knows that somebody listens", async () => {
  const flushed = Promise.withResolvers<void>();
  const broker = new FakeBroker();
  broker.flush = () => flushed.promise;
  const asked: string[] = [];
  const queries = {
    snapshot: (symbol: string) => Promise.resolve((asked.push(symbol), snapshot([]))),
  };
  const { driver } = makeDriver(queries, broker);
  driver.open(depth, new Map(), 0);
  await pause(20);
  assert.deepEqual(asked, []);
  flushed.resolve();
  await pause(20);
  assert.deepEqual(asked, [SYMBOL]);
  driver.end(null);
  await pause(10);
});

Deno.test("a driver that has ended listens to nothing, and says it once", async () => {
  const { driver, broker, ends } = makeDriver();
  driver.open(parseChannel(`bbo:${SYMBOL}`)!, new Map(), 0);
  assert.equal(broker.open.length, 1);
  driver.end("draining");
  driver.end("slow_reader");
  await pause(20);
  assert.deepEqual([broker.open, ends], [[], ["draining"]]);
});

Deno.test("a page of the past is asked for when there is room, and not before", async () => {
  let pages = 0;
  const text = "x".repeat(2_000);
  const queries = {
    history: ({ afterSequence }: { afterSequence: number }) => {
      pages++;
      const page = Array.from({ length: 200 }, (_, index) => ({
        sequence: afterSequence + 1 + index,
        prevSequence: afterSequence + index,
        text,
      }));
      return Promise.resolve({ reports: page, lastReportSequence: 2_000 });
    },
  };
  const { driver, ends } = makeDriver(queries);
  driver.own({ account: 2, keyId: "key", untilMicros: 0 });
  driver.open(reports, new Map([["reports", 0]]), 0);
  await pause(50);
  // A quarter of a mebibyte may wait when the next page is asked for.
  assert.equal(pages, 1);
  let read = 0;
  for (let round = 0; round < 50; round++) {
    while (driver.next() !== undefined) read++;
    await pause(1);
  }
  // Every report, and the remark that the channel is joined.
  assert.deepEqual([pages, read, ends], [10, 2_001, []]);
  driver.end(null);
  await pause(10);
});

Deno.test("what is never answered ends the stream, after some attempts", async () => {
  let attempts = 0;
  const queries = {
    snapshot: () => {
      attempts++;
      return Promise.reject(new Error("no answer"));
    },
  };
  const { driver, ends } = makeDriver(queries);
  driver.open(trades, new Map(), 0);
  for (let waited = 0; waited < 500 && ends.length === 0; waited++) await pause(20);
  assert.deepEqual([attempts, ends], [6, ["unavailable"]]);
  await pause(10);
});

Deno.test("trades further back than the last ones reach are a gap", async () => {
  const many = Array.from({ length: TRADES_REACH }, (_, index) => 100 + index);
  const queries = { snapshot: () => Promise.resolve(snapshot(many)) } as unknown as Queries;
  const answer = (after: number | null) =>
    joinTrades(new JointSnapshots(queries), trades, after, 0);
  assert.deepEqual(
    await Promise.all([99, 100, 1_099, 1_100, 0, null].map(async (one) => {
      const { isComplete, place } = await answer(one);
      return [isComplete, place];
    })),
    [[false, 1_099], [true, 1_099], [true, 1_099], [false, 1_099], [false, 1_099], [true, 1_099]],
  );
});

Deno.test("a message on several lines is one event on one line", () => {
  const broker = new FakeBroker();
  const events: string[] = [];
  const hub = new FeedHub(broker);
  hub.listen("a", {
    take: (message) => {
      events.push(new TextDecoder().decode(EdgeMessage.ofFeed(message).sse("bbo")));
    },
    ended: () => {},
  });
  broker.publishText("a", '{\n"a": 1,\r\n"b": 2\n}');
  assert.deepEqual(events, ['event: bbo\ndata: {"a":1,"b":2}\n\n']);
  hub.stop();
});
