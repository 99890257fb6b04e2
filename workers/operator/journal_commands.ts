/**
 * `deno task admin trim`: cuts the journal off behind two valid snapshots.
 *
 * @module
 */
import { resolve } from "node:path";
import { trimJournal } from "../../infra/journal/trim_journal.ts";
import { snapshotMedia } from "../../infra/snapshot/snapshot_media.ts";
import type { AdminCommand, AdminSession, OptionValues, Outcome } from "./admin_command.ts";
import { byteCount } from "./byte_count.ts";

/** Commands about what is kept. */
export const JOURNAL_COMMANDS: readonly AdminCommand[] = [
  {
    words: "trim",
    usage: "[--directory DIR]",
    about: "remove what the journal has before the second newest snapshot",
    details: [
      "--directory DIR  looks for snapshots there as well, beside the broker's object store",
      "Needs a market that was first started with EDGEBOOK_RETENTION=trim, and two snapshots that",
      "are read to their end before. What is removed can be rebuilt from nothing no more.",
    ],
    values: 0,
    options: { directory: { type: "string" } },
    run: trim,
  },
];

async function trim(
  session: AdminSession,
  _values: readonly string[],
  { directory }: OptionValues,
): Promise<Outcome> {
  const connection = await session.connection();
  const path = typeof directory === "string" ? resolve(directory) : "none";
  const trimmed = await trimJournal({
    connection,
    shard: session.shard,
    media: snapshotMedia(connection, path),
    say: (line) => console.error(line),
  });
  const { bytesAfter, bytesBefore, firstSequence, removed, stream } = trimmed;
  const text = `removed ${removed} appends: ${stream} begins at append ${firstSequence} and has ` +
    `${byteCount(bytesAfter)}, before ${byteCount(bytesBefore)}`;
  return { text, json: trimmed };
}
