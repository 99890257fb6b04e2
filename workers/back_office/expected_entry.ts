/**
 * What the drop copy must say of what the journal did. Of an execution all but the client order id,
 * which the journal has only with the order that it came with; of a movement all but the asset's
 * name, which the drop copy may not know yet.
 *
 * @module
 */
import { formatDecimal } from "../../core/protocol/decimal.ts";
import type { ExecutionCopy, MovementCopy } from "../../core/protocol/drop_copy.ts";
import { Side } from "../../core/protocol/order_record.ts";
import type { DayMovement, DayTrade } from "./day_events.ts";
import type { DayTerms } from "./day_terms.ts";

/** An entry that the drop copy must have. */
export type ExpectedEntry = Omit<ExecutionCopy, "clientOrderId"> | Omit<MovementCopy, "asset">;

/** The two sides of a trade, the maker's first. */
export function expectedExecutions(
  trade: DayTrade,
  terms: DayTerms,
): readonly [ExpectedEntry, ExpectedEntry] {
  const of = (liquidity: "maker" | "taker"): ExpectedEntry => {
    const { account, fee, orderId, sequence, side } = trade[liquidity];
    return {
      kind: "execution",
      sequence,
      timeMicros: trade.timeMicros,
      tradeId: String(trade.tradeId),
      symbol: terms.symbol,
      account: String(account),
      orderId: String(orderId),
      side: side === Side.buy ? "buy" : "sell",
      liquidity,
      price: formatDecimal(trade.priceTicks * terms.tickSize, terms.priceScale),
      quantity: formatDecimal(trade.quantityLots * terms.lotSize, terms.quantityScale),
      fee: formatDecimal(fee, terms.quoteScale),
      feeAsset: terms.quoteName,
    };
  };
  return [of("maker"), of("taker")];
}

/** A movement; `scale` is that of its asset. */
export function expectedMovement(movement: DayMovement, scale: number): ExpectedEntry {
  return {
    kind: "movement",
    sequence: movement.sequence,
    timeMicros: movement.timeMicros,
    account: String(movement.account),
    assetId: String(movement.asset),
    direction: movement.isTransfer
      ? movement.isDebit ? "transfer_out" : "transfer_in"
      : movement.isDebit
      ? "withdrawal"
      : "deposit",
    amount: formatDecimal(movement.amount, scale),
    total: formatDecimal(movement.total, scale),
  };
}
