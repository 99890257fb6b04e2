/**
 * What does not agree, named: which trade or balance, which field, both values.
 *
 * @module
 */

/** Differences that are named; further ones are counted. */
export const DIFFERENCES_MAX = 1_000;

/** One thing that does not agree. */
export type Difference =
  | {
    /** An entry is in one of the two only. */
    readonly kind: "only_in_journal" | "only_in_drop_copy";
    readonly sequence: number;
    /** Of a side of a trade. */
    readonly tradeId?: string;
    readonly account: string;
    readonly entry: unknown;
  }
  | {
    readonly kind: "field";
    readonly sequence: number;
    readonly tradeId?: string;
    readonly account: string;
    readonly field: string;
    readonly journal: unknown;
    readonly dropCopy: unknown;
  }
  | {
    /** A sum over the window is another in the drop copy. */
    readonly kind: "sum";
    /** What is summed up: an instrument, or an account and an asset. */
    readonly of: string;
    readonly field: string;
    readonly journal: string;
    readonly dropCopy: string;
  }
  | {
    /** The journal alone does not add up: debits are not credits, or a balance is not its sum. */
    readonly kind: "balance";
    readonly of: string;
    readonly field: string;
    readonly expected: string;
    readonly found: string;
  };

/** Collects differences, as many as are named. */
export class Differences {
  /** The first {@link DIFFERENCES_MAX}. */
  readonly named: Difference[] = [];
  /** All of them. */
  count = 0;

  /** Takes one. */
  add(difference: Difference): void {
    this.count++;
    if (this.named.length < DIFFERENCES_MAX) this.named.push(difference);
  }
}

/** A difference as a line for people. */
export function differenceLine(difference: Difference): string {
  switch (difference.kind) {
    case "only_in_journal":
      return `${where(difference)}: only in the journal`;
    case "only_in_drop_copy":
      return `${where(difference)}: only in the drop copy`;
    case "field": {
      const { dropCopy, field, journal } = difference;
      return `${where(difference)}: ${field} is ${JSON.stringify(journal)} in the journal, ` +
        `${JSON.stringify(dropCopy)} in the drop copy`;
    }
    case "sum": {
      const { dropCopy, field, journal, of } = difference;
      return `${of}: ${field} add up to ${journal} in the journal, ${dropCopy} in the drop copy`;
    }
    case "balance":
      return `${difference.of}: ${difference.field} is ${difference.found}, ` +
        `not ${difference.expected}`;
  }
}

function where(
  { account, sequence, tradeId }: { account: string; sequence: number; tradeId?: string },
): string {
  const trade = tradeId === undefined ? "" : `trade ${tradeId}, `;
  return `${trade}account ${account}, event ${sequence}`;
}
