/**
 * Compares the drop copy with the journal, entry by entry, as both go by: nothing is kept but what
 * does not agree.
 *
 * @module
 */
import type { CopyEntry } from "../../core/protocol/drop_copy.ts";
import type { Differences } from "./differences.ts";
import type { ExpectedEntry } from "./expected_entry.ts";

/** Where the drop copy comes from, an entry at a time. */
export interface CopySource {
  /** The next entry, if there is one of an event up to `toSequence`. */
  peek(toSequence: number): Promise<CopyEntry | null>;
  /** Goes on behind the entry that was looked at. */
  take(): void;
}

/** Compares two sequences of entries, each by ascending event. */
export class Reconciler {
  readonly #copy: CopySource;
  readonly #differences: Differences;
  readonly #onCopy: (entry: CopyEntry) => void;

  /**
   * @param copy the drop copy from the beginning of the window on
   * @param onCopy told of each of its entries, once
   */
  constructor(
    copy: CopySource,
    differences: Differences,
    onCopy: (entry: CopyEntry) => void,
  ) {
    this.#copy = copy;
    this.#differences = differences;
    this.#onCopy = onCopy;
  }

  /** Takes what the journal did next, and what the drop copy has up to there. */
  async expect(expected: ExpectedEntry): Promise<void> {
    const { sequence } = expected;
    for (let entry = await this.#next(sequence); entry !== null;) {
      if (entry.sequence === sequence) return this.#compare(expected, entry);
      this.#addMissing("only_in_drop_copy", entry);
      entry = await this.#next(sequence);
    }
    this.#addMissing("only_in_journal", expected);
  }

  /** Takes what the drop copy has left up to the window's last event. */
  async finish(toSequence: number): Promise<void> {
    for (let entry = await this.#next(toSequence); entry !== null;) {
      this.#addMissing("only_in_drop_copy", entry);
      entry = await this.#next(toSequence);
    }
  }

  async #next(toSequence: number): Promise<CopyEntry | null> {
    const entry = await this.#copy.peek(toSequence);
    if (entry === null) return null;
    this.#copy.take();
    this.#onCopy(entry);
    return entry;
  }

  #compare(expected: ExpectedEntry, entry: CopyEntry): void {
    const copied = entry as unknown as Readonly<Record<string, unknown>>;
    for (const [field, journal] of Object.entries(expected)) {
      const dropCopy = copied[field];
      if (dropCopy === journal) continue;
      this.#differences.add({ kind: "field", ...nameOf(expected), field, journal, dropCopy });
    }
  }

  #addMissing(
    kind: "only_in_journal" | "only_in_drop_copy",
    entry: ExpectedEntry | CopyEntry,
  ): void {
    this.#differences.add({ kind, ...nameOf(entry), entry });
  }
}

function nameOf(entry: ExpectedEntry | CopyEntry) {
  const { account, sequence } = entry;
  return { sequence, account, ...("tradeId" in entry ? { tradeId: entry.tradeId } : {}) };
}
