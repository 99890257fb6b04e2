import assert from "node:assert/strict";
import type { EventReader } from "../../../core/market_data/event_reader.ts";
import type { OrdersMessage } from "../../../core/market_data/feed_messages.ts";
import { readFeedFrame } from "../../../core/market_data/feed_reader.ts";
import { type FeedSink, InstrumentFeed } from "../../../core/market_data/instrument_feed.ts";
import { OrderEntries } from "../../../core/market_data/order_entries.ts";
import { applyOrderEvent } from "../../../core/market_data/order_events.ts";
import { OrderQueueError, OrderQueues } from "../../../core/market_data/order_queues.ts";
import { TouchedLevels } from "../../../core/market_data/touched_levels.ts";
import { EventFlag, EventKind } from "../../../core/protocol/event_record.ts";
import { CommandKind } from "../../../core/protocol/order_record.ts";
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
  on,
  sell,
} from "../../support/commands.ts";
import { newSeed, seededRandom } from "./random_orders.ts";
import { anyCommands, levelsOf, OrdersMarket } from "./orders_market.ts";

/** The entries of an append as words, with ids that count from the first one that was seen. */
function told() {
  const market = new OrdersMarket();
  const names = new Map<string, string>();
  const nameOf = (id: string) => {
    if (!names.has(id)) names.set(id, String.fromCharCode(97 + names.size));
    return names.get(id);
  };
  const tell = (...commands: Command[]): string[] =>
    market.orders(commands).flatMap(({ message }) =>
      (message as OrdersMessage).orders.map(({ action, id, price, quantity, side, tradeId }) => {
        const trade = tradeId === undefined ? "" : ` #${tradeId}`;
        return `${action} ${nameOf(id)} ${side} ${
          Math.round(Number(quantity) * 1e4)
        } @${price}${trade}`;
      })
    );
  return { market, tell };
}

Deno.test("order events: what rests is added, with its own id", () => {
  const { tell } = told();
  assert.deepEqual(tell(buy(5, 99), buy(2, 99, by(2)), sell(3, 101)), [
    "add a buy 5 @0.99",
    "add b buy 2 @0.99",
    "add c sell 3 @1.01",
  ]);
});

Deno.test("order events: a trade names the maker's order and the trade, and what is left is added", () => {
  const { tell } = told();
  tell(sell(3, 100), sell(3, 101, by(2)), sell(3, 101));
  assert.deepEqual(tell(buy(7, 101, by(3))), [
    "trade a sell 3 @1.00 #1",
    "trade b sell 3 @1.01 #2",
    "trade c sell 1 @1.01 #3",
  ]);
  assert.deepEqual(tell(buy(5, 101, by(3))), ["trade c sell 2 @1.01 #4", "add d buy 3 @1.01"]);
});

Deno.test("order events: fewer lots keep place and id, more lots or another price get new ones", () => {
  const { market, tell } = told();
  tell(buy(5, 99), buy(2, 99, by(2)));
  assert.deepEqual(tell(amend(1, { quantity: 3 })), ["reduce a buy 3 @0.99"]);
  const ids = () => market.published()[0].map(({ id }) => id);
  const before = ids();
  assert.deepEqual(tell(amend(1, { quantity: 4 })), ["remove a buy 3 @0.99", "add c buy 4 @0.99"]);
  assert.deepEqual(ids().length, 2);
  assert.equal(ids()[0], before[1], "who stood behind it is in front now");
  assert.deepEqual(tell(amend(1, { price: 98 })), ["remove c buy 4 @0.99", "add d buy 4 @0.98"]);
  assert.deepEqual(tell(amend(1, { quantity: 4 })), [], "nothing changed");
});

Deno.test("order events: a cancel removes what is left", () => {
  const { tell } = told();
  tell(sell(5, 100), buy(2, 100, by(2)));
  assert.deepEqual(tell(cancel(1)), ["remove a sell 3 @1.00"]);
});

Deno.test("order events: prevention of self-trades reduces and removes without a trade", () => {
  const { tell } = told();
  tell(sell(5, 100), sell(4, 100), sell(1, 100, by(2)));
  assert.deepEqual(tell(buy(2, 100, decrement)), ["reduce a sell 3 @1.00"]);
  assert.deepEqual(tell(buy(3, 100, decrement)), ["remove a sell 3 @1.00"]);
  assert.deepEqual(tell(buy(3, 100, expireMaker)), [
    "remove b sell 4 @1.00",
    "trade c sell 1 @1.00 #1",
    "add d buy 2 @1.00",
  ]);
});

Deno.test("order events: what never rested is not told", () => {
  const { tell } = told();
  tell(sell(5, 100));
  assert.deepEqual(tell(buy(9, 99, by(2), ioc), buy(9, 100, by(2), fok), cancel(77, by(2))), []);
  assert.deepEqual(tell(buy(1, 90, on(2))), [], "nor another instrument's");
});

