/**
 * The streams of a hub on a broker in memory, with what they ask for and a clock of the test's own.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { SnapshotAnswer } from "../../../../core/protocol/queries.ts";
import { FeedHub } from "../../../../infra/streams/feed_hub.ts";
import { EachSecond } from "../../../../routes/binance/streams/each_second.ts";
import type { StreamEventText } from "../../../../routes/binance/streams/stream_event_text.ts";
import { parseStreamName } from "../../../../routes/binance/streams/stream_name.ts";
import { TranslatedFeeds } from "../../../../routes/binance/streams/translated_feeds.ts";
import type { TimeWriter } from "../../../../routes/binance/times.ts";
import { FakeBroker } from "../../../infra/streams/fake_broker.ts";
import { MemoryExchange } from "../../memory_exchange.ts";

/** Times in milliseconds. */
export const millis: TimeWriter = (micros) => Math.floor(micros / 1_000);

/** What every message of a feed begins with. */
export const head = (sequence: number, prevSequence = sequence - 1) => ({
  symbol: "BTC-USD",
  sequence,
  prevSequence,
  timeMicros: 1_234_567,
});

/** What a ticker says. */
export const figures = {
  lastPrice: "5.00",
  open24h: "4.00",
  high24h: "6.00",
  low24h: "3.00",
  volume24h: "7",
  trades24h: 8,
};

/** What is answered to whoever asks for a snapshot. */
export const snapshot = {
  ...head(20),
  bids: [["4.00", "1"]],
  asks: [],
  ticker: figures,
} as unknown as SnapshotAnswer;

/** Feeds, and listeners to their streams. */
export class FeedsRun implements Disposable {
  readonly broker = new FakeBroker();
  readonly hub = new FeedHub(this.broker, 0);
  readonly reference = new MemoryExchange().reference;
  /** What was asked for snapshots, each answered in turn. */
  readonly asked: { args: unknown[]; answer: PromiseWithResolvers<SnapshotAnswer> }[] = [];
  /** Timers that run. */
  readonly timers = new Set<() => void>();
  readonly feeds = new TranslatedFeeds({
    hub: this.hub,
    snapshots: {
      take: (...args) => {
        const answer = Promise.withResolvers<SnapshotAnswer>();
        this.asked.push({ args, answer });
        return answer.promise;
      },
    },
    nowMicros: () => 9_000_000,
    reference: this.reference,
    seconds: new EachSecond((turn) => {
      const timer = () => turn();
      this.timers.add(timer);
      return () => void this.timers.delete(timer);
    }),
  });

  /** Listens; events and ends collect in what it gives. */
  listen(name: string, time: TimeWriter = millis) {
    const stream = parseStreamName(name, this.reference);
    assert.ok(stream !== null);
    const events: StreamEventText[] = [];
    const ended: string[] = [];
    const { leave, ready } = this.feeds.listen(stream, time, {
      take: (event) => void events.push(event),
      ended: (reason) => void ended.push(reason),
    });
    return { events, ended, leave, ready };
  }

  /** A second passes. */
  second(): void {
    for (const timer of this.timers) timer();
  }

  [Symbol.dispose](): void {
    this.hub.stop();
  }
}
