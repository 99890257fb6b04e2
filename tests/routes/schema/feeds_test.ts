/**
 * The schemas of the feeds are what the market makes: by their types, and by the messages of a
 * random market.
 *
 * @module
 */
import assert from "node:assert/strict";
import * as v from "valibot";
import { privateReport, type ReportContext } from "../../../core/history/private_report.ts";
import { reportTerms } from "../../../core/history/report_terms.ts";
import { EventReader } from "../../../core/market_data/event_reader.ts";
import type * as messages from "../../../core/market_data/feed_messages.ts";
import { jsonBook, jsonMessage } from "../../../core/market_data/json_message.ts";
import { MarketFeeds } from "../../../core/market_data/market_feeds.ts";
import {
  parseSnapshotQuery,
  snapshot as marketSnapshot,
} from "../../../core/market_data/snapshot.ts";
import { listInstruments } from "../../../core/matching/inspect.ts";
import type { Feed } from "../../../core/protocol/subjects.ts";
import { EventSource } from "../../core/history/event_source.ts";
import { MemoryHistory } from "../../core/history/memory_history.ts";
import { newSeed, randomCommands, seededRandom } from "../../core/market_data/random_orders.ts";
import { applyMessages, TestMarket } from "../../core/market_data/test_market.ts";
import type { PrivateReport } from "../../../core/protocol/private_report.ts";
import type { QueryError, SnapshotAnswer, SnapshotQuery } from "../../../core/protocol/queries.ts";
import type { OrdersAnswer, OrdersQuery } from "../../../core/protocol/order_page_query.ts";
import * as feeds from "../../../routes/schema/feeds.ts";
import type { Shown } from "../../../routes/schema/fields.ts";
import { ReportSchema } from "../../../routes/schema/report.ts";
import * as snapshot from "../../../routes/schema/snapshot.ts";

/** `true` where each of the two takes whatever the other is; else the type check fails. */
type Agree<One, Other> = [One] extends [Other] ? [Other] extends [One] ? true : false : false;
type Of<S extends v.GenericSchema> = Shown<v.InferOutput<S>>;

/** Compiles only where all agree. */
export const AGREEMENTS: readonly true[] = [
  true satisfies Agree<Of<typeof feeds.TradesMessageSchema>, messages.TradesMessage>,
  true satisfies Agree<Of<typeof feeds.DepthMessageSchema>, messages.DepthMessage>,
  true satisfies Agree<Of<typeof feeds.BookMessageSchema>, messages.BookMessage>,
  true satisfies Agree<Of<typeof feeds.BboMessageSchema>, messages.BboMessage>,
  true satisfies Agree<Of<typeof feeds.StatusMessageSchema>, messages.StatusMessage>,
  true satisfies Agree<Of<typeof feeds.DefinitionMessageSchema>, messages.DefinitionMessage>,
  true satisfies Agree<Of<typeof feeds.TickerMessageSchema>, messages.TickerMessage>,
  true satisfies Agree<Of<typeof feeds.CandlesMessageSchema>, messages.CandlesMessage>,
  true satisfies Agree<Of<typeof feeds.OrdersMessageSchema>, messages.OrdersMessage>,
  true satisfies Agree<Of<typeof ReportSchema>, PrivateReport>,
  true satisfies Agree<Of<typeof snapshot.SnapshotSchema>, SnapshotAnswer>,
  true satisfies Agree<Of<typeof snapshot.OrdersPageSchema>, OrdersAnswer>,
  true satisfies Agree<Of<typeof snapshot.SnapshotErrorSchema>, QueryError>,
  true satisfies Agree<
    Pick<Of<typeof snapshot.SnapshotRequestSchema>, keyof SnapshotQuery | keyof OrdersQuery>,
    SnapshotQuery & OrdersQuery
  >,
];

