/**
 * Where in the events of a shard a moment lies.
 *
 * @module
 */

/** Reads the stamp of a message. */
export type StampReader = (sequence: number) => Promise<number>;

/**
 * Sequence of the first message, from `first` to `last`, that has the stamp `micros` or a later one;
 * `last + 1` where none has. The stamps never go back from one message to the next. Reads at most 53
 * of them, O(log(last - first)).
 */
export async function firstMessageFrom(
  stampOf: StampReader,
  first: number,
  last: number,
  micros: number,
): Promise<number> {
  let low = first;
  let high = last + 1;
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    if (await stampOf(middle) < micros) low = middle + 1;
    else high = middle;
  }
  return low;
}
