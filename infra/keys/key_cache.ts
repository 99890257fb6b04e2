/**
 * A gateway's view of the API keys: in memory, bounded, and never older than two seconds.
 *
 * What is held is what a record was made into: a key that verifies, an issuer. Whoever follows the
 * bucket passes every change on ({@link KeyCache.changed}) and says how old its view is
 * (`viewAgeMicros`); key_view.ts does both.
 *
 * | age of the follower's view, or of the entry's own reading | what happens |
 * | --- | --- |
 * | the view's up to {@link STALE_MICROS} | an entry is used at once, however long ago it was read |
 * | the entry's up to {@link FRESH_MICROS} | used at once |
 * | the entry's up to {@link STALE_MICROS} | used at once, and read again in the background |
 * | both older | read again before it is used; refused when that fails |
 *
 * So while the bucket can be followed a key is read once, and one that changes is seen when its
 * change is: it is dropped at once, and comes back out of the change itself. While it cannot, each
 * key that is used is read every second or two. Ids that do not exist are remembered in a map of
 * their own: whoever invents ids can neither push real keys out nor use up the readings that those
 * need.
 *
 * @module
 */
import { AuthCode } from "../../core/auth/auth_code.ts";
import type { BucketEntry } from "../nats/kv.ts";
import { Lru } from "./lru.ts";

/** Age in microseconds of its reading up to which an entry needs no other, whatever the view's. */
export const FRESH_MICROS = 1_000_000;
/** Age in microseconds of the view, or of an entry's reading, from which on it may not be used. */
export const STALE_MICROS = 2_000_000;
/** Keys held. */
export const KEYS_MAX = 10_000;
/** Ids held that do not exist. */
export const UNKNOWN_IDS_MAX = 10_000;
/** Ids whose last change is remembered, for readings that began before it. */
export const CHANGES_MAX = 10_000;
/** Readings at once of ids that no key is held for. */
export const FIRST_READINGS_MAX = 64;
/** Readings at once of keys that are held. */
export const REPEAT_READINGS_MAX = 256;
/** Times that one reading looks again because what it found was older than a change. */
export const LOOKS_MAX = 4;

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

/** What a cache of `T` reads, and its bounds. */
export interface KeyCacheOptions<T> {
  /**
   * Reads one key from the source of truth, `undefined` when there is none. Must settle in bounded
   * time (Bucket does, in two seconds) and reject when the source does not answer.
   */
  readonly load: (id: string) => Promise<BucketEntry | undefined>;
  /**
   * Makes what is held out of an entry; `null`: nothing, as if there were no such key. Gets what was
   * held before, and gives it back where the record is the same: others know it by its identity.
   */
  readonly open: (entry: BucketEntry, before: T | null) => Promise<T | null>;
  /** Microseconds. */
  readonly nowMicros: () => number;
  /** Age of the follower's view in microseconds; Infinity, or left out: there is none. */
  readonly viewAgeMicros?: () => number;
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

/** `held` is `null` in entries of ids that do not exist; their revision is 0. */
interface Entry<T> {
  readonly held: T | null;
  readonly revision: number;
  readonly readMicros: number;
}

/** The view of the keys. Revocation and expiry are the caller's to judge: a key says both. */
export class KeyCache<T extends object> {
  readonly #options: KeyCacheOptions<T>;
  readonly #known: Lru<Entry<T>>;
  readonly #unknown: Lru<Entry<T>>;
  /** Revision of the last change of an id. */
  readonly #changes = new Lru<number>(CHANGES_MAX);
  readonly #firstReadings = new Map<string, Promise<Entry<T>>>();
  readonly #repeatReadings = new Map<string, Promise<Entry<T>>>();
  readonly #viewAgeMicros: () => number;
  #failures = 0;
  /** Counts how often everything was forgotten. */
  #generation = 0;

  constructor(options: KeyCacheOptions<T>) {
    this.#options = options;
    this.#known = new Lru(options.keysMax ?? KEYS_MAX);
    this.#unknown = new Lru(options.unknownIdsMax ?? UNKNOWN_IDS_MAX);
    this.#viewAgeMicros = options.viewAgeMicros ?? (() => Infinity);
  }

