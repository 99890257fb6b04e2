/**
 * Answers history queries from what is stored.
 *
 * @module
 */
import { type HistoryOrder, orderRow } from "../../core/history/history_order.ts";
import { privateReport, type ReportContext } from "../../core/history/private_report.ts";
import type { HistoryReport } from "../../core/history/report_run.ts";
import type { LedgerAnswer } from "../../core/protocol/account_queries.ts";
import type { PrivateReport } from "../../core/protocol/private_report.ts";
import {
  type FillRow,
  type HistoryFillsAnswer,
  type HistoryOrderAnswer,
  type HistoryOrdersAnswer,
  type HistoryQuery,
  type OrderRow,
  PAGE_ROWS_MAX,
  type QueryError,
  type ReportsAnswer,
} from "../../core/protocol/queries.ts";
import type { HistoryPages } from "./history_pages.ts";
import type { HistoryStore } from "./history_store.ts";

/** Any answer of the history. */
export type HistoryAnswer =
  | HistoryOrderAnswer
  | HistoryOrdersAnswer
  | HistoryFillsAnswer
  | ReportsAnswer
  | LedgerAnswer
  | QueryError;

/** What the answers are made of. */
export interface AnswerSource {
  readonly store: HistoryStore;
  readonly pages: HistoryPages;
  readonly context: ReportContext;
}

/** An instrument whose terms have not arrived yet. They come with the next look at the bucket. */
class TermsMissingError extends Error {
  override readonly name = "TermsMissingError";
}

/** Answers a query as of the last stored event. Another account's order is as unknown as none. */
export function answerQuery(source: AnswerSource, query: HistoryQuery): HistoryAnswer {
  const sequence = source.store.progress.eventSequence;
  try {
    return { sequence, ...answer(source, query) };
  } catch (error) {
    if (!(error instanceof TermsMissingError)) throw error;
    return { error: "starting", detail: error.message, sequence };
  }
}

type WithoutSequence<T> = T extends unknown ? Omit<T, "sequence"> : never;

function answer(
  source: AnswerSource,
  query: HistoryQuery,
): WithoutSequence<Exclude<HistoryAnswer, QueryError>> {
  const { store, pages } = source;
  const { account } = query;
  switch (query.kind) {
    case "order":
      return answerOrder(source, store.order(account, query.orderId));
    case "orderByClientId":
      return answerOrder(source, pages.orderByClientId(account, query.clientOrderId));
    case "orders": {
      const { instrument, status, beforeOrderId, limit } = query;
      const orders = pages.orders(account, instrument, status, beforeOrderId, limit);
      return { orders: orders.map((order) => rowOf(source, order)) };
    }
    case "fills":
      return { fills: fillsOf(source, query) };
    case "reports": {
      const reports = pages.reports(account, query.afterSequence, query.limit);
      return {
        reports: reports.map((report) => reportOf(source, report)),
        lastReportSequence: store.reportSequence(account),
      };
    }
    case "ledger": {
      const { beforeSequence, limit, movements = "all" } = query;
      const reports = pages.ledger(account, movements, beforeSequence, limit);
      return { reports: reports.map((report) => reportOf(source, report)) };
    }
  }
}

function answerOrder(source: AnswerSource, order: HistoryOrder | null) {
  if (order === null) return { order: null, fills: [] };
  return {
    order: rowOf(source, order),
    fills: source.pages.fillsOfOrder(order.account, order.orderId, PAGE_ROWS_MAX),
  };
}

function fillsOf(
  { store, pages }: AnswerSource,
  query: Extract<HistoryQuery, { kind: "fills" }>,
): FillRow[] {
  const { account, instrument, orderId, beforeTradeId, limit } = query;
  if (orderId === 0) return pages.fills(account, instrument, beforeTradeId, limit);
  const order = store.order(account, orderId);
  const matches = order !== null && (instrument === 0 || order.instrument === instrument);
  return matches ? pages.newestFillsOfOrder(account, orderId, beforeTradeId, limit) : [];
}

function rowOf({ context }: AnswerSource, order: HistoryOrder): OrderRow {
  const terms = context.instrument(order.instrument);
  if (terms === null) throw missing(order.instrument);
  return orderRow(order, terms.quotePerTickLot);
}

function reportOf({ context }: AnswerSource, stored: HistoryReport): PrivateReport {
  const report = privateReport(stored, context);
  if (report === null) {
    throw new TermsMissingError(`an instrument of report ${stored.sequence} is not known yet`);
  }
  return report;
}

const missing = (instrument: number) =>
  new TermsMissingError(`the terms of instrument ${instrument} are not known yet`);
