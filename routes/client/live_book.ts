/**
 * The book of one instrument on a phone, kept from the channel `depth:<symbol>` of a stream.
 *
 * The exchange sends a snapshot first, and another one whenever something was missed on the way; what
 * comes between joins it. A message that does not fit all the same has the channel asked for anew.
 *
 * @module
 */
import type { DepthMessage, Level } from "../../core/market_data/feed_messages.ts";
import { ReplicaSide } from "../../core/market_data/replica_side.ts";
import type { ChannelEvent } from "./listened_channel.ts";

/** Levels of a side that a snapshot has at most. */
const SNAPSHOT_LEVELS = 1_000;

/** A copy of a book. */
export class LiveBook {
  readonly #bids = new ReplicaSide(true);
  readonly #asks = new ReplicaSide(false);
  #isLive = false;
  #sequence = 0;

  /** @param symbol of the instrument */
  constructor(readonly symbol: string) {}

  /** Whether it is the book as of {@link sequence}. */
  get isLive(): boolean {
    return this.#isLive;
  }
  /** The instrument's sequence that it stands for. */
  get sequence(): number {
    return this.#sequence;
  }
  /** Highest price first. */
  get bids(): readonly Level[] {
    return this.#bids.levels;
  }
  /** Lowest price first. */
  get asks(): readonly Level[] {
    return this.#asks.levels;
  }

  /**
   * Takes what the channel brings.
   *
   * @returns `false` where the channel has to be asked for anew
   */
  take({ data, type }: ChannelEvent): boolean {
    if (type === "snapshot") this.#fill(data);
    else if (type === "message") return this.#apply(data);
    return true;
  }

  /** The connection broke: what it has is no longer the book. */
  invalidate(): void {
    this.#isLive = false;
  }

  #fill({ asks, bids, sequence }: Pick<DepthMessage, "asks" | "bids" | "sequence">): void {
    this.#bids.fill(bids, SNAPSHOT_LEVELS);
    this.#asks.fill(asks, SNAPSHOT_LEVELS);
    this.#sequence = sequence;
    this.#isLive = true;
  }

  #apply({ asks, bids, prevSequence, sequence }: DepthMessage): boolean {
    if (!this.#isLive || sequence <= this.#sequence) return true;
    if (prevSequence > this.#sequence) {
      this.#isLive = false;
      return false;
    }
    for (const level of bids) this.#bids.set(level);
    for (const level of asks) this.#asks.set(level);
    this.#sequence = sequence;
    return true;
  }
}
