/**
 * A new order as clients write it: its shape, and what it becomes in ticks and lots.
 *
 * Prices and quantities are decimal strings. Nothing is rounded, nothing is passed over: a field
 * that is not known, a number in the place of a string or a price between two ticks is refused.
 *
 * @module
 */
import type * as v from "valibot";
import {
  OrderFlag,
  OrderType,
  SelfTrade,
  Side,
  TimeInForce,
} from "../../core/protocol/order_record.ts";
import { CLIENT_ORDER_ID_PATTERN, CLIENT_ORDER_ID_TAKES } from "../../core/protocol/request_key.ts";
import { SYMBOL_PATTERN } from "../../core/protocol/subjects.ts";
import { DECIMAL_TAKES, parseBody, readFields } from "../body_fields.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";
import { NewOrderSchema } from "../schema/order_request.ts";

const SELF_TRADES = {
  none: SelfTrade.none,
  expire_taker: SelfTrade.expireTaker,
  expire_maker: SelfTrade.expireMaker,
  expire_both: SelfTrade.expireBoth,
  decrement: SelfTrade.decrement,
  transfer: SelfTrade.transfer,
} as const;
const TIMES_IN_FORCE = {
  GTC: TimeInForce.gtc,
  IOC: TimeInForce.ioc,
  FOK: TimeInForce.fok,
} as const;
const SIDES = { buy: Side.buy, sell: Side.sell } as const;
const TYPES = { limit: OrderType.limit, market: OrderType.market } as const;

type OrderField = keyof typeof NewOrderSchema.entries;

/** Names of the values of a table. */
const nameIn = <T extends string>(table: Readonly<Record<T, number>>) => (value: number): T => {
  const name = (Object.keys(table) as T[]).find((one) => table[one] === value);
  if (name === undefined) throw new TypeError(`${value} has no name`);
  return name;
};
/** A time in force as clients write it. */
export const timeInForceText = nameIn(TIMES_IN_FORCE);
/** A mode of self-trade prevention as clients write it. */
export const selfTradeText = nameIn(SELF_TRADES);

/** What each field takes, as a refusal says it. */
const TAKES: Readonly<Record<OrderField, string>> = {
  symbol: "a symbol such as BTC-USD",
  side: "buy | sell",
  type: "limit | market",
  price: DECIMAL_TAKES,
  quantity: DECIMAL_TAKES,
  quoteQuantity: DECIMAL_TAKES,
  timeInForce: "GTC | IOC | FOK",
  postOnly: "true | false",
  clientOrderId: CLIENT_ORDER_ID_TAKES,
  selfTradePrevention: Object.keys(SELF_TRADES).join(" | "),
};
const SHAPE = { what: "An order", schema: NewOrderSchema, takes: TAKES } as const;

/** An order whose fields are each valid and go together; its numbers are not read yet. */
export interface OrderRequest {
  readonly symbol: string;
  readonly side: number;
  readonly orderType: number;
  readonly timeInForce: number;
  readonly flags: number;
  readonly selfTrade: number;
  readonly price: string | null;
  /** Of the base asset, or with OrderFlag.quoteBudget of the quote asset. */
  readonly quantity: string;
  readonly clientOrderId: string | null;
}

/** Reads the body of `POST /v1/orders`. O(length). */
export function parseOrderRequest(body: string): OrderRequest | Problem {
  const json = parseBody(body);
  return json instanceof Problem ? json : readOrderRequest(json);
}

/** Reads an order out of a body that is JSON already. O(1). */
export function readOrderRequest(json: unknown): OrderRequest | Problem {
  const fields = wellFormedOrder(json) ?? readFields(json, SHAPE);
  return fields instanceof Problem ? fields : combine(fields);
}

type NewOrderOutput = v.InferOutput<typeof NewOrderSchema>;

/**
 * The fields of an order that is well formed, as the schema gives them, in a tenth of the time; `null`
 * for all others, of which the schema says what is wrong. O(fields).
 */
