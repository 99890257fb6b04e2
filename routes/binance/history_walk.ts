/**
 * Walks back through history, newest first, as Binance's lists want it: the newest rows, or the
 * oldest ones from an id or a time on.
 *
 * @module
 */
import { PAGE_ROWS_MAX } from "../../core/protocol/queries.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";
import { binanceError, BinanceProblem } from "./binance_error.ts";
import type { TimeSpan } from "./times.ts";

/** Most pages that one request reads. */
export const PAGES_MAX = 20;

/** What a list is to hold. */
export interface Wanted {
  /** Rows with an id from here on; 0: all. */
  readonly fromId: number;
  readonly span: TimeSpan;
  readonly limit: number;
  /** Whether the oldest rows are wanted, and not the newest. */
  readonly isFromStart: boolean;
}

/** How the rows of a list are read and told apart. */
export interface RowSource<R> {
  /** A page of rows with an id below `beforeId`, newest first; 0: from the newest. */
  readonly page: (beforeId: number, limit: number) => Promise<readonly R[]>;
  readonly id: (row: R) => number;
  readonly micros: (row: R) => number;
}

/** The rows that are wanted, oldest first, or that there are too many rows to look for them. */
export async function walkBack<R>(source: RowSource<R>, wanted: Wanted): Promise<R[] | Problem> {
  const { fromId, span, limit, isFromStart } = wanted;
  let rows: R[] = [];
  let beforeId = 0;
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    const page = await source.page(beforeId, PAGE_ROWS_MAX);
    const last = page.at(-1);
    if (last === undefined) return ordered(rows, wanted);
    for (const row of page) {
      const micros = source.micros(row);
      if (source.id(row) < fromId || micros < span.startMicros) return ordered(rows, wanted);
      if (micros > span.endMicros) continue;
      rows.push(row);
      if (!isFromStart && rows.length === limit) return ordered(rows, wanted);
    }
    if (isFromStart) rows = rows.slice(-limit);
    if (page.length < PAGE_ROWS_MAX) return ordered(rows, wanted);
    beforeId = source.id(last);
  }
  const error = binanceError(-1127, "Lookup interval is too big.");
  return new BinanceProblem(EdgeCode.invalidParameter, error);
}

/** Oldest first; of rows that begin somewhere, the first ones. */
function ordered<R>(newestFirst: R[], { limit, isFromStart }: Wanted): R[] {
  const rows = newestFirst.toReversed();
  return isFromStart ? rows.slice(0, limit) : rows;
}
