/**
 * What the public reads of one instrument have in common: a symbol, a number of rows, and a
 * snapshot of the market.
 *
 * @module
 */
import type { SnapshotAnswer } from "../../core/protocol/queries.ts";
import type { Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { Problem } from "../problems/problem.ts";
import {
  minSequence,
  readParameters,
  requiredInstrument,
  wholeNumber,
} from "../query_parameters.ts";

/** The parameter that says how many rows are asked for. */
export interface RowCount {
  readonly name: string;
  readonly fallback: number;
  readonly most: number;
}

/** The part of a snapshot that is asked for. */
export interface SnapshotPart {
  readonly levels: number;
  readonly trades: number;
}

/**
 * Reads the parameters, asks for the snapshot and shows it.
 *
 * @param count `null` where the request names no number of rows
 */
export async function readSnapshot(
  exchange: Exchange,
  count: RowCount | null,
  partOf: (rows: number) => SnapshotPart,
  show: (snapshot: SnapshotAnswer) => Outcome,
): Promise<Outcome> {
  const known = ["symbol", "minSequence", ...(count === null ? [] : [count.name])];
  const parameters = readParameters(exchange, known);
  if (parameters instanceof Problem) return parameters;
  const { market, reference } = exchange.backend;
  const instrument = requiredInstrument(parameters, reference);
  if (instrument instanceof Problem) return instrument;
  const rows = count === null
    ? 0
    : wholeNumber(parameters, count.name, count.fallback, 1, count.most);
  if (rows instanceof Problem) return rows;
  const asked = minSequence(parameters);
  if (asked instanceof Problem) return asked;
  const { levels, trades } = partOf(rows);
  return show(await market.snapshot(instrument.symbol, levels, trades, asked));
}