export function wellFormedOrder(json: unknown): NewOrderOutput | null {
  if (typeof json !== "object" || json === null) return null;
  const given = json as { readonly [K in keyof NewOrderOutput]: unknown };
  const { symbol, side, type, price, quantity, quoteQuantity } = given;
  const { timeInForce, clientOrderId, postOnly, selfTradePrevention } = given;
  if (typeof symbol !== "string" || !SYMBOL_PATTERN.test(symbol)) return null;
  if (side !== "buy" && side !== "sell") return null;
  if (type !== "limit" && type !== "market") return null;
  let count = 3;
  if (!isTextOrNothing(price) || !isTextOrNothing(quantity)) return null;
  if (!isTextOrNothing(quoteQuantity)) return null;
  for (const text of [price, quantity, quoteQuantity]) if (text !== undefined) count++;
  if (clientOrderId !== undefined) {
    if (typeof clientOrderId !== "string" || !CLIENT_ORDER_ID_PATTERN.test(clientOrderId)) {
      return null;
    }
    count++;
  }
  if (timeInForce !== undefined) {
    if (timeInForce !== "GTC" && timeInForce !== "IOC" && timeInForce !== "FOK") return null;
    count++;
  }
  if (postOnly !== undefined) {
    if (typeof postOnly !== "boolean") return null;
    count++;
  }
  if (selfTradePrevention !== undefined) {
    if (!isSelfTrade(selfTradePrevention)) return null;
    count++;
  }
  // A field that is not known makes more of them.
  for (const _ in given) count--;
  if (count !== 0) return null;
  return {
    symbol,
    side,
    type,
    price,
    quantity,
    quoteQuantity,
    timeInForce,
    postOnly: postOnly ?? false,
    clientOrderId,
    selfTradePrevention: selfTradePrevention ?? "expire_taker",
  };
}

const isTextOrNothing = (value: unknown): value is string | undefined =>
  value === undefined || typeof value === "string";

const isSelfTrade = (value: unknown): value is keyof typeof SELF_TRADES =>
  typeof value === "string" && Object.hasOwn(SELF_TRADES, value);

/** What depends on several fields. */
function combine(order: v.InferOutput<typeof NewOrderSchema>): OrderRequest | Problem {
  const { price, quantity, quoteQuantity, postOnly, type } = order;
  const isMarket = type === "market";
  const timeInForce = order.timeInForce ?? (isMarket ? "IOC" : "GTC");
  if (!isMarket && price === undefined) return missing("price", "a limit order");
  if (!isMarket && quantity === undefined) return missing("quantity", "a limit order");
  if (quantity === undefined && quoteQuantity === undefined) {
    return missing("quantity", "a market order, or quoteQuantity,");
  }
  if (quoteQuantity !== undefined) {
    const isBudget = isMarket && order.side === "buy" && timeInForce === "IOC";
    if (!isBudget) return conflict("quoteQuantity", "market buys that are IOC", quoteQuantity);
    if (quantity !== undefined) {
      return conflict("quoteQuantity", "orders without quantity", quoteQuantity);
    }
  }
  if (isMarket && timeInForce === "GTC") return conflict("timeInForce", "IOC | FOK", timeInForce);
  if (postOnly && timeInForce !== "GTC") return conflict("postOnly", "GTC orders", "true");
  return {
    symbol: order.symbol,
    side: SIDES[order.side],
    orderType: TYPES[type],
    timeInForce: TIMES_IN_FORCE[timeInForce],
    flags: (postOnly ? OrderFlag.postOnly : 0) |
      (quoteQuantity === undefined ? 0 : OrderFlag.quoteBudget),
    selfTrade: SELF_TRADES[order.selfTradePrevention],
    price: price ?? null,
    quantity: quantity ?? quoteQuantity ?? "",
    clientOrderId: order.clientOrderId ?? null,
  };
}

function missing(field: OrderField, what: string): Problem {
  return new Problem(EdgeCode.missingField, {
    detail: `The body has no ${field}, which ${what} needs.`,
    field,
    limit: TAKES[field],
  });
}

function conflict(field: OrderField, limit: string, value: string): Problem {
  const detail = `${field} does not go with the other fields.`;
  return new Problem(EdgeCode.invalidCombination, { detail, field, limit, value });
}
