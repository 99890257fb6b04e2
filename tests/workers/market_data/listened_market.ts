/**
 * A small market whose conflated feeds are published on a connection that knows who listens.
 *
 * @module
 */
import type { Msg, NatsConnection } from "nats.ws";
import { CONFLATION_STEP_MILLIS } from "../../../core/market_data/conflated_classes.ts";
import { EventReader } from "../../../core/market_data/event_reader.ts";
import type { BookMessage } from "../../../core/market_data/feed_messages.ts";
import type { FeedSink } from "../../../core/market_data/instrument_feed.ts";
import { MarketFeeds } from "../../../core/market_data/market_feeds.ts";
import { ConflatedFeeds } from "../../../workers/market_data/conflated_feeds.ts";
import { applyMessages, TestMarket } from "../../core/market_data/test_market.ts";
import type { Command } from "../../support/commands.ts";

/** Steps of a second. */
export const SECOND_STEPS = 1_000 / CONFLATION_STEP_MILLIS;

/** A connection on which the test says who listens. */
export class ListenedConnection {
  readonly options = { inboxPrefix: "_INBOX.test" };
  readonly listened = new Set<string>();
  readonly heard: { readonly subject: string; readonly message: BookMessage }[] = [];
  readonly tried = new Set<string>();
  readonly bytes: { readonly subject: string; readonly message: Uint8Array }[] = [];
  published = 0;
  #answer: (error: null, message: Msg) => void = () => {};

  subscribe(_subject: string, { callback }: { callback: (error: null, message: Msg) => void }) {
    this.#answer = callback;
  }

  publish(subject: string, payload: string | Uint8Array, { reply }: { reply: string }): void {
    this.published++;
    this.tried.add(subject);
    if (!this.listened.has(subject)) {
      return this.#answer(null, { subject: reply, headers: { code: 503 } } as unknown as Msg);
    }
    if (typeof payload === "string") this.heard.push({ subject, message: JSON.parse(payload) });
    else this.bytes.push({ subject, message: payload });
  }

  /** The connection breaks and comes back. */
  breaks: () => void = () => {};

  async *status() {
    for (;;) {
      await new Promise<void>((done) => this.breaks = done);
      yield { type: "reconnect" };
    }
  }
}

/** A market whose conflated feeds go to a {@link ListenedConnection}. */
export function openListened() {
  const market = new TestMarket();
  const feeds = new MarketFeeds();
  const reader = new EventReader();
  const opening = market.open();
  for (const reference of market.references) feeds.learn(reference);
  applyMessages(feeds, reader, opening);
  const connection = new ListenedConnection();
  const books = new ConflatedFeeds(connection as unknown as NatsConnection);
  const sink: FeedSink = (instrument, feed) => {
    if (feed === "depth") books.changed(instrument);
  };
  const append = (commands: readonly Command[], isHeld = false) => {
    for (const message of market.append(commands)) {
      reader.load(message);
      feeds.apply(reader, sink, isHeld);
    }
  };
  return {
    append,
    books,
    connection,
    feeds,
    market,
    release: () => feeds.release(sink),
    steps: (count: number) => {
      for (let step = 0; step < count; step++) books.step(feeds.instruments, 1);
    },
  };
}
