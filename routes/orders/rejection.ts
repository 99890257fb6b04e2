/**
 * A rejection by the core as a problem, with the limit it met and the value it had in the units
 * that clients use.
 *
 * @module
 */
import { formatDecimal } from "../../core/protocol/decimal.ts";
import { OrderFlag, Side } from "../../core/protocol/order_record.ts";
import { clientOrderIdOfKey } from "../../core/protocol/request_key.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import type { NewOrderCommand } from "../../infra/orders/commands.ts";
import type { Instrument } from "../../infra/reference/instrument_terms.ts";
import { Problem, type ProblemDetails } from "../problems/problem.ts";

/** What the core says about a rejection. */
export interface Rejection {
  readonly code: number;
  readonly limit: number;
  readonly value: number;
  /** The command had come before, with this outcome. */
  readonly isDuplicate: boolean;
}

/** What a rejected command was about. */
interface Subject {
  /** "The order", as in "needs". */
  readonly what: string;
  readonly side: number;
  /** It has a budget in the place of a quantity. */
  readonly hasBudget: boolean;
  /** Where the command has one. */
  readonly clientOrderId: string | null;
  readonly instrument: Instrument;
}

/** The problem that the rejection of a new order is. */
export function orderRejected(
  rejection: Rejection,
  command: NewOrderCommand,
  instrument: Instrument,
): Problem {
  const { clientOrderText, flags, key, side } = command;
  const hasBudget = (flags & OrderFlag.quoteBudget) !== 0;
  const clientOrderId = clientOrderText ?? clientOrderIdOfKey(key.low, key.high);
  const order = { side, hasBudget, clientOrderId, instrument };
  return problemOf(rejection, orderDetails(rejection, { what: "The order", ...order }));
}

/** The problem that the rejection of an amend is; `field` and `target` name its order. */
export function amendRejected(
  rejection: Rejection,
  side: number,
  instrument: Instrument,
  field: string,
  target: string,
): Problem {
  if (rejection.code === ResultCode.unknownOrder) return cancelRejected(rejection, field, target);
  const order = { side, hasBudget: false, clientOrderId: null, instrument };
  return problemOf(rejection, orderDetails(rejection, { what: "The amend", ...order }));
}

/** What is said of an order that a command was for and that is not open. */
export const NOT_OPEN =
  "The account has no such order in the market: it may have been filled, canceled or expired.";

/** The problem that the rejection of a cancel is. */
export function cancelRejected(rejection: Rejection, field: string, target: string): Problem {
  const { code } = rejection;
  if (code === ResultCode.unknownOrder) {
    return problemOf(rejection, { detail: NOT_OPEN, field, value: target });
  }
  const isOtherContent = code === ResultCode.differentContent;
  return problemOf(rejection, isOtherContent ? contentDetails(null) : plainDetails(rejection));
}

function problemOf({ code, isDuplicate }: Rejection, details: ProblemDetails): Problem {
  return new Problem(code, isDuplicate ? { ...details, duplicate: true } : details);
}

function orderDetails(rejection: Rejection, subject: Subject): ProblemDetails {
  const { code, limit, value } = rejection;
  const { hasBudget, instrument } = subject;
  switch (code) {
    case ResultCode.priceZero:
    case ResultCode.priceTooHigh:
    case ResultCode.postOnlyWouldCross: {
      const price = (ticks: number) =>
        formatDecimal(ticks * instrument.tickSize, instrument.priceScale);
      return { field: "price", limit: price(limit), value: price(value) };
    }
    case ResultCode.quantityZero:
    case ResultCode.quantityTooHigh:
    case ResultCode.quantityExecuted: {
      const quantity = (lots: number) =>
        formatDecimal(lots * instrument.lotSize, instrument.quantityScale);
      const money = (minor: number) => formatDecimal(Math.floor(minor), instrument.quoteScale);
      return hasBudget
        ? { field: "quoteQuantity", limit: money(limit), value: money(value) }
        : { field: "quantity", limit: quantity(limit), value: quantity(value) };
    }
    case ResultCode.insufficientFunds:
      return fundsDetails(limit, value, subject);
    case ResultCode.differentContent:
      return contentDetails(subject.clientOrderId);
    case ResultCode.halted:
    case ResultCode.unknownInstrument:
      return { field: "symbol", value: instrument.symbol };
    default:
      return plainDetails(rejection);
  }
}

/** Only what the client chose itself can be used again with other contents. */
function contentDetails(clientOrderId: string | null): ProblemDetails {
  return clientOrderId === null
    ? { field: "Idempotency-Key" }
    : { field: "clientOrderId", value: clientOrderId };
}

/** What was available of the asset that the order pays with, and what it needed. */
function fundsDetails(
  available: number,
  needed: number,
  { what, side, instrument }: Subject,
): ProblemDetails {
  const [name, scale] = side === Side.buy
    ? [instrument.quoteName, instrument.quoteScale]
    : [instrument.baseName, instrument.baseScale];
  const limit = formatDecimal(available, scale);
  const value = formatDecimal(needed, scale);
  const detail = `${what} needs ${value} ${name}, and ${limit} ${name} are available.`;
  return { detail, field: name, limit, value };
}

/** Counts and times as they are. */
function plainDetails({ limit, value }: Rejection): ProblemDetails {
  return limit === 0 && value === 0 ? {} : { limit: String(limit), value: String(value) };
}
