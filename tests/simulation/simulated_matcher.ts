/**
 * A matching process of the simulation: restores, stands by, claims and leads, as
 * workers/matching/matching_main.ts does.
 *
 * @module
 */
import { listBalances, listOpenOrders } from "../../core/matching/inspect.ts";
import type { ShardState } from "../../core/matching/shard_state.ts";
import { leaderSubject, querySubject } from "../../core/protocol/subjects.ts";
import type { Replica } from "../../core/sequencer/replica.ts";
import { Sequencer } from "../../core/sequencer/sequencer.ts";
import { EventsMismatchError } from "../../workers/matching/events_publisher.ts";
import { EventsSender } from "./events_sender.ts";
import { type Glue, SHARD } from "./glue.ts";
import { followJournal } from "./journal_reader.ts";
import { LeaseHand } from "./lease_hand.ts";
import type { SimulatedBroker } from "./simulated_broker.ts";
import { SimulatedLeader } from "./simulated_leader.ts";
import { ExitCode, NO_ANSWER, type SimulatedProcess, type Task } from "./simulated_process.ts";
import { SimulatedStandby } from "./simulated_standby.ts";
import { openReplica } from "./snapshot_shelf.ts";

const CLOCK_OFFSET_MICROS_MAX = 2_000_000;
const CLAIM_PAUSE_MICROS = 50_000;
/** How long the broker may take to say how long the journal is. */
const LAST_MICROS_MAX = 2_000_000;
const QUERY_WAIT_MILLIS_MAX = 1_500;
const QUERY_STEP_MICROS = 10_000;
/** Orders that a query lists at most. */
const LISTED_MAX = 500;

/** What a client asks of the live state. */
export interface LiveQuery {
  readonly kind: "balances" | "openOrders";
  readonly account: number;
}

/** What it is told: the content as JSON, and the sequence of the last event in it. */
export interface LiveAnswer {
  readonly sequence: number;
  readonly content: string;
}

/** The answer to a query from this state. */
export function answerFrom(state: ShardState, { account, kind }: LiveQuery): LiveAnswer {
  const content = kind === "balances"
    ? listBalances(state, account)
    : listOpenOrders(state, account, 0, 0, LISTED_MAX);
  return { sequence: state.events.sequence, content: JSON.stringify(content) };
}

/** What a matching process is doing. */
export type MatcherPhase = "restoring" | "standing by" | "taking over" | "leading";

/** One life of a matching process. */
export class SimulatedMatcher {
  phase: MatcherPhase = "restoring";
  replica: Replica | null = null;
  sequencer: Sequencer | null = null;
  sender: EventsSender | null = null;
  /** Once it claims. */
  leader: SimulatedLeader | null = null;
  /** Set to have it lead without asking for the lease. */
  mayUsurp = false;
  readonly #broker: SimulatedBroker;
  readonly #glue: Glue;
  readonly #hand: LeaseHand;

