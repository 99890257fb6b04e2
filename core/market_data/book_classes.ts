/**
 * The conflated books: whole books of a few levels, at most one in an interval, for whoever wants to
 * show a market and not to keep its book.
 *
 * @module
 */

/** One of the feeds. */
export interface BookClass {
  /** The feed's tokens in its subject. */
  readonly feed: `book.${string}`;
  /** Levels of a side at most. */
  readonly levels: number;
  /** Time between two messages at least. */
  readonly intervalMillis: number;
}

const LEVELS = [5, 10, 20, 50] as const;
const INTERVALS = [
  { name: "20ms", millis: 20 },
  { name: "100ms", millis: 100 },
  { name: "1s", millis: 1_000 },
] as const;

/** Every interval is a multiple of this one. */
export const BOOK_STEP_MILLIS = INTERVALS[0].millis;

/** All of them. */
export const bookClasses: readonly BookClass[] = INTERVALS.flatMap(({ name, millis }) =>
  LEVELS.map((levels): BookClass => ({
    feed: `book.${levels}.${name}`,
    levels,
    intervalMillis: millis,
  }))
);
