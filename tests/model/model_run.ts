/**
 * Runs a script through the fast core and through the naive exchange side by side and compares all
 * there is to compare.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { ASSETS_MAX } from "../../core/ledger/balances.ts";
import { Side } from "../../core/protocol/order_record.ts";
import { ORDER_DOUBLES, ORDER_INTEGERS, OrderField } from "../../core/book/order_pool.ts";
import { applyFrame, beginAppend } from "../../core/matching/apply.ts";
import { type Capacities, ShardState } from "../../core/matching/shard_state.ts";
import { checkRecordFrame, frameKind } from "../../core/protocol/frame.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { levelsOf } from "../core/matching/book_drawing.ts";
import { type EventView, readEvents } from "../core/matching/event_view.ts";
import { checkInvariants } from "../core/matching/invariants.ts";
import { tell } from "../core/matching/story.ts";
import { encodeFrame } from "../support/frames.ts";
import { ReferenceExchange } from "./reference_exchange.ts";
import { needOf, type ReferenceInstrument } from "./reference_ledger.ts";
import { makersFor } from "./reference_matching.ts";
import { type AppendDraft, scripts } from "./script.ts";
import { modelMarket, type ScriptFrame, ScriptWriter } from "./script_writer.ts";

const START_MICROS = 1_700_000_000_000_000;
const CAPACITIES: Capacities = {
  orders: 2,
  levels: 2,
  balances: 2,
  accounts: 2,
  outcomes: 2,
  events: 2,
};

/** The fast core and the naive exchange, in step. */
export class ModelPair {
  readonly state = new ShardState(CAPACITIES);
  readonly exchange = new ReferenceExchange();
  readonly writer = new ScriptWriter(this.exchange);
  #stampMicros = START_MICROS;

  constructor() {
    for (const command of modelMarket().commands) {
      this.append(0, () => [this.writer.frame([command], 1)]);
    }
  }

  /** Applies one append to both and compares them behind every frame. */
  append(gapMicros: number, frames: () => Iterable<ScriptFrame | undefined>): void {
    this.#stampMicros += gapMicros;
    beginAppend(this.state, this.#stampMicros, 1);
    this.exchange.beginAppend(this.#stampMicros);
    for (const frame of frames()) {
      if (frame === undefined) continue;
      const first = this.state.events.count;
      const wire = encodeFrame(frame.commands, frame);
      const length = wire.bytes.length;
      assert.equal(checkRecordFrame(wire, 0, length, frameKind(wire, 0)), ResultCode.ok);
      applyFrame(this.state, wire, 0, length);
      for (const [index, command] of frame.commands.entries()) {
        this.exchange.apply(command, frame.sender, frame.frameNumber, index);
      }
      this.#compareEvents(first);
      this.#compareOrders();
      this.#compareBalances();
      this.#compareCounts();
      checkInvariants(this.state);
    }
  }

  /** Applies the append of a draft. */
  play(draft: AppendDraft): void {
    const { writer } = this;
    const stampMicros = this.#stampMicros + draft.gapMicros;
    this.append(draft.gapMicros, function* () {
      for (const frame of draft.frames) yield writer.write(frame, stampMicros);
    });
  }

  #compareEvents(first: number): void {
    const actual = readEvents(this.state.events, first);
    const expected = this.exchange.events.slice(first);
    const isSame = actual.length === expected.length &&
      actual.every((event, index) => isSameEvent(event, expected[index]));
    if (isSame) return;
    assert.deepEqual(actual.map(tell), expected.map(tell), "events");
    assert.deepEqual(actual, expected, "events");
  }

  #compareOrders(): void {
    const { doubles, integers } = this.state.orders;
    for (const order of this.exchange.open) {
      const slot = this.state.orderIndex.find(Number(order.id));
      const number = (field: number): bigint => BigInt(doubles[slot * ORDER_DOUBLES + field]);
      const integer = (field: number): number => integers[slot * ORDER_INTEGERS + field];
      const isSame = slot !== 0 && number(OrderField.price) === order.price &&
        number(OrderField.leaves) === order.leaves &&
        number(OrderField.executed) === order.executed &&
        number(OrderField.quantity) === order.quantity &&
        number(OrderField.notional) === order.notional &&
        integer(OrderField.account) === order.account &&
        integer(OrderField.instrument) === order.instrument.instrument &&
        integer(OrderField.side) === order.side;
      if (!isSame) assert.fail(`order ${order.id} is not the same in both`);
    }
    assert.equal(this.state.orders.liveCount, this.exchange.open.length, "open orders");
    for (const instrument of this.exchange.instruments.values()) {
      for (const side of [Side.buy, Side.sell]) this.#compareQueues(instrument, side);
    }
  }

