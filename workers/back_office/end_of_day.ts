/**
 * The end of day: makes a window's trades out of the journal, compares them with the drop copy, and
 * hands them on.
 *
 * The journal is the source of truth: it is replayed through the matching core, from the newest
 * snapshot before the window or from its beginning, and every append's state hash is compared with
 * the leader's. The drop copy is read beside it. Held at once are the state of the shard, 120 bytes
 * more for each of its balances, a page of the drop copy and a row group of each file.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import { JournalStream } from "../../infra/journal/journal_stream.ts";
import { replayJournal } from "../../infra/journal/replay.ts";
import { openReplica } from "../../infra/snapshot/open_replica.ts";
import { ObjectStoreMedium } from "../../infra/snapshot/snapshot_media.ts";
import { DayBooks, type TradeListener } from "./day_books.ts";
import { DropCopyReader } from "./drop_copy_reader.ts";
import { type JournalSpan, journalSpan } from "./journal_span.ts";
import type { TradingWindow } from "./trading_window.ts";

/** Time before the first line of progress, and between two of them. */
const PROGRESS_MILLIS = 2_000;

/** What an end of day goes by. */
export interface DayRequest {
  /** Of the user `replay`. */
  readonly journalConnection: NatsConnection;
  /** Of the user `backOffice`. */
  readonly copyConnection: NatsConnection;
  readonly shard: number;
  readonly window: TradingWindow;
  readonly onTrade: TradeListener;
  /** Told how far it is, and of snapshots that were passed over. */
  readonly say: (line: string) => void;
}

/** What a window was. */
export interface DayResult {
  /** The appends that were stamped in it. */
  readonly span: JournalSpan;
  readonly books: DayBooks;
}

/**
 * Makes the trades of a window and compares them with the drop copy.
 *
 * @throws {Error} when the journal or the drop copy cannot be read as far as the window goes
 */
export async function runEndOfDay(request: DayRequest): Promise<DayResult> {
  const { journalConnection, say, shard, window } = request;
  const journal = new JournalStream(journalConnection, shard);
  const { sequence: lastSequence } = await journal.last();
  const span = await journalSpan(journal, lastSequence, window);
  const latest = span.first - 1;
  const media = [new ObjectStoreMedium(journalConnection)];
  const replica = await openReplica({ shard, journal, media, lastSequence, latest, say });
  const progress = new Progress(say, replica.journalSequence, span.last);
  await replayJournal(journal, latest, replica, { applied: (at) => progress.applied(at, 0) });
  const { sequence } = replica.state.events;
  const copy = new DropCopyReader(request.copyConnection, shard, sequence);
  const books = new DayBooks(replica.state, copy, request.onTrade);
  await replayJournal(journal, span.last, replica, {
    applied: async (sequence) => {
      await books.applied();
      progress.applied(sequence, books.trades);
    },
  });
  await books.finish();
  return { span, books };
}

/** Says how far it is, once it takes longer than a moment. */
class Progress {
  readonly #say: (line: string) => void;
  readonly #first: number;
  readonly #last: number;
  #saidAt = performance.now();

  constructor(say: (line: string) => void, first: number, last: number) {
    this.#say = say;
    this.#first = first;
    this.#last = last;
  }

  applied(sequence: number, trades: number): void {
    if (performance.now() - this.#saidAt < PROGRESS_MILLIS) return;
    this.#saidAt = performance.now();
    const done = sequence - this.#first;
    this.#say(`replayed ${done} of ${this.#last - this.#first} appends, ${trades} trades`);
  }
}
