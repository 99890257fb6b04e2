/**
 * The query part of a URL. Every parameter must be one that the endpoint knows, and come once: a
 * misspelt filter must not turn into no filter.
 *
 * @module
 */
import { SAFE_MAX } from "../core/protocol/wire_buffer.ts";
import type { Instrument } from "../infra/reference/instrument_terms.ts";
import type { Reference } from "../infra/reference/reference.ts";
import type { Exchange } from "./exchange.ts";
import { EdgeCode } from "./problems/edge_code.ts";
import { Problem } from "./problems/problem.ts";

/** The parameters of one request, each of them known and given once. */
export type QueryParameters = ReadonlyMap<string, string>;

const NONE: QueryParameters = new Map();

/** Reads the parameters; `known` lists those that the endpoint takes. */
export function readParameters(
  { query }: Exchange,
  known: readonly string[],
): QueryParameters | Problem {
  if (query === "") return NONE;
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    if (!known.includes(name)) {
      const limit = known.length === 0 ? "no parameters" : known.join(" | ");
      return new Problem(EdgeCode.unknownParameter, {
        detail: "This request takes no such parameter.",
        field: name.slice(0, 64),
        limit,
      });
    }
    if (parameters.has(name)) return invalidParameter(name, "one value", `${value}, and another`);
    parameters.set(name, value);
  }
  return parameters;
}

/** The refusal of a request that has parameters where there are none to give; `null`: it has none. */
export function withoutParameters(exchange: Exchange): Problem | null {
  const parameters = readParameters(exchange, []);
  return parameters instanceof Problem ? parameters : null;
}

/** A parameter that is refused, with what it takes and what it was. */
export function invalidParameter(field: string, limit: string, value: string): Problem {
  return new Problem(EdgeCode.invalidParameter, {
    detail: `${field} is not valid.`,
    field,
    limit,
    value,
  });
}

/** A whole number from `least` to `most`; `fallback` where it is not given. */
export function wholeNumber(
  parameters: QueryParameters,
  name: string,
  fallback: number,
  least: number,
  most: number,
): number | Problem {
  const text = parameters.get(name);
  if (text === undefined) return fallback;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : -1;
  return value >= least && value <= most
    ? value
    : invalidParameter(name, `a whole number from ${least} to ${most}`, text);
}

/** `minSequence`: the event sequence that the answer must reflect; 0 where it is not given. */
export function minSequence(parameters: QueryParameters): number | Problem {
  return wholeNumber(parameters, "minSequence", 0, 0, SAFE_MAX);
}

/** One of `names`; `fallback` where it is not given. */
export function oneOf<T extends string, F extends T | null>(
  parameters: QueryParameters,
  name: string,
  fallback: F,
  names: readonly T[],
): T | F | Problem {
  const text = parameters.get(name);
  if (text === undefined) return fallback;
  return names.find((one) => one === text) ?? invalidParameter(name, names.join(" | "), text);
}

/** The instrument that `symbol` names; `null` where it is not given. */
export function optionalInstrument(
  parameters: QueryParameters,
  reference: Reference,
): Instrument | null | Problem {
  const symbol = parameters.get("symbol");
  return symbol === undefined ? null : reference.bySymbol(symbol) ?? unknownSymbol(symbol);
}

/** The instrument that `symbol` names, which must be given. */
export function requiredInstrument(
  parameters: QueryParameters,
  reference: Reference,
): Instrument | Problem {
  return optionalInstrument(parameters, reference) ??
    new Problem(EdgeCode.invalidParameter, {
      detail: "This request needs a symbol.",
      field: "symbol",
      limit: "a symbol such as BTC-USD",
    });
}

/** There is no instrument of this symbol. */
export function unknownSymbol(symbol: string): Problem {
  return new Problem(EdgeCode.unknownSymbol, { field: "symbol", value: symbol });
}