Deno.test("order events: what was before a halt is told before it, in numbers without a gap", () => {
  const { market: { references } } = new OrdersMarket();
  const feed = new InstrumentFeed(references[0], new OrderQueues(2));
  const numbers: string[] = [];
  const sink: FeedSink = (_, name, { prevSequence, sequence }) => {
    if (name !== "depth" && name !== "bbo") numbers.push(`${name} ${prevSequence} ${sequence}`);
  };
  const rested = { kind: EventKind.rested, instrument: 1, side: 0, priceTicks: 5, leavesLots: 1 };
  const status = { kind: EventKind.reference, instrument: 1, orderId: CommandKind.tradingStatus };
  const events = [
    { ...rested, orderId: 1, sequence: 1 },
    { ...status, side: 0, sequence: 2 },
    { ...status, side: 1, sequence: 3 },
    { ...rested, orderId: 2, sequence: 4 },
  ];
  for (const event of events) feed.apply(event as EventReader, sink);
  feed.close(1, sink, false);
  assert.deepEqual(numbers, ["orders 0 1", "status 0 2", "status 2 3", "orders 1 4"]);
});

Deno.test("order events: more entries than a message holds go into the next, in sequence", () => {
  const market = new OrdersMarket();
  const many = Array.from({ length: 2_300 }, (_, index) => sell(1, 5_000, by(1 + index % 2)));
  const sent = market.orders(many).map(({ message }) => message as OrdersMessage);
  assert.deepEqual(
    sent.map(({ orders, prevSequence, sequence }) => [orders.length, prevSequence, sequence]),
    [[1_000, 0, 1_001], [1_000, 1_001, 2_001], [300, 2_001, 2_301]],
  );
  const traded = market.orders([buy(700, 5_000, by(3)), buy(700, 5_000, by(4))]);
  const trades = traded.flatMap(({ bytes }) => {
    const frame = readFeedFrame(bytes);
    return "orders" in frame ? frame.orders.map(({ tradeId }) => tradeId) : [];
  });
  assert.deepEqual(trades, Array.from({ length: 1_400 }, (_, index) => index + 1));
});

Deno.test("order events: an event that contradicts the queues is refused, by order and limit", () => {
  const queues = new OrderQueues(2);
  const apply = (fields: Partial<EventReader>) =>
    applyOrderEvent(
      { instrument: 1, orderId: 7, side: 0, sequence: 1, priceTicks: 5, ...fields } as EventReader,
      queues,
      new OrderEntries(),
      new TouchedLevels(),
    );
  const rested = { kind: EventKind.rested, leavesLots: 3 };
  const trade = { kind: EventKind.trade, flags: EventFlag.maker, tradeId: 1, quantityLots: 4 };
  assert.throws(() => apply(trade), new OrderQueueError("order id", "one that is queued", 7));
  apply(rested);
  assert.throws(() => apply(rested), /order id is 7; it takes one that is not queued yet/);
  assert.throws(() => apply(trade), /lots off order 7 is 4; it takes 3 at most/);
  assert.throws(() => apply({ ...trade, priceTicks: 6 }), /price of order 7 is 6; it takes 5/);
});

Deno.test("order events: the queues are the engine's after every append of random commands", () => {
  const seed = newSeed();
  const random = seededRandom(seed);
  const market = new OrdersMarket();
  let longest = 0;
  for (let append = 0; append < 300; append++) {
    const eventsMax = random() < 0.2 ? 1 + Math.floor(random() * 9) : undefined;
    market.append(anyCommands(random, Math.floor(random() * 8)), eventsMax);
    for (const instrument of [1, 2]) {
      const queues = market.queues(instrument);
      assert.deepEqual(market.published(instrument), queues, `seed ${seed}, append ${append}`);
      for (const side of [0, 1]) {
        assert.deepEqual(
          levelsOf(queues[side]),
          market.market.engineLevels(instrument, side),
          `seed ${seed}, append ${append}`,
        );
        const prices = queues[side].map(({ priceTicks }) => priceTicks);
        longest = Math.max(longest, prices.length - new Set(prices).size);
      }
    }
  }
  assert.ok(longest > 5, `seed ${seed}: queues of one order show nothing`);
  assert.ok(market.market.state.lastTradeId > 100, `seed ${seed} made too few trades`);
});

Deno.test("order events: no message has an id of the engine's, a client's or an account", () => {
  const market = new OrdersMarket();
  const [placed] = market.orders([sell(5, 100, by(3))]);
  const text = JSON.stringify(placed.message);
  assert.ok(!text.includes("account") && !text.includes("orderId"), text);
  const [{ id }] = market.published()[1];
  assert.notEqual(id, market.market.state.lastOrderId);
  assert.equal(id, market.market.state.events.sequence);
});
