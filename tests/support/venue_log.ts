/**
 * What the logs of a venue under test say: a replay of the journal from nothing, and the events
 * stream beside it.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { JetStreamManager } from "nats.ws";
import { ShardState } from "../../core/matching/shard_state.ts";
import { EventFlag, EventKind, EventWord } from "../../core/protocol/event_record.ts";
import { RECORD_BYTES } from "../../core/protocol/frame.ts";
import { stateHashBehind } from "../../core/protocol/position.ts";
import { readU64, WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { eventsStream } from "../../core/protocol/subjects.ts";
import { EVENTS_PER_MESSAGE_MAX, eventsMessage } from "../../core/sequencer/events_frames.ts";
import { Replica } from "../../core/sequencer/replica.ts";
import { sealCrc } from "../../infra/journal/crc.ts";
import { JournalStream } from "../../infra/journal/journal_stream.ts";
import { replayJournal } from "../../infra/journal/replay.ts";
import { EventsReader } from "../../workers/history/events_reader.ts";
import { pause, SHARD, type Venue } from "./venue.ts";

/** How long the events stream may take to have what the journal has. */
const EVENTS_MILLIS_MAX = 10_000;

/** How an order entered the log, and what it took from the book as it did. */
export interface Entry {
  readonly account: number;
  /** The request key as text, `low/high`. */
  readonly key: string;
  readonly isAccepted: boolean;
  readonly orderId: number;
  executedLots: number;
  notional: number;
  fees: number;
}

/** What a replay of the whole journal gives. */
export interface Replayed {
  readonly state: ShardState;
  /** Messages of the journal. */
  readonly appends: number;
  /** Orders in the order in which they entered, repeats not among them. */
  readonly entries: readonly Entry[];
  /** Epoch of each claim. */
  readonly claims: readonly number[];
  /** Epoch of each append. */
  readonly epochs: readonly number[];
  /** The messages that the events stream must have. */
  readonly events: readonly Uint8Array[];
}

/** Replays the journal of the venue from nothing, as it is now. */
export async function replayVenue(venue: Venue): Promise<Replayed> {
  const journal = new JournalStream(await venue.connectAs("replay"), SHARD);
  const { sequence: appends } = await journal.last();
  const replica = new Replica();
  const { state } = replica;
  const entries = new Entries();
  const events: Uint8Array[] = [];
  const epochs: number[] = [];
  await replayJournal(journal, appends, replica, {
    applied: (sequence) => {
      entries.read(state);
      epochs.push(state.epoch);
      for (let from = 0; from < state.events.count; from += EVENTS_PER_MESSAGE_MAX) {
        const to = Math.min(state.events.count, from + EVENTS_PER_MESSAGE_MAX);
        const { stampMicros, epoch } = state;
        const message = eventsMessage(state.events, from, to, stampMicros, sequence, epoch);
        sealCrc(message, message.bytes.length);
        events.push(message.bytes);
      }
    },
  });
  for await (const { sequence, data } of journal.read(1, appends)) {
    const behind = stateHashBehind(WireBuffer.copyOf(data), 0);
    assert.ok(behind === 1 || behind === 2, `append ${sequence} has the leader's state hash`);
  }
  return { state, appends, entries: entries.list, claims: entries.claims, epochs, events };
}

/** Asserts that the events stream is, byte for byte and in order, what the journal makes. */
export async function checkEventsStream(venue: Venue, expected: readonly Uint8Array[]) {
  const connection = await venue.connectAs("history");
  const name = eventsStream(SHARD);
  await waitForMessages(await connection.jetstreamManager(), name, expected.length);
  const reader = await EventsReader.open(connection, name, 1);
  let place = 0;
  while (place < expected.length) {
    for (const { streamSequence, data } of await reader.take()) {
      const wanted = expected[place++];
      assert.equal(streamSequence, place, `${name} is read in order`);
      assert.ok(isEqual(data, wanted), `message ${place} of ${name} is not what the journal makes`);
    }
  }
  await reader.close();
}

async function waitForMessages(manager: JetStreamManager, name: string, count: number) {
  const until = performance.now() + EVENTS_MILLIS_MAX;
  for (;;) {
    const { state } = await manager.streams.info(name);
    assert.ok(state.last_seq <= count, `${name} has ${state.last_seq} messages, not ${count}`);
    if (state.last_seq === count) return;
    assert.ok(performance.now() < until, `${name} has only ${state.last_seq} of ${count} messages`);
    await pause(20);
  }
}

/** Reads entries and trades out of the events of each append. */
class Entries {
  readonly list: Entry[] = [];
  readonly claims: number[] = [];
  readonly #byOrderId = new Map<number, Entry>();

  read(state: ShardState): void {
    const { bytes, words } = state.events.buffer;
    for (let event = 0; event < state.events.count; event++) {
      const at = event * RECORD_BYTES;
      const word = at >> 2;
      const kind = bytes[at];
      const orderId = readU64(words, word + EventWord.orderId);
      if (kind === EventKind.claim) this.claims.push(readU64(words, word + EventWord.price));
      if (kind === EventKind.accepted || kind === EventKind.rejected) {
        const entry = {
          account: words[word + EventWord.account],
          key: `${words[word + EventWord.first]}/${words[word + EventWord.first + 1]}`,
          isAccepted: kind === EventKind.accepted,
          orderId,
          executedLots: 0,
          notional: 0,
          fees: 0,
        };
        this.list.push(entry);
        if (entry.isAccepted) this.#byOrderId.set(orderId, entry);
      }
      const isTaker = (bytes[at + 3] & EventFlag.maker) === 0;
      if (kind === EventKind.trade && isTaker) {
        const entry = this.#byOrderId.get(orderId);
        assert.ok(entry !== undefined, `order ${orderId} trades before it is accepted`);
        const lots = readU64(words, word + EventWord.quantity);
        entry.executedLots += lots;
        // One tick times one lot is one minor unit of USD.
        entry.notional += lots * readU64(words, word + EventWord.price);
        entry.fees += readU64(words, word + EventWord.first);
      }
    }
  }
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
