/**
 * The drop copy: what every account of a shard traded and moved, for the back office, as JSON.
 *
 * One message on `dropcopy.<shard>` for what was stored at once. It is complete from behind event
 * `prevSequence` up to event `sequence`: a receiver that has everything up to S and gets one whose
 * `prevSequence` is above S asks for what is between on `repair.<shard>`. It may have missed
 * something, or nothing: behind a restart of history there may be nothing in between. The answer is
 * such a message as well, made of the same stored events: an entry is the same whenever it comes, but
 * for the name of an asset that no instrument had yet. What a receiver has already may come again; an
 * entry is known by its own `sequence`.
 *
 * Amounts are decimal strings by the scales of instrument and asset, ids are strings.
 *
 * @module
 */
import { QUERY_BYTES_MAX } from "./queries.ts";

/**
 * Most entries of a message; one more where it would part the two sides of a trade. Of the longest
 * there can be (see {@link DROP_COPY_ENTRY_BYTES_MAX}) they stay below the broker's limit of 1 MiB.
 */
export const DROP_COPY_ENTRIES_MAX = 1_000;
/** No entry is longer: a 10-digit account, ids of 16 digits, a symbol of 21, a text of 36. */
export const DROP_COPY_ENTRY_BYTES_MAX = 500;
/** No message is longer. */
export const DROP_COPY_BYTES_MAX = QUERY_BYTES_MAX;
/** Longest time between two messages, of which one without entries tells how far the shard is. */
export const DROP_COPY_HEARTBEAT_MILLIS = 1_000;

/** One side of a trade. The maker's comes right before the taker's. */
export interface ExecutionCopy {
  readonly kind: "execution";
  /** Of the event among those of the shard. */
  readonly sequence: number;
  readonly timeMicros: number;
  readonly tradeId: string;
  readonly symbol: string;
  readonly account: string;
  readonly orderId: string;
  /** `null` where the account gave none. */
  readonly clientOrderId: string | null;
  readonly side: "buy" | "sell";
  readonly liquidity: "maker" | "taker";
  readonly price: string;
  readonly quantity: string;
  /** In the quote asset, as the next field names it. */
  readonly fee: string;
  readonly feeAsset: string;
}

/** Money that came to an account or left it other than by a trade. */
export interface MovementCopy {
  readonly kind: "movement";
  readonly sequence: number;
  readonly timeMicros: number;
  /** `"0"`: the venue's own, where fees are. */
  readonly account: string;
  /** Number of the asset. */
  readonly assetId: string;
  /** Its name; its number once more where no instrument had it yet when this was written. */
  readonly asset: string;
  readonly direction: "deposit" | "withdrawal" | "transfer_in" | "transfer_out";
  readonly amount: string;
  /** What the account has of the asset after it. */
  readonly total: string;
}

/** One entry. */
export type CopyEntry = ExecutionCopy | MovementCopy;

/** A message of the drop copy, and the answer on `repair.<shard>`. */
export interface DropCopy {
  readonly shard: number;
  /** It is complete from behind this event ... */
  readonly prevSequence: number;
  /** ... up to this one. */
  readonly sequence: number;
  /** By ascending sequence; none in a heartbeat. */
  readonly entries: readonly CopyEntry[];
}

/** Request on `repair.<shard>`: events behind `afterSequence`, up to `toSequence`. */
export interface RepairQuery {
  readonly afterSequence: number;
  /** Left out: as far as there is something. */
  readonly toSequence?: number;
  /** Most entries of the answer, 1 to {@link DROP_COPY_ENTRIES_MAX}, which it is when left out. */
  readonly limit?: number;
}
