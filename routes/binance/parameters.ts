/**
 * The parameters of a request: in its query, in its body as a form, or some here and some there.
 *
 * Every parameter must be one that the endpoint knows. It is Binance's rule, and it carries weight:
 * a signature covers query and body without a mark between them, so whoever has captured a request
 * might part it elsewhere, and every other place leaves a parameter that is not known or is empty.
 *
 * @module
 */
import type { Exchange } from "../exchange.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";
import { binanceError, BinanceProblem } from "./binance_error.ts";

/** Most parameters of a request; no endpoint takes as many. */
export const PARAMETERS_MAX = 64;

/** What every signed request has besides. */
const SIGNED = ["timestamp", "recvWindow", "signature"];

/** Parameters by their names; each has a value. */
export type Parameters = ReadonlyMap<string, string>;

const read = new WeakMap<Exchange, Parameters | Problem>();

/** All parameters of a request whose body was read, or what is wrong with them. Read once. */
export function allParameters(exchange: Exchange): Parameters | Problem {
  const known = read.get(exchange);
  if (known !== undefined) return known;
  const parameters = readBoth(exchange);
  read.set(exchange, parameters);
  return parameters;
}

/** The parameters of a request to an endpoint that takes `names`, and a signature where it has one. */
export function parametersOf(
  exchange: Exchange,
  names: readonly string[],
): Parameters | Problem {
  const parameters = allParameters(exchange);
  if (parameters instanceof Problem) return parameters;
  let count = 0;
  const isSigned = parameters.has("signature");
  for (const name of parameters.keys()) {
    if (names.includes(name) || (isSigned && SIGNED.includes(name))) count++;
  }
  if (count === parameters.size) return parameters;
  return new BinanceProblem(
    EdgeCode.unknownParameter,
    binanceError(
      -1104,
      `Not all sent parameters were read; read '${count}' parameter(s) but was sent ` +
        `'${parameters.size}'.`,
    ),
  );
}

function readBoth({ query, body }: Exchange): Parameters | Problem {
  const parameters = new Map<string, string>();
  // What stands in both counts as it is in the query.
  for (const text of [body, query]) {
    const names = new Set<string>();
    for (const [name, value] of new URLSearchParams(text)) {
      if (names.has(name)) return twice();
      if (value === "") return empty(name);
      names.add(name);
      parameters.set(name, value);
      if (names.size > PARAMETERS_MAX) return new Problem(EdgeCode.bodyUnexpected);
    }
  }
  return parameters;
}

function twice(): Problem {
  const error = binanceError(-1101, "Duplicate values for a parameter detected.");
  return new BinanceProblem(EdgeCode.invalidParameter, error);
}

function empty(name: string): Problem {
  const error = binanceError(-1105, `Parameter '${shownName(name)}' was empty.`);
  return new BinanceProblem(EdgeCode.invalidParameter, error);
}

/** The name of a parameter as far as a refusal repeats it. */
function shownName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_]/g, "").slice(0, 32);
}

/** A parameter that must be there and is not. */
export function missingParameter(name: string): Problem {
  return new Problem(EdgeCode.missingField, { field: name });
}

/** A parameter whose value is not one that it takes. */
export function invalidParameter(name: string): Problem {
  return new Problem(EdgeCode.invalidParameter, { field: name });
}

/** A parameter that must be there. */
export function required(parameters: Parameters, name: string): string | Problem {
  return parameters.get(name) ?? missingParameter(name);
}

/** A whole number from `least`; `fallback` where it is not given. More than `most` counts as that. */
export function wholeNumber(
  parameters: Parameters,
  name: string,
  fallback: number,
  least: number,
  most: number,
): number | Problem {
  const text = parameters.get(name);
  if (text === undefined) return fallback;
  if (!/^\d{1,16}$/.test(text)) {
    const msg = `Illegal characters found in parameter '${name}'; legal range is '^[0-9]{1,20}$'.`;
    return new BinanceProblem(EdgeCode.invalidParameter, binanceError(-1100, msg));
  }
  const value = Number(text);
  return value < least ? invalidParameter(name) : Math.min(value, most);
}

/** One of `names`; `fallback` where it is not given. */
export function oneOf<T extends string>(
  parameters: Parameters,
  name: string,
  fallback: T,
  names: readonly T[],
): T | Problem {
  const text = parameters.get(name);
  if (text === undefined) return fallback;
  return names.find((one) => one === text) ?? invalidParameter(name);
}
