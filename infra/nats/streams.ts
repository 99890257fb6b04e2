/**
 * The streams and buckets of an installation, made by the admin user at first start. Calling it
 * again changes nothing; a stream that exists with a setting the project must not run with is
 * refused, never repaired.
 *
 * @module
 */
import {
  DiscardPolicy,
  type JetStreamManager,
  type NatsConnection,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from "nats.ws";
import {
  eventsStream,
  eventsSubject,
  journalStream,
  journalSubject,
  KEY_USES_BUCKET,
  KEYS_BUCKET,
  LEASES_BUCKET,
  LISTENERS_BUCKET,
  objectStream,
  PROGRESS_BUCKET,
  REFERENCE_BUCKET,
  SNAPSHOTS_STORE,
} from "../../core/protocol/subjects.ts";
import { LogMissingError, StreamConfigurationError } from "./errors.ts";

/** Shortest duplicate window that the server takes; deduplication by message id is not used. */
const DUPLICATE_WINDOW_NANOS = 100_000_000;
/** The API's code for a stream that does not exist. */
const STREAM_NOT_FOUND = 10059;

/** Which streams to make. */
export interface StreamsRequest {
  readonly shards: readonly number[];
  /** Copies of each stream: 1 on one server, 3 in a cluster. */
  readonly replicas: number;
  /**
   * Whether a journal may be cut off behind valid snapshots (infra/journal/trim_journal.ts). Decided
   * once: a stream that is to be kept whole stays so. Default false.
   */
  readonly mayTrim?: boolean;
}

/** A log of one subject: everything is kept, nothing is lost silently, anyone may read it back. */
function logConfig(
  name: string,
  subject: string,
  replicas: number,
  mayTrim: boolean,
): Partial<StreamConfig> {
  return {
    name,
    subjects: [subject],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.New,
    max_msgs: -1,
    max_bytes: -1,
    max_age: 0,
    max_msgs_per_subject: -1,
    num_replicas: replicas,
    duplicate_window: DUPLICATE_WINDOW_NANOS,
    deny_delete: true,
    deny_purge: !mayTrim,
    allow_rollup_hdrs: false,
    allow_direct: true,
    no_ack: false,
  };
}

/** A key-value bucket as NATS clients know it, with the last value of each key. */
function bucketConfig(bucket: string, replicas: number): Partial<StreamConfig> {
  return {
    name: `KV_${bucket}`,
    subjects: [`$KV.${bucket}.>`],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.New,
    max_msgs: -1,
    max_bytes: -1,
    max_age: 0,
    max_msgs_per_subject: 1,
    num_replicas: replicas,
    duplicate_window: DUPLICATE_WINDOW_NANOS,
    deny_delete: true,
    deny_purge: false,
    allow_rollup_hdrs: true,
    allow_direct: true,
    no_ack: false,
  };
}

/** An object store as NATS clients know it: chunks, and the last description of each object. */
function objectStoreConfig(store: string, replicas: number): Partial<StreamConfig> {
  return {
    name: objectStream(store),
    subjects: [`$O.${store}.C.>`, `$O.${store}.M.>`],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.New,
    max_msgs: -1,
    max_bytes: -1,
    max_age: 0,
    max_msgs_per_subject: -1,
    num_replicas: replicas,
    duplicate_window: DUPLICATE_WINDOW_NANOS,
    deny_delete: false,
    deny_purge: false,
    allow_rollup_hdrs: true,
    allow_direct: true,
    no_ack: false,
  };
}

const BUCKETS = [
  REFERENCE_BUCKET,
  KEYS_BUCKET,
  LISTENERS_BUCKET,
  PROGRESS_BUCKET,
  LEASES_BUCKET,
  KEY_USES_BUCKET,
] as const;

/** The configuration of every stream of an installation. */
export function streamConfigs(request: StreamsRequest): Partial<StreamConfig>[] {
  const { shards, replicas, mayTrim = false } = request;
  return [
    ...shards.map((shard) =>
      logConfig(journalStream(shard), journalSubject(shard), replicas, mayTrim)
    ),
    ...shards.map((shard) => logConfig(eventsStream(shard), eventsSubject(shard), replicas, false)),
    ...BUCKETS.map((bucket) => bucketConfig(bucket, replicas)),
    objectStoreConfig(SNAPSHOTS_STORE, replicas),
  ];
}

/**
 * Makes what is missing and checks what is there.
 *
 * @param connection of the admin user
 * @returns the names of the streams that were made
 * @throws {StreamConfigurationError} when a stream has another essential setting
 * @throws {LogMissingError} when a journal is gone that there was
 */
export async function ensureStreams(
  connection: NatsConnection,
  request: StreamsRequest,
): Promise<string[]> {
  const manager = await connection.jetstreamManager();
  const made: string[] = [];
  for (const shard of request.shards) await assertNotGone(manager, shard);
  for (const config of streamConfigs(request)) {
    const name = config.name as string;
    let found: Partial<StreamConfig>;
    try {
      found = (await manager.streams.info(name)).config;
    } catch (error) {
      if (!isStreamMissing(error)) throw error;
      found = (await manager.streams.add({ ...config })).config;
      made.push(name);
    }
    assertSame(name, found, config);
  }
  return made;
}

/** An empty journal in the place of one that there was would make a market without its history. */
async function assertNotGone(manager: JetStreamManager, shard: number): Promise<void> {
  const journal = journalStream(shard);
  if (await countMessages(manager, journal) !== null) return;
  for (const witness of [eventsStream(shard), objectStream(SNAPSHOTS_STORE)]) {
    const messages = await countMessages(manager, witness) ?? 0;
    if (messages > 0) throw new LogMissingError(journal, witness, messages);
  }
}

/** How many messages a stream has; `null` where there is no such stream. */
async function countMessages(manager: JetStreamManager, stream: string): Promise<number | null> {
  try {
    return (await manager.streams.info(stream)).state.messages;
  } catch (error) {
    if (isStreamMissing(error)) return null;
    throw error;
  }
}

/** Compares every setting that {@link streamConfigs} names; the server may have more. */
function assertSame(
  stream: string,
  found: Partial<StreamConfig>,
  expected: Partial<StreamConfig>,
): void {
  for (const [field, value] of Object.entries(expected)) {
    // The server leaves out what is false or zero.
    const present = found[field as keyof StreamConfig] ?? (typeof value === "boolean" ? false : 0);
    if (JSON.stringify(present) !== JSON.stringify(value)) {
      throw new StreamConfigurationError(stream, field, present, value);
    }
  }
}

/** Whether the broker said that it has no such stream. */
export function isStreamMissing(error: unknown): boolean {
  const { api_error } = error as { api_error?: { err_code?: number } };
  return api_error?.err_code === STREAM_NOT_FOUND;
}
