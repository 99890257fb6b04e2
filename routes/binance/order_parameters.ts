/**
 * A new order as Binance's clients write it, and the order of this exchange that it is.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import {
  OrderFlag,
  OrderType,
  SelfTrade,
  Side,
  TimeInForce,
} from "../../core/protocol/order_record.ts";
import { CLIENT_ORDER_ID_PATTERN } from "../../core/protocol/request_key.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import type { Instrument } from "../../infra/reference/instrument_terms.ts";
import type { Exchange } from "../exchange.ts";
import type { Identity } from "../identity.ts";
import type { OrderRequest } from "../orders/order_request.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";
import { binanceError, BinanceProblem } from "./binance_error.ts";
import { SELF_TRADE_MODE_DEFAULT, SELF_TRADE_MODES, type SelfTradeMode } from "./exchange_info.ts";
import { missingParameter, oneOf, type Parameters } from "./parameters.ts";
import { requiredInstrument } from "./symbols.ts";

/** Parameters of a new order. Those that stand for what is not there are known, and refused. */
export const ORDER_PARAMETERS = [
  "symbol",
  "side",
  "type",
  "timeInForce",
  "quantity",
  "quoteOrderQty",
  "price",
  "newClientOrderId",
  "newOrderRespType",
  "selfTradePreventionMode",
  "icebergQty",
  "stopPrice",
  "trailingDelta",
] as const;

/** How much an answer says. */
export type ResponseType = "ACK" | "RESULT" | "FULL";
const RESPONSE_TYPES = ["ACK", "RESULT", "FULL"] as const;

/** Characters of an id that a client did not choose. */
const DERIVED_ID_LENGTH = 22;

/** An order whose parameters are each valid and go together; its numbers are not read yet. */
export interface BinanceOrder {
  readonly instrument: Instrument;
  readonly order: OrderRequest;
  readonly mode: SelfTradeMode;
  readonly responseType: ResponseType;
  /** Whether the client chose the client order id. */
  readonly isNamed: boolean;
}

const SIDES = { BUY: Side.buy, SELL: Side.sell } as const;
const TIMES = { GTC: TimeInForce.gtc, IOC: TimeInForce.ioc, FOK: TimeInForce.fok } as const;
const SELF_TRADES: Readonly<Record<SelfTradeMode, number>> = {
  NONE: SelfTrade.none,
  EXPIRE_TAKER: SelfTrade.expireTaker,
  EXPIRE_MAKER: SelfTrade.expireMaker,
  EXPIRE_BOTH: SelfTrade.expireBoth,
  DECREMENT: SelfTrade.decrement,
  TRANSFER: SelfTrade.transfer,
};

/** Binance's order types that there are not, as it names them in a refusal. */
const ABSENT_TYPES: Readonly<Record<string, string>> = {
  STOP_LOSS: "Stop loss",
  STOP_LOSS_LIMIT: "Stop loss limit",
  TAKE_PROFIT: "Take profit",
  TAKE_PROFIT_LIMIT: "Take profit limit",
};
/** Parameters that make an order one that there is not. */
const ABSENT_KINDS: Readonly<Record<string, string>> = {
  icebergQty: "Iceberg",
  stopPrice: "Stop loss",
  trailingDelta: "Trailing stop",
};

/** What a type takes beside symbol and side. */
interface TypeShape {
  readonly needsPrice: boolean;
  readonly needsTime: boolean;
}
const LIMIT: TypeShape = { needsPrice: true, needsTime: true };
const LIMIT_MAKER: TypeShape = { needsPrice: true, needsTime: false };
const MARKET: TypeShape = { needsPrice: false, needsTime: false };
const SHAPES: Readonly<Record<string, TypeShape>> = { LIMIT, LIMIT_MAKER, MARKET };

