/**
 * Follows a key-value bucket without a consumer.
 *
 * The client library watches a bucket through a push consumer. The right to create one is the right
 * to have the stream's messages delivered to any subject of the account, so the gateway does not get
 * it. Here a bucket is followed by direct gets instead: "the next message from this revision on",
 * over and over, at once when a change is announced and otherwise every half second. That also
 * leaves nothing behind on the server when an isolate at the edge is stopped.
 *
 * @module
 */
import type { Subscription } from "nats.ws";
import { BucketError } from "./errors.ts";
import type { Bucket, BucketEntry } from "./kv.ts";

/** Time between two looks at a bucket when no change is announced. */
export const FOLLOW_MILLIS = 500;
/** A write is announced a moment before it is stored: the second look comes this much later. */
const SECOND_LOOK_MILLIS = 10;
/** Most entries asked for at once while catching up. */
const BATCH_MAX = 64;

/** Looks in a row that find a bucket shorter than it was before it is taken for a new one. */
export const RENEWED_LOOKS = 3;

/** How to follow a bucket. */
export interface FollowOptions {
  /** Called for each entry in the order of revisions. Keys may come again; the last one counts. */
  readonly onEntry: (entry: BucketEntry) => void;
  /**
   * Called when the bucket is not the one it was, where changes alone are followed: what is known of
   * it means nothing any more.
   */
  readonly onRenewed?: () => void;
  /** Called when the bucket did not answer; the follower keeps trying. */
  readonly onError?: (error: Error) => void;
  readonly everyMillis?: number;
  /** First revision of interest, or what comes behind the present one. Default 1: the whole bucket. */
  readonly fromRevision?: number | "present";
}

/** A bucket that is being followed. */
export interface BucketFollower {
  /** Settles when everything that was in the bucket at the start has been delivered. */
  readonly caughtUp: Promise<void>;
  /** How old the view is: time since a look that found nothing new was begun. Infinity before. */
  ageMillis(): number;
  stop(): Promise<void>;
}

/** Delivers what is in a bucket and then every change, until stopped. */
export function followBucket(bucket: Bucket, options: FollowOptions): BucketFollower {
  return new Follower(bucket, options);
}

class Follower implements BucketFollower {
  readonly #caughtUp = Promise.withResolvers<void>();
  readonly #announcements: Subscription;
  readonly #done: Promise<unknown>;
  /** Next revision of interest; `null` until the present one is known. */
  #next: number | null;
  #batch = 1;
  #shorterLooks = 0;
  #confirmedAtMillis = -Infinity;
  #stopped = false;
  #announced = false;
  #wake = () => {};

  constructor(readonly bucket: Bucket, readonly options: FollowOptions) {
    const { fromRevision = 1 } = options;
    this.#next = fromRevision === "present" ? null : fromRevision;
    this.#announcements = bucket.connection.subscribe(bucket.announcements);
    this.#done = Promise.all([this.#listen(), this.#run()]);
  }

  get caughtUp(): Promise<void> {
    return this.#caughtUp.promise;
  }

  ageMillis(): number {
    return performance.now() - this.#confirmedAtMillis;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#announcements.unsubscribe();
    this.#wake();
    await this.#done;
  }

  async #listen(): Promise<void> {
    for await (const _ of this.#announcements) {
      this.#announced = true;
      this.#wake();
    }
  }

  async #run(): Promise<void> {
    const { onError, everyMillis = FOLLOW_MILLIS } = this.options;
    while (!this.#stopped) {
      const hinted = this.#announced;
      this.#announced = false;
      const from = this.#next;
      let failed = false;
      try {
        while (!this.#stopped && await this.#look());
      } catch (error) {
        failed = true;
        this.#batch = 1;
        if (!this.#stopped) onError?.(error instanceof Error ? error : new Error(String(error)));
      }
      if (failed) this.#announced = false;
      else if (this.#announced) continue;
      const tooEarly = hinted && !failed && this.#next === from;
      if (!this.#stopped) await this.#sleep(tooEarly ? SECOND_LOOK_MILLIS : everyMillis);
    }
  }

  /** Asks for the next entries and delivers them; returns whether there may be more at once. */
  async #look(): Promise<boolean> {
    const beganAtMillis = performance.now();
    const next = this.#next ??= (await this.bucket.lastRevision()) + 1;
    const found = await Promise.all(
      Array.from({ length: this.#batch }, (_, index) => this.bucket.next(next + index)),
    );
    const entries = new Map<number, BucketEntry>();
    for (const entry of found) if (entry !== undefined) entries.set(entry.revision, entry);
    for (const entry of [...entries.values()].sort((a, b) => a.revision - b.revision)) {
      if (this.#stopped) return false;
      this.#next = entry.revision + 1;
      this.options.onEntry(entry);
    }
    // Where the answers are dense, more are asked for at once; where there are gaps, fewer.
    this.#batch = entries.size === this.#batch ? Math.min(this.#batch * 2, BATCH_MAX) : 1;
    if (found[0] !== undefined) return true;
    if (this.options.fromRevision === "present" && !await this.#isSame(next)) return true;
    this.#confirmedAtMillis = beganAtMillis;
    this.#caughtUp.resolve();
    return false;
  }

  /**
   * A bucket that was made anew counts from 1 again, and what is written to it would never be found.
   * Who read the whole of it knows what was in it; who follows changes alone is told to forget.
   */
  async #isSame(next: number): Promise<boolean> {
    const last = await this.bucket.lastRevision();
    if (last >= next - 1) {
      this.#shorterLooks = 0;
      return true;
    }
    // A copy that lags behind says the same, for a moment.
    if (++this.#shorterLooks < RENEWED_LOOKS) {
      const detail = `ends at revision ${last}, though there was ${next - 1}`;
      throw new BucketError(this.bucket.name, 0, detail);
    }
    this.#shorterLooks = 0;
    this.#next = null;
    this.options.onRenewed?.();
    return false;
  }

  #sleep(millis: number): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(done, millis);
      this.#wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  }
}
