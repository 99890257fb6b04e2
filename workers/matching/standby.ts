/**
 * A standby: follows the journal append by append and waits for the lease.
 *
 * @module
 */
import { type NatsConnection, NatsError } from "nats.ws";
import { journalStream, querySubject, standbySubject } from "../../core/protocol/subjects.ts";
import { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { APPEND_BYTES_MAX } from "../../core/sequencer/append_buffer.ts";
import { EVENTS_PER_MESSAGE_MAX, eventsMessage } from "../../core/sequencer/events_frames.ts";
import { WatchedLease } from "../../core/sequencer/lease.ts";
import { RecentEvents } from "../../core/sequencer/recent_events.ts";
import type { Replica } from "../../core/sequencer/replica.ts";
import { sealCrc } from "../../infra/journal/crc.ts";
import type { JournalStream } from "../../infra/journal/journal_stream.ts";
import { applyMessage } from "../../infra/journal/replay.ts";
import { followStream } from "../../infra/nats/stream_follower.ts";
import { journalEnd } from "./broker_patience.ts";
import { JournalBehindError } from "../../infra/snapshot/open_replica.ts";
import type { LeaseKeeper } from "./lease_keeper.ts";

/** Time between two looks at the lease, and two calls of the leader. */
const LOOK_MILLIS = 20;
/** How long the leader may take to say that it is there. */
const CALL_MILLIS_MAX = 500;
/** Calls that may be on their way. */
const CALLS_MAX = 8;
/** The client library's code for "nobody listens". */
const NO_RESPONDERS = "503";

/** What a standby works with. */
export interface StandbyParts {
  readonly connection: NatsConnection;
  readonly shard: number;
  readonly journal: JournalStream;
  /** Behind the journal's last append, or not far from it. */
  readonly replica: Replica;
  readonly keeper: LeaseKeeper;
  /** Names this process. */
  readonly name: string;
  readonly say: (line: string) => void;
}

/** One process of a shard that does not lead. */
export class Standby {
  /** The last messages of the events stream that the replica makes. */
  readonly recent: RecentEvents;
  readonly #parts: StandbyParts;
  readonly #wire = WireBuffer.allocate(APPEND_BYTES_MAX);
  readonly #watched = new WatchedLease();
  readonly #abort = new AbortController();
  #callsOutstanding = 0;

  constructor(parts: StandbyParts) {
    this.#parts = parts;
    this.recent = new RecentEvents(parts.replica.eventMessages);
  }

  /**
   * Follows until this process has the lease. The replica may stand some appends behind then.
   *
   * @throws {JournalDamagedError | JournalGapError | StreamDamagedError}
   */
  async untilLeaseTaken(): Promise<void> {
    const { connection, name, replica, say, shard } = this.#parts;
    const presence = connection.subscribe(standbySubject(shard), {
      callback: (_, message) => {
        const { journalSequence, state } = replica;
        const { stateHash } = state.events;
        message.respond(JSON.stringify({ standby: name, journalSequence, stateHash }));
      },
    });
    const failed = Promise.withResolvers<never>();
    const following = this.#follow().catch(failed.reject);
    try {
      await Promise.race([this.#takeLease(say), failed.promise]);
      this.#abort.abort();
      await Promise.race([following, failed.promise]);
    } finally {
      this.#abort.abort();
      presence.unsubscribe();
    }
  }

  /**
   * Applies what the journal has by now. A leader that writes on behind that is fenced off by the
   * claim.
   *
   * @param least append that the journal is known to have
   * @throws {JournalBehindError} when it has less than this replica has applied
   */
  async catchUp(least: number): Promise<void> {
    const { journal, replica } = this.#parts;
    const last = await journalEnd(journal, Math.max(least, replica.journalSequence));
    if (last < replica.journalSequence) {
      throw new JournalBehindError(
        `${journal.name} ends at ${last}, but had ${replica.journalSequence}: ` +
          "the broker has lost what it acknowledged",
      );
    }
    for await (const { data, sequence } of journal.read(replica.journalSequence + 1, last)) {
      this.#apply(sequence, data);
    }
  }

  async #takeLease(say: (line: string) => void): Promise<void> {
    const { keeper } = this.#parts;
    for (let isFirst = true;; isFirst = false) {
      const seen = await keeper.look().catch(() => null);
      const now = performance.now();
      if (seen !== null) this.#watched.seen(seen.record, seen.revision, now);
      const candidate = this.#watched.candidate(now);
      if (candidate !== null && await this.#take(candidate)) return;
      if (isFirst) say(`standing by for ${seen?.record?.holder ?? "nobody yet"}`);
      this.#call();
      await new Promise((resolve) => setTimeout(resolve, LOOK_MILLIS));
    }
  }

  /** Takes the lease from a revision. Where the bucket takes nothing, its holder cannot renew it. */
  async #take(revision: number): Promise<boolean> {
    try {
      return await this.#parts.keeper.take(revision);
    } catch {
      this.#watched.unwritable(performance.now());
      return false;
    }
  }

  /**
   * Asks the leader anything: what counts is whether somebody listens. A call that is on its way to a
   * leader as it dies gets no answer at all, so none is waited for before the next.
   */
  #call(): void {
    if (this.#callsOutstanding === CALLS_MAX) return;
    this.#callsOutstanding++;
    const { connection, shard } = this.#parts;
    connection.request(querySubject(shard), "", { timeout: CALL_MILLIS_MAX }).then(
      () => this.#watched.called(true, performance.now()),
      (error) => {
        // One that does not answer may be stopped or busy: the lease tells.
        const isGone = error instanceof NatsError && error.code === NO_RESPONDERS;
        if (isGone) this.#watched.called(false, performance.now());
      },
    ).finally(() => this.#callsOutstanding--);
  }

  async #follow(): Promise<void> {
    const { connection, replica, say, shard } = this.#parts;
    const messages = followStream({
      connection,
      stream: journalStream(shard),
      firstSequence: replica.journalSequence + 1,
      signal: this.#abort.signal,
      say,
    });
    for await (const { data, sequence } of messages) {
      // What comes after the end is read again.
      if (this.#abort.signal.aborted) return;
      this.#apply(sequence, data);
    }
  }

  #apply(sequence: number, data: Uint8Array): void {
    const { journal, replica } = this.#parts;
    applyMessage(journal, replica, this.#wire, sequence, data);
    const { epoch, events, stampMicros } = replica.state;
    for (let from = 0; from < events.count; from += EVENTS_PER_MESSAGE_MAX) {
      const to = Math.min(events.count, from + EVENTS_PER_MESSAGE_MAX);
      const message = eventsMessage(events, from, to, stampMicros, sequence, epoch);
      sealCrc(message, message.bytes.length);
      this.recent.add(message.bytes);
    }
  }
}
