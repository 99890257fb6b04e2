/**
 * Whoever is limited: a name, and where its row was found last.
 *
 * A gateway has the record of a key in hand when it decides, so it need not look its limits up by
 * name as well: the record keeps one of these, and a table looks whether it is still the one that has
 * the row before it uses it.
 *
 * @module
 */

import type { SubjectPolicy } from "./policy.ts";

/** A subject of limits. Whoever holds on to one spares the search for its row. */
export class LimitedSubject {
  /** Number of the row in the table of its kind; -1: not known. Written by the table. */
  row = -1;
  /** The limits that the row is for. Written by the table. */
  policy: SubjectPolicy | null = null;

  /** @param name the key's id, or the name the address is limited as (address.ts) */
  constructor(readonly name: string) {}
}
