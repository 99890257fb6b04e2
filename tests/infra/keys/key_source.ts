/**
 * A bucket of keys whose answers a test gives by hand.
 *
 * @module
 */
import assert from "node:assert/strict";
import { AuthCode } from "../../../core/auth/auth_code.ts";
import {
  KeyCache,
  type KeyCacheOptions,
  KeysUnavailableError,
} from "../../../infra/keys/key_cache.ts";
import type { BucketEntry } from "../../../infra/nats/kv.ts";

/** What a test's key says. */
export interface Held {
  readonly id: string;
  readonly says: string;
}

/** The bucket, and a clock that the test moves. */
export class Source {
  now = 1_700_000_000_000_000;
  readonly entries = new Map<string, BucketEntry>();
  revision = 0;
  /** Ids in the order in which they were read. */
  readonly read: string[] = [];
  fails = false;
  /** While set, readings wait until {@link release}; what they find they have found before. */
  holds = false;
  /** Age of the follower's view. */
  viewAgeMicros = Infinity;
  #held: (() => void)[] = [];

  cache(more: Partial<KeyCacheOptions<Held>> = {}): KeyCache<Held> {
    return new KeyCache<Held>({
      load: (id) => this.load(id),
      open: (entry, before) => Promise.resolve(opened(entry, before)),
      nowMicros: () => this.now,
      viewAgeMicros: () => this.viewAgeMicros,
      ...more,
    });
  }

  /** Writes a key, and gives the change as a follower delivers it. */
  put(id: string, says = "", deleted = false): BucketEntry {
    const value = new TextEncoder().encode(says);
    const entry = { key: id, value, deleted, revision: ++this.revision };
    this.entries.set(id, entry);
    return entry;
  }

  async load(id: string): Promise<BucketEntry | undefined> {
    this.read.push(id);
    const found = this.entries.get(id);
    if (this.holds) await new Promise<void>((resolve) => this.#held.push(resolve));
    if (this.fails) throw new Error("no answer");
    return found;
  }

  async release(): Promise<void> {
    this.holds = false;
    for (const resolve of this.#held.splice(0)) resolve();
    await settled();
  }
}

/** The same object where the record is the same, as key_view.ts has it. */
function opened({ key, value }: BucketEntry, before: Held | null): Held {
  const says = new TextDecoder().decode(value);
  return before?.says === says ? before : { id: key, says };
}

/** What a get gives that makes no promise. */
export function atOnce(answer: Held | null | Promise<Held | null>): Held | null {
  assert.ok(!(answer instanceof Promise), "a promise");
  return answer;
}

/** Lets every reading that can end, end. */
export const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
/** Whether an error is a refusal for this reason. */
export const unavailable = (reason: string) => (error: unknown): boolean =>
  error instanceof KeysUnavailableError && error.reason === reason &&
  error.code === AuthCode.keysUnavailable && error.message.includes("keys unavailable");
