/**
 * Answers a gateway's queries from an exchange in the same process, as the leader, the history and
 * the market-data worker would.
 *
 * @module
 */

import { type HistoryOrder, isOpenStatus, orderRow } from "../../core/history/history_order.ts";
import { privateReport, type ReportContext } from "../../core/history/private_report.ts";
import {
  type CandlesQuery,
  parseSnapshotQuery,
  snapshot,
} from "../../core/market_data/snapshot.ts";
import {
  describeAccount,
  findLiveOrder,
  findOrderIdByKey,
  listBalances,
  listOpenOrders,
} from "../../core/matching/inspect.ts";
import type { PrivateReport } from "../../core/protocol/private_report.ts";
import {
  type HistoryQuery,
  type LeaderQuery,
  type OrderRow,
  PAGE_ROWS_MAX,
  type SnapshotAnswer,
  type SnapshotQuery,
} from "../../core/protocol/queries.ts";
import {
  type HistoryAnswers,
  type LeaderAnswers,
  type Queries,
  QueryFailedError,
  type QueryFailure,
  type QueryOptions,
  type QueryService,
} from "../../infra/queries/queries.ts";
import type { MemoryExchange } from "./memory_exchange.ts";

/** Leader, history and market data of a {@link MemoryExchange}. */
export class MemoryQueries implements Queries {
  /** Why a service does not answer, where it does not. */
  readonly failures = new Map<QueryService, QueryFailure>();
  /** What was asked, in its order. */
  readonly asked: unknown[] = [];

  constructor(readonly exchange: MemoryExchange) {}

  async leader<Q extends LeaderQuery>(
    query: Q,
    options: QueryOptions = {},
  ): Promise<LeaderAnswers[Q["kind"]]> {
    this.asked.push({ ...query, ...options });
    await this.#meet("leader");
    if ((options.shard ?? 0) !== 0) {
      throw new QueryFailedError("leader", "unreachable", `shard ${options.shard} has no leader`);
    }
    const { sequence } = this.exchange.state.events;
    return { sequence, ...this.#live(query) } as LeaderAnswers[Q["kind"]];
  }

  async history<Q extends HistoryQuery>(query: Q): Promise<HistoryAnswers[Q["kind"]]> {
    this.asked.push(query);
    await this.#meet("history");
    const { eventSequence: sequence } = this.exchange.history;
    if (sequence < query.minSequence) {
      throw new QueryFailedError("history", "behind", `at ${sequence}`);
    }
    return { sequence, ...this.#stored(query) } as HistoryAnswers[Q["kind"]];
  }

  async snapshot(
    symbol: string,
    query: Required<SnapshotQuery> & CandlesQuery,
  ): Promise<SnapshotAnswer> {
    this.asked.push({ symbol, ...query });
    await this.#meet("marketData");
    const { feeds, stampMicros } = this.exchange;
    const feed = feeds.find(symbol);
    if (feed === undefined) throw new QueryFailedError("marketData", "unreachable", symbol);
    if (feeds.lastEvent < query.minSequence) {
      throw new QueryFailedError("marketData", "behind", `at ${feeds.lastEvent}`);
    }
    const asked = parseSnapshotQuery(JSON.stringify(query));
    if (typeof asked === "string") throw new QueryFailedError("marketData", "malformed", asked);
    return snapshot(feed, asked, feeds.lastEvent, stampMicros);
  }

  /** An answer never comes in the turn in which it was asked for. */
  async #meet(service: QueryService): Promise<void> {
    await Promise.resolve();
    const failure = this.failures.get(service);
    if (failure !== undefined) throw new QueryFailedError(service, failure, "as the test wants");
  }

  #live(query: LeaderQuery): object {
    const { state } = this.exchange;
    switch (query.kind) {
      case "order":
        return {
          order: findLiveOrder(state, query.account, query.orderId),
          orderId: query.orderId,
        };
      case "orderByKey": {
        const orderId = findOrderIdByKey(state, query.account, query.keyLow, query.keyHigh);
        const order = orderId === null ? null : findLiveOrder(state, query.account, orderId);
        return { order, orderId };
      }
      case "openOrders": {
        const { account, instrument, afterOrderId, limit } = query;
        return { orders: listOpenOrders(state, account, instrument, afterOrderId, limit) };
      }
      case "balances":
        return { balances: listBalances(state, query.account) };
      case "account":
        return describeAccount(state, query.account);
      case "state":
        return {
          shard: 0,
          stateHash: state.events.stateHash,
          epoch: 1,
          leader: "matching-1",
          standbys: [],
        };
    }
  }

  #stored(query: HistoryQuery): object {
    const { history } = this.exchange;
    const newestFirst = [...history.orders.values()].reverse();
    const own = newestFirst.filter(({ account }) => account === query.account);
    switch (query.kind) {
      case "order":
        return this.#one(own.find(({ orderId }) => orderId === query.orderId));
      case "orderByClientId":
        return this.#one(own.find((one) => one.clientOrderId === query.clientOrderId));
      case "orders": {
        const { instrument, status, beforeOrderId, limit } = query;
        const rows = own.filter((order) =>
          (instrument === 0 || order.instrument === instrument) &&
          (beforeOrderId === 0 || order.orderId < beforeOrderId) &&
          (status === "all" || isOpenStatus(order.status) === (status === "open"))
        );
        return { orders: rows.slice(0, limit).map((order) => this.#row(order)) };
      }
      case "fills": {
        const { account, instrument, orderId, beforeTradeId, limit } = query;
        const rows = history.fills.filter((fill) =>
          fill.account === account && (instrument === 0 || fill.instrument === instrument) &&
          (orderId === 0 || fill.orderId === orderId) &&
          (beforeTradeId === 0 || fill.tradeId < beforeTradeId)
        );
        return { fills: rows.reverse().slice(0, limit) };
      }
      case "reports":
        return {
          reports: this.#reports(query.account)
            .filter(({ sequence }) => sequence > query.afterSequence).slice(0, query.limit),
          lastReportSequence: history.reportSequence(query.account),
        };
      case "ledger": {
        const { account, beforeSequence, limit, movements: list = "all" } = query;
        const movements = this.#reports(account).filter(({ direction, kind, sequence }) =>
          kind === "ledger" && (beforeSequence === 0 || sequence < beforeSequence) &&
          (list === "all" || list.startsWith(direction?.split("_")[0] ?? ""))
        );
        return { reports: movements.reverse().slice(0, limit) };
      }
    }
  }

  /** All reports of the account, oldest first. */
  #reports(account: number): PrivateReport[] {
    const { history, reference, state } = this.exchange;
    const context: ReportContext = {
      order: (of, orderId) => history.order(of, orderId),
      instrument: (number) => reference.byNumber(number) ?? null,
      asset: (number) => state.instruments.assets.get(number) ?? { name: "", scale: 0 },
    };
    return history.reports.filter((report) => report.account === account)
      .map((report) => privateReport(report, context)).filter((report) => report !== null);
  }

  #one(order: HistoryOrder | undefined): object {
    if (order === undefined) return { order: null, fills: [] };
    const fills = this.exchange.history.fills.filter((fill) => fill.orderId === order.orderId);
    return { order: this.#row(order), fills: fills.slice(0, PAGE_ROWS_MAX) };
  }

  #row(order: HistoryOrder): OrderRow {
    const terms = this.exchange.reference.byNumber(order.instrument);
    if (terms === undefined) throw new RangeError(`no instrument ${order.instrument}`);
    return orderRow(order, terms.quotePerTickLot);
  }
}
