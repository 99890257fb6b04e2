/**
 * What the answers to queries have in common.
 *
 * @module
 */

/** What every answer of the leader carries. */
export interface Answered {
  /** Sequence of the last event that the answer reflects. */
  readonly sequence: number;
  /** The leader's clock when it answered, by which it stamps; not in answers of others. */
  readonly timeMicros?: number;
}
