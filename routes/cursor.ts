/**
 * Cursors: where the next page begins. Opaque to clients, and only good for the kind of page that
 * they came from.
 *
 * @module
 */
import { SAFE_MAX } from "../core/protocol/wire_buffer.ts";
import { Problem } from "./problems/problem.ts";
import { invalidParameter, type QueryParameters } from "./query_parameters.ts";

/** Longest cursor, in characters. */
export const CURSOR_LENGTH_MAX = 32;

/** Kinds of pages, by the letter in their cursors. */
export const PageKind = {
  openOrders: "o",
  orders: "h",
  fills: "f",
  tickers: "t",
  ledger: "l",
  deposits: "d",
  withdrawals: "w",
  transfers: "x",
} as const;
/** One of {@link PageKind}. */
export type PageKind = (typeof PageKind)[keyof typeof PageKind];

/** Cursor of the page that begins behind the row with this id. */
export function encodeCursor(kind: PageKind, id: number): string {
  return btoa(`${kind}${id}`).replaceAll("=", "").replaceAll("+", "-").replaceAll("/", "_");
}

/** The id in the parameter `cursor`; 0 where it is not given. */
export function readCursor(parameters: QueryParameters, kind: PageKind): number | Problem {
  const text = parameters.get("cursor");
  if (text === undefined) return 0;
  const id = text.length <= CURSOR_LENGTH_MAX ? decode(text, kind) : 0;
  return id === 0 ? invalidParameter("cursor", "a nextCursor of this list", text) : id;
}

/** Cursor behind a full page; `null` where the page is the last. */
export function nextCursor(
  kind: PageKind,
  ids: readonly number[],
  limit: number,
): string | null {
  const last = ids.at(-1);
  return last === undefined || ids.length < limit ? null : encodeCursor(kind, last);
}

function decode(text: string, kind: PageKind): number {
  let decoded: string;
  try {
    decoded = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return 0;
  }
  const [, letter, digits] = /^([a-z])([1-9]\d{0,15})$/.exec(decoded) ?? [];
  const id = Number(digits);
  return letter === kind && id <= SAFE_MAX ? id : 0;
}
