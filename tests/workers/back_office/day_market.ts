/**
 * A random market whose window is gone through without a broker: the real core, the real history and
 * a drop copy made of it, which a test may change.
 *
 * @module
 */
import { copyEntry, isCopied } from "../../../core/history/copy_entry.ts";
import type { CopyEntry } from "../../../core/protocol/drop_copy.ts";
import { reportTerms } from "../../../core/history/report_terms.ts";
import { listInstruments } from "../../../core/matching/inspect.ts";
import { DayBooks } from "../../../workers/back_office/day_books.ts";
import type { DayTrade } from "../../../workers/back_office/day_events.ts";
import type { CopySource } from "../../../workers/back_office/reconciler.ts";
import { EventSource, randomCommands } from "../../core/history/event_source.ts";
import { MemoryHistory } from "../../core/history/memory_history.ts";
import { type Command, withdraw } from "../../support/commands.ts";

/** A drop copy in memory. */
export class ListedCopy implements CopySource {
  readonly #entries: readonly CopyEntry[];
  #at = 0;

  constructor(entries: readonly CopyEntry[]) {
    this.#entries = entries;
  }

  peek(toSequence: number): Promise<CopyEntry | null> {
    const entry = this.#entries[this.#at];
    return Promise.resolve(entry !== undefined && entry.sequence <= toSequence ? entry : null);
  }

  take(): void {
    this.#at++;
  }
}

/** What was gone through. */
export interface MarketDay {
  readonly books: DayBooks;
  readonly trades: readonly DayTrade[];
}

/** A market with a window in it: what was done before, and in it. */
export class DayMarket {
  readonly #before: Command[][] = [];
  readonly #window: Command[][] = [];
  /** The window's part of the drop copy. */
  readonly entries: readonly CopyEntry[];
  /** Everything that history has. */
  readonly history = new MemoryHistory();

  constructor(random: () => number, appends: number) {
    const source = new EventSource();
    this.history.apply(source.open());
    let afterSequence = 0;
    for (let append = 0; append < 2 * appends; append++) {
      if (append === appends) afterSequence = source.state.events.sequence;
      const commands = randomCommands(random, 25, source.state.lastOrderId);
      // Of what the venue has earned something is paid out now and then.
      if (random() < 0.3) commands.push(withdraw(0, 3, 1 + Math.floor(random() * 50)));
      (append < appends ? this.#before : this.#window).push(commands);
      this.history.apply(source.append(commands));
    }
    const terms = new Map(
      listInstruments(source.state).map((one) => [one.instrument, reportTerms(one)]),
    );
    const context = {
      clientOrderId: (account: number, orderId: number) =>
        this.history.order(account, orderId)?.clientOrderId,
      instrument: (instrument: number) => terms.get(instrument) ?? null,
      asset: (asset: number) =>
        source.state.instruments.assets.get(asset) ?? { name: "", scale: 0 },
    };
    this.entries = this.history.reports
      .filter(({ event, eventSequence }) => isCopied(event[0]) && eventSequence > afterSequence)
      .sort((one, other) => one.eventSequence - other.eventSequence)
      .map((report) => copyEntry(report, context) as CopyEntry);
  }

  /** Goes through the window with a drop copy. */
  async day(entries: readonly CopyEntry[] = this.entries): Promise<MarketDay> {
    const source = new EventSource();
    source.open();
    for (const commands of this.#before) source.append(commands);
    const trades: DayTrade[] = [];
    const books = new DayBooks(
      source.state,
      new ListedCopy(entries),
      (trade) => void trades.push(trade),
    );
    for (const commands of this.#window) {
      source.append(commands);
      await books.applied();
    }
    await books.finish();
    return { books, trades };
  }
}
