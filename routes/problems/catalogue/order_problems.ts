/**
 * The catalogue's part about orders: their terms, the account's means and the market.
 *
 * @module
 */
import type { CataloguePart } from "./catalogue_entry.ts";

/** The terms of an order, against those of its instrument. */
export const TERMS_PROBLEMS = {
  unknown_symbol: [
    "There is no instrument of this symbol.",
    "List the instruments with `GET /v1/instruments`.",
  ],
  unknown_instrument: [
    "The matching engine does not know the instrument, though the gateway does.",
    "Send the order again shortly; if it stays, tell the operator.",
  ],
  price_zero: ["The price is zero.", "Send a price of one tick at least."],
  price_too_high: ["The price is above the instrument's highest.", "Send `limit` at most."],
  price_off_tick: [
    "The price is not a multiple of the instrument's tick. Nothing is rounded for you.",
    "Round it to a multiple of `limit`.",
  ],
  quantity_zero: ["The quantity or the budget is zero.", "Send one lot at least."],
  quantity_too_high: [
    "The quantity or the budget is above the instrument's largest.",
    "Send `limit` at most, or several orders.",
  ],
  quantity_off_lot: [
    "The quantity is not a multiple of the instrument's lot. Nothing is rounded for you.",
    "Round it to a multiple of `limit`.",
  ],
  quote_quantity_too_precise: [
    "The budget has more decimals than the quote asset.",
    "Round it to a multiple of `limit`.",
  ],
  unsafe_integer: [
    "A number of the order comes to more than can be computed exactly.",
    "Send a smaller price or quantity.",
  ],
  invalid_side: ["The side is neither buy nor sell.", "Send `buy` or `sell`."],
  invalid_order_type: ["The order type is not known.", "Send `limit` or `market`."],
  invalid_time_in_force: [
    "The time in force does not go with the type of the order.",
    "Send `GTC`, `IOC` or `FOK` with a limit order, `IOC` or `FOK` with a market order.",
  ],
  invalid_flags: [
    "The options of the order do not go together.",
    "Send `postOnly` with GTC limit orders alone, and `quoteQuantity` with market buys that are IOC.",
  ],
  invalid_self_trade: [
    "The self-trade prevention is not known.",
    "Leave `selfTradePrevention` out for `expire_taker`, or send one that the reference lists.",
  ],
  amend_empty: ["The amend has neither price nor quantity.", "Send one of them, or both."],
} as const satisfies CataloguePart;

/** What the account may do, and what the market says. */
export const MARKET_PROBLEMS = {
  not_one_owner: [
    "A transfer goes between accounts of one owner, and these are in no trade group together.",
    "Have the operator put them into one trade group.",
  ],
  unknown_account: ["The account is not open.", "Ask the operator to open it."],
  account_disabled: [
    "The account may not trade at present.",
    "Ask the operator; open orders can be canceled all the same.",
  ],
  insufficient_funds: [
    "The account has less available than the order, its fees included, or the transfer needs: " +
    "`limit` is what there is, `value` what it takes.",
    "Send less, cancel orders that hold some of it (`GET /v1/balances` has `held`), or fund the " +
    "account.",
  ],
  open_orders_full: [
    "The account has as many open orders as it may have.",
    "Cancel some of them first; `limit` says how many there may be.",
  ],
  halted: [
    "Trading in the instrument is halted. Open orders stay and can be canceled.",
    "Wait until `GET /v1/instruments` or the channel `status` says `trading`; then send it again.",
  ],
  post_only_would_cross: [
    "The order would trade at once, and is post-only: `limit` is the price that it would meet.",
    "Send a price on the other side of that, or leave post-only out.",
  ],
  unknown_order: [
    "The account has no such order, or it is over already.",
    "Look it up with `GET /v1/orders?status=closed`: it may have been filled meanwhile.",
  ],
  quantity_executed: [
    "The new total quantity is not above what the order has executed already.",
    "Cancel the order instead, or name a larger total.",
  ],
} as const satisfies CataloguePart;

/** Repeats of a command. */
export const REPEAT_PROBLEMS = {
  different_content: [
    "The client order id or the idempotency key was used before, for something else. Nothing " +
    "was done.",
    "Use a new name for a new request; to repeat the old one, send exactly its content.",
  ],
  deadline_passed: [
    "The request came to the matching engine after its receive window, and was not carried out.",
    "Sign it anew and send it with the same client order id: you still get exactly one order.",
  ],
} as const satisfies CataloguePart;
