/**
 * Every NATS subject, stream and bucket of the system, in one place.
 *
 * | Subject | Who publishes | Who listens |
 * | --- | --- | --- |
 * | `orders.<shard>` | gateways, one frame a message | the leader of the shard |
 * | `admin.<shard>` | the operator | the leader of the shard |
 * | `act.<shard>` | gateways, request/reply | the registrar: signed requests about keys and administration |
 * | `query.<shard>` | gateways, request/reply | the leader: live orders, balances, state |
 * | `leader.<shard>` | whoever begins to lead, once | gateways |
 * | `handover.<shard>` | the operator, request/reply | the leader |
 * | `standby.<shard>` | the leader, request/reply | every standby of the shard |
 * | `history.<shard>` | gateways, request/reply | the history projection: closed orders, fills |
 * | `journal.<shard>` | the leader alone, captured by `JOURNAL_<shard>` | followers, replay |
 * | `events.<shard>` | the leader alone, captured by `EVENTS_<shard>` | projections |
 * | `md.<symbol>.<feed>.<json or bin>` | the market-data worker | every subscriber |
 * | `md.snapshot.<symbol>` | gateways and subscribers, request/reply | the market-data worker |
 * | `user.<account>.reports` | the history projection | the app of that account |
 * | `dropcopy.<shard>` | the history projection | back offices |
 * | `repair.<shard>` | back offices, request/reply | the history projection: what a drop copy missed |
 * | `$JS.EVENT.ADVISORY.STREAM.LEADER_ELECTED.<stream>` | a cluster's server | the leader of the shard |
 * | `bucket.get.<bucket>`, `bucket.put.<bucket>` | gateways, request/reply | the bucket relay |
 *
 * @module
 */

/** Symbols are `BASE-QUOTE`, upper-case letters and digits, 3 to 21 characters. */
export const SYMBOL_PATTERN = /^[A-Z0-9]{1,10}-[A-Z0-9]{1,10}$/;

/** Frames of orders from gateways. */
export const ordersSubject = (shard: number): string => `orders.${shard}`;
/** Frames of administrative records. */
export const adminSubject = (shard: number): string => `admin.${shard}`;
/** Signed requests that gateways have no right to carry out themselves (act.ts). */
export const actSubject = (shard: number): string => `act.${shard}`;
/** Queries that the leader answers from its live state. */
export const querySubject = (shard: number): string => `query.${shard}`;
/** Queries that the history projection answers. */
export const historySubject = (shard: number): string => `history.${shard}`;
/** Said once by whoever begins to lead: gateways send again what the one before had not answered. */
export const leaderSubject = (shard: number): string => `leader.${shard}`;
/** The operator's request that the leader give the lead to a standby. */
export const handoverSubject = (shard: number): string => `handover.${shard}`;
/** Asked by the leader: every standby answers. */
export const standbySubject = (shard: number): string => `standby.${shard}`;
/** The leader's append-only log. */
export const journalSubject = (shard: number): string => `journal.${shard}`;
/** What the log did, one frame for each append. */
export const eventsSubject = (shard: number): string => `events.${shard}`;
/** Stream that stores {@link journalSubject}. */
export const journalStream = (shard: number): string => `JOURNAL_${shard}`;
/** Stream that stores {@link eventsSubject}. */
export const eventsStream = (shard: number): string => `EVENTS_${shard}`;

/** Said by the server of a cluster that begins to lead a stream. */
export const streamLeaderSubject = (stream: string): string =>
  `$JS.EVENT.ADVISORY.STREAM.LEADER_ELECTED.${stream}`;

/** Public feeds of an instrument; those of candles and conflated ones with their interval. */
export type Feed =
  | "trades"
  | "bbo"
  | "depth"
  | "orders"
  | "status"
  | "definition"
  | "ticker"
  | `candles.${string}`
  | `depth.${string}`
  | `bbo.${string}`
  | `book.${string}`;
/** How a feed is written: for people, or for machines (feed_frame.ts). */
export type FeedFormat = "json" | "bin";
/** One public feed of one instrument. */
export const marketDataSubject = (
  symbol: string,
  feed: Feed,
  format: FeedFormat = "json",
): string => `md.${symbol}.${feed}.${format}`;
/** Request/reply: the book, the last trades and the ticker of one instrument. */
export const snapshotSubject = (symbol: string): string => `md.snapshot.${symbol}`;
/** Private execution reports of one account. */
export const reportsSubject = (account: number): string => `user.${account}.reports`;

/** What every account of a shard traded and moved, live (see drop_copy.ts). */
export const dropCopySubject = (shard: number): string => `dropcopy.${shard}`;
/** Request/reply: a range of the drop copy once more. */
export const repairSubject = (shard: number): string => `repair.${shard}`;

/** What gateways ask of buckets, to which they have no direct way. */
export type BucketVerb = "get" | "put";
/** Requests of gateways to a bucket; with a key, to that key. */
export const bucketSubject = (verb: BucketVerb, bucket: string, key?: string): string =>
  `bucket.${verb}.${bucket}${key === undefined ? "" : `.${key}`}`;

/** Object store with the snapshots of every shard. */
export const SNAPSHOTS_STORE = "SNAPSHOTS";
/** Stream that keeps the objects of a store. */
export const objectStream = (store: string): string => `OBJ_${store}`;

/** KV bucket with the lease of each shard: which process may claim its lead. */
export const LEASES_BUCKET = "LEASES";
/** Key of a shard's lease. */
export const leaseKey = (shard: number): string => `shard-${shard}`;

/** KV bucket with the instruments and assets that gateways watch. */
export const REFERENCE_BUCKET = "REFERENCE";
/** KV bucket with the sealed API keys. */
export const KEYS_BUCKET = "KEYS";
/** KV bucket with the accounts that hold private-stream credentials: account to expiry. */
export const LISTENERS_BUCKET = "LISTENERS";
/** Keys there of the last ticket for a stream, by account and slot; they say nothing of listening. */
export const TICKET_PREFIX = "ticket.";
/** KV bucket in which projections note how far they have published. */
export const PROGRESS_BUCKET = "PROGRESS";
/** KV bucket in which gateways note when each API key was last used. */
export const KEY_USES_BUCKET = "KEY_USES";