const FEEDS: readonly Feed[] = [
  ...(["trades", "bbo", "depth", "orders", "status", "definition", "ticker"] as const),
  "candles.1m",
];
const SCHEMAS: Readonly<Record<string, v.GenericSchema>> = {
  trades: feeds.TradesMessageSchema,
  bbo: feeds.BboMessageSchema,
  depth: feeds.DepthMessageSchema,
  orders: feeds.OrdersMessageSchema,
  status: feeds.StatusMessageSchema,
  definition: feeds.DefinitionMessageSchema,
  ticker: feeds.TickerMessageSchema,
  candles: feeds.CandlesMessageSchema,
};

/** Fails where the value is not what the schema says, or loses something on its way as JSON. */
function check(schema: v.GenericSchema, value: unknown, about: string): void {
  const { success, issues } = v.safeParse(schema, JSON.parse(JSON.stringify(value)));
  const [issue] = issues ?? [];
  const where = issue === undefined ? "" : `${v.getDotPath(issue)}: ${issue.message}`;
  assert.ok(success, `${about}: ${where} in ${JSON.stringify(value)}`);
}

Deno.test("what a random market sends is as the schemas of the feeds say", () => {
  const seed = newSeed();
  const random = seededRandom(seed);
  const market = new TestMarket();
  const all = new MarketFeeds();
  const reader = new EventReader();
  const opening = market.open();
  for (const reference of market.references) all.learn(reference);
  const seen = new Set<string>();
  const look = (feed: string, message: unknown) => {
    const [name = ""] = feed.split(".");
    const schema = SCHEMAS[name];
    assert.ok(schema !== undefined, `a feed that has no schema: ${feed}`);
    seen.add(name);
    check(schema, message, `seed ${seed}, ${feed}`);
  };
  for (const { feed, message } of applyMessages(all, reader, opening)) look(feed, message);
  for (let append = 0; append < 300; append++) {
    market.stampMicros += Math.floor(random() ** 6 * 120_000_000);
    const sent = applyMessages(all, reader, market.append(randomCommands(random, 8)));
    for (const { feed, message } of sent) look(feed, message);
    const instrument = all.find("BTC-USD");
    assert.ok(instrument !== undefined);
    const head = { sequence: append + 1, prevSequence: append, timeMicros: market.stampMicros };
    for (const feed of FEEDS) look(feed, jsonMessage(instrument, feed, head));
    check(feeds.BookMessageSchema, jsonBook(instrument, 5, head), `seed ${seed}, book`);
    const query = { levels: 10, trades: 10, minSequence: 0 };
    for (const text of ["", '{"orders":5}', '{"interval":"1m"}']) {
      const asked = parseSnapshotQuery(text);
      if (typeof asked === "string") assert.fail(asked);
      const answer = marketSnapshot(instrument, { ...query, ...asked }, 9, market.stampMicros);
      check(snapshot.SnapshotSchema, answer, `seed ${seed}, snapshot ${text}`);
    }
  }
  assert.deepEqual([...seen].sort(), Object.keys(SCHEMAS).sort());
});

Deno.test("what the accounts of a random market are told is as the schema of reports says", () => {
  const seed = newSeed();
  const random = seededRandom(seed);
  const source = new EventSource();
  const history = new MemoryHistory();
  history.apply(source.open());
  for (let append = 0; append < 100; append++) {
    history.apply(source.append(randomCommands(random, 8)));
  }
  const instruments = new Map(
    listInstruments(source.state).map((one) => [one.instrument, reportTerms(one)]),
  );
  const context: ReportContext = {
    order: (account, orderId) => history.order(account, orderId),
    instrument: (instrument) => instruments.get(instrument) ?? null,
    asset: (asset) => source.state.instruments.assets.get(asset)!,
  };
  const kinds = new Set<string>();
  for (const stored of history.reports) {
    const report = privateReport(stored, context);
    if (report === null) continue;
    kinds.add(report.kind);
    check(ReportSchema, report, `seed ${seed}`);
  }
  for (const kind of ["accepted", "trade", "canceled", "rejected", "ledger", "amended"]) {
    assert.ok(kinds.has(kind), `seed ${seed}: no report of the kind ${kind}`);
  }
});
