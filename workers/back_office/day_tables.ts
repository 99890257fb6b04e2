/**
 * The three tables of an end of day: their columns, and the rows.
 *
 * @module
 */
import type { ShardState } from "../../core/matching/shard_state.ts";
import { Side } from "../../core/protocol/order_record.ts";
import { totalOf } from "./balance_checks.ts";
import type { DayTrade } from "./day_events.ts";
import type { DayTerms, DayTermsBook } from "./day_terms.ts";
import { type Decimal, roundedQuotient } from "./decimal.ts";
import { type Movements, SUMS } from "./movements.ts";
import type { Statistics } from "./statistics.ts";
import type { Cell, Column } from "./table.ts";

/** Decimals that a volume-weighted average price has more than the prices of its instrument. */
export const VWAP_DECIMALS_MORE = 3;

const text = (name: string): Column => ({ name, type: "text" });
const integer = (name: string): Column => ({ name, type: "integer" });
const amount = (name: string): Column => ({ name, type: "amount" });
/** Empty where nothing was traded. */
const price = (name: string): Column => ({ name, type: "amount", isOptional: true });

/** A row is a trade with both sides. */
export const TRADE_COLUMNS: readonly Column[] = [
  integer("trade_id"),
  integer("sequence"),
  { name: "time_micros", type: "time" },
  ...["symbol", "base_asset", "quote_asset", "taker_side"].map(text),
  ...["price", "quantity", "notional"].map(amount),
  ...["maker_account", "maker_order_id"].map(integer),
  amount("maker_fee"),
  ...["taker_account", "taker_order_id"].map(integer),
  amount("taker_fee"),
];

/** A row is an instrument. */
export const STATISTICS_COLUMNS: readonly Column[] = [
  ...["symbol", "base_asset", "quote_asset"].map(text),
  integer("trades"),
  ...["open", "high", "low", "close", "vwap"].map(price),
  ...["volume", "taker_buy_volume", "taker_sell_volume", "notional"].map(amount),
  ...["maker_fees", "taker_fees"].map(amount),
  ...["orders_accepted", "orders_canceled", "orders_expired", "orders_rejected"].map(integer),
];

/** A row is an account's balance of an asset. */
export const ACCOUNT_COLUMNS: readonly Column[] = [
  integer("account"),
  text("asset"),
  ...["opening", "bought", "sold", "fees", "deposits", "withdrawals"].map(amount),
  ...["transfers_in", "transfers_out", "closing"].map(amount),
];

/** The row of a trade. */
export function tradeRow(trade: DayTrade, terms: DayTerms, notional: bigint): Cell[] {
  const { maker, taker } = trade;
  const quote = (units: number | bigint): Decimal => decimal(units, terms.quoteScale);
  return [
    ...[trade.tradeId, maker.sequence, trade.timeMicros],
    ...[terms.symbol, terms.baseName, terms.quoteName],
    taker.side === Side.buy ? "buy" : "sell",
    decimal(trade.priceTicks * terms.tickSize, terms.priceScale),
    decimal(trade.quantityLots * terms.lotSize, terms.quantityScale),
    quote(notional),
    ...[maker.account, maker.orderId, quote(maker.fee)],
    ...[taker.account, taker.orderId, quote(taker.fee)],
  ];
}

/** The rows of all instruments that there are, in the order of their numbers. */
export function* statisticsRows(terms: DayTermsBook, statistics: Statistics): Generator<Cell[]> {
  for (const one of terms.all()) {
    const figures = statistics.of(one.instrument);
    const price = (ticks: number) =>
      figures.trades === 0 ? null : decimal(ticks * one.tickSize, one.priceScale);
    const lots = (count: bigint) => decimal(count * BigInt(one.lotSize), one.quantityScale);
    const quote = (units: bigint) => decimal(units, one.quoteScale);
    yield [
      ...[one.symbol, one.baseName, one.quoteName, figures.trades],
      ...[figures.openTicks, figures.highTicks, figures.lowTicks, figures.closeTicks].map(price),
      figures.trades === 0 ? null : vwapOf(figures.notional, figures.volumeLots, one),
      ...[figures.volumeLots, figures.takerBuyLots, figures.takerSellLots].map(lots),
      ...[figures.notional, figures.makerFees, figures.takerFees].map(quote),
      ...[figures.accepted, figures.canceled, figures.expired, figures.rejected],
    ];
  }
}

/** The rows of all balances that there are, by account and then by asset. */
export function* accountRows(
  state: ShardState,
  terms: DayTermsBook,
  opening: Float64Array,
  movements: Movements,
): Generator<Cell[]> {
  const { balances } = state;
  const slots = Uint32Array.from({ length: balances.count }, (_, index) => index + 1);
  slots.sort((one, other) =>
    balances.accountOf(one) - balances.accountOf(other) ||
    balances.assetOf(one) - balances.assetOf(other)
  );
  for (const slot of slots) {
    const { name, scale } = terms.asset(balances.assetOf(slot));
    yield [
      balances.accountOf(slot),
      name,
      decimal(opening[slot] ?? 0, scale),
      ...SUMS.map((sum) => decimal(movements.of(slot, sum), scale)),
      decimal(totalOf(state, slot), scale),
    ];
  }
}

function vwapOf(notional: bigint, volumeLots: bigint, terms: DayTerms): Decimal {
  const { lotSize, priceScale, quantityScale, quoteScale } = terms;
  const scale = priceScale + VWAP_DECIMALS_MORE;
  // The scales of price and quantity together are at most that of the quote asset.
  const numerator = notional * 10n ** BigInt(scale + quantityScale);
  const denominator = volumeLots * BigInt(lotSize) * 10n ** BigInt(quoteScale);
  return { units: roundedQuotient(numerator, denominator), scale };
}

const decimal = (units: number | bigint, scale: number): Decimal => ({
  units: BigInt(units),
  scale,
});
