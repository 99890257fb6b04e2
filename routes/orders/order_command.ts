/**
 * From an order or an amend as clients write it to the command that goes into the log.
 *
 * @module
 */
import { DecimalError, formatDecimal, parseDecimal } from "../../core/protocol/decimal.ts";
import { OrderFlag } from "../../core/protocol/order_record.ts";
import {
  isNumericClientOrderId,
  type RequestKey,
  requestKeyOfClientOrderId,
  requestKeyOfSignedRequest,
} from "../../core/protocol/request_key.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { SAFE_MAX } from "../../core/protocol/wire_buffer.ts";
import type { AmendCommand, NewOrderCommand } from "../../infra/orders/commands.ts";
import type { Instrument } from "../../infra/reference/instrument_terms.ts";
import type { Identity } from "../identity.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";
import type { ProblemCode } from "../problems/problems.ts";
import type { AmendRequest } from "./amend_request.ts";
import type { OrderRequest } from "./order_request.ts";

/** Most minor units that a market order may spend: the core reserves its fees beside them. */
const BUDGET_MINOR_MAX = Math.floor(SAFE_MAX / 2);

/** Who sends a command, and how it is recognised when it comes again. */
export interface Sender extends
  Pick<
    Identity,
    "account" | "keyId" | "deadlineMicros" | "signature" | "idempotencyKey" | "isNameVouchedFor"
  > {
  /** Key of the one command of several that is meant; left out: the request has one command. */
  readonly itemKey?: RequestKey;
}

/**
 * The key by which a command is recognised that has no client order id: of what the client calls
 * it, within its account; else of the signature. A request with a bearer token and without a name
 * cannot be told from another one of the same contents, so its key is drawn, and a repeat of it is
 * a second command.
 */
export function requestKeyOf(sender: Sender): RequestKey {
  const { account, itemKey, keyId, signature, idempotencyKey } = sender;
  if (itemKey !== undefined) return itemKey;
  // A colon is in no id of a key: neither of the texts can be the other.
  if (idempotencyKey !== null) {
    return requestKeyOfSignedRequest(`account:${account}\n${idempotencyKey}`);
  }
  return requestKeyOfSignedRequest(
    signature === null ? `drawn:${crypto.randomUUID()}` : `${keyId}\n${signature}`,
  );
}

/**
 * The sender without a name that somebody else may have put on the request: under another name a
 * captured order would be a second one. An amend or a cancel that is done again changes nothing but
 * what it changed before.
 */
function namedSafely(sender: Sender): Sender {
  return sender.isNameVouchedFor ? sender : { ...sender, idempotencyKey: null };
}

/**
 * The key that those of a request with several commands are derived from (`derivedKeyOfItem`). A name
 * that nobody vouches for names none of them, for there may be new orders among them.
 */
export function requestKeyOfItems(sender: Sender): RequestKey {
  return requestKeyOf(namedSafely(sender));
}

/** How a client that was not told the outcome of its command asks again. */
export function howToRepeat({ idempotencyKey, signature }: Sender): string {
  if (idempotencyKey !== null) return "The same request with the same Idempotency-Key gives it.";
  return signature === null
    ? "A repeat would be another request, for this one has no Idempotency-Key."
    : "The same signed request again, within its receive window, gives it.";
}

/** The command, or why the order does not fit the instrument. */
export function newOrderCommand(
  order: OrderRequest,
  instrument: Instrument,
  sender: Sender,
): NewOrderCommand | Problem {
  const priceTicks = order.price === null ? 0 : readPrice(order.price, instrument);
  if (priceTicks instanceof Problem) return priceTicks;
  const hasBudget = (order.flags & OrderFlag.quoteBudget) !== 0;
  const quantityLots = hasBudget
    ? readBudget(order.quantity, instrument)
    : readQuantity(order.quantity, instrument);
  if (quantityLots instanceof Problem) return quantityLots;
  const { clientOrderId } = order;
  return {
    kind: "newOrder",
    account: sender.account,
    key: clientOrderId === null
      ? requestKeyOf(namedSafely(sender))
      : requestKeyOfClientOrderId(clientOrderId),
    deadlineMicros: sender.deadlineMicros,
    clientOrderText: clientOrderId === null || isNumericClientOrderId(clientOrderId)
      ? null
      : clientOrderId,
    instrument: instrument.instrument,
    side: order.side,
    orderType: order.orderType,
    timeInForce: order.timeInForce,
    flags: order.flags,
    selfTrade: order.selfTrade,
    priceTicks,
    quantityLots,
  };
}

