/**
 * The terms of the instruments, as the leader publishes them to the REFERENCE bucket.
 *
 * The leader writes an instrument there before it publishes the first event about it, but the two
 * come by different ways: whoever needs an instrument waits a moment for it.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import * as v from "valibot";
import { type AssetTerms, type ReportTerms, reportTerms } from "../../core/history/report_terms.ts";
import { REFERENCE_BUCKET } from "../../core/protocol/subjects.ts";
import { Bucket, type BucketEntry } from "../../infra/nats/kv.ts";
import { type BucketFollower, followBucket } from "../../infra/nats/kv_follower.ts";

/** How long the terms of an instrument are waited for. */
export const TERMS_WAIT_MILLIS_MAX = 2_000;
/** How often a wait looks again. */
const TERMS_LOOK_MILLIS = 5;

const number = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const REFERENCE = v.object({
  instrument: number,
  symbol: v.string(),
  baseAsset: number,
  quoteAsset: number,
  priceScale: number,
  quantityScale: number,
  tickSize: number,
  lotSize: number,
  priceTicksMax: number,
  quantityLotsMax: number,
  makerFeePpm: number,
  takerFeePpm: number,
  collarPpm: number,
  baseName: v.string(),
  baseScale: number,
  quoteName: v.string(),
  quoteScale: number,
  status: v.picklist(["trading", "halted"]),
});

/** Instruments and names of assets, kept up to date while the follower runs. */
export class References {
  readonly #terms = new Map<number, ReportTerms>();
  readonly #assetNames = new Map<number, string>();
  /** Instruments that were waited for in vain; no more than a shard has. */
  readonly #missing = new Set<number>();
  readonly #say: (line: string) => void;
  #follower: BucketFollower | null = null;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  /** Follows the bucket from the first call on; settles when everything in it was read. */
  async follow(connection: NatsConnection): Promise<void> {
    this.#follower ??= followBucket(new Bucket(connection, REFERENCE_BUCKET), {
      onEntry: (entry) => this.take(entry),
    });
    await this.#follower.caughtUp;
  }

  /** Stops following. */
  async stop(): Promise<void> {
    await this.#follower?.stop();
  }

  /** Takes an entry of the bucket. One that is no instrument is said and left out. */
  take(entry: BucketEntry): void {
    // The leader's list of symbols; instruments are never deleted.
    if (entry.deleted || entry.key.startsWith("_")) return;
    const terms = parseTerms(entry.value);
    if (terms === null) {
      return this.#say(`${REFERENCE_BUCKET} has no valid instrument under ${entry.key}`);
    }
    this.#terms.set(terms.instrument, terms);
    this.#assetNames.set(terms.baseAsset, terms.baseName);
    this.#assetNames.set(terms.quoteAsset, terms.quoteName);
  }

  /** Terms of an instrument, or `null` while they are not known. */
  instrument(instrument: number): ReportTerms | null {
    return this.#terms.get(instrument) ?? null;
  }

  /** Name of an asset, or its number as text while no instrument has it; with the given scale. */
  asset(asset: number, scale: number): AssetTerms {
    return { name: this.#assetNames.get(asset) ?? String(asset), scale };
  }

  /**
   * Waits up to {@link TERMS_WAIT_MILLIS_MAX} for an instrument; returns whether it is there. One
   * that did not come is said, and is not waited for again.
   */
  async waitFor(instrument: number): Promise<boolean> {
    const until = performance.now() + TERMS_WAIT_MILLIS_MAX;
    while (!this.#terms.has(instrument)) {
      if (this.#missing.has(instrument)) return false;
      if (performance.now() > until) {
        this.#missing.add(instrument);
        this.#say(
          `${REFERENCE_BUCKET} lacks instrument ${instrument}: its reports are not published; ` +
            "the query for reports has them once it is there",
        );
        return false;
      }
      await new Promise((resolve) => setTimeout(resolve, TERMS_LOOK_MILLIS));
    }
    return true;
  }
}

function parseTerms(value: Uint8Array): ReportTerms | null {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(value));
  } catch {
    return null;
  }
  const result = v.safeParse(REFERENCE, json);
  return result.success ? reportTerms(result.output) : null;
}
