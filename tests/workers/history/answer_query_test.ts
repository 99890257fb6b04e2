import assert from "node:assert/strict";
import type { LedgerAnswer } from "../../../core/protocol/account_queries.ts";
import { type HistoryOrder, isOpenStatus, orderRow } from "../../../core/history/history_order.ts";
import { privateReport, type ReportContext } from "../../../core/history/private_report.ts";
import { reportTerms } from "../../../core/history/report_terms.ts";
import { listInstruments } from "../../../core/matching/inspect.ts";
import {
  type FillRow,
  type HistoryOrdersAnswer,
  type HistoryQuery,
  PAGE_ROWS_MAX,
  QUERY_BYTES_MAX,
  type ReportsAnswer,
} from "../../../core/protocol/queries.ts";
import { answerQuery, type AnswerSource } from "../../../workers/history/answer_query.ts";
import { HistoryPages } from "../../../workers/history/history_pages.ts";
import {
  ACCOUNTS,
  EventSource,
  randomCommands,
  seededRandom,
} from "../../core/history/event_source.ts";
import { MemoryHistory } from "../../core/history/memory_history.ts";
import { buy, by, called, cancel, type Command, sell } from "../../support/commands.ts";
import { applyAll, inStream, openHistory, withFolder } from "./stored_history.ts";

/** A stored history with the same history in memory beside it. */
interface Stored extends AnswerSource {
  readonly source: EventSource;
  readonly memory: MemoryHistory;
  /** Sends the commands as one append. */
  append(commands: readonly Command[]): void;
}

async function withStored(use: (stored: Stored) => void): Promise<void> {
  await withFolder((folder) => {
    const history = openHistory(`${folder}/history.db`);
    const source = new EventSource();
    const memory = new MemoryHistory();
    const { store } = history;
    const append = (messages: readonly Uint8Array[]) => {
      applyAll(history, inStream(messages, history.projector.nextSequence));
      memory.apply(messages);
    };
    append(source.open());
    const terms = new Map(
      listInstruments(source.state).map((one) => [one.instrument, reportTerms(one)]),
    );
    const context: ReportContext = {
      order: (account, orderId) => store.order(account, orderId),
      instrument: (instrument) => terms.get(instrument) ?? null,
      asset: (asset) => source.state.instruments.assets.get(asset)!,
    };
    try {
      use({
        store,
        pages: new HistoryPages(store.database),
        context,
        source,
        memory,
        append: (commands) => append(source.append(commands)),
      });
    } finally {
      store.close();
    }
  });
}

/** Answers a query that must not fail. */
function ask<A extends { readonly sequence: number }>(stored: Stored, query: HistoryQuery): A {
  const answer = answerQuery(stored, query);
  assert.ok(!("error" in answer), JSON.stringify(answer));
  assert.equal(answer.sequence, stored.memory.eventSequence);
  return answer as unknown as A;
}

function rowOf({ context }: Stored, order: HistoryOrder) {
  return orderRow(order, context.instrument(order.instrument)!.quotePerTickLot);
}

Deno.test("pages of orders, fills and reports are what a plain filter finds", () =>
  withStored((stored) => {
    const seed = Date.now();
    console.log(`seed ${seed}`);
    const random = seededRandom(seed);
    const { memory, source } = stored;
    for (let append = 0; append < 30; append++) {
      stored.append(randomCommands(random, 50, source.state.lastOrderId));
    }
    const below = (most: number) => Math.floor(random() * most);
    for (let round = 0; round < 200; round++) {
      const account = 1 + below(ACCOUNTS + 1);
      const instrument = below(3);
      const limit = 1 + below(40);
      const status = (["open", "closed", "all"] as const)[below(3)];
      const beforeOrderId = below(2) * below(source.state.lastOrderId);
      const page = { account, instrument, limit, minSequence: 0 };
      const isWanted = (one: { account: number; instrument: number }) =>
        one.account === account && (instrument === 0 || one.instrument === instrument);

      const orders = [...memory.orders.values()].filter((order) =>
        isWanted(order) &&
        (status === "all" || isOpenStatus(order.status) === (status === "open")) &&
        (beforeOrderId === 0 || order.orderId < beforeOrderId)
      ).reverse().slice(0, limit).map((order) => rowOf(stored, order));
      assert.deepEqual(
        ask<HistoryOrdersAnswer>(stored, { ...page, kind: "orders", status, beforeOrderId }).orders,
        orders,
      );

      const orderId = below(3) === 0 ? 1 + below(source.state.lastOrderId) : 0;
      const beforeTradeId = below(2) * below(source.state.lastTradeId);
      const fills = memory.fills.filter((fill) =>
        isWanted(fill) && (orderId === 0 || fill.orderId === orderId) &&
        (beforeTradeId === 0 || fill.tradeId < beforeTradeId)
      ).reverse();
      const splits = fills.length > limit && fills[limit - 1].tradeId === fills[limit].tradeId;
      assert.deepEqual(
        ask<{ sequence: number; fills: FillRow[] }>(stored, {
          ...page,
          kind: "fills",
          orderId,
          beforeTradeId,
        }).fills,
        fills.slice(0, splits ? limit + 1 : limit).map(({ account: _, ...fill }) => fill),
      );

      const own = memory.reports.filter((report) => report.account === account);
      const afterSequence = below(own.length + 2);
      assert.deepEqual(
        ask<ReportsAnswer>(stored, {
          kind: "reports",
          account,
          afterSequence,
          limit,
          minSequence: 0,
        }),
        {
          sequence: memory.eventSequence,
          reports: own.slice(afterSequence, afterSequence + limit)
            .map((report) => privateReport(report, stored.context)),
          lastReportSequence: own.length,
        },
      );
    }
  }));

