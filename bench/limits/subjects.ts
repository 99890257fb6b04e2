/**
 * Who asks in the benches of the limits: names, and an order in which they come that is the same for
 * every side.
 *
 * @module
 */

import { LimitedSubject } from "../../core/limits/limited_subject.ts";

/** Places in an order of coming; a power of two. */
export const ORDER_PLACES = 2 ** 20;

/** Names, as strings and as those who are limited, and the index of who comes at each place. */
export interface Subjects {
  readonly names: readonly string[];
  readonly subjects: readonly LimitedSubject[];
  readonly order: Uint32Array;
}

/** `count` subjects that come at random, each as often as any other; the seed makes it repeatable. */
export function makeSubjects(count: number, seed = 7): Subjects {
  const names = Array.from({ length: count }, (_, index) => `key-${index.toString(36)}`);
  const order = new Uint32Array(ORDER_PLACES);
  let state = seed;
  for (let place = 0; place < ORDER_PLACES; place++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    order[place] = Math.floor((state >>> 0) / 2 ** 32 * count);
  }
  return { names, subjects: names.map((name) => new LimitedSubject(name)), order };
}
