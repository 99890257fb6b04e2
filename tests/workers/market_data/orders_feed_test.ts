/**
 * The book order by order through a real broker: a copy that a subscriber keeps is the engine's book,
 * over restarts of the worker, and pages that are taken while the market goes on.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { NatsConnection } from "nats.ws";
import { OrderBookCopy } from "../../../core/market_data/order_book_copy.ts";
import { Side } from "../../../core/protocol/order_record.ts";
import { marketDataSubject, snapshotSubject } from "../../../core/protocol/subjects.ts";
import { newSeed, seededRandom } from "../../core/market_data/random_orders.ts";
import { anyCommands } from "../../core/market_data/orders_market.ts";
import { buy, by, sell } from "../../support/commands.ts";
import { askSnapshot, MarketStream, startMarketData, until, withBroker } from "./market_stream.ts";

const SYMBOL = "BTC-USD";

/** A subscriber's copy that is kept from a connection. */
class Follower {
  readonly copy: OrderBookCopy;
  /** Pages that were asked for. */
  pages = 0;
  readonly #connection: NatsConnection;
  #isAsking = false;

  constructor(connection: NatsConnection, ordersPerPage: number) {
    this.copy = new OrderBookCopy(1, ordersPerPage);
    this.#connection = connection;
    connection.subscribe(marketDataSubject(SYMBOL, "orders", "bin"), {
      callback: (_, { data }) => {
        this.copy.orders(data);
        void this.ask();
      },
    });
  }

  /** Asks for what is wanted, a page after the other. */
  async ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    for (let { query } = this.copy; query !== null; { query } = this.copy) {
      const text = JSON.stringify(query);
      const { data } = await this.#connection.request(snapshotSubject(SYMBOL), text, {
        timeout: 5_000,
      });
      this.pages++;
      this.copy.snapshot(data);
    }
    this.#isAsking = false;
  }
}

function assertEngineBook(copy: OrderBookCopy, { market }: MarketStream, about: string): void {
  for (const side of [Side.buy, Side.sell]) {
    assert.deepEqual(copy.levels(side), market.engineLevels(1, side), about);
  }
}

Deno.test("orders feed: a copy is the engine's book, over pages, restarts and a crash", async () => {
  const seed = newSeed();
  const random = seededRandom(seed);
  await withBroker(async (broker) => {
    const stream = new MarketStream(await broker.connectAs("matcher"));
    await stream.open();
    for (let append = 0; append < 20; append++) await stream.append(anyCommands(random, 5));
    const subscriber = await broker.connectAs("subscriber");
    const all: Follower[] = [];
    for (const ending of ["stop", "crash", "stop"] as const) {
      const running = await startMarketData(broker);
      const followers = [1, 5, 1_000].map((orders) => new Follower(subscriber, orders));
      all.push(...followers);
      await subscriber.flush();
      for (const follower of followers) void follower.ask();
      for (let append = 0; append < 30; append++) await stream.append(anyCommands(random, 5));
      const minSequence = stream.market.state.events.sequence;
      const { orders } = await askSnapshot(subscriber, { orders: 1, minSequence });
      const sequence = orders?.sequence ?? Infinity;
      // Those of the runs before have missed nothing either.
      for (const { copy, pages } of all) {
        await until(() => copy.isWhole && copy.sequence >= sequence, `seed ${seed}`);
        assertEngineBook(copy, stream, `seed ${seed}, ${pages} pages`);
        assert.deepEqual([copy.gapCount, copy.mismatchCount], [0, 0], `seed ${seed}`);
      }
      assert.ok(followers[0].pages > followers[2].pages, `seed ${seed}`);
      await running[ending]();
    }
  });
});

Deno.test("orders feed: pages of orders are answered in both formats, each by its place", async () => {
  await withBroker(async (broker) => {
    const stream = new MarketStream(await broker.connectAs("matcher"));
    await stream.open();
    await stream.append([buy(1, 50), buy(2, 50, by(2)), buy(3, 49), sell(4, 60)]);
    const running = await startMarketData(broker);
    const subscriber = await broker.connectAs("subscriber");
    const first = await askSnapshot(subscriber, { orders: 1 });
    assert.deepEqual(first.orders?.bids.map(([, ...order]) => order), [["0.50", "0.0001"]]);
    assert.deepEqual([first.orders?.hasMoreBids, first.orders?.hasMoreAsks], [true, false]);
    const { afterAsk, afterBid } = first.orders ?? {};
    const next = await askSnapshot(subscriber, { orders: 1, afterBid, afterAsk });
    assert.deepEqual(next.orders?.bids.map(([, ...order]) => order), [["0.50", "0.0002"]]);
    assert.deepEqual(next.orders?.asks, []);
    const follower = new Follower(subscriber, 1);
    await follower.ask();
    assert.deepEqual([follower.pages, follower.copy.orderCount], [3, 4]);
    const place = follower.copy.queuePosition(Number(next.orders?.bids[0]?.[0]));
    assert.deepEqual([place?.ordersAhead, place?.lotsAhead, place?.lots], [1, 1, 2]);
    await running.stop();
  });
});
