/**
 * What a problem says of its occurrence, in a sentence with the value and the limit that it met: an
 * app can show it to a person as it is. Handlers that have more to say give a sentence of their own.
 *
 * @module
 */
import { AuthCode } from "../../core/auth/auth_code.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { EdgeCode } from "./edge_code.ts";

type Sentence = (value: string, limit: string, field: string) => string;

/** What the field of an amount is called in a sentence. */
const amount = (field: string) =>
  field === "quoteQuantity" ? "budget" : field === "amount" ? "amount" : "quantity";

const SENTENCES: Readonly<Record<number, Sentence>> = {
  [ResultCode.priceZero]: (value, limit) => `The price ${value} is below the least, ${limit}.`,
  [ResultCode.priceTooHigh]: (value, limit) =>
    `The price ${value} is above the highest that the instrument takes, ${limit}.`,
  [ResultCode.quantityZero]: (value, limit, field) =>
    `The ${amount(field)} ${value} is below the least, ${limit}.`,
  [ResultCode.quantityTooHigh]: (value, limit, field) =>
    `The ${amount(field)} ${value} is above the most that an order may have, ${limit}.`,
  [ResultCode.quantityExecuted]: (value, limit) =>
    `The new quantity ${value} is not above the ${limit} that the order has executed.`,
  [ResultCode.postOnlyWouldCross]: (value, limit) =>
    `The order is post-only, and at ${value} it would trade at once: the other side is at ${limit}.`,
  [ResultCode.openOrdersFull]: (value, limit) =>
    `The account has ${value} open orders, and may have ${limit}.`,
  [EdgeCode.priceOffTick]: (value, limit) =>
    `The price ${value} is not a multiple of the tick, ${limit}.`,
  [EdgeCode.quantityOffLot]: (value, limit) =>
    `The quantity ${value} is not a multiple of the lot, ${limit}.`,
  [EdgeCode.quoteQuantityTooPrecise]: (value, limit) =>
    `The budget ${value} is not a multiple of the asset's smallest unit, ${limit}.`,
  [EdgeCode.tooManyCommands]: (value, limit) =>
    `The request costs ${value} units, and the key's limits let in ${limit} at once.`,
  [EdgeCode.bodyTooLarge]: (value, limit) => `The body has ${value}, and may have ${limit}.`,
  [EdgeCode.urlTooLong]: (value, limit) => `The URL has ${value}, and may have ${limit}.`,
  [EdgeCode.headersTooLarge]: (value, limit) =>
    `The header fields have ${value}, and may have ${limit}.`,
  [EdgeCode.unsupportedMediaType]: (value, limit) =>
    `The body is of the media type ${value}; this request takes ${limit}.`,
  [AuthCode.scopeMissing]: (value, limit) =>
    `This needs the scope ${limit}; the key has ${value === "" ? "none" : value}.`,
};

/** Those that meet no limit. */
const SENTENCES_OF_VALUES: Readonly<Record<number, (value: string) => string>> = {
  [ResultCode.halted]: (value) => `Trading in ${value} is halted.`,
  [ResultCode.unknownInstrument]: (value) => `The matching engine does not know ${value}.`,
  [EdgeCode.unknownSymbol]: (value) => `There is no instrument of the symbol ${value}.`,
};

/**
 * The sentence of a problem; `undefined` where its title says all there is.
 *
 * @param value as it is shown
 */
export function sentenceOf(
  code: number,
  value: string | undefined,
  limit: string | undefined,
  field = "",
): string | undefined {
  if (value === undefined) return undefined;
  return limit === undefined
    ? SENTENCES_OF_VALUES[code]?.(value)
    : SENTENCES[code]?.(value, limit, field);
}