Deno.test("movements of money are what a plain filter of the reports finds", () =>
  withStored((stored) => {
    const random = seededRandom(7);
    for (let append = 0; append < 20; append++) stored.append(randomCommands(random, 50, 100));
    for (let account = 1; account <= ACCOUNTS; account++) {
      const page = { account, beforeSequence: 0, limit: 9, minSequence: 0 };
      const query = { ...page, kind: "ledger" } as const;
      const some = { ...query, movements: "withdrawals" } as const;
      const own = stored.memory.reports.filter((report) => report.account === account).reverse();
      const all = own.map((report) => privateReport(report, stored.context))
        .filter((report) => report?.kind === "ledger");
      assert.deepEqual(ask<LedgerAnswer>(stored, query).reports, all.slice(0, 9));
      const withdrawals = all.filter((report) => report?.direction === "withdrawal");
      assert.deepEqual(ask<LedgerAnswer>(stored, some).reports, withdrawals.slice(0, 9));
    }
  }));

for (
  const [what, appends] of [
    ["in many runs of reports", 12],
    ["where a run ends between the two sides of a trade", 1],
  ] as const
) {
  Deno.test(`pages have every fill once, also of trades with oneself, ${what}`, () =>
    withStored((stored) => {
      const { memory } = stored;
      const round = [sell(1, 5_000), buy(1, 5_000), sell(1, 5_000), buy(1, 5_000, by(2))];
      for (let append = 0; append < appends; append++) {
        // Six reports a round, and one before them: the 22nd is that of a trade's maker.
        stored.append([sell(1, 0), ...Array<Command[]>(36 / appends).fill(round).flat()]);
      }
      const own = memory.fills.filter((fill) => fill.account === 1).map((fill) => fill.sequence);
      for (const limit of [1, 2, 3, 5, 500]) {
        for (const instrument of [0, 1]) {
          assert.deepEqual(pagedFills(stored, instrument, limit), own.toReversed());
        }
      }
    }));
}

/** The event sequences of the fills of account 1, page after page. */
function pagedFills(stored: Stored, instrument: number, limit: number): number[] {
  const seen: number[] = [];
  let beforeTradeId = 0;
  while (true) {
    const { fills } = ask<{ sequence: number; fills: FillRow[] }>(stored, {
      kind: "fills",
      account: 1,
      instrument,
      orderId: 0,
      beforeTradeId,
      limit,
      minSequence: 0,
    });
    if (fills.length === 0) return seen;
    seen.push(...fills.map((fill) => fill.sequence));
    beforeTradeId = fills.at(-1)!.tradeId;
  }
}

Deno.test("an order is found by its id and by its client order id, with its fills", () =>
  withStored((stored) => {
    stored.append([
      sell(2, 5_000, called("first")),
      sell(3, 5_000, called("42")),
      buy(4, 5_000, by(2), called("first")),
    ]);
    const byId = ask<{ sequence: number }>(
      stored,
      { kind: "order", account: 2, orderId: 3, minSequence: 0 },
    );
    const { memory } = stored;
    assert.deepEqual(byId, {
      sequence: memory.eventSequence,
      order: rowOf(stored, memory.orders.get(3)!),
      fills: memory.fills.filter((fill) => fill.orderId === 3).map(({ account: _, ...fill }) =>
        fill
      ),
    });
    const find = (account: number, clientOrderId: string) =>
      ask<{ sequence: number; order: { orderId: number } | null }>(
        stored,
        { kind: "orderByClientId", account, clientOrderId, minSequence: 0 },
      ).order?.orderId;
    assert.equal(find(1, "first"), 1);
    assert.equal(find(1, "42"), 2);
    assert.equal(find(2, "first"), 3);
    assert.equal(find(2, "42"), undefined);
  }));

