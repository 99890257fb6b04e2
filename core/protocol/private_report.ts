/**
 * The private execution report as it is published and answered.
 *
 * @module
 */

/**
 * A private execution report: what one event meant to one account. Published as JSON on
 * `user.<account>.reports` and answered by the history's `reports`. Prices, quantities and money
 * are decimal strings by the scales of the instrument or asset, ids are strings.
 */
export interface PrivateReport {
  readonly account: string;
  /** Counts the account's reports from 1, without gaps: after a gap, ask for `reports`. */
  readonly sequence: number;
  /** Sequence of the report before, 0 for the first. */
  readonly prevSequence: number;
  /** Sequence of the event among those of the shard. */
  readonly eventSequence: number;
  readonly timeMicros: number;
  readonly kind:
    | "accepted"
    | "trade"
    | "rested"
    | "amended"
    | "canceled"
    | "expired"
    | "rejected"
    | "ledger";
  /** `null` in rejections, which have no order, and in ledger reports. */
  readonly orderId: string | null;
  /** `null` also in a rejection of an order whose client order id is not a number. */
  readonly clientOrderId: string | null;
  /** Left out of ledger reports, and of rejections that name no known instrument. */
  readonly symbol?: string;
  readonly side: "buy" | "sell" | null;
  /** Status of the order after the event. */
  readonly status:
    | "new"
    | "partially_filled"
    | "filled"
    | "canceled"
    | "expired"
    | "rejected"
    | null;
  /** The order's limit after the event; `null` where it has none. */
  readonly price: string | null;
  /** The order's quantity after the event; `null` where it has a budget instead. */
  readonly quantity: string | null;
  /** Of an order by budget: what it may spend. */
  readonly quoteQuantity?: string;
  /** After the event. */
  readonly executedQuantity?: string;
  readonly leavesQuantity?: string;
  /** Of a trade, as the next five. */
  readonly tradeId?: string;
  readonly lastPrice?: string;
  readonly lastQuantity?: string;
  readonly fee?: string;
  readonly feeAsset?: string;
  readonly liquidity?: "maker" | "taker";
  /**
   * Why it was rejected, canceled or expired, or amended without having asked for it: name of the
   * ResultCode in snake_case.
   */
  readonly reason?: string;
  /** Of a ledger report: name of the asset, or its number where no instrument has it yet. */
  readonly asset?: string;
  readonly direction?: "deposit" | "withdrawal" | "transfer_in" | "transfer_out";
  readonly amount?: string;
  /** What the account has of the asset after it. */
  readonly total?: string;
}
