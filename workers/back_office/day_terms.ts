/**
 * The terms of the instruments that a replay knows, with what it takes to turn ticks and lots into
 * units and decimals.
 *
 * @module
 */
import { type ReportTerms, reportTerms } from "../../core/history/report_terms.ts";
import { listInstruments } from "../../core/matching/inspect.ts";
import type { ShardState } from "../../core/matching/shard_state.ts";

/** Terms of an instrument. */
export interface DayTerms extends ReportTerms {
  /** Minor units of the base asset for one lot. */
  readonly basePerLot: number;
}

/** An event names an instrument that the state does not have. */
export class TermsMissingError extends Error {
  override readonly name = "TermsMissingError";
}

/** Terms by number and by symbol, read anew when one is asked for that was not there yet. */
export class DayTermsBook {
  readonly #state: ShardState;
  readonly #byNumber = new Map<number, DayTerms>();
  readonly #bySymbol = new Map<string, DayTerms>();

  constructor(state: ShardState) {
    this.#state = state;
    this.#read();
  }

  /** @throws {TermsMissingError} when there is none */
  of(instrument: number): DayTerms {
    if (!this.#byNumber.has(instrument)) this.#read();
    const terms = this.#byNumber.get(instrument);
    if (terms !== undefined) return terms;
    throw new TermsMissingError(`the state has no instrument ${instrument}`);
  }

  /** Terms of a symbol, or `null`. */
  withSymbol(symbol: string): DayTerms | null {
    return this.#bySymbol.get(symbol) ?? null;
  }

  /** Every instrument that is there now, in the order of their numbers. */
  all(): DayTerms[] {
    this.#read();
    return [...this.#byNumber.values()].sort((one, other) => one.instrument - other.instrument);
  }

  /** Name and scale of an asset. */
  asset(asset: number): { readonly name: string; readonly scale: number } {
    return this.#state.instruments.assets.get(asset) ?? { name: String(asset), scale: 0 };
  }

  #read(): void {
    for (const reference of listInstruments(this.#state)) {
      const terms = reportTerms(reference);
      if (terms === null) continue;
      const basePerLot = this.#state.instruments.basePerLot[reference.instrument];
      this.#byNumber.set(reference.instrument, { ...terms, basePerLot });
      this.#bySymbol.set(reference.symbol, { ...terms, basePerLot });
    }
  }
}
