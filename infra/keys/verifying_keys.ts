/**
 * Records prepared for verification, each once: the same record again gives the same object, so
 * that whoever has verified something by it sees at a glance that it has not changed.
 *
 * @module
 */
import type { KeyRecord } from "./key_record.ts";
import { Lru } from "./lru.ts";
import { type VerifyingKey, verifyingKeyOf } from "./verify_signature.ts";

/** Records held. */
export const VERIFYING_KEYS_MAX = 10_000;

/** What {@link verifyingKeyOf} made of the latest record of each id. Bounded. */
export class VerifyingKeys {
  readonly #held: Lru<{ readonly text: string; readonly key: VerifyingKey }>;

  constructor(keysMax: number = VERIFYING_KEYS_MAX) {
    this.#held = new Lru(keysMax);
  }

  /** The record, prepared. O(length) when it is the one that was seen last under its id. */
  of(record: KeyRecord): VerifyingKey {
    const text = JSON.stringify(record);
    const held = this.#held.get(record.id);
    if (held?.text === text) return held.key;
    const key = verifyingKeyOf(record);
    this.#held.set(record.id, { text, key });
    return key;
  }
}
