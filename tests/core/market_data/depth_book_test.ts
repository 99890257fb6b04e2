import assert from "node:assert/strict";
import { DepthBook } from "../../../core/market_data/depth_book.ts";
import { EventReader } from "../../../core/market_data/event_reader.ts";
import { OrderEntries } from "../../../core/market_data/order_entries.ts";
import { applyOrderEvent } from "../../../core/market_data/order_events.ts";
import { OrderQueueError, OrderQueues } from "../../../core/market_data/order_queues.ts";
import { Side } from "../../../core/protocol/order_record.ts";
import {
  amend,
  buy,
  by,
  cancel,
  type Command,
  decrement,
  expireMaker,
  fok,
  ioc,
  sell,
} from "../../support/commands.ts";
import { depthLevels as levels } from "./level_model.ts";
import { randomCommands, seededRandom } from "./random_orders.ts";
import { TestMarket } from "./test_market.ts";

/** The book of one instrument, and what it is a view of. */
class FollowedBook extends DepthBook {
  readonly #queues: OrderQueues;
  readonly #entries = new OrderEntries();

  constructor() {
    const queues = new OrderQueues(2);
    super(queues, 1);
    this.#queues = queues;
  }

  apply(event: EventReader): boolean {
    const isChanged = applyOrderEvent(event, this.#queues, this.#entries, this.touched);
    this.#entries.clear();
    return isChanged;
  }
}

/** Applies an append to one instrument's book; returns how many events changed it. */
function follow(market: TestMarket, book: FollowedBook, commands: readonly Command[]): number {
  const reader = new EventReader();
  let changes = 0;
  for (const message of market.append(commands)) {
    reader.load(message);
    for (let index = 0; index < reader.count; index++) {
      reader.seek(index);
      if (reader.instrument === 1 && book.apply(reader)) changes++;
    }
  }
  return changes;
}

function opened(): { market: TestMarket; book: FollowedBook } {
  const market = new TestMarket();
  market.open();
  return { market, book: new FollowedBook() };
}

Deno.test("depth book: a resting order adds its quantity", () => {
  const { market, book } = opened();
  assert.equal(follow(market, book, [buy(5, 99), buy(2, 99, by(2)), sell(3, 101)]), 3);
  assert.deepEqual(levels(book.bids), [[99, 7]]);
  assert.deepEqual(levels(book.asks), [[101, 3]]);
});

Deno.test("depth book: a trade takes off at the maker's price, what is left of the taker rests", () => {
  const { market, book } = opened();
  follow(market, book, [sell(3, 100), sell(3, 101)]);
  // Two trades and a rest: three changes, though the log has more events.
  assert.equal(follow(market, book, [buy(8, 102, by(2))]), 3);
  assert.deepEqual(levels(book.asks), []);
  assert.deepEqual(levels(book.bids), [[102, 2]]);
});

Deno.test("depth book: a cancel takes off what was left", () => {
  const { market, book } = opened();
  follow(market, book, [sell(5, 100), buy(2, 100, by(2))]);
  assert.equal(follow(market, book, [cancel(1)]), 1);
  assert.deepEqual(levels(book.asks), []);
});

Deno.test("depth book: what never rested changes nothing", () => {
  const { market, book } = opened();
  follow(market, book, [sell(5, 100)]);
  const taken = [buy(9, 99, by(2), ioc), buy(9, 100, by(2), fok), cancel(77, by(2))];
  assert.equal(follow(market, book, taken), 0);
  assert.deepEqual(levels(book.asks), [[100, 5]]);
});

Deno.test("depth book: self-trade prevention takes the resting order off", () => {
  const { market, book } = opened();
  follow(market, book, [sell(5, 100), sell(1, 100, by(2))]);
  follow(market, book, [buy(9, 100, expireMaker)]);
  assert.deepEqual(levels(book.asks), []);
  assert.deepEqual(levels(book.bids), [[100, 8]]);
});

Deno.test("depth book: an amend takes off at the price before and adds where it rests", () => {
  const { market, book } = opened();
  follow(market, book, [sell(5, 100), sell(4, 103, by(2))]);
  assert.equal(follow(market, book, [amend(1, { quantity: 3 })]), 1);
  assert.deepEqual(levels(book.asks), [[100, 3], [103, 4]]);
  assert.equal(follow(market, book, [amend(1, { quantity: 3 })]), 0, "nothing changed");
  assert.equal(follow(market, book, [amend(1, { price: 101, quantity: 6 })]), 2);
  assert.deepEqual(levels(book.asks), [[101, 6], [103, 4]]);
  book.touched.clear();
  follow(market, book, [amend(1, { price: 102 })]);
  assert.deepEqual([...book.touched.of(Side.sell)], [101, 102]);
  follow(market, book, [buy(2, 90, by(3)), amend(3, { price: 103, quantity: 11 }, by(3))]);
  assert.deepEqual(levels(book.asks), []);
  assert.deepEqual(levels(book.bids), [[103, 1]]);
});

Deno.test("depth book: a decrement takes off what the resting order lost", () => {
  const { market, book } = opened();
  follow(market, book, [sell(5, 100)]);
  assert.equal(follow(market, book, [buy(2, 100, decrement)]), 1);
  assert.deepEqual(levels(book.asks), [[100, 3]]);
  assert.equal(follow(market, book, [buy(4, 100, decrement)]), 2);
  assert.deepEqual([levels(book.asks), levels(book.bids)], [[], [[100, 1]]]);
});

Deno.test("depth book: names the touched prices, best first, until they are forgotten", () => {
  const { market, book } = opened();
  follow(market, book, [buy(5, 98), buy(5, 99), sell(1, 102), sell(1, 101), cancel(1)]);
  assert.deepEqual([...book.touched.of(Side.buy)], [99, 98]);
  assert.deepEqual([...book.touched.of(Side.sell)], [101, 102]);
  book.touched.clear();
  assert.deepEqual([...book.touched.of(Side.buy), ...book.touched.of(Side.sell)], []);
});

Deno.test("depth book: an event that contradicts it is refused", () => {
  const { market, book } = opened();
  follow(market, book, [sell(5, 100)]);
  assert.throws(() => follow(market, new FollowedBook(), [cancel(1)]), OrderQueueError);
});

Deno.test("depth book: is the engine's book after every append of random commands", () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const random = seededRandom(seed);
  const { market, book } = opened();
  for (let round = 0; round < 100; round++) {
    follow(market, book, randomCommands(random, 10));
    const at = `seed ${seed}, append ${round}`;
    assert.deepEqual(levels(book.bids), market.engineLevels(1, Side.buy), at);
    assert.deepEqual(levels(book.asks), market.engineLevels(1, Side.sell), at);
  }
  assert.ok(market.state.lastTradeId > 50, `seed ${seed} made too few trades to test anything`);
});
