/**
 * Queries and their answers, as JSON over NATS request/reply. Reads never enter the log.
 *
 * The leader answers on `query.<shard>` from its live state, as of the event `sequence` that every
 * answer carries. The history projection answers on `history.<shard>` once it has seen
 * `minSequence`, or with the error `behind` when it does not get there within its wait limit. A
 * gateway that asks the leader first and the history with the leader's sequence therefore never
 * misses anything. The market-data worker answers on `md.snapshot.<symbol>` in the same way.
 *
 * Numbers are integers as in the records (ticks, lots, minor units, microseconds).
 *
 * @module
 */
import type {
  CandleEntry,
  DefinitionEntry,
  Level,
  TickerEntry,
  TradeEntry,
} from "../market_data/feed_messages.ts";
import type { AccountQuery, LedgerQuery } from "./account_queries.ts";
import type { InstrumentTerms } from "./administration.ts";
import type { Answered } from "./answered.ts";
import type { OrdersAnswer } from "./order_page_query.ts";
import type { PrivateReport } from "./private_report.ts";

/** Longest query or answer. Answers are paged to stay below it. */
export const QUERY_BYTES_MAX = 512 * 1024;
/** Most rows of a page; one more where it would part the two sides of a trade with oneself. */
export const PAGE_ROWS_MAX = 500;

/** What the leader is asked. */
export type LeaderQuery =
  | { readonly kind: "order"; readonly account: number; readonly orderId: number }
  | {
    readonly kind: "orderByKey";
    readonly account: number;
    readonly keyLow: number;
    readonly keyHigh: number;
  }
  | {
    readonly kind: "openOrders";
    readonly account: number;
    /** 0: every instrument. */
    readonly instrument: number;
    /** Orders with an id above this, in order of their ids. */
    readonly afterOrderId: number;
    readonly limit: number;
  }
  | { readonly kind: "balances"; readonly account: number }
  | AccountQuery
  | { readonly kind: "state" };

/** A live order. */
export interface LiveOrder {
  readonly orderId: number;
  readonly account: number;
  readonly instrument: number;
  readonly side: number;
  readonly orderType: number;
  readonly timeInForce: number;
  readonly orderFlags: number;
  readonly priceTicks: number;
  readonly quantityLots: number;
  readonly executedLots: number;
  readonly leavesLots: number;
  readonly executedNotional: number;
  readonly createdMicros: number;
  readonly clientOrderId: string | null;
}

/** Answer to `order` and `orderByKey`; the order id where the key is known but no longer live. */
export interface OrderAnswer extends Answered {
  readonly order: LiveOrder | null;
  readonly orderId: number | null;
}

/** Answer to `openOrders`. */
export interface OpenOrdersAnswer extends Answered {
  readonly orders: readonly LiveOrder[];
}

/** Answer to `balances`. */
export interface BalancesAnswer extends Answered {
  readonly balances: readonly {
    readonly asset: string;
    readonly scale: number;
    readonly available: number;
    readonly held: number;
  }[];
}

/** Answer to `state`. */
export interface StateAnswer extends Answered {
  readonly shard: number;
  readonly stateHash: string;
  readonly journalSequence: number;
  readonly commands: number;
  readonly epoch: number;
  readonly leader: string;
  /** Names of the processes that stand by. */
  readonly standbys: readonly string[];
  readonly liveOrders: number;
  readonly stampMicros: number;
}

/** What the history projection is asked. */
export type HistoryQuery =
  | {
    readonly kind: "order";
    readonly account: number;
    readonly orderId: number;
    readonly minSequence: number;
  }
  | {
    readonly kind: "orderByClientId";
    readonly account: number;
    readonly clientOrderId: string;
    readonly minSequence: number;
  }
  | {
    readonly kind: "orders";
    readonly account: number;
    /** 0: every instrument. */
    readonly instrument: number;
    readonly status: "open" | "closed" | "all";
    /** Newest first: orders with an id below this; 0: from the newest. */
    readonly beforeOrderId: number;
    readonly limit: number;
    readonly minSequence: number;
  }
  | {
    readonly kind: "fills";
    readonly account: number;
    readonly instrument: number;
    /** 0: of every order. */
    readonly orderId: number;
    /** Newest first: fills with a trade id below this; 0: from the newest. */
    readonly beforeTradeId: number;
    readonly limit: number;
    readonly minSequence: number;
  }
  | {
    readonly kind: "reports";
    readonly account: number;
    /** Reports with a per-account sequence above this, oldest first. */
    readonly afterSequence: number;
    readonly limit: number;
    readonly minSequence: number;
  }
  | LedgerQuery;

/** One side of a trade. */
export interface FillRow {
  readonly tradeId: number;
  readonly orderId: number;
  readonly instrument: number;
  readonly side: number;
  readonly priceTicks: number;
  readonly quantityLots: number;
  readonly fee: number;
  readonly isMaker: boolean;
  readonly timeMicros: number;
  /** Event sequence of the fill. */
  readonly sequence: number;
}

/** An order as history knows it, live or closed. */
export interface OrderRow extends LiveOrder {
  /** OrderStatus. */
  readonly status: number;
  /** Why it ended (ResultCode), or 0. */
  readonly code: number;
  /** Last event of the command that placed it. */
  readonly entrySequence: number;
  /** Last event that changed it. */
  readonly sequence: number;
  readonly updatedMicros: number;
}

/**
 * Answer to the history's `order` and `orderByClientId`: the order and its first fills, oldest
 * first, at most {@link PAGE_ROWS_MAX}; `fills` has the others.
 */
export interface HistoryOrderAnswer extends Answered {
  readonly order: OrderRow | null;
  readonly fills: readonly FillRow[];
}

/** Answer to the history's `orders`. */
export interface HistoryOrdersAnswer extends Answered {
  readonly orders: readonly OrderRow[];
}

/** Answer to the history's `fills`. */
export interface HistoryFillsAnswer extends Answered {
  readonly fills: readonly FillRow[];
}

/** Answer to the history's `reports`, oldest first. */
export interface ReportsAnswer extends Answered {
  readonly reports: readonly PrivateReport[];
  /** Sequence of the account's last report, 0 where it has none. */
  readonly lastReportSequence: number;
}

/** Answer instead of any other: the query cannot be answered. */
export interface QueryError {
  readonly error: "behind" | "malformed" | "starting";
  readonly detail: string;
  readonly sequence: number;
}

/** Request on `md.snapshot.<symbol>`; every field may be left out. */
export interface SnapshotQuery {
  readonly levels?: number;
  readonly trades?: number;
  readonly minSequence?: number;
}

/** Answer on `md.snapshot.<symbol>`: decimal strings, as in the feeds. */
export interface SnapshotAnswer {
  readonly symbol: string;
  /** Sequence of the instrument that the snapshot stands for, as in its feeds. */
  readonly sequence: number;
  /** Sequence of the shard's events that it reflects. */
  readonly eventSequence: number;
  readonly status: "trading" | "halted";
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
  /** Newest first. */
  readonly trades: readonly TradeEntry[];
  readonly ticker: TickerEntry;
  /** Newest first, the first one open: where the request names an interval. */
  readonly candles?: readonly CandleEntry[];
  /** Where the request asks for orders. */
  readonly orders?: OrdersAnswer;
  readonly definition: DefinitionEntry;
}

/** Value of an instrument in the REFERENCE bucket, under its symbol. */
export interface InstrumentReference extends InstrumentTerms {
  readonly baseName: string;
  readonly baseScale: number;
  readonly quoteName: string;
  readonly quoteScale: number;
  readonly status: "trading" | "halted";
}
