import assert from "node:assert/strict";
import fc from "fast-check";
import { LotBook, type LotOutcome } from "../../../core/market_data/lot_book.ts";
import { OrderBookCopy } from "../../../core/market_data/order_book_copy.ts";
import { snapshot } from "../../../core/market_data/snapshot.ts";
import { lotSnapshot } from "../../../core/market_data/lot_snapshot.ts";
import { Side } from "../../../core/protocol/order_record.ts";
import type { DepthMessage, OrdersMessage } from "../../../core/market_data/feed_messages.ts";
import { anyFate, levelsOf as lotLevelsOf, SAFE } from "./lot_subscriber.ts";
import { newSeed, seededRandom } from "./random_orders.ts";
import { OrderSubscriber } from "./order_subscriber.ts";
import {
  anyCommands,
  assertCopy,
  INSTRUMENT,
  levelsOf,
  OrdersMarket,
  type Queues,
} from "./orders_market.ts";

/** Appends before the subscriber comes, with trouble, and without it after that. */
const OPENING = 30;
const TROUBLED = 30;
const CALM = 40;
/** Calm appends after which a copy is right again, whatever its pages: some answers, as late as any. */
const REPAIR = 34;

const anyRun = fc.record({
  seed: fc.nat(),
  ordersPerPage: fc.constantFrom(1, 3, 10, 1_000),
  answerings: fc.array(
    fc.record({ after: fc.nat(4), of: fc.nat(4) }),
    { minLength: 6, maxLength: 6 },
  ),
  fates: fc.array(anyFate, { minLength: TROUBLED, maxLength: TROUBLED }),
});

const seed = newSeed();

Deno.test(`order book copy: whatever is lost, repeated and reordered, what it shows while live is the engine's book, and it comes back (seed ${seed})`, () => {
  const totals = { gaps: 0, repeated: 0, kept: 0, applied: 0, parts: 0, whole: 0 };
  const property = fc.property(anyRun, ({ seed, ordersPerPage, answerings, fates }) => {
    const random = seededRandom(seed);
    const market = new OrdersMarket();
    for (let append = 0; append < OPENING; append++) market.append(anyCommands(random, 5));
    const subscriber = new OrderSubscriber(market, ordersPerPage);
    const { copy } = subscriber;
    const history = new Map<number, Queues>([[market.feed.sequence, market.queues()]]);
    /** Sequences of messages behind which the append went on. */
    const middles = new Set<number>();
    for (let at = 0; at < TROUBLED + CALM; at++) {
      const eventsMax = random() < 0.2 ? 3 : undefined;
      const count = at < TROUBLED ? 6 : 2;
      const sent = market.orders(anyCommands(random, Math.floor(random() * count)), eventsMax);
      const queues = market.queues();
      for (const { message } of sent) middles.add(message.sequence);
      history.set(market.feed.sequence, queues);
      // The status may have changed behind the last message.
      history.set(market.feed.ordersSequence, queues);
      const answering = answerings[at % answerings.length];
      const messages = sent.map(({ bytes }) => bytes);
      subscriber.step(at, messages, fates[at] ?? SAFE, answering, (outcome) => {
        if (outcome in totals) totals[outcome as keyof typeof totals]++;
        if (!copy.isLive) return;
        const truth = history.get(copy.sequence);
        if (truth === undefined) return assert.ok(middles.has(copy.sequence), `append ${at}`);
        assertCopy(copy, truth, `append ${at}`);
        if (copy.isWhole) totals.whole++;
        else totals.parts++;
      });
      assert.equal(copy.mismatchCount, 0, `append ${at}`);
      if (at < TROUBLED + REPAIR) continue;
      assert.ok(copy.isLive, `append ${at}`);
      // The pages of one order a side take longer than this.
      if (ordersPerPage < 1_000) continue;
      assert.ok(copy.isWhole, `append ${at}`);
      assertCopy(copy, queues, `at the end, append ${at}`);
    }
    totals.gaps += copy.gapCount;
  });
  fc.assert(property, { seed, numRuns: 150 });
  assert.ok(Object.values(totals).every((count) => count > 100), JSON.stringify(totals));
});

Deno.test("order book copy: pages of any size, taken while the market goes on, join to the whole book", () => {
  let pages = 0;
  const anyJoin = fc.record({ seed: fc.nat(), ordersPerPage: fc.integer({ min: 1, max: 9 }) });
  const property = fc.property(anyJoin, ({ seed, ordersPerPage }) => {
    const random = seededRandom(seed);
    const market = new OrdersMarket();
    for (let append = 0; append < 40; append++) market.append(anyCommands(random, 5));
    const copy = new OrderBookCopy(INSTRUMENT, ordersPerPage);
    const late: Uint8Array[] = [];
    for (let step = 0; !copy.isWhole; step++) {
      assert.ok(step < 300, `seed ${seed}: no end`);
      const { query } = copy;
      const answer = query === null ? null : market.answer(query);
      if (answer !== null) pages++;
      // The page is of a moment before, between or behind the messages that come now.
      const count = Math.floor(random() * 3);
      late.push(...market.orders(anyCommands(random, count)).map(({ bytes }) => bytes));
      const first = Math.floor(random() * (late.length + 1));
      for (const bytes of late.splice(0, first)) copy.orders(bytes);
      if (answer !== null) copy.snapshot(answer);
      if (random() < 0.7) { for (const bytes of late.splice(0)) copy.orders(bytes); }
    }
    for (const bytes of late) copy.orders(bytes);
    assertCopy(copy, market.queues(), `seed ${seed}`);
    assert.deepEqual([copy.gapCount, copy.mismatchCount], [0, 0]);
    assert.ok(copy.isWhole && copy.query === null);
  });
  fc.assert(property, { numRuns: 150 });
  assert.ok(pages > 1_000, `${pages} pages`);
});

