/**
 * A replica of a shard: its state, and what else follows from its journal up to one append. Leaders,
 * standbys, replays and snapshots begin from one and go on from append to append.
 *
 * @module
 */
import { type Capacities, ShardState } from "../matching/shard_state.ts";
import type { WireBuffer } from "../protocol/wire_buffer.ts";
import { eventMessagesOf } from "./events_frames.ts";
import { applyAppend } from "./read_append.ts";
import { SenderOrder } from "./sender_order.ts";

/** What the journal determines up to its append {@link Replica.journalSequence}. */
export class Replica {
  readonly state: ShardState;
  readonly senders = new SenderOrder();
  /** Sequence of the last append that was applied; 0: none. */
  journalSequence = 0;
  /** Messages that the appends so far make of the events stream. */
  eventMessages = 0;

  constructor(capacities?: Capacities) {
    this.state = new ShardState(capacities);
  }

  /** Applies the next append, which has been checked (see `checkAppend`). */
  apply(wire: WireBuffer): void {
    applyAppend(this.state, this.senders, wire);
    this.journalSequence++;
    this.eventMessages += eventMessagesOf(this.state.events.count);
  }
}