/** The command that amends the order, or why what it asks for does not fit the instrument. */
export function amendCommand(
  { price, quantity }: AmendRequest,
  orderId: number,
  instrument: Instrument,
  sender: Sender,
): AmendCommand | Problem {
  const priceTicks = price === null ? 0 : readPrice(price, instrument);
  if (priceTicks instanceof Problem) return priceTicks;
  const quantityLots = quantity === null ? 0 : readQuantity(quantity, instrument);
  if (quantityLots instanceof Problem) return quantityLots;
  const { account, deadlineMicros } = sender;
  const key = requestKeyOf(sender);
  return {
    kind: "amend",
    account,
    key,
    deadlineMicros,
    target: { orderId },
    priceTicks,
    quantityLots,
  };
}

/** How a decimal field is read. */
interface DecimalField {
  readonly name: string;
  readonly scale: number;
  /** Units of the last decimal that make one. */
  readonly step: number;
  /** Most of them. */
  readonly most: number;
  readonly zero: ProblemCode;
  readonly tooHigh: ProblemCode;
  readonly offStep: ProblemCode;
}

function readPrice(text: string, instrument: Instrument): number | Problem {
  return readSteps(text, {
    name: "price",
    scale: instrument.priceScale,
    step: instrument.tickSize,
    most: instrument.priceTicksMax,
    zero: ResultCode.priceZero,
    tooHigh: ResultCode.priceTooHigh,
    offStep: EdgeCode.priceOffTick,
  });
}

function readQuantity(text: string, instrument: Instrument): number | Problem {
  return readSteps(text, {
    name: "quantity",
    scale: instrument.quantityScale,
    step: instrument.lotSize,
    most: instrument.quantityLotsMax,
    zero: ResultCode.quantityZero,
    tooHigh: ResultCode.quantityTooHigh,
    offStep: EdgeCode.quantityOffLot,
  });
}

function readBudget(text: string, instrument: Instrument): number | Problem {
  return readSteps(text, {
    name: "quoteQuantity",
    scale: instrument.quoteScale,
    step: 1,
    most: BUDGET_MINOR_MAX,
    zero: ResultCode.quantityZero,
    tooHigh: ResultCode.quantityTooHigh,
    offStep: EdgeCode.quoteQuantityTooPrecise,
  });
}

/** A decimal as a whole number of steps, or what is wrong with it. */
function readSteps(text: string, field: DecimalField): number | Problem {
  const { name, scale, step, most } = field;
  const units = parseDecimal(text, scale);
  if (units === DecimalError.malformed) {
    return new Problem(EdgeCode.invalidDecimal, {
      detail: `${name} is not a plain decimal: digits, with a point between them at most.`,
      field: name,
      limit: "a decimal string without sign, exponent or spaces",
      value: text,
    });
  }
  if (units === DecimalError.range) return outside(field, field.tooHigh, step * most, text);
  if (units === DecimalError.precision || units % step !== 0) {
    return outside(field, field.offStep, step, text);
  }
  const steps = units / step;
  if (steps === 0) return outside(field, field.zero, step, text);
  return steps > most ? outside(field, field.tooHigh, step * most, text) : steps;
}

/** A refusal that names the step, the least or the most as a decimal. */
function outside(field: DecimalField, code: ProblemCode, limit: number, value: string): Problem {
  return new Problem(code, { field: field.name, limit: formatDecimal(limit, field.scale), value });
}
