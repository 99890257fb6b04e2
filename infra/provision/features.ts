/**
 * What a nats-server can do, by its version. Nothing here is assumed of a server: a feature that is
 * not in the table of its version is not used, because an unknown field in the configuration keeps
 * the server from starting.
 *
 * @module
 */
import { isAtLeast, type ServerVersion } from "./server_version.ts";

/** First version (major, minor) with each feature. */
const SINCE = {
  /** `jetstream { sync_interval: always }`: fsync before the acknowledgement. */
  syncInterval: [2, 10],
  /** Subject transforms of streams. */
  subjectTransform: [2, 10],
  /** S2 compression of file storage. */
  streamCompression: [2, 10],
  /** Several filter subjects of one consumer. */
  consumerFilters: [2, 10],
  /** Many messages with one direct get. */
  batchDirectGet: [2, 11],
  /** A life span of its own for each message. */
  messageTtl: [2, 11],
  /** `no_fast_producer_stall`; releases of 2.10 from the 26th have it too. */
  neverStall: [2, 11],
} as const;

/** Name of a feature. */
export type Feature = keyof typeof SINCE;
/** Which features a server has. */
export type Features = Readonly<Record<Feature, boolean>>;

/** The features of a nats-server of a version. */
export function natsFeatures(version: ServerVersion): Features {
  const has = (feature: Feature) => isAtLeast(version, SINCE[feature][0], SINCE[feature][1]);
  return {
    syncInterval: has("syncInterval"),
    subjectTransform: has("subjectTransform"),
    streamCompression: has("streamCompression"),
    consumerFilters: has("consumerFilters"),
    batchDirectGet: has("batchDirectGet"),
    messageTtl: has("messageTtl"),
    neverStall: has("neverStall"),
  };
}
