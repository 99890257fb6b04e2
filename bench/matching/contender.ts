/**
 * What a side of the bench is to the code that measures it.
 *
 * @module
 */
import type { Flow } from "./flow.ts";
import type { TradeSum } from "./trade_sum.ts";

/** An order book, or an engine around one. */
export interface Contender {
  readonly name: string;
  /** Brings the first `operations` measured operations of a flow into the contender's own form. */
  load(flow: Flow, operations: number): Loaded;
}

/** A flow in a contender's own form. */
export interface Loaded {
  /**
   * A fresh book with the opening orders in it.
   *
   * @param sum is told every trade of {@link Run.apply}; without one nothing is told
   */
  open(sum: TradeSum | null): Run;
}

/** A book that stands ready. */
export interface Run {
  /** Applies the operations, once. This is what is measured. */
  apply(): void;
  /** Throws when the run was not what earlier runs of the same operations were. */
  check?(): void;
}