Deno.test("a client order id that was used again stands for the newest order", () =>
  withStored((stored) => {
    stored.append([sell(2, 5_000, called("again"))]);
    stored.append([cancel(1)]);
    // Past the horizon of the outcome table the id is free again.
    stored.source.stampMicros += 700_000_000;
    stored.append([sell(7, 5_000, called("again"))]);
    const { order } = ask<{ sequence: number; order: { orderId: number } | null }>(
      stored,
      { kind: "orderByClientId", account: 1, clientOrderId: "again", minSequence: 0 },
    );
    assert.equal(order?.orderId, 2);
  }));

Deno.test("another account's order is as unknown as one that is not there", () =>
  withStored((stored) => {
    stored.append([sell(2, 5_000), buy(2, 5_000, by(2))]);
    for (const orderId of [1, 99]) {
      assert.deepEqual(
        ask(stored, { kind: "order", account: 2, orderId, minSequence: 0 }),
        { sequence: stored.memory.eventSequence, order: null, fills: [] },
      );
      const fills = { instrument: 0, beforeTradeId: 0, limit: 5, minSequence: 0 };
      assert.deepEqual(
        ask(stored, { ...fills, kind: "fills", account: 2, orderId }),
        { sequence: stored.memory.eventSequence, fills: [] },
      );
    }
  }));

Deno.test("while the terms of an instrument are not there, history says that it is starting", () =>
  withStored((stored) => {
    stored.append([sell(2, 5_000)]);
    const source = { ...stored, context: { ...stored.context, instrument: () => null } };
    const answer = answerQuery(source, { kind: "order", account: 1, orderId: 1, minSequence: 0 });
    assert.deepEqual(answer, {
      error: "starting",
      detail: "the terms of instrument 1 are not known yet",
      sequence: stored.memory.eventSequence,
    });
  }));

Deno.test("no page is longer than an answer may be", () => {
  const most = Number.MAX_SAFE_INTEGER;
  const order = orderRow({
    orderId: most,
    account: 4_294_967_295,
    instrument: 8191,
    side: 1,
    orderType: 2,
    timeInForce: 3,
    orderFlags: 255,
    priceTicks: most,
    quantity: most,
    createdMicros: most,
    clientOrderId: "x".repeat(36),
    executedLots: most,
    leavesLots: most,
    executedTickLots: most,
    status: 5,
    code: 65_535,
    entrySequence: most,
    hasRested: true,
    sequence: most,
    updatedMicros: most,
  }, 1);
  const fill: FillRow = {
    tradeId: most,
    orderId: most,
    instrument: 8191,
    side: 1,
    priceTicks: most,
    quantityLots: most,
    fee: most,
    isMaker: false,
    timeMicros: most,
    sequence: most,
  };
  const decimal = `0.${"9".repeat(16)}`;
  const report = {
    account: "4294967295",
    sequence: most,
    prevSequence: most,
    eventSequence: most,
    timeMicros: most,
    kind: "accepted",
    orderId: String(most),
    clientOrderId: "x".repeat(36),
    symbol: "ABCDEFGHIJ-KLMNOPQRST",
    side: "sell",
    status: "partially_filled",
    price: decimal,
    quantity: decimal,
    quoteQuantity: decimal,
    executedQuantity: decimal,
    leavesQuantity: decimal,
    tradeId: String(most),
    lastPrice: decimal,
    lastQuantity: decimal,
    fee: decimal,
    feeAsset: "KLMNOPQRST",
    liquidity: "maker",
    reason: "canceled_by_operator",
  };
  const length = (value: unknown) => JSON.stringify(value).length;
  assert.ok(length(Array(PAGE_ROWS_MAX).fill(order)) < QUERY_BYTES_MAX);
  assert.ok(length({ order, fills: Array(PAGE_ROWS_MAX + 1).fill(fill) }) < QUERY_BYTES_MAX);
  assert.ok(length(Array(PAGE_ROWS_MAX).fill(report)) < QUERY_BYTES_MAX);
});
