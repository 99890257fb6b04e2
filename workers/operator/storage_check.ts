/**
 * The check of `deno task doctor` on what the logs need: how large they are, how fast they grow, and
 * for how many days there is room.
 *
 * @module
 */
import { statfs } from "node:fs/promises";
import type { NatsConnection } from "nats.ws";
import {
  eventsStream,
  journalStream,
  objectStream,
  SNAPSHOTS_STORE,
} from "../../core/protocol/subjects.ts";
import type { InstallationPaths } from "../../infra/administration/local_installation.ts";
import { readGrowth, type StreamGrowth } from "../../infra/journal/stream_growth.ts";
import { byteCount } from "./byte_count.ts";
import type { Check, Finding } from "./check.ts";

/** Days of room below which it is said, and below which something must be done today. */
const DAYS_WARN = 14;
const DAYS_FAIL = 2;
const ADVICE = "make room, or cut the journal off behind two snapshots where that was allowed: " +
  "deno task admin trim --help";

/** What the check looks at. */
export interface StorageTarget {
  readonly paths: InstallationPaths;
  readonly connection: () => Promise<NatsConnection>;
  readonly shard: number;
}

/** The check. */
export function storageCheck(target: StorageTarget): Check {
  return { name: "storage", advice: ADVICE, look: () => lookAtStorage(target) };
}

async function lookAtStorage({ connection, paths, shard }: StorageTarget): Promise<Finding> {
  const manager = await (await connection()).jetstreamManager();
  const logs = await Promise.all(
    [journalStream(shard), eventsStream(shard)].map((stream) =>
      readGrowth(manager, stream, Date.now())
    ),
  );
  const snapshots = (await manager.streams.info(objectStream(SNAPSHOTS_STORE))).state.bytes;
  const { bavail, bsize } = await statfs(paths.nats());
  return storageFinding(logs, snapshots, Number(bavail) * Number(bsize));
}

/** What follows from the sizes of the logs and of the snapshots, and the bytes that are left. */
export function storageFinding(
  logs: readonly StreamGrowth[],
  snapshotBytes: number,
  leftBytes: number,
): Finding {
  const sizes = [
    ...logs.map(({ stream, bytes }) => `${stream} ${byteCount(bytes)}`),
    `snapshots ${byteCount(snapshotBytes)}`,
  ].join(", ");
  const rates = logs.map(({ bytesPerDay }) => bytesPerDay ?? 0);
  const perDay = rates.reduce((sum, rate) => sum + rate, 0);
  if (perDay === 0) {
    return {
      status: "ok",
      detail: `${sizes}; ${byteCount(leftBytes)} left, too young to say for how long`,
    };
  }
  const days = leftBytes / perDay;
  const shown = days >= 1_000 ? "more than 1000 days" : `${days.toFixed(1)} days`;
  const detail = `${sizes}; ${byteCount(perDay)} a day, ${byteCount(leftBytes)} left for ${shown}`;
  if (days >= DAYS_WARN) return { status: "ok", detail };
  return { status: days >= DAYS_FAIL ? "warn" : "fail", detail, advice: ADVICE };
}
