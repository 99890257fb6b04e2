/**
 * A gateway's view of the API keys: in memory, bounded, and never older than two seconds.
 *
 * | age of an entry | what happens |
 * | --- | --- |
 * | up to {@link FRESH_MICROS} | used at once |
 * | up to {@link STALE_MICROS} | used at once, and read again in the background |
 * | older | read again before it is used; refused when that fails |
 *
 * An entry's age counts from the moment at which its reading began, so a revocation is seen within
 * {@link STALE_MICROS} of being stored. Ids that do not exist are remembered in a map of their own:
 * whoever invents ids can neither push real keys out nor use up the readings that those need.
 *
 * @module
 */
import { AuthCode } from "../../core/auth/auth_code.ts";
import { Lru } from "./lru.ts";
import type { VerifyingKey } from "./verify_signature.ts";

/** Age in microseconds up to which an entry needs no reading. */
export const FRESH_MICROS = 1_000_000;
/** Age in microseconds from which on an entry may not be used. */
export const STALE_MICROS = 2_000_000;
/** Keys held. */
export const KEYS_MAX = 10_000;
/** Ids held that do not exist. */
export const UNKNOWN_IDS_MAX = 10_000;
/** Readings at once of ids that no key is held for. */
export const FIRST_READINGS_MAX = 64;
/** Readings at once of keys that are held. */
export const REPEAT_READINGS_MAX = 256;

/** Whether a key is valid cannot be said now; the request may be repeated. */
export class KeysUnavailableError extends Error {
  override readonly name = "KeysUnavailableError";
  /** Stable code of this refusal. */
  readonly code = AuthCode.keysUnavailable;
  constructor(readonly keyId: string, readonly reason: "busy" | "failed", options?: ErrorOptions) {
    super(
      reason === "busy"
        ? `keys unavailable: key ${keyId} was not read, too many are being read`
        : `keys unavailable: key ${keyId} could not be read in time`,
      options,
    );
  }
}

/** Where {@link KeyCache} reads, and its bounds. */
export interface KeyCacheOptions {
  /**
   * Reads one key from the source of truth, `null` when there is none. Must settle in bounded time
   * (KeyStore does, in two seconds) and reject when the source does not answer.
   */
  readonly load: (id: string) => Promise<VerifyingKey | null>;
  /** Microseconds. */
  readonly nowMicros: () => number;
  readonly keysMax?: number;
  readonly unknownIdsMax?: number;
  readonly firstReadingsMax?: number;
  readonly repeatReadingsMax?: number;
}

/** What a cache holds and did, for health checks and metrics. */
export interface KeyCacheStatus {
  readonly keys: number;
  readonly unknownIds: number;
  readonly readings: number;
  /** Readings that failed since the start. */
  readonly failures: number;
}

/** `key` is `null` in entries of ids that do not exist. */
interface Entry {
  readonly key: VerifyingKey | null;
  readonly readMicros: number;
}

/** The view of the keys. Revocation and expiry are the caller's to judge: a key says both. */
export class KeyCache {
  readonly #load: KeyCacheOptions["load"];
  readonly #nowMicros: () => number;
  readonly #known: Lru<Entry>;
  readonly #unknown: Lru<Entry>;
  readonly #firstReadings = new Map<string, Promise<Entry>>();
  readonly #repeatReadings = new Map<string, Promise<Entry>>();
  readonly #firstReadingsMax: number;
  readonly #repeatReadingsMax: number;
  #failures = 0;

  constructor(options: KeyCacheOptions) {
    this.#load = options.load;
    this.#nowMicros = options.nowMicros;
    this.#known = new Lru(options.keysMax ?? KEYS_MAX);
    this.#unknown = new Lru(options.unknownIdsMax ?? UNKNOWN_IDS_MAX);
    this.#firstReadingsMax = options.firstReadingsMax ?? FIRST_READINGS_MAX;
    this.#repeatReadingsMax = options.repeatReadingsMax ?? REPEAT_READINGS_MAX;
  }

  /**
   * The key `id`, `null` when there is none. Answers without a promise when an entry may be used as
   * it is, so that the request keeps its turn of the event loop.
   *
   * @returns a promise that rejects with {@link KeysUnavailableError} when no view is recent enough
   */
  get(id: string): VerifyingKey | null | Promise<VerifyingKey | null> {
    const entry = this.#known.get(id) ?? this.#unknown.get(id);
    if (entry === undefined) return this.#read(id);
    const ageMicros = this.#nowMicros() - entry.readMicros;
    // A negative age means that the clock stepped back: how old the entry is, nobody knows.
    if (ageMicros < 0 || ageMicros > STALE_MICROS) return this.#read(id);
    if (ageMicros > FRESH_MICROS) this.#start(id);
    return entry.key;
  }

  /** What the cache holds and did. */
  status(): KeyCacheStatus {
    return {
      keys: this.#known.size,
      unknownIds: this.#unknown.size,
      readings: this.#firstReadings.size + this.#repeatReadings.size,
      failures: this.#failures,
    };
  }

  async #read(id: string): Promise<VerifyingKey | null> {
    const reading = this.#start(id);
    if (reading === null) throw new KeysUnavailableError(id, "busy");
    let entry: Entry;
    try {
      entry = await reading;
    } catch (cause) {
      throw new KeysUnavailableError(id, "failed", { cause });
    }
    // A reading that took longer than a view may be old shows a state that may be gone.
    const ageMicros = this.#nowMicros() - entry.readMicros;
    if (ageMicros > STALE_MICROS) throw new KeysUnavailableError(id, "failed");
    return entry.key;
  }

  /** Starts reading `id`, or joins who is reading it already; `null` when too many are. */
  #start(id: string): Promise<Entry> | null {
    const running = this.#repeatReadings.get(id) ?? this.#firstReadings.get(id);
    if (running !== undefined) return running;
    const repeat = this.#known.get(id) !== undefined;
    const readings = repeat ? this.#repeatReadings : this.#firstReadings;
    if (readings.size >= (repeat ? this.#repeatReadingsMax : this.#firstReadingsMax)) return null;
    const reading = this.#perform(id);
    readings.set(id, reading);
    // Of a failed reading in the background nobody needs to hear: the next one may succeed.
    reading.catch(() => this.#failures++).finally(() => readings.delete(id));
    return reading;
  }

  async #perform(id: string): Promise<Entry> {
    const readMicros = this.#nowMicros();
    return this.#store(id, { key: await this.#load(id), readMicros });
  }

  #store(id: string, entry: Entry): Entry {
    const [into, outOf] = entry.key === null
      ? [this.#unknown, this.#known]
      : [this.#known, this.#unknown];
    outOf.delete(id);
    into.set(id, entry);
    return entry;
  }
}
