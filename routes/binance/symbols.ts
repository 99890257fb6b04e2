/**
 * Symbols as Binance writes them: `BTCUSD` for `BTC-USD`.
 *
 * Two instruments may come to the same name (`A-BC` and `AB-C`). It is that of the one with the
 * lower number, which was there first; the other one cannot be reached in this dialect.
 *
 * @module
 */
import type { Instrument } from "../../infra/reference/instrument_terms.ts";
import type { Reference } from "../../infra/reference/reference.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";
import { binanceError, BinanceProblem } from "./binance_error.ts";
import { missingParameter, type Parameters } from "./parameters.ts";

const SYMBOL_PATTERN = /^[A-Z0-9]{1,20}$/;

/** Made once for each list of instruments, which is another one when any of them changes. */
const tables = new WeakMap<readonly Instrument[], ReadonlyMap<string, Instrument>>();

/** The name of an instrument. */
export function binanceSymbol({ baseName, quoteName }: Instrument): string {
  return baseName + quoteName;
}

/** The instruments by their names. O(instruments) after a change, else O(1). */
export function instrumentsByName(
  reference: Pick<Reference, "all">,
): ReadonlyMap<string, Instrument> {
  const all = reference.all();
  const known = tables.get(all);
  if (known !== undefined) return known;
  const table = new Map<string, Instrument>();
  for (const instrument of all) {
    const name = binanceSymbol(instrument);
    if (!table.has(name)) table.set(name, instrument);
  }
  tables.set(all, table);
  return table;
}

/** The instrument that `symbol` names, which must be given. */
export function requiredInstrument(
  parameters: Parameters,
  reference: Reference,
): Instrument | Problem {
  return optionalInstrument(parameters, reference) ?? missingParameter("symbol");
}

/** The instrument that `symbol` names; `null` where it is not given. */
export function optionalInstrument(
  parameters: Parameters,
  reference: Reference,
): Instrument | null | Problem {
  const symbol = parameters.get("symbol");
  return symbol === undefined ? null : findInstrument(symbol, reference);
}

/** The instruments that `symbol` or `symbols` (a list in JSON) names; `null` where neither is given. */
export function listedInstruments(
  parameters: Parameters,
  reference: Reference,
): readonly Instrument[] | null | Problem {
  const one = optionalInstrument(parameters, reference);
  if (one instanceof Problem) return one;
  const list = parameters.get("symbols");
  if (list === undefined) return one === null ? null : [one];
  if (one !== null) {
    const error = binanceError(-1128, "Combination of optional parameters invalid.");
    return new BinanceProblem(EdgeCode.invalidCombination, error);
  }
  const names = readList(list);
  if (names === null) return illegal("symbols", '^\\["[A-Z0-9]{1,20}"(,"[A-Z0-9]{1,20}")*\\]$');
  const found: Instrument[] = [];
  for (const name of names) {
    const instrument = findInstrument(name, reference);
    if (instrument instanceof Problem) return instrument;
    if (found.includes(instrument)) {
      const error = binanceError(-1151, "Symbol is present multiple times in the list.");
      return new BinanceProblem(EdgeCode.invalidParameter, error);
    }
    found.push(instrument);
  }
  return found;
}

function readList(text: string): string[] | null {
  try {
    const list: unknown = JSON.parse(text);
    const isList = Array.isArray(list) && list.length > 0 &&
      list.every((name) => typeof name === "string");
    return isList ? list : null;
  } catch {
    return null;
  }
}

function findInstrument(symbol: string, reference: Reference): Instrument | Problem {
  if (!SYMBOL_PATTERN.test(symbol)) return illegal("symbol", "^[A-Z0-9]{1,20}$");
  return instrumentsByName(reference).get(symbol) ?? new Problem(EdgeCode.unknownSymbol);
}

function illegal(name: string, range: string): Problem {
  const msg = `Illegal characters found in parameter '${name}'; legal range is '${range}'.`;
  return new BinanceProblem(EdgeCode.invalidParameter, binanceError(-1100, msg));
}
