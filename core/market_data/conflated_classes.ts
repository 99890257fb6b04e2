/**
 * The feeds that go out where somebody listens. All but `orders` are conflated: at most one message in
 * an interval, each of which brings whoever reads it to the last state.
 *
 * | feed | message |
 * | --- | --- |
 * | `book.<levels>.<interval>` | the best levels, whole: for whoever shows a market and keeps no book |
 * | `depth.<interval>` | every level that changed since the message before |
 * | `bbo.100ms` | the best prices, if they changed |
 * | `orders` | none of its own: the book order by order is published as it happens |
 *
 * @module
 */
import type { Feed } from "../protocol/subjects.ts";

/** One of the feeds. */
export interface ConflatedClass {
  /** The feed's tokens in its subject. */
  readonly feed: Feed;
  readonly kind: "book" | "depth" | "bbo" | "orders";
  /** Levels of a side at most, of a book. */
  readonly levels: number;
  /** Time between two messages at least; of `orders` 0. */
  readonly intervalMillis: number;
}

const LEVELS = [5, 10, 20, 50] as const;
const INTERVALS = [
  { name: "20ms", millis: 20 },
  { name: "100ms", millis: 100 },
  { name: "1s", millis: 1_000 },
] as const;

/** Every interval is a multiple of this one. */
export const CONFLATION_STEP_MILLIS = INTERVALS[0].millis;

const books = INTERVALS.flatMap(({ name, millis }) =>
  LEVELS.map((levels): ConflatedClass => ({
    feed: `book.${levels}.${name}`,
    kind: "book",
    levels,
    intervalMillis: millis,
  }))
);
const depths = INTERVALS.map(({ name, millis }): ConflatedClass => ({
  feed: `depth.${name}`,
  kind: "depth",
  levels: 0,
  intervalMillis: millis,
}));

/** All of them. */
export const conflatedClasses: readonly ConflatedClass[] = [
  ...books,
  ...depths,
  { feed: "bbo.100ms", kind: "bbo", levels: 1, intervalMillis: 100 },
  { feed: "orders", kind: "orders", levels: 0, intervalMillis: 0 },
];