  /**
   * What is held of the key `id`, `null` when there is none. Answers without a promise when an entry
   * may be used as it is, so that the request keeps its turn of the event loop; and always with the
   * same object as long as the record is the same. O(1).
   *
   * @returns a promise that rejects with {@link KeysUnavailableError} when no view is recent enough
   */
  get(id: string): T | null | Promise<T | null> {
    const entry = this.#known.get(id) ?? this.#unknown.get(id);
    if (entry === undefined) return this.#read(id);
    if (this.#viewAgeMicros() <= STALE_MICROS) return entry.held;
    const ageMicros = this.#options.nowMicros() - entry.readMicros;
    // A negative age means that the clock stepped back: how old the entry is, nobody knows.
    if (ageMicros < 0 || ageMicros > STALE_MICROS) return this.#read(id);
    if (ageMicros > FRESH_MICROS) this.#start(id);
    return entry.held;
  }

  /**
   * Takes a change of a key, as a follower of the bucket delivers it. What was held of the key is not
   * used any more from now on.
   */
  changed(entry: BucketEntry): void {
    const { key: id, revision } = entry;
    if (revision <= (this.#changes.get(id) ?? 0)) return;
    this.#changes.set(id, revision);
    this.#unknown.delete(id);
    const held = this.#known.get(id);
    if (held === undefined || held.revision >= revision) return;
    this.#known.delete(id);
    // A reading that is under way will find that it is too old, and look again.
    this.#start(id, entry, held.held);
  }

  /** Forgets everything: the source is not the one that it was. */
  clear(): void {
    this.#generation++;
    for (const entries of [this.#known, this.#unknown, this.#changes]) entries.clear();
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

  async #read(id: string): Promise<T | null> {
    const reading = this.#start(id);
    if (reading === null) throw new KeysUnavailableError(id, "busy");
    let entry: Entry<T>;
    try {
      entry = await reading;
    } catch (cause) {
      throw new KeysUnavailableError(id, "failed", { cause });
    }
    // A reading that took longer than a view may be old shows a state that may be gone.
    const ageMicros = this.#options.nowMicros() - entry.readMicros;
    if (ageMicros > STALE_MICROS) throw new KeysUnavailableError(id, "failed");
    return entry.held;
  }

  /**
   * Starts reading `id`, or joins who is reading it already; `null` when too many are.
   *
   * @param given is opened in the place of what would be read first
   * @param before what was held of it, where it is held no more
   */
  #start(id: string, given?: BucketEntry, before?: T | null): Promise<Entry<T>> | null {
    const running = this.#repeatReadings.get(id) ?? this.#firstReadings.get(id);
    if (running !== undefined) return running;
    const { firstReadingsMax, repeatReadingsMax } = this.#options;
    const held = before ?? this.#known.get(id)?.held ?? null;
    const readings = held === null ? this.#firstReadings : this.#repeatReadings;
    const most = held === null
      ? firstReadingsMax ?? FIRST_READINGS_MAX
      : repeatReadingsMax ?? REPEAT_READINGS_MAX;
    if (readings.size >= most) return null;
    const reading = this.#perform(id, readings, held, given);
    readings.set(id, reading);
    // Of a failed reading in the background nobody needs to hear: the next one may succeed.
    reading.catch(() => this.#failures++);
    return reading;
  }

  /** Reads what there is of a key, not older than the last change that is known, and stores it. */
  async #perform(
    id: string,
    readings: Map<string, Promise<Entry<T>>>,
    before: T | null,
    given: BucketEntry | undefined,
  ): Promise<Entry<T>> {
    try {
      let next = given;
      for (let look = 0; look < LOOKS_MAX; look++) {
        const readMicros = this.#options.nowMicros();
        const generation = this.#generation;
        const found = await (next ?? this.#options.load(id));
        next = undefined;
        const isThere = found !== undefined && !found.deleted;
        const held = isThere ? await this.#options.open(found, before) : null;
        const revision = found?.revision ?? 0;
        // The change came while this was on its way, or from a copy of the bucket that lags behind.
        const isOld = revision < (this.#changes.get(id) ?? 0);
        if (isOld || generation !== this.#generation) continue;
        // In one turn: no change may come between, and nobody join what is over.
        readings.delete(id);
        return this.#store(id, { held, revision, readMicros });
      }
      throw new Error(`each of ${LOOKS_MAX} readings was older than a change that is known`);
    } catch (error) {
      readings.delete(id);
      throw error;
    }
  }

  #store(id: string, entry: Entry<T>): Entry<T> {
    const [into, outOf] = entry.held === null
      ? [this.#unknown, this.#known]
      : [this.#known, this.#unknown];
    outOf.delete(id);
    into.set(id, entry);
    return entry;
  }
}
