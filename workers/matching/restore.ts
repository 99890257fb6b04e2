/**
 * The replica that a matching process begins with: the newest snapshot and what came behind it.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import type { Replica } from "../../core/sequencer/replica.ts";
import type { JournalStream } from "../../infra/journal/journal_stream.ts";
import { replayJournal } from "../../infra/journal/replay.ts";
import { openReplica } from "../../infra/snapshot/open_replica.ts";
import { snapshotMedia } from "../../infra/snapshot/snapshot_media.ts";
import { journalEnd, whenAnswered } from "./broker_patience.ts";
import { EventsMismatchError, type EventsPublisher } from "./events_publisher.ts";
import type { MatchingConfig } from "./matching_config.ts";

/** Time between lines of progress while the journal is replayed. */
const PROGRESS_MILLIS = 2_000;

/**
 * Restores the replica behind the journal's last append, and publishes the events that the events
 * stream does not have.
 *
 * @throws {JournalBehindError | JournalDamagedError | JournalGapError | EventsMismatchError}
 */
export async function restore(
  connection: NatsConnection,
  { outcomesAtStart, shard, snapshotDirectory }: MatchingConfig,
  journal: JournalStream,
  publisher: EventsPublisher,
  say: (line: string) => void,
): Promise<Replica> {
  const started = performance.now();
  const storedEvents = await whenAnswered(() => publisher.readStored(), say);
  const least = publisher.storedJournalSequence;
  const last = await whenAnswered(() => journalEnd(journal, least), say);
  const replica = await openReplica({
    shard,
    journal,
    media: snapshotMedia(connection, snapshotDirectory),
    lastSequence: last,
    storedEventMessages: publisher.storedMessages,
    least: { outcomes: 2 ** Math.ceil(Math.log2(outcomesAtStart)) },
    say,
  });
  const { journalSequence: first, state } = replica;
  publisher.beginBehind(replica);
  const passed = () => Math.round(performance.now() - started);
  if (first > 0) say(`read a snapshot behind append ${first} in ${passed()} ms`);
  let saidAt = performance.now();
  await replayJournal(journal, last, replica, {
    applied: async (sequence) => {
      publisher.publish(state, sequence);
      if (!publisher.hasRoom) await publisher.drained();
      if (performance.now() - saidAt < PROGRESS_MILLIS) return;
      saidAt = performance.now();
      say(`replayed ${sequence} of ${last} appends, ${state.commandCount} commands`);
    },
  });
  say(`replayed ${last - first} appends, ${state.commandCount} commands in ${passed()} ms`);
  publisher.checkReplayed();
  if (state.events.sequence >= storedEvents) return replica;
  throw new EventsMismatchError(
    `EVENTS has event ${storedEvents}, the journal makes ${state.events.sequence} only`,
  );
}
