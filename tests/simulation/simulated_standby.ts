/**
 * A standby of the simulation: does with the replica and the lease what workers/matching/standby.ts
 * does with them.
 *
 * @module
 */
import { querySubject } from "../../core/protocol/subjects.ts";
import { WatchedLease } from "../../core/sequencer/lease.ts";
import { RecentEvents } from "../../core/sequencer/recent_events.ts";
import type { Replica } from "../../core/sequencer/replica.ts";
import { StreamDamagedError } from "../../infra/nats/stream_follower.ts";
import { JournalBehindError } from "../../infra/snapshot/open_replica.ts";
import { messagesOf } from "./events_sender.ts";
import { SHARD } from "./glue.ts";
import { applyMessage, followJournal, messagesFrom, type ReadMessage } from "./journal_reader.ts";
import type { LeaseHand } from "./lease_hand.ts";
import type { SimulatedBroker } from "./simulated_broker.ts";
import type { SimulatedProcess, Task } from "./simulated_process.ts";

const LOOK_MICROS = 20_000;
const CALLS_MAX = 8;
const CALL_MICROS_MAX = 500_000;
/** Silence after which the journal is asked whether it has more. */
const FOLLOW_MICROS = 250_000;
const READ_MICROS_MAX = 1_000_000;
/** Where the broker pushes the journal's messages to those who follow. */
export const FOLLOW_SUBJECT = "follow";

/** Follows the journal until it has the lease. */
export class SimulatedStandby {
  readonly recent: RecentEvents;
  readonly #process: SimulatedProcess;
  readonly #broker: SimulatedBroker;
  readonly #replica: Replica;
  readonly #hand: LeaseHand;
  readonly #watched = new WatchedLease();
  #isOver = false;
  #isReading = false;
  #calls = 0;

  constructor(
    process: SimulatedProcess,
    broker: SimulatedBroker,
    replica: Replica,
    hand: LeaseHand,
  ) {
    this.#process = process;
    this.#broker = broker;
    this.#replica = replica;
    this.#hand = hand;
    this.recent = new RecentEvents(replica.eventMessages);
  }

  /** Follows until this process has the lease, or is told to lead without. */
  *untilLeaseTaken(mayUsurp: () => boolean): Task<void> {
    const { connection } = this.#process;
    connection.subscriptions.set(FOLLOW_SUBJECT, (payload) => this.#pushed(payload as ReadMessage));
    this.#process.every(FOLLOW_MICROS, () => this.#isOver, () => this.#read());
    yield (resume) => this.#look(mayUsurp, resume);
    this.#isOver = true;
    connection.subscriptions.delete(FOLLOW_SUBJECT);
  }

  /** Applies what the journal has by now. */
  *catchUp(): Task<void> {
    const { connection } = this.#process;
    const last = yield* connection.answerOf(() => this.#broker.journal.length);
    if (last < this.#replica.journalSequence) {
      throw new JournalBehindError(
        `the journal ends at ${last}, but had ${this.#replica.journalSequence}`,
      );
    }
    yield* followJournal(this.#process, this.#broker, this.#replica, last, () => {
      this.#keepEvents();
      return undefined;
    });
  }

  #look(mayUsurp: () => boolean, taken: () => void): void {
    this.#hand.look((seen) => {
      if (mayUsurp()) return taken();
      const now = this.#process.clock.millis;
      if (seen !== null) this.#watched.seen(seen.record, seen.revision, now);
      const candidate = this.#watched.candidate(now);
      if (candidate === null) return this.#lookAgain(mayUsurp, taken);
      this.#hand.take(candidate, (isTaken) => {
        if (isTaken) taken();
        else this.#lookAgain(mayUsurp, taken);
      });
    });
  }

  #lookAgain(mayUsurp: () => boolean, taken: () => void): void {
    this.#call();
    this.#process.after(LOOK_MICROS, () => this.#look(mayUsurp, taken));
  }

  #call(): void {
    if (this.#calls === CALLS_MAX) return;
    this.#calls++;
    let isOver = false;
    const once = (told: () => void) => {
      if (isOver) return;
      isOver = true;
      this.#calls--;
      told();
    };
    this.#process.connection.publish(
      querySubject(SHARD),
      null,
      (answer) => once(() => this.#watched.called(answer !== null, this.#process.clock.millis)),
    );
    this.#process.after(CALL_MICROS_MAX, () => once(() => {}));
  }

  #pushed({ message, sequence }: ReadMessage): void {
    if (this.#isOver || sequence <= this.#replica.journalSequence) return;
    if (sequence === this.#replica.journalSequence + 1) this.#apply(sequence, message);
    else this.#read();
  }

  #read(): void {
    if (this.#isReading || this.#isOver) return;
    this.#isReading = true;
    const first = this.#replica.journalSequence + 1;
    const read = () => ({
      last: this.#broker.journal.length,
      messages: messagesFrom(this.#broker, first),
    });
    this.#process.connection.askOnce(read, false, READ_MICROS_MAX, (answer) => {
      this.#isReading = false;
      if (this.#isOver || answer === null) return;
      // As a follower's new consumer finds it.
      if (answer.last + 1 < first) {
        throw new StreamDamagedError("JOURNAL_0", first, 1, answer.last);
      }
      for (const one of answer.messages) {
        if (one.sequence === this.#replica.journalSequence + 1) this.#pushed(one);
      }
    });
  }

  #apply(sequence: number, message: Uint8Array): void {
    applyMessage(this.#replica, sequence, message);
    this.#process.world.count("append followed");
    this.#keepEvents();
  }

  #keepEvents(): void {
    const { journalSequence, state } = this.#replica;
    for (const message of messagesOf(state, journalSequence)) this.recent.add(message);
  }
}
