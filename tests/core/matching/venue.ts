/**
 * A venue for tests: a shard state and one sender. Every command goes the whole way (written into a
 * frame, the frame checked, applied), and the invariants are checked behind it.
 *
 * @module
 */

import assert from "node:assert/strict";
import { applyFrame, beginAppend } from "../../../core/matching/apply.ts";
import { type Capacities, ShardState } from "../../../core/matching/shard_state.ts";
import { checkRecordFrame, frameKind } from "../../../core/protocol/frame.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import type { WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import { type Command, type Market, market } from "../../support/commands.ts";
import { FrameSource } from "../../support/frames.ts";
import { drawBook, ordersOf, tidyDrawing } from "./book_drawing.ts";
import { type EventView, readEvents } from "./event_view.ts";
import { checkInvariants } from "./invariants.ts";
import { tell } from "./story.ts";

/** Small tables, so that tests grow them. */
export const SMALL_CAPACITIES: Capacities = {
  orders: 4,
  levels: 4,
  balances: 4,
  accounts: 4,
  outcomes: 16,
  events: 16,
};

/** Stamp of the first append. */
export const START_MICROS = 1_700_000_000_000_000;

/** BTC-USD without fees, one minor unit a tick and lot, and accounts 1 to 5 with plenty of both. */
export function plainMarket(): Market {
  const opening = market().asset("BTC", 8).asset("USD", 6).instrument("BTC-USD");
  for (let account = 1; account <= 5; account++) {
    opening.account(account, { BTC: 10_000_000_000, USD: 1_000_000_000_000 });
  }
  return opening;
}

/** A shard, its market, and who sends to it. */
export class Venue {
  readonly state: ShardState;
  readonly source = new FrameSource(1);
  /** Stamp of the next append; each append takes one microsecond. */
  stampMicros = START_MICROS;
  epoch = 1;
  /** Events of the last append. */
  events: EventView[] = [];

  constructor(readonly market: Market = plainMarket(), capacities: Capacities = SMALL_CAPACITIES) {
    this.state = new ShardState(capacities);
    this.submit(...market.commands);
    for (const { code } of this.events) assert.equal(code, ResultCode.ok, "the market opens");
  }

  /** Applies each command in an append of its own and tells what happened. */
  submit(...commands: Command[]): string[] {
    const events: EventView[] = [];
    for (const command of commands) {
      this.apply(this.source.frame([command]));
      events.push(...this.events);
    }
    this.events = events;
    return events.map(tell);
  }

  /** Applies one frame as one append and tells what happened. */
  apply(frame: WireBuffer): string[] {
    const length = frame.bytes.length;
    const checked = checkRecordFrame(frame, 0, length, frameKind(frame, 0));
    assert.equal(checked, ResultCode.ok, "the frame is well-formed");
    beginAppend(this.state, this.stampMicros++, this.epoch);
    applyFrame(this.state, frame, 0, length);
    checkInvariants(this.state);
    this.events = readEvents(this.state.events);
    return this.events.map(tell);
  }

  /** Rests the orders of a drawn book (see book_drawing.ts). */
  rest(drawing: string, symbol = "BTC-USD"): this {
    const orders = ordersOf(drawing, this.market.instrumentOf(symbol));
    this.submit(...orders);
    assert.equal(this.draw(symbol), tidyDrawing(drawing), "the book rests as it is drawn");
    return this;
  }

  /** The book as it is drawn. */
  draw(symbol = "BTC-USD"): string {
    return drawBook(this.state, this.market.instrumentOf(symbol));
  }

  /** Asserts that the book looks like this. */
  expect(drawing: string, symbol = "BTC-USD"): this {
    assert.equal(this.draw(symbol), tidyDrawing(drawing));
    return this;
  }

  /** Minor units that an account can still use. */
  available(account: number, asset: string): number {
    const slot = this.state.balances.find(account, this.market.assetOf(asset));
    return this.state.balances.availableOf(slot);
  }

  /** Minor units that an account's open orders hold. */
  held(account: number, asset: string): number {
    const slot = this.state.balances.find(account, this.market.assetOf(asset));
    return this.state.balances.heldOf(slot);
  }

  /** Id of the last order that was accepted. */
  get lastOrderId(): number {
    return this.state.lastOrderId;
  }
}
