/**
 * A small market for tests: the real engine, fed with real frames, and its events as the messages
 * that the leader publishes.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { EventReader } from "../../../core/market_data/event_reader.ts";
import { FeedEncoder } from "../../../core/market_data/feed_encoder.ts";
import type { FeedMessage } from "../../../core/market_data/feed_messages.ts";
import type { FeedSink } from "../../../core/market_data/instrument_feed.ts";
import { jsonMessage } from "../../../core/market_data/json_message.ts";
import type { MarketFeeds } from "../../../core/market_data/market_feeds.ts";
import { applyFrame, beginAppend } from "../../../core/matching/apply.ts";
import { listInstruments } from "../../../core/matching/inspect.ts";
import { ShardState } from "../../../core/matching/shard_state.ts";
import type { InstrumentReference } from "../../../core/protocol/queries.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import type { Feed } from "../../../core/protocol/subjects.ts";
import { EVENTS_PER_MESSAGE_MAX, eventsMessage } from "../../../core/sequencer/events_frames.ts";
import { sealCrc } from "../../../infra/journal/crc.ts";
import { type Command, market } from "../../support/commands.ts";
import { FrameSource } from "../../support/frames.ts";

/** Midnight of some day, in microseconds. */
export const START_MICROS = 1_700_006_400_000_000;
/** Time from one append to the next. */
export const APPEND_MICROS = 1_000;
/** A small venue's tables. */
const CAPACITIES = {
  orders: 2 ** 10,
  levels: 2 ** 10,
  balances: 2 ** 10,
  accounts: 2 ** 6,
  outcomes: 2 ** 12,
  events: 2 ** 12,
};
const FUNDS = { BTC: 10 ** 14, ETH: 10 ** 14, USD: 10 ** 14 };

/** One message of a feed, as a sink is given it. */
export interface SentMessage {
  readonly symbol: string;
  readonly feed: Feed;
  readonly message: FeedMessage;
  /** The same in binary. */
  readonly bytes: Uint8Array;
}

/** The engine with BTC-USD (1), ETH-USD (2) and the funded accounts 1 to 4. */
export class TestMarket {
  readonly state = new ShardState(CAPACITIES);
  stampMicros = START_MICROS;
  readonly #frames = new FrameSource();
  #journalSequence = 0;

  /** The messages of the append that sets the market up. */
  open(): Uint8Array[] {
    const opening = market().asset("BTC", 8).asset("ETH", 8).asset("USD", 6)
      .instrument("BTC-USD")
      .instrument("ETH-USD", { quantityScale: 3, quantityLotsMax: 100_000_000 });
    for (const account of [1, 2, 3, 4]) opening.account(account, FUNDS);
    return this.append(opening.commands);
  }

  /** Applies the commands as one append; its events as messages of at most `eventsMax` each. */
  append(commands: readonly Command[], eventsMax: number = EVENTS_PER_MESSAGE_MAX): Uint8Array[] {
    const { events } = this.state;
    this.stampMicros += APPEND_MICROS;
    this.#journalSequence++;
    beginAppend(this.state, this.stampMicros, 1);
    const orders = commands.filter((command) => command.kind < 64);
    const administration = commands.filter((command) => command.kind >= 64);
    for (const part of [administration, orders]) {
      if (part.length === 0) continue;
      const frame = this.#frames.frame(part);
      applyFrame(this.state, frame, 0, frame.bytes.length);
    }
    const messages: Uint8Array[] = [];
    for (let from = 0; from < events.count; from += eventsMax) {
      const to = Math.min(from + eventsMax, events.count);
      const message = eventsMessage(events, from, to, this.stampMicros, this.#journalSequence, 1);
      sealCrc(message, message.bytes.length);
      messages.push(message.bytes);
    }
    return messages;
  }

  /** The instruments as the leader publishes them. */
  get references(): readonly InstrumentReference[] {
    return listInstruments(this.state);
  }

  /** Levels of a side as the engine's own book has them, best first: price ticks and lots. */
  engineLevels(instrument: number, side: number): [number, number][] {
    const { books } = this.state;
    const levels: [number, number][] = [];
    for (
      let level = books.bestLevel(instrument, side);
      level !== 0;
      level = books.levelBehind(instrument, side, level)
    ) levels.push([books.levelPrice(level), books.levelTotal(level)]);
    return levels;
  }
}

/** A sink that keeps every message, as JSON and in binary. */
export function sinkTo(sent: SentMessage[]): FeedSink {
  const encoder = new FeedEncoder();
  return (instrument, feed, head) => {
    const { symbol } = instrument.terms;
    const message = jsonMessage(instrument, feed, head);
    sent.push({ symbol, feed, message, bytes: encoder.encode(instrument, feed, head) });
  };
}

/** Loads each message and applies it; returns what the feeds sent. */
export function applyMessages(
  feeds: MarketFeeds,
  reader: EventReader,
  messages: readonly Uint8Array[],
  isHeld = false,
): SentMessage[] {
  const sent: SentMessage[] = [];
  for (const bytes of messages) {
    assert.equal(reader.load(bytes), ResultCode.ok);
    feeds.apply(reader, sinkTo(sent), isHeld);
  }
  return sent;
}