/** Reads the parameters of a new order. */
export function readOrder(exchange: Exchange, parameters: Parameters): BinanceOrder | Problem {
  const instrument = requiredInstrument(parameters, exchange.backend.reference);
  if (instrument instanceof Problem) return instrument;
  const side = parameters.get("side");
  if (side === undefined) return missingParameter("side");
  if (!isKeyOf(SIDES, side)) return new Problem(ResultCode.invalidSide);
  const type = readType(parameters);
  if (type instanceof Problem) return type;
  const mode = oneOf(
    parameters,
    "selfTradePreventionMode",
    SELF_TRADE_MODE_DEFAULT,
    Object.keys(SELF_TRADE_MODES) as SelfTradeMode[],
  );
  if (mode instanceof Problem) return mode;
  const fallback = type === "LIMIT_MAKER" ? "ACK" : "FULL";
  const responseType = oneOf(parameters, "newOrderRespType", fallback, RESPONSE_TYPES);
  if (responseType instanceof Problem) return responseType;
  const amount = readAmount(parameters, side, type);
  if (amount instanceof Problem) return amount;
  const id = parameters.get("newClientOrderId");
  if (id !== undefined && !CLIENT_ORDER_ID_PATTERN.test(id)) return badId("newClientOrderId");
  const timeInForce = readTime(parameters, SHAPES[type] ?? MARKET);
  if (timeInForce instanceof Problem) return timeInForce;
  const order: OrderRequest = {
    symbol: instrument.symbol,
    side: SIDES[side],
    orderType: type === "MARKET" ? OrderType.market : OrderType.limit,
    timeInForce: type === "MARKET" ? TimeInForce.ioc : timeInForce,
    flags: (type === "LIMIT_MAKER" ? OrderFlag.postOnly : 0) | amount.flags,
    selfTrade: SELF_TRADES[mode],
    price: amount.price,
    quantity: amount.quantity,
    clientOrderId: id ?? derivedOrderId(exchange.identity),
  };
  return { instrument, order, mode, responseType, isNamed: id !== undefined };
}

/**
 * The id of an order whose client chose none: of the signature, so that the same signed request
 * again is the same order. 22 characters of a SHA-256.
 */
export function derivedOrderId({ keyId, signature }: Identity): string {
  const digest = createHash("sha256").update(`${keyId}\n${signature}`).digest();
  return Buffer.from(digest).toString("base64url").slice(0, DERIVED_ID_LENGTH);
}

/** A client order id that is none. */
export function badId(name: string): Problem {
  const msg = `Illegal characters found in parameter '${name}'; legal range is ` +
    "'^[\\.A-Z\\:/a-z0-9_-]{1,36}$', but not '.' or '..'.";
  return new BinanceProblem(EdgeCode.invalidField, binanceError(-1100, msg));
}

function isKeyOf<T extends object>(table: T, key: string): key is keyof T & string {
  return Object.hasOwn(table, key);
}

function readType(parameters: Parameters): string | Problem {
  const type = parameters.get("type");
  if (type === undefined) return missingParameter("type");
  const absent = ABSENT_TYPES[type];
  if (absent !== undefined) return unsupported(absent);
  if (!isKeyOf(SHAPES, type)) return new Problem(ResultCode.invalidOrderType);
  for (const [name, kind] of Object.entries(ABSENT_KINDS)) {
    if (parameters.has(name)) return unsupported(kind);
  }
  return type;
}

function unsupported(kind: string): Problem {
  const msg = `${kind} orders are not supported for this symbol.`;
  return new BinanceProblem(ResultCode.invalidOrderType, binanceError(-1013, msg));
}

function readTime(parameters: Parameters, { needsTime }: TypeShape): number | Problem {
  const text = parameters.get("timeInForce");
  if (!needsTime) return text === undefined ? TimeInForce.gtc : unneeded("timeInForce");
  if (text === undefined) return missingParameter("timeInForce");
  return isKeyOf(TIMES, text) ? TIMES[text] : new Problem(ResultCode.invalidTimeInForce);
}

/** What an order is worth: its price, and its quantity or its budget. */
type Amount = Pick<OrderRequest, "price" | "quantity" | "flags">;

function readAmount(parameters: Parameters, side: string, type: string): Amount | Problem {
  const quantity = parameters.get("quantity");
  const budget = parameters.get("quoteOrderQty");
  const price = parameters.get("price");
  if (SHAPES[type]?.needsPrice) {
    if (quantity === undefined) return missingParameter("quantity");
    if (price === undefined) return missingParameter("price");
    if (budget !== undefined) return unneeded("quoteOrderQty");
    return { price, quantity, flags: 0 };
  }
  if (price !== undefined) return unneeded("price");
  if (budget === undefined) {
    return quantity === undefined
      ? missingParameter("quantity")
      : { price: null, quantity, flags: 0 };
  }
  if (quantity !== undefined) return unneeded("quantity");
  if (side === "SELL") {
    const msg = "Quote order qty market orders are not support for this symbol.";
    return new BinanceProblem(EdgeCode.invalidCombination, binanceError(-1013, msg));
  }
  return { price: null, quantity: budget, flags: OrderFlag.quoteBudget };
}

/** A parameter that the others leave no place for. */
export function unneeded(name: string): Problem {
  const error = binanceError(-1106, `Parameter '${name}' sent when not required.`);
  return new BinanceProblem(EdgeCode.invalidCombination, error);
}
