/**
 * A gateway's view of the instruments: followed from the REFERENCE bucket, read without waiting.
 *
 * Each instrument stands under its symbol, and each ban of an address under a key of its own; other
 * keys are passed over. An instrument
 * is never taken away, only halted, so the view only grows or changes.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import { AddressRangeError } from "../../core/auth/address_ranges.ts";
import { BanListFullError } from "../../core/limits/ban_list.ts";
import { INSTRUMENTS_MAX } from "../../core/matching/instruments.ts";
import { REFERENCE_BUCKET, SYMBOL_PATTERN } from "../../core/protocol/subjects.ts";
import { type Ban, BAN_KEY_PREFIX, BanRecordError, readBan } from "../administration/bans.ts";
import { Bucket, type BucketEntry } from "../nats/kv.ts";
import { followBucket } from "../nats/kv_follower.ts";
import { type Instrument, InstrumentTermsError, readInstrument } from "./instrument_terms.ts";

/** Where one instrument is looked up. */
export interface InstrumentLookup {
  /** The instrument with a symbol. */
  bySymbol(symbol: string): Instrument | undefined;
  /** The instrument with a number. */
  byNumber(instrument: number): Instrument | undefined;
}

/** What the edge asks about instruments. */
export interface Reference extends InstrumentLookup {
  /** Every instrument, in the order of their numbers. */
  all(): readonly Instrument[];
  /** How old the view is in milliseconds; Infinity while it has never been complete. */
  ageMillis(): number;
}

/** The instruments that are known, by symbol and by number. Owner: the thread that made it. */
export class InstrumentTable {
  readonly #bySymbol = new Map<string, Instrument>();
  readonly #byNumber = new Map<number, Instrument>();
  #sorted: readonly Instrument[] | null = null;

  /**
   * Adds an instrument, or what is new about it.
   *
   * @throws {InstrumentTermsError} when its number is another's, or there is no room for it
   */
  learn(instrument: Instrument): void {
    const { symbol, instrument: number } = instrument;
    const holder = this.#byNumber.get(number);
    if (holder !== undefined && holder.symbol !== symbol) {
      throw new InstrumentTermsError(symbol, `its number ${number} is that of ${holder.symbol}`);
    }
    if (number >= INSTRUMENTS_MAX) {
      throw new InstrumentTermsError(
        symbol,
        `number ${number}; the most is ${INSTRUMENTS_MAX - 1}`,
      );
    }
    this.#bySymbol.set(symbol, instrument);
    this.#byNumber.set(number, instrument);
    this.#sorted = null;
  }

  /** The instrument with a symbol. */
  bySymbol(symbol: string): Instrument | undefined {
    return this.#bySymbol.get(symbol);
  }

  /** The instrument with a number. */
  byNumber(instrument: number): Instrument | undefined {
    return this.#byNumber.get(instrument);
  }

  /** Every instrument, in the order of their numbers. */
  all(): readonly Instrument[] {
    return this.#sorted ??= [...this.#byNumber.values()]
      .sort((one, other) => one.instrument - other.instrument);
  }
}

/** A view that is kept up to date. */
export interface FollowedReference extends Reference {
  /** Settles when everything that was published before has been read. */
  readonly caughtUp: Promise<void>;
  stop(): Promise<void>;
}

/** What an entry may be wrong in, without harm to those behind it. */
const isOfContents = (error: unknown): error is Error =>
  error instanceof InstrumentTermsError || error instanceof BanRecordError ||
  error instanceof BanListFullError || error instanceof AddressRangeError;

/**
 * Follows the bucket until stopped. `onError` is told of what it could not read; it goes on.
 *
 * @param onBan is told of every ban, and when one is changed
 */
export function followReference(
  connection: NatsConnection,
  onError: (error: Error) => void,
  onBan: (ban: Ban) => void = () => {},
): FollowedReference {
  const table = new InstrumentTable();
  const learn = (entry: BucketEntry): void => {
    const { key, value, deleted } = entry;
    if (deleted) return;
    if (key.startsWith(BAN_KEY_PREFIX)) return onBan(readBan(entry));
    if (SYMBOL_PATTERN.test(key)) table.learn(readInstrument(key, value));
  };
  const onEntry = (entry: BucketEntry): void => {
    try {
      learn(entry);
    } catch (error) {
      if (!isOfContents(error)) throw error;
      onError(error);
    }
  };
  const bucket = new Bucket(connection, REFERENCE_BUCKET);
  const follower = followBucket(bucket, { onEntry, onError });
  return {
    bySymbol: (symbol) => table.bySymbol(symbol),
    byNumber: (instrument) => table.byNumber(instrument),
    all: () => table.all(),
    ageMillis: () => follower.ageMillis(),
    caughtUp: follower.caughtUp,
    stop: () => follower.stop(),
  };
}
