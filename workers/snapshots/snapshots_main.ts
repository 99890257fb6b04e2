/**
 * The process that takes one snapshot of a shard and ends. The supervisor of an embedded market
 * starts it every few minutes; elsewhere a timer does (cron, systemd, a CronJob).
 *
 * Exit codes: 0 there is a snapshot of what the journal had, 1 none could be taken, 2 the
 * configuration is refused.
 *
 * @module
 */
import { ConfigError, readConfig } from "../../infra/config.ts";
import { connectNats } from "../../infra/nats/connect.ts";
import { snapshotMedia } from "../../infra/snapshot/snapshot_media.ts";
import { takeSnapshot } from "../../infra/snapshot/take_snapshot.ts";

const EXIT_FAILED = 1;
const EXIT_CONFIGURATION = 2;

const say = (line: string) => console.error(`snapshots: ${line}`);

async function main(): Promise<void> {
  const { natsCredentials, natsSocket, natsUrl, shard, snapshotDirectory } = readConfig([
    "natsCredentials",
    "natsSocket",
    "natsUrl",
    "shard",
    "snapshotDirectory",
  ]);
  const connection = await connectNats({
    servers: natsUrl,
    credentials: natsCredentials,
    name: `snapshots-${shard}`,
    socket: natsSocket,
  });
  try {
    const media = snapshotMedia(connection, snapshotDirectory);
    const taken = await takeSnapshot({ connection, shard, media, say });
    if (taken === null) return;
    const { bytes, commands, journalSequence, millis, name } = taken;
    say(
      `${name}: ${bytes} bytes behind append ${journalSequence}, command ${commands}, ${millis} ms`,
    );
  } finally {
    await connection.close();
  }
}

if (import.meta.main) {
  try {
    await main();
    Deno.exit(0);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    Deno.exit(error instanceof ConfigError ? EXIT_CONFIGURATION : EXIT_FAILED);
  }
}
