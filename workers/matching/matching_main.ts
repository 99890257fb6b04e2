/**
 * The matching process of a shard: replays the journal, claims the lead, and leads until it is
 * stopped. Market data and history are Workers of it.
 *
 * Standard output carries one line of JSON once it leads: `{"ready":true,"epoch":…}`; everything
 * else goes to standard error. Exit codes: 0 stopped in order, 3 deposed or the broker failed it
 * (start again), 4 the log cannot be trusted (do not start again before a person has looked).
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import type { Replica } from "../../core/sequencer/replica.ts";
import { Sequencer } from "../../core/sequencer/sequencer.ts";
import { ConfigError, readConfig } from "../../infra/config.ts";
import {
  JournalDamagedError,
  JournalGapError,
  JournalStream,
} from "../../infra/journal/journal_stream.ts";
import { replayJournal } from "../../infra/journal/replay.ts";
import { connectNats } from "../../infra/nats/connect.ts";
import { inboxPrefixOf } from "../../infra/nats/inbox.ts";
import { parseCredentials } from "../../infra/nats/jwt.ts";
import { JournalBehindError, openReplica } from "../../infra/snapshot/open_replica.ts";
import { snapshotMedia } from "../../infra/snapshot/snapshot_media.ts";
import { EventsMismatchError, EventsPublisher } from "./events_publisher.ts";
import { Leader } from "./leader.ts";
import { serveLiveQueries } from "./live_queries.ts";
import { MATCHING_VARIABLES, type MatchingConfig } from "./matching_config.ts";
import { startProjections } from "./projections.ts";
import { ReferencePublisher } from "./reference_publisher.ts";

/** How far this machine's clock may be from the broker's, or behind the journal, to lead. */
export const CLOCK_OFFSET_MILLIS_MAX = 2_000;
/** Time between lines of progress while the journal is replayed. */
const PROGRESS_MILLIS = 2_000;
const EXIT_AGAIN = 3;
const EXIT_DISTRUST = 4;

const say = (line: string) => console.error(`matching: ${line}`);

async function main(): Promise<void> {
  const config = readConfig(MATCHING_VARIABLES);
  const connection = await connectNats({
    servers: config.natsUrl,
    credentials: config.natsCredentials,
    name: `matching-${config.shard}`,
    socket: config.natsSocket,
    waitForServer: true,
  });
  const leader = await lead(connection, config);
  const projections = await startProjections(config, fail);
  console.log(JSON.stringify({ ready: true, epoch: leader.epoch, shard: config.shard }));
  let isStopping = false;
  const stop = async () => {
    if (isStopping) return;
    isStopping = true;
    await leader.drain();
    await projections.stop();
    await connection.drain();
    Deno.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    Deno.addSignalListener(signal, () => void stop());
  }
}

/** Replays, claims and leads. */
async function lead(
  connection: NatsConnection,
  config: MatchingConfig,
): Promise<{ epoch: number; drain(): Promise<void> }> {
  const { shard } = config;
  // An inbox of this process alone: to another leader of the same user, an acknowledgement that is
  // meant for this one would look like its own.
  const prefix = inboxPrefixOf(parseCredentials(config.natsCredentials).jwt);
  const inbox = `${prefix}.leader-${crypto.randomUUID()}`;
  const journal = new JournalStream(connection, shard);
  const publisher = new EventsPublisher(connection, shard, `${inbox}.events`);
  const storedEvents = await publisher.readStored();
  const last = await journal.last();
  const { senders, state } = await restore(connection, config, journal, last.sequence, publisher);
  publisher.checkReplayed();
  if (state.events.sequence < storedEvents) {
    distrust(`EVENTS has event ${storedEvents}, the journal makes ${state.events.sequence} only`);
  }
  const sequencer = new Sequencer(
    last.sequence,
    state.stampMicros,
    state.commandCount,
    state.epoch + 1,
    senders,
  );
  checkClock(state.stampMicros / 1000, "the journal's last stamp");
  const reference = new ReferencePublisher(connection, state);
  reference.publish();
  const claimed = Promise.withResolvers<void>();
  const leader = new Leader({
    connection,
    shard,
    state,
    sequencer,
    journal,
    publisher,
    inbox,
    applied: () => {
      reference.applied();
      claimed.resolve();
    },
    stopped: (reason) => fail(`stepped down: ${reason}`),
  });
  leader.start();
  await claimed.promise;
  await checkBrokerClock(journal);
  serveLiveQueries(connection, shard, state, sequencer, `matching-${Deno.pid}`);
  say(`leads shard ${shard}, epoch ${sequencer.epoch}, journal sequence ${sequencer.lastSequence}`);
  return { epoch: sequencer.epoch, drain: () => leader.drain() };
}

/** The replica behind the journal's last append: the newest snapshot and what came behind it. */
async function restore(
  connection: NatsConnection,
  { outcomesAtStart, shard, snapshotDirectory }: MatchingConfig,
  journal: JournalStream,
  lastSequence: number,
  publisher: EventsPublisher,
): Promise<Replica> {
  const started = performance.now();
  const replica = await openReplica({
    shard,
    journal,
    media: snapshotMedia(connection, snapshotDirectory),
    lastSequence,
    storedEventMessages: publisher.storedMessages,
    least: { outcomes: 2 ** Math.ceil(Math.log2(outcomesAtStart)) },
    say,
  });
  const { journalSequence: first, state } = replica;
  publisher.beginBehind(replica);
  const passed = () => Math.round(performance.now() - started);
  if (first > 0) say(`read a snapshot behind append ${first} in ${passed()} ms`);
  let saidAt = performance.now();
  await replayJournal(journal, lastSequence, replica, {
    applied: async (sequence) => {
      publisher.publish(state, sequence);
      if (!publisher.hasRoom) await publisher.drained();
      if (performance.now() - saidAt < PROGRESS_MILLIS) return;
      saidAt = performance.now();
      say(`replayed ${sequence} of ${lastSequence} appends, ${state.commandCount} commands`);
    },
  });
  say(`replayed ${lastSequence - first} appends, ${state.commandCount} commands, ${passed()} ms`);
  return replica;
}

function checkClock(millis: number, whose: string): void {
  const ahead = Math.round(millis - Date.now());
  if (ahead > CLOCK_OFFSET_MILLIS_MAX) {
    fail(`${whose} is ${ahead} ms ahead of this clock, at most ${CLOCK_OFFSET_MILLIS_MAX}`);
  }
}

/** The claim has just been stored: its time is the broker's. */
async function checkBrokerClock(journal: JournalStream): Promise<void> {
  const { message } = await journal.last();
  if (message === null) return;
  const offset = Math.abs(message.time.getTime() - Date.now());
  if (offset > CLOCK_OFFSET_MILLIS_MAX) {
    fail(`this clock and the broker's differ by ${offset} ms, at most ${CLOCK_OFFSET_MILLIS_MAX}`);
  }
}

function fail(reason: string): void {
  say(reason);
  Deno.exit(EXIT_AGAIN);
}

function distrust(reason: string): never {
  say(`${reason}: the log cannot be trusted; see ARCHITECTURE.md, "When the log is damaged"`);
  Deno.exit(EXIT_DISTRUST);
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    if (
      error instanceof JournalDamagedError || error instanceof JournalGapError ||
      error instanceof EventsMismatchError || error instanceof JournalBehindError
    ) distrust(error.message);
    say(error instanceof ConfigError ? error.message : String(error));
    Deno.exit(error instanceof ConfigError ? 2 : EXIT_AGAIN);
  }
}
