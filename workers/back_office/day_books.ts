/**
 * The books of a window as its appends go by: what it did to every balance and in every instrument,
 * by the journal and by the drop copy, and where the two do not agree.
 *
 * @module
 */
import type { ShardState } from "../../core/matching/shard_state.ts";
import type { CopyEntry } from "../../core/protocol/drop_copy.ts";
import { checkSums, totalsOf, type WindowBooks } from "./balance_checks.ts";
import { CopySums } from "./copy_sums.ts";
import { dayEvents, type DayMovement, type DayTrade } from "./day_events.ts";
import { type DayTerms, DayTermsBook } from "./day_terms.ts";
import { Differences } from "./differences.ts";
import { expectedExecutions, expectedMovement } from "./expected_entry.ts";
import { Movements } from "./movements.ts";
import { type CopySource, Reconciler } from "./reconciler.ts";
import { Statistics } from "./statistics.ts";

/** Told of each trade, in its order, with what it is worth in minor units. */
export type TradeListener = (trade: DayTrade, terms: DayTerms, notional: bigint) => void;

/** The books of a window. */
export class DayBooks implements WindowBooks {
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
  readonly #onTrade: TradeListener;
  readonly #reconciler: Reconciler;

  /**
   * @param state as it is when the window begins; the caller applies the window's appends to it
   * @param copy the drop copy from there on
   */
  constructor(state: ShardState, copy: CopySource, onTrade: TradeListener) {
    this.state = state;
    this.#onTrade = onTrade;
    this.terms = new DayTermsBook(state);
    this.opening = totalsOf(state);
    this.afterSequence = state.events.sequence;
    this.journal = new Movements(state);
    this.copy = new Movements(state);
    this.copySums = new CopySums(this.terms, this.copy);
    const onCopy = (entry: CopyEntry) => this.copySums.take(entry);
    this.#reconciler = new Reconciler(copy, this.differences, onCopy);
  }

  /** The last event of the window so far. */
  get toSequence(): number {
    return this.state.events.sequence;
  }

  /** Takes what the state's last append did. */
  async applied(): Promise<void> {
    for (const event of dayEvents(this.state)) {
      if (event.kind === "trade") await this.#trade(event.trade);
      else if (event.kind === "movement") await this.#movement(event.movement);
      else this.statistics.count(event.instrument, event.count);
    }
  }

  /** Compares what is left, and the sums. Once, behind the last append. */
  async finish(): Promise<void> {
    await this.#reconciler.finish(this.toSequence);
    checkSums(this, this.differences);
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
    this.#onTrade(trade, terms, quote);
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
