/**
 * Snapshots for streams that join a feed: asked once for all that ask within a moment.
 *
 * A stream may only be given what was asked for after it began to listen. So a question waits a
 * moment for company and is closed to others once it is on its way, unlike those of
 * `MarketView`, which may be shared until they are answered.
 *
 * @module
 */
import type { SnapshotAnswer } from "../../core/protocol/queries.ts";
import type { Queries } from "../../infra/queries/queries.ts";

/** How long a question waits for others that ask the same. */
export const COMPANY_MILLIS = 5;

/** The snapshots of one backend. What waits is bounded by the streams there are. */
export class JointSnapshots {
  readonly #queries: Pick<Queries, "snapshot">;
  readonly #waiting = new Map<string, Promise<SnapshotAnswer>>();

  constructor(queries: Pick<Queries, "snapshot">) {
    this.#queries = queries;
  }

  /** A snapshot that is taken after this call. Rejects with `QueryFailedError`. */
  take(symbol: string, levels: number, trades: number): Promise<SnapshotAnswer> {
    const key = `${symbol} ${levels} ${trades}`;
    const waiting = this.#waiting.get(key);
    if (waiting !== undefined) return waiting;
    const asked = new Promise<void>((resolve) => setTimeout(resolve, COMPANY_MILLIS)).then(() => {
      this.#waiting.delete(key);
      return this.#queries.snapshot(symbol, { levels, trades, minSequence: 0 });
    });
    this.#waiting.set(key, asked);
    return asked;
  }
}