  constructor(readonly process: SimulatedProcess, broker: SimulatedBroker, glue: Glue) {
    this.#broker = broker;
    this.#glue = glue;
    this.#hand = new LeaseHand(process, broker);
    process.perform(this.#lead());
  }

  *#lead(): Task<void> {
    const { process } = this;
    const replica = yield* this.#restore();
    this.replica = replica;
    this.phase = "standing by";
    const standby = new SimulatedStandby(process, this.#broker, replica, this.#hand);
    yield* standby.untilLeaseTaken(() => this.mayUsurp);
    this.phase = "taking over";
    process.world.count("lease taken");
    this.#hand.keep(() => this.#stepDown("another process has the lease"));
    const sender = new EventsSender(process, this.#broker);
    yield* sender.readStored();
    for (;;) {
      yield* standby.catchUp();
      if (this.mayUsurp || this.#glue.mayClaim(this.#hand.holds)) break;
      yield (resume) => process.after(CLAIM_PAUSE_MICROS, resume);
    }
    sender.takeOver(standby.recent);
    this.sender = sender;
    this.#checkClock(replica.state.stampMicros);
    const { state } = replica;
    const sequencer = new Sequencer(
      replica.journalSequence,
      state.stampMicros,
      state.commandCount,
      state.epoch + 1,
      replica.senders,
    );
    this.sequencer = sequencer;
    yield (resume) => this.#claim(replica, sequencer, sender, resume);
    this.phase = "leading";
    process.world.count("takeover");
    this.#serveQueries(state);
    process.connection.publish(leaderSubject(SHARD), null);
    this.#hand.lead();
    const storedMicros = yield* process.connection.answerOf(() =>
      (this.#broker.journal.at(-1)?.storedMicros ?? 0) + process.world.leapMicros
    );
    const isOff = Math.abs(storedMicros - process.clock.wallMicros) > CLOCK_OFFSET_MICROS_MAX;
    if (isOff) process.exit(ExitCode.again, "this clock and the broker's differ");
  }

  *#restore(): Task<Replica> {
    const { process } = this;
    const { connection } = process;
    const broker = this.#broker;
    const sender = new EventsSender(process, broker);
    const storedEvents = yield* sender.readStored();
    const last = yield* connection.answerOf(() => broker.journal.length);
    const replica = yield* openReplica({
      process,
      broker,
      lastSequence: last,
      storedEventMessages: sender.storedMessages,
    });
    sender.beginBehind(replica);
    const { state } = replica;
    yield* followJournal(process, broker, replica, last, () => {
      sender.publish(state, replica.journalSequence);
      return sender.hasRoom ? undefined : sender.drained();
    });
    sender.checkReplayed();
    if (state.events.sequence < storedEvents) {
      throw new EventsMismatchError(`EVENTS has event ${storedEvents}, the journal has not`);
    }
    yield* sender.drained();
    process.world.count("replica restored at a start");
    return replica;
  }

  #claim(replica: Replica, sequencer: Sequencer, sender: EventsSender, claimed: () => void): void {
    const { process } = this;
    let isClaimed = false;
    const leader = new SimulatedLeader({
      process,
      broker: this.#broker,
      glue: this.#glue,
      state: replica.state,
      sequencer,
      sender,
      applied: () => {
        if (isClaimed) return;
        isClaimed = true;
        process.after(0, claimed);
      },
      stopped: (reason, isLogLost) =>
        isLogLost ? process.exit(ExitCode.distrust, reason) : this.#stepDown(reason),
    });
    this.leader = leader;
    leader.start();
  }

  /** Ends; for good, where the journal has less than this process knew of. */
  #stepDown(reason: string): void {
    const { process, replica, sequencer } = this;
    const known = sequencer?.lastSequence ?? replica?.journalSequence ?? 0;
    const read = () => this.#broker.journal.length;
    process.connection.askOnce(read, false, LAST_MICROS_MAX, (last) => {
      if (last === null) process.exit(ExitCode.again, NO_ANSWER);
      else process.exit(last < known ? ExitCode.distrust : ExitCode.again, reason);
    });
  }

  /** Gives the lead up in order: takes no more frames, finishes, and releases the lease. */
  *handOver(leader: SimulatedLeader): Task<void> {
    const { process, sender, sequencer } = this;
    leader.takeNoMore();
    while (sequencer?.phase !== "idle") {
      yield (resume) => process.after(5_000, resume);
    }
    if (sender !== null) yield* sender.drained();
    yield (resume) => this.#hand.release(resume);
    process.exit(ExitCode.again, "handed over");
  }

  #checkClock(stampMicros: number): void {
    const ahead = stampMicros - this.process.clock.wallMicros;
    if (ahead > CLOCK_OFFSET_MICROS_MAX) {
      this.process.exit(ExitCode.again, `the journal is ${ahead} us ahead of this clock`);
    }
  }

  #serveQueries(state: ShardState): void {
    const { connection } = this.process;
    connection.subscriptions.set(querySubject(SHARD), (payload, respond) => {
      this.#answerWhenSure(state, payload as LiveQuery | null, respond, this.process.clock.millis);
    });
  }

  #answerWhenSure(
    state: ShardState,
    query: LiveQuery | null,
    respond: (answer: unknown) => void,
    askedMillis: number,
  ): void {
    if (this.#glue.mayAnswer(this.#hand.holds)) {
      respond(query === null ? "malformed" : answerFrom(state, query));
      return;
    }
    if (this.process.clock.millis - askedMillis > QUERY_WAIT_MILLIS_MAX) return;
    this.process.after(QUERY_STEP_MICROS, () => {
      this.#answerWhenSure(state, query, respond, askedMillis);
    });
  }
}