  /** A side of a book, order by order: best price first, and at a price the one that waits longest. */
  #compareQueues(instrument: ReferenceInstrument, side: number): void {
    const levels = levelsOf(this.state, instrument.instrument, side);
    const actual = levels.flatMap(({ orders }) => orders.map(({ orderId }) => orderId));
    const price = side === Side.buy ? 0n : instrument.priceTicksMax;
    const expected = makersFor(this.exchange, { instrument, side: side ^ 1, price });
    const isSame = actual.length === expected.length &&
      actual.every((orderId, index) => orderId === Number(expected[index].id));
    if (!isSame) assert.deepEqual(actual, expected.map(({ id }) => Number(id)), "queue");
  }

  #compareBalances(): void {
    const { balances } = this.state;
    const { ledger } = this.exchange;
    const held = new Map<number, bigint>();
    for (const order of ledger.open) {
      const { baseAsset, quoteAsset } = order.instrument;
      const at = order.account * ASSETS_MAX + (order.side === Side.sell ? baseAsset : quoteAsset);
      held.set(at, (held.get(at) ?? 0n) + needOf(order));
    }
    for (let slot = 1; slot <= balances.count; slot++) {
      const account = balances.accountOf(slot);
      const asset = balances.assetOf(slot);
      const expected = held.get(account * ASSETS_MAX + asset) ?? 0n;
      const available = ledger.total(account, asset) - expected;
      const isSame = BigInt(balances.heldOf(slot)) === expected &&
        BigInt(balances.availableOf(slot)) === available;
      if (isSame) continue;
      const actual = { available: balances.availableOf(slot), held: balances.heldOf(slot) };
      const where = `account ${account}, asset ${asset}`;
      assert.deepEqual(actual, { available: Number(available), held: Number(expected) }, where);
    }
    for (const [account, totals] of ledger.totals) {
      for (const [asset, total] of totals) {
        if (total === 0n || balances.find(account, asset) !== 0) continue;
        assert.fail(`account ${account} has no balance of asset ${asset}, but ${total}`);
      }
    }
  }

  #compareCounts(): void {
    const { exchange, state } = this;
    const actual = [state.lastOrderId, state.lastTradeId, state.events.sequence].map(BigInt);
    const expected = [exchange.lastOrderId, exchange.lastTradeId, exchange.eventSequence];
    assert.equal(actual.join(), expected.join(), "last order, trade and event");
    assert.equal(state.commandCount, exchange.commandCount, "commands");
    assert.equal(state.outcomes.count, exchange.outcomes.length, "outcomes");
    assert.equal(state.movements.count, exchange.movements.length, "movements");
    const counts = new Map<number, number>();
    for (const { owner } of exchange.outcomes) counts.set(owner, (counts.get(owner) ?? 0) + 1);
    for (const account of exchange.accounts.keys()) {
      const count = counts.get(account) ?? 0;
      if (state.accounts.outcomeCount(account) !== count) {
        assert.fail(`account ${account} does not have ${count} outcomes`);
      }
    }
  }
}

function isSameEvent(one: EventView, other: EventView): boolean {
  for (const field in one) {
    if (one[field as keyof EventView] !== other[field as keyof EventView]) return false;
  }
  return true;
}

/** What a run of the model did. */
export interface ModelTally {
  commands: number;
  trades: number;
  scripts: number;
}

/** Scripts between two looks at the count. */
const SCRIPTS_PER_BATCH = 20;

/**
 * Runs random scripts until they had `commands` commands.
 *
 * @param tell is called with the count so far, some times a second
 * @throws when the fast core and the naive exchange differ: with the seed and the shrunk script
 */
export function runModel(
  commands: number,
  seed: number,
  tell: (tally: Readonly<ModelTally>) => void = () => {},
): ModelTally {
  const tally: ModelTally = { commands: 0, trades: 0, scripts: 0 };
  for (let batch = 0; tally.commands < commands; batch++) {
    const property = fc.property(scripts, (script) => {
      const pair = new ModelPair();
      for (const append of script) pair.play(append);
      tally.commands += pair.state.commandCount;
      tally.trades += pair.state.lastTradeId;
      tally.scripts++;
    });
    fc.assert(property, { seed: seed + batch, numRuns: SCRIPTS_PER_BATCH });
    tell(tally);
  }
  return tally;
}