Deno.test("order book copy: its levels are those of depth, and the checksums are the same, at every message", () => {
  const seed = newSeed();
  const random = seededRandom(seed);
  const market = new OrdersMarket();
  const copy = new OrderBookCopy(INSTRUMENT);
  const [terms] = market.market.references;
  const depth = new LotBook(INSTRUMENT);
  let compared = 0;
  for (let append = 0; append < 500; append++) {
    const sent = market.append(anyCommands(random, Math.floor(random() * 8)));
    if (append < 20) continue;
    if (append === 20) {
      const { query } = copy;
      assert.ok(query !== null);
      assert.equal(copy.snapshot(market.answer(query)), "applied");
      const query2 = { levels: 1_000, trades: 0, minSequence: 0 };
      depth.snapshot(lotSnapshot(snapshot(market.feed, query2, 0, 0), terms, 1_000));
      continue;
    }
    for (const { bytes, feed } of sent) {
      if (feed === "depth") assert.equal(depth.depth(bytes), "applied");
      if (feed === "orders") assert.equal(copy.orders(bytes), "applied");
    }
    assert.equal(copy.sequence, depth.sequence, `seed ${seed}`);
    for (const side of [Side.buy, Side.sell]) {
      const levels = lotLevelsOf(side === Side.buy ? depth.bids : depth.asks);
      assert.deepEqual(copy.levels(side), levels, `seed ${seed}, append ${append}`);
    }
    const messageOf = (name: string) => sent.find(({ feed }) => feed === name)?.message;
    const orders = messageOf("orders") as OrdersMessage | undefined;
    const levels = messageOf("depth") as DepthMessage | undefined;
    assert.deepEqual(
      [orders?.sequence, orders?.prevSequence, orders?.checksum],
      [levels?.sequence, levels?.prevSequence, levels?.checksum],
      `seed ${seed}, append ${append}`,
    );
    if (orders !== undefined) compared++;
  }
  assert.ok(compared > 100, `seed ${seed}: ${compared} messages`);
  assert.deepEqual([copy.mismatchCount, depth.mismatchCount], [0, 0]);
});

Deno.test("order book copy: an order's position is what trades before it", () => {
  const seed = newSeed();
  const random = seededRandom(seed);
  const market = new OrdersMarket();
  const copy = new OrderBookCopy(INSTRUMENT);
  assert.ok(copy.query !== null);
  copy.snapshot(market.answer(copy.query));
  let deepest = 0;
  for (let append = 0; append < 300; append++) {
    for (const { bytes } of market.orders(anyCommands(random, 6))) copy.orders(bytes);
    for (const [side, orders] of market.queues().entries()) {
      for (const { id, lots, priceTicks } of orders) {
        const ahead = orders.filter((one) => one.priceTicks === priceTicks && one.id < id);
        const lotsAhead = ahead.reduce((sum, one) => sum + one.lots, 0);
        const ordersAhead = ahead.length;
        deepest = Math.max(deepest, ordersAhead);
        assert.deepEqual(
          copy.queuePosition(id),
          { side, priceTicks, lots, ordersAhead, lotsAhead },
          `seed ${seed}, append ${append}`,
        );
      }
    }
  }
  assert.ok(deepest > 1, `seed ${seed}: ${deepest}`);
  assert.equal(copy.queuePosition(1), null);
});

Deno.test("order book copy: any change of an entry that changes the row of levels is found", () => {
  const seed = newSeed();
  const random = seededRandom(seed);
  const outcomes = new Map<LotOutcome | "refused", number>();
  for (let run = 0; run < 300; run++) {
    const market = new OrdersMarket();
    for (let append = 0; append < 3; append++) market.append(anyCommands(random, 6));
    const copy = new OrderBookCopy(INSTRUMENT);
    assert.ok(copy.query !== null);
    copy.snapshot(market.answer(copy.query));
    const [sent] = market.orders(anyCommands(random, 4));
    if (sent === undefined) continue;
    const bytes = sent.bytes.slice();
    const entries = (bytes.length - 48) / 24;
    // Not the trade's number, which no copy can check.
    const at = 48 + Math.floor(random() * entries) * 24 + Math.floor(random() * 22);
    bytes[at] ^= 1 + Math.floor(random() * 255);
    let outcome: LotOutcome | "refused" = "refused";
    try {
      outcome = copy.orders(bytes);
    } catch (error) {
      assert.equal((error as Error).name, "FeedFrameError");
    }
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    if (outcome !== "applied") continue;
    // An id that nobody has yet, a level behind the best ten, or the worst bid that became the best
    // ask of a short book, which is the same row of levels: all that is left to be wrong.
    const best = market.queues().flatMap((orders) => levelsOf(orders).slice(0, 10));
    const shown = [...copy.levels(0, 10), ...copy.levels(1, 10)];
    assert.deepEqual(shown, best, `seed ${seed}, run ${run}`);
  }
  const count = (name: LotOutcome | "refused") => outcomes.get(name) ?? 0;
  assert.ok(count("mismatch") > 50 && count("refused") > 20, JSON.stringify([...outcomes]));
});
