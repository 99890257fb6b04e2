/**
 * The matching process of a shard: restores its state from the newest snapshot and the journal,
 * stands by until it can have the lease, claims the lead, and leads until it is stopped. Any number of
 * them may run for a shard: one leads, the others follow. Market data and history are Workers of the
 * one that leads; the others have them too, silent.
 *
 * Standard output carries one line of JSON once it leads: `{"ready":true,"epoch":…}`; everything
 * else goes to standard error. Exit codes: 0 stopped in order, 3 deposed, handed over, or the
 * broker failed it (start again), 4 the log cannot be trusted (do not start again before a person has looked).
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import { leaderSubject } from "../../core/protocol/subjects.ts";
import { type Replica, StateDivergedError } from "../../core/sequencer/replica.ts";
import { Sequencer } from "../../core/sequencer/sequencer.ts";
import { ConfigError, readConfig } from "../../infra/config.ts";
import {
  JournalDamagedError,
  JournalGapError,
  JournalStream,
} from "../../infra/journal/journal_stream.ts";
import { connectNats } from "../../infra/nats/connect.ts";
import { inboxPrefixOf } from "../../infra/nats/inbox.ts";
import { parseCredentials } from "../../infra/nats/jwt.ts";
import { StreamDamagedError } from "../../infra/nats/stream_follower.ts";
import { JournalBehindError } from "../../infra/snapshot/open_replica.ts";
import { journalEnd, whenAnswered } from "./broker_patience.ts";
import { EventsMismatchError, EventsPublisher } from "./events_publisher.ts";
import { Leader } from "./leader.ts";
import { serveHandover } from "./handover.ts";
import { LeaseKeeper } from "./lease_keeper.ts";
import { serveLiveQueries } from "./live_queries.ts";
import { MATCHING_VARIABLES, type MatchingConfig } from "./matching_config.ts";
import { type Projections, startProjections } from "./projections.ts";
import { ReferencePublisher } from "./reference_publisher.ts";
import { restore } from "./restore.ts";
import { Standby } from "./standby.ts";
import { StandbyList } from "./standby_list.ts";

/** How far this machine's clock may be from the broker's, or behind the journal, to lead. */
export const CLOCK_OFFSET_MILLIS_MAX = 2_000;
/** Longest time to end in order. */
const STOP_MILLIS_MAX = 4_000;
/** Pause before a process that is not sure of the lease reads the journal again. */
const CLAIM_PAUSE_MILLIS = 50;
const EXIT_AGAIN = 3;
const EXIT_DISTRUST = 4;

const say = (line: string) => console.error(`matching: ${line}`);

/** A process that leads. */
interface Leading {
  readonly epoch: number;
  /** Of the journal's last append that is known. */
  readonly sequence: () => number;
  /** Takes no more frames, finishes what was taken, and gives the lease up. */
  yield(): Promise<void>;
}

async function main(): Promise<void> {
  const config = readConfig(MATCHING_VARIABLES);
  const connection = await connectNats({
    servers: config.natsUrl,
    credentials: config.natsCredentials,
    name: `matching-${config.shard}`,
    socket: config.natsSocket,
    waitForServer: true,
  });
  let leading: Leading | null = null;
  let projections: Projections | null = null;
  let isStopping = false;
  const stop = async (code: number) => {
    if (isStopping) return;
    isStopping = true;
    // A broker that says nothing keeps nobody from ending.
    setTimeout(() => Deno.exit(code), STOP_MILLIS_MAX);
    await leading?.yield();
    await projections?.stop();
    await connection.drain();
    Deno.exit(code);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    Deno.addSignalListener(signal, () => void stop(0));
  }
  projections = startProjections(config, fail);
  leading = await lead(connection, config, projections.events);
  const { sequence } = leading;
  serveHandover(connection, config.shard, sequence, async (standby) => {
    say(`hands the lead over to ${standby}`);
    await leading?.yield();
    return () => void stop(EXIT_AGAIN);
  });
  await projections.lead();
  console.log(JSON.stringify({ ready: true, epoch: leading.epoch, shard: config.shard }));
}

/** What a process leads with that has the lease and all that the journal has. */
interface Prepared {
  readonly name: string;
  /** Of this process alone. */
  readonly inbox: string;
  readonly journal: JournalStream;
  readonly keeper: LeaseKeeper;
  readonly replica: Replica;
  readonly publisher: EventsPublisher;
  /** How far the journal is known to go. */
  readonly known: { sequence: () => number };
  /** Ends this process, for a reason that another start may not have. */
  readonly stepDown: (reason: string) => void;
}

