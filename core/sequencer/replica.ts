/**
 * A replica of a shard: its state, and what else follows from its journal up to one append. Leaders,
 * standbys, replays and snapshots begin from one and go on from append to append.
 *
 * Each append carries the state hash of the leader that wrote it. A replica compares it with its own
 * before it applies the append: one that has come to another state stops there.
 *
 * @module
 */
import { type Capacities, ShardState } from "../matching/shard_state.ts";
import { isStateHash, stateHashBehind } from "../protocol/position.ts";
import type { WireBuffer } from "../protocol/wire_buffer.ts";
import { eventMessagesOf } from "./events_frames.ts";
import { applyAppend } from "./read_append.ts";
import { SenderOrder } from "./sender_order.ts";

/** A replica has come to another state than the leader that wrote the journal. */
export class StateDivergedError extends Error {
  override readonly name = "StateDivergedError";
  constructor(readonly journalSequence: number, readonly stateHash: string) {
    super(
      `behind append ${journalSequence} this state is another than the leader's was ` +
        `(state hash ${stateHash})`,
    );
  }
}

/** What the journal determines up to its append {@link Replica.journalSequence}. */
export class Replica {
  readonly state: ShardState;
  readonly senders = new SenderOrder();
  /** Sequence of the last append that was applied; 0: none. */
  journalSequence = 0;
  /** Messages that the appends so far make of the events stream. */
  eventMessages = 0;
  /** Halves of the state hash behind the append before the last one; `null` while not known. */
  #before: readonly [low: number, high: number] | null = null;

  constructor(capacities?: Capacities) {
    this.state = new ShardState(capacities);
  }

  /**
   * Applies the next append, which has been checked (see `checkAppend`).
   *
   * @throws {StateDivergedError} when the leader's state was another one; nothing is applied then
   */
  apply(wire: WireBuffer): void {
    const { events } = this.state;
    this.#compare(wire);
    this.#before = [events.hashLow, events.hashHigh];
    applyAppend(this.state, this.senders, wire);
    this.journalSequence++;
    this.eventMessages += eventMessagesOf(events.count);
  }

  #compare(wire: WireBuffer): void {
    const behind = stateHashBehind(wire, 0);
    const { events } = this.state;
    const own = behind === 1
      ? [events.hashLow, events.hashHigh]
      : behind === 2
      ? this.#before
      : null;
    if (own === null || isStateHash(wire, 0, own[0], own[1])) return;
    throw new StateDivergedError(this.journalSequence + 1 - behind, events.stateHash);
  }
}
