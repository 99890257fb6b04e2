/**
 * A new order as clients write it: its shape, and what it becomes in ticks and lots.
 *
 * Prices and quantities are decimal strings. Nothing is rounded, nothing is passed over: a field
 * that is not known, a number in the place of a string or a price between two ticks is refused.
 *
 * @module
 */
import * as v from "valibot";
import {
  OrderFlag,
  OrderType,
  SelfTrade,
  Side,
  TimeInForce,
} from "../core/protocol/order_record.ts";
import { CLIENT_ORDER_ID_PATTERN } from "../core/protocol/request_key.ts";
import { SYMBOL_PATTERN } from "../core/protocol/subjects.ts";
import { EdgeCode } from "./edge_code.ts";
import { Problem, receivedText } from "./problem.ts";

const SELF_TRADES = {
  none: SelfTrade.none,
  expire_taker: SelfTrade.expireTaker,
  expire_maker: SelfTrade.expireMaker,
  expire_both: SelfTrade.expireBoth,
} as const;
const TIMES_IN_FORCE = {
  GTC: TimeInForce.gtc,
  IOC: TimeInForce.ioc,
  FOK: TimeInForce.fok,
} as const;
const SIDES = { buy: Side.buy, sell: Side.sell } as const;
const TYPES = { limit: OrderType.limit, market: OrderType.market } as const;

const namesOf = <T extends object>(table: T) =>
  Object.keys(table) as [keyof T & string, ...(keyof T & string)[]];

/** Read digit by digit later (decimal.ts); here only its type matters. */
const decimal = v.string();

const SCHEMA = v.strictObject({
  symbol: v.pipe(v.string(), v.regex(SYMBOL_PATTERN)),
  side: v.picklist(namesOf(SIDES)),
  type: v.picklist(namesOf(TYPES)),
  price: v.optional(decimal),
  quantity: v.optional(decimal),
  quoteQuantity: v.optional(decimal),
  timeInForce: v.optional(v.picklist(namesOf(TIMES_IN_FORCE))),
  postOnly: v.optional(v.boolean(), false),
  clientOrderId: v.optional(v.pipe(v.string(), v.regex(CLIENT_ORDER_ID_PATTERN))),
  selfTradePrevention: v.optional(v.picklist(namesOf(SELF_TRADES)), "expire_taker"),
});
type OrderField = keyof typeof SCHEMA.entries;

/** What each field takes, as a refusal says it. */
const TAKES: Readonly<Record<OrderField, string>> = {
  symbol: "a symbol such as BTC-USD",
  side: "buy | sell",
  type: "limit | market",
  price: "a decimal string",
  quantity: "a decimal string",
  quoteQuantity: "a decimal string",
  timeInForce: "GTC | IOC | FOK",
  postOnly: "true | false",
  clientOrderId: "1 to 36 letters, digits and . _ : / -",
  selfTradePrevention: "none | expire_taker | expire_maker | expire_both",
};
const DECIMAL_FIELDS: readonly string[] = ["price", "quantity", "quoteQuantity"];

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
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return new Problem(EdgeCode.malformedJson);
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    return new Problem(EdgeCode.notAnObject, { value: receivedText(json) });
  }
  const parsed = v.safeParse(SCHEMA, json, { abortEarly: true });
  return parsed.success ? combine(parsed.output) : issueProblem(parsed.issues[0]);
}

function issueProblem(issue: v.BaseIssue<unknown>): Problem {
  const field = v.getDotPath(issue) ?? "";
  if (issue.type === "strict_object") {
    if (issue.expected === "never") return unknownField(field);
    return new Problem(EdgeCode.missingField, {
      detail: `The body has no ${field}.`,
      field,
      limit: TAKES[field as OrderField],
    });
  }
  const limit = TAKES[field as OrderField];
  const value = receivedText(issue.input);
  if (DECIMAL_FIELDS.includes(field)) {
    const detail = typeof issue.input === "number"
      ? `${field} is a JSON number; it takes a decimal string, such as "0.5".`
      : `${field} is not a decimal string.`;
    return new Problem(EdgeCode.invalidDecimal, { detail, field, limit, value });
  }
  return new Problem(EdgeCode.invalidField, {
    detail: `${field} is not valid.`,
    field,
    limit,
    value,
  });
}

function unknownField(field: string): Problem {
  return new Problem(EdgeCode.unknownField, {
    detail: "An order takes no such field.",
    field: field.slice(0, 64),
    limit: Object.keys(TAKES).join(" | "),
  });
}

/** What depends on several fields. */
function combine(order: v.InferOutput<typeof SCHEMA>): OrderRequest | Problem {
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