/** Replays, and stands by until the lease can be had. */
async function prepare(
  connection: NatsConnection,
  config: MatchingConfig,
  direct: Projections["events"],
): Promise<Prepared> {
  const { shard } = config;
  const name = `matching-${Deno.pid}`;
  // An inbox of this process alone: to another leader of the same user, an acknowledgement that is
  // meant for this one would look like its own.
  const prefix = inboxPrefixOf(parseCredentials(config.natsCredentials).jwt);
  const inbox = `${prefix}.leader-${crypto.randomUUID()}`;
  const journal = new JournalStream(connection, shard);
  const keeper = new LeaseKeeper(connection, shard, `${name}-${crypto.randomUUID()}`);
  const first = new EventsPublisher(connection, shard, `${inbox}.replayed`);
  const replica = await restore(connection, config, journal, first, say);
  await first.drained();
  const standby = new Standby({ connection, shard, journal, replica, keeper, name, say });
  await standby.untilLeaseTaken();
  const known = { sequence: () => replica.journalSequence };
  const stepDown = (reason: string) => void endAgain(journal, known.sequence(), reason);
  keeper.keep(() => stepDown("another process has the lease"));
  const publisher = new EventsPublisher(connection, shard, `${inbox}.events`, direct);
  await whenAnswered(() => publisher.readStored(), say);
  // One that was stopped meanwhile may have read the claim of its successor, and would depose it
  // while it answers queries. Held behind the reading, the lease says that there was none. Where it
  // could not be renewed, as while the broker elects, it is once more, or lost.
  for (;;) {
    await whenAnswered(() => standby.catchUp(publisher.storedJournalSequence), say);
    if (keeper.holds) break;
    await new Promise((resolve) => setTimeout(resolve, CLAIM_PAUSE_MILLIS));
  }
  publisher.takeOver(standby.recent);
  return { name, inbox, journal, keeper, replica, publisher, known, stepDown };
}

/** Claims the lead once it can be had, and leads. */
async function lead(
  connection: NatsConnection,
  config: MatchingConfig,
  direct: Projections["events"],
): Promise<Leading> {
  const { shard } = config;
  const prepared = await prepare(connection, config, direct);
  const { inbox, journal, keeper, known, name, publisher, replica, stepDown } = prepared;
  const { state } = replica;
  checkClock(state.stampMicros / 1000, "the journal's last stamp");
  const reference = new ReferencePublisher(connection, state);
  reference.publish();
  const sequencer = sequencerBehind(replica);
  known.sequence = () => sequencer.lastSequence;
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
    stopped: (reason, logIsLost) => logIsLost ? distrust(reason) : stepDown(reason),
    say,
  });
  leader.start();
  await claimed.promise;
  const standbys = new StandbyList(connection, shard);
  serveLiveQueries(connection, shard, state, sequencer, {
    name,
    standbys: () => standbys.names,
    isSure: () => keeper.holds,
  });
  connection.publish(
    leaderSubject(shard),
    JSON.stringify({ leader: name, epoch: sequencer.epoch }),
  );
  await keeper.lead();
  await whenAnswered(() => checkBrokerClock(journal), say);
  say(`leads shard ${shard}, epoch ${sequencer.epoch}, journal sequence ${sequencer.lastSequence}`);
  return {
    epoch: sequencer.epoch,
    sequence: () => sequencer.lastSequence,
    yield: async () => {
      await leader.drain();
      await keeper.release().catch(() => {});
    },
  };
}

/** A sequencer that claims the next epoch behind what a replica has applied. */
function sequencerBehind({ journalSequence, senders, state }: Replica): Sequencer {
  const { commandCount, epoch, stampMicros } = state;
  return new Sequencer(journalSequence, stampMicros, commandCount, epoch + 1, senders);
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

/**
 * Ends, to be started again; but where the journal has less than this process knew of, nobody may go
 * on from what is left, and the next start could not tell.
 */
async function endAgain(journal: JournalStream, known: number, reason: string): Promise<void> {
  const last = await journalEnd(journal, known).catch(() => null);
  if (last !== null && last < known) {
    distrust(`${reason}; ${journal.name} ends at ${last}, but had ${known}`);
  }
  fail(`stepped down: ${reason}`);
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
      error instanceof EventsMismatchError || error instanceof JournalBehindError ||
      error instanceof StateDivergedError || error instanceof StreamDamagedError
    ) distrust(error.message);
    say(error instanceof ConfigError ? error.message : String(error));
    Deno.exit(error instanceof ConfigError ? 2 : EXIT_AGAIN);
  }
}
