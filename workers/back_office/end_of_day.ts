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
import type { ShardState } from "../../core/matching/shard_state.ts";
import { JournalStream } from "../../infra/journal/journal_stream.ts";
import { replayJournal } from "../../infra/journal/replay.ts";
import { openReplica } from "../../infra/snapshot/open_replica.ts";
import { ObjectStoreMedium } from "../../infra/snapshot/snapshot_media.ts";
import { checkSums, totalsOf, type WindowBooks } from "./balance_checks.ts";
import { CopySums } from "./copy_sums.ts";
import { dayEvents, type DayMovement, type DayTrade } from "./day_events.ts";
import { type DayTerms, DayTermsBook } from "./day_terms.ts";
import { Differences } from "./differences.ts";
import { DropCopyReader } from "./drop_copy_reader.ts";
import { expectedExecutions, expectedMovement } from "./expected_entry.ts";
import { type JournalSpan, journalSpan } from "./journal_span.ts";
import { Movements } from "./movements.ts";
import { Reconciler } from "./reconciler.ts";
import { Statistics } from "./statistics.ts";
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
  /** Told of each trade, in its order. */
  readonly onTrade: (trade: DayTrade, terms: DayTerms, notional: bigint) => void;
  /** Told how far it is, and of snapshots that were passed over. */
  readonly say: (line: string) => void;
}

/** What a window was. */
export interface DayResult extends WindowBooks {
  readonly span: JournalSpan;
  /** The events of the window: behind the first, up to the second. */
  readonly afterSequence: number;
  readonly toSequence: number;
  readonly trades: number;
  readonly movements: number;
  readonly stateHash: string;
  readonly differences: Differences;
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
  const day = new Day(request, replica.state);
  await replayJournal(journal, span.last, replica, {
    applied: async (sequence) => {
      await day.applied();
      progress.applied(sequence, day.trades);
    },
  });
  return await day.finish(span);
}

/** A window as its appends go by. */
class Day implements WindowBooks {
  readonly state: ShardState;
  readonly terms: DayTermsBook;
  readonly opening: Float64Array;
  readonly journal: Movements;
  readonly copy: Movements;
  readonly copySums: CopySums;
  readonly statistics = new Statistics();
  readonly differences = new Differences();
  readonly afterSequence: number;
  trades = 0;
  movements = 0;
  readonly #request: DayRequest;
  readonly #reconciler: Reconciler;

  /** @param state as it is when the window begins */
  constructor(request: DayRequest, state: ShardState) {
    const { copyConnection, shard } = request;
    this.#request = request;
    this.state = state;
    this.terms = new DayTermsBook(state);
    this.opening = totalsOf(state);
    this.afterSequence = state.events.sequence;
    this.journal = new Movements(state);
    this.copy = new Movements(state);
    this.copySums = new CopySums(this.terms, this.copy);
    const copy = new DropCopyReader(copyConnection, shard, this.afterSequence);
    this.#reconciler = new Reconciler(
      copy,
      this.differences,
      (entry) => this.copySums.take(entry),
    );
  }

  /** Takes what the state's last append did. */
  async applied(): Promise<void> {
    for (const event of dayEvents(this.state)) {
      if (event.kind === "trade") await this.#trade(event.trade);
      else if (event.kind === "movement") await this.#movement(event.movement);
      else this.statistics.count(event.instrument, event.count);
    }
  }

  /** Compares what is left, and the sums. */
  async finish(span: JournalSpan): Promise<DayResult> {
    const { sequence: toSequence, stateHash } = this.state.events;
    await this.#reconciler.finish(toSequence);
    checkSums(this, this.differences);
    return Object.assign(this, { span, toSequence, stateHash });
  }

  async #trade(trade: DayTrade): Promise<void> {
    const terms = this.terms.of(trade.instrument);
    const { baseAsset, quoteAsset } = terms;
    const lots = BigInt(trade.quantityLots);
    const quote = BigInt(trade.priceTicks) * lots * BigInt(terms.quotePerTickLot);
    const base = lots * BigInt(terms.basePerLot);
    for (const { account, fee, side } of [trade.maker, trade.taker]) {
      const sides = { account, side, baseAsset, quoteAsset, base, quote, fee: BigInt(fee) };
      this.journal.execute(sides);
    }
    this.trades++;
    this.statistics.trade(trade, quote);
    this.#request.onTrade(trade, terms, quote);
    for (const entry of expectedExecutions(trade, terms)) await this.#reconciler.expect(entry);
  }

  async #movement(movement: DayMovement): Promise<void> {
    const { account, amount, asset, isDebit, isTransfer } = movement;
    const sum = isTransfer
      ? isDebit ? "transfersOut" : "transfersIn"
      : isDebit
      ? "withdrawals"
      : "deposits";
    this.journal.add(account, asset, sum, BigInt(amount));
    this.movements++;
    const { scale } = this.terms.asset(asset);
    await this.#reconciler.expect(expectedMovement(movement, scale));
  }
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
