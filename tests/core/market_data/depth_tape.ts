/**
 * What a market publishes of one book, for tests of its copies: the messages of the feed `depth` in
 * binary, and the book as of each, from the real engine.
 *
 * @module
 */

import assert from "node:assert/strict";
import { EventReader } from "../../../core/market_data/event_reader.ts";
import {
  FEED_VERSION,
  FeedKind,
  FIXED_BYTES,
  LEVEL_BYTES,
} from "../../../core/market_data/feed_frame.ts";
import type { LotLevel } from "../../../core/market_data/feed_reader.ts";
import { MarketFeeds } from "../../../core/market_data/market_feeds.ts";
import { buy, by, type Command, sell } from "../../support/commands.ts";
import { randomCommands } from "./random_orders.ts";
import { applyMessages, TestMarket } from "./test_market.ts";

/** The instrument of a tape. */
export const INSTRUMENT = 1;
const SYMBOL = "BTC-USD";

/** A book as of a sequence, best levels first. */
export interface BookMoment {
  readonly sequence: number;
  readonly bids: readonly LotLevel[];
  readonly asks: readonly LotLevel[];
}

/** An append: the book after it, and the message about it where the book was touched. */
export interface DepthStep extends BookMoment {
  readonly message: Uint8Array | null;
}

/** Appends of random commands around one price, with orders far from it as well. */
export function recordTape(random: () => number, appends: number): DepthStep[] {
  const market = new TestMarket();
  const feeds = new MarketFeeds();
  const reader = new EventReader();
  const opening = market.open();
  for (const reference of market.references) feeds.learn(reference);
  applyMessages(feeds, reader, opening);
  return Array.from({ length: appends }, () => {
    const commands = [...farOrders(random), ...randomCommands(random, Math.floor(random() * 6))];
    const sent = applyMessages(feeds, reader, market.append(commands));
    const messages = sent.filter(({ feed, symbol }) => feed === "depth" && symbol === SYMBOL);
    assert.ok(messages.length <= 1, "an append is one message");
    return {
      message: messages[0]?.bytes ?? null,
      sequence: feeds.find(SYMBOL)?.sequence ?? 0,
      bids: market.engineLevels(INSTRUMENT, 0),
      asks: market.engineLevels(INSTRUMENT, 1),
    };
  });
}

function farOrders(random: () => number): Command[] {
  const below = (most: number) => Math.floor(random() * most);
  return Array.from({ length: below(3) }, () => {
    const account = by(1 + below(4));
    return random() < 0.5
      ? buy(1 + below(50), 4_960 + below(40), account)
      : sell(1 + below(50), 5_020 + below(40), account);
  });
}

/** What a message of the feed `depth` says. */
export interface DepthFields {
  readonly prevSequence: number;
  readonly sequence: number;
  readonly bids?: readonly LotLevel[];
  readonly asks?: readonly LotLevel[];
  readonly checksum?: number;
}

/** The bytes of a message that no market has published. */
export function depthBytes(fields: DepthFields): Uint8Array {
  const { asks = [], bids = [], checksum = 0, prevSequence, sequence } = fields;
  const levels = [...bids, ...asks];
  const fixed = FIXED_BYTES[FeedKind.depth];
  const view = new DataView(new ArrayBuffer(fixed + levels.length * LEVEL_BYTES));
  view.setUint8(0, FeedKind.depth);
  view.setUint8(1, FEED_VERSION);
  view.setUint16(2, levels.length, true);
  view.setUint32(4, INSTRUMENT, true);
  view.setBigUint64(8, BigInt(sequence), true);
  view.setBigUint64(16, BigInt(prevSequence), true);
  view.setUint16(32, bids.length, true);
  view.setUint16(34, asks.length, true);
  view.setUint32(36, checksum, true);
  for (const [index, [price, lots]] of levels.entries()) {
    view.setUint32(fixed + index * LEVEL_BYTES, price, true);
    view.setBigUint64(fixed + index * LEVEL_BYTES + 4, BigInt(lots), true);
  }
  return new Uint8Array(view.buffer);
}
