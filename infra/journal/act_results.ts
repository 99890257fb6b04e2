/**
 * What became of administrative acts: the journal has what was asked for, the events stream what the
 * core did of it.
 *
 * @module
 */
import { EventKind, EventWord } from "../../core/protocol/event_record.ts";
import { checkEventsFrame } from "../../core/protocol/events_frame.ts";
import { frameCount, RECORD_BYTES } from "../../core/protocol/frame.ts";
import { POSITIONED_BODY_BYTES, positionNumber } from "../../core/protocol/position.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { eventsStream } from "../../core/protocol/subjects.ts";
import { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { type JetStreamManager, type NatsConnection, NatsError } from "nats.ws";
import { hasValidCrc } from "./crc.ts";
import type { AdministrativeAct } from "./administrative_acts.ts";

/** Appends whose events are asked for at once. */
const AT_ONCE = 16;
/** Messages of one append's events that are looked through. */
const MESSAGES_MAX = 64;
/** The broker's code for a message that is not there. */
const NO_MESSAGE_FOUND = 10037;

/** Commands that cancel many orders. */
const CANCELS_OF_MANY: ReadonlySet<string> = new Set(["cancelAccount", "cancelInstrument"]);

/**
 * How an act went: `done`; a result code of the refusal; `repeat` of an act that had its outcome
 * before; or `unknown`, where the events are not there (yet).
 */
export type ActResult = "done" | "repeat" | "unknown" | { readonly refused: number };

/** The results of the acts, in their order. Some requests to the broker for each append. */
export async function resultsOf(
  connection: NatsConnection,
  shard: number,
  acts: readonly AdministrativeAct[],
): Promise<ActResult[]> {
  const events = await EventsByAppend.open(connection, shard);
  const sequences = [...new Set(acts.map(({ journalSequence }) => journalSequence))];
  const found = new Map<number, readonly WireBuffer[]>();
  for (let from = 0; from < sequences.length; from += AT_ONCE) {
    const some = sequences.slice(from, from + AT_ONCE);
    const messages = await Promise.all(some.map((sequence) => events.of(sequence)));
    some.forEach((sequence, index) => found.set(sequence, messages[index]));
  }
  return acts.map((act) => resultIn(found.get(act.journalSequence) ?? [], act));
}

/** Says by the request key, which the events of administrative commands carry. */
function resultIn(messages: readonly WireBuffer[], { command, key }: AdministrativeAct): ActResult {
  if (messages.length === 0) return "unknown";
  if (command.kind === "claim") return "done";
  for (const message of messages) {
    const { bytes, halves, words } = message;
    for (let index = 0; index < frameCount(message, 0); index++) {
      const at = POSITIONED_BODY_BYTES + index * RECORD_BYTES;
      const word = (at >> 2) + EventWord.first;
      if (words[word] !== key.low || words[word + 1] !== key.high) continue;
      if (bytes[at] === EventKind.rejected) return { refused: halves[(at >> 1) + 2] };
      if (bytes[at] === EventKind.reference || bytes[at] === EventKind.ledger) return "done";
    }
  }
  // A cancel of many orders ends with its count, which has no key; nor has the outcome of a repeat.
  return CANCELS_OF_MANY.has(command.kind) ? "done" : "repeat";
}

/** The events stream by the appends that made the events. */
class EventsByAppend {
  private constructor(
    readonly manager: JetStreamManager,
    readonly stream: string,
    readonly firstSequence: number,
    readonly lastSequence: number,
  ) {}

  static async open(connection: NatsConnection, shard: number): Promise<EventsByAppend> {
    const manager = await connection.jetstreamManager({ checkAPI: false });
    const stream = eventsStream(shard);
    const { state } = await manager.streams.info(stream);
    return new EventsByAppend(manager, stream, state.first_seq, state.last_seq);
  }

  /** The messages with the events of an append; none where the stream has not got them. */
  async of(journalSequence: number): Promise<WireBuffer[]> {
    const messages: WireBuffer[] = [];
    let at = await this.#first(journalSequence);
    while (messages.length < MESSAGES_MAX && at <= this.lastSequence) {
      const message = await this.#get(at++);
      if (message === null || positionNumber(message, 0) !== journalSequence) break;
      messages.push(message);
    }
    return messages;
  }

  /** Sequence of the first message that is of this append or of a later one: a binary search. */
  async #first(journalSequence: number): Promise<number> {
    // An append makes one message or several, so its first is not before its own number.
    let low = Math.max(this.firstSequence, journalSequence);
    if (low > this.lastSequence || await this.#appendOf(low) >= journalSequence) return low;
    let high = this.lastSequence + 1;
    while (low + 1 < high) {
      const middle = Math.floor((low + high) / 2);
      if (await this.#appendOf(middle) >= journalSequence) high = middle;
      else low = middle;
    }
    return high;
  }

  async #appendOf(sequence: number): Promise<number> {
    const message = await this.#get(sequence);
    return message === null ? 0 : positionNumber(message, 0);
  }

  async #get(sequence: number): Promise<WireBuffer | null> {
    try {
      const { data } = await this.manager.streams.getMessage(this.stream, { seq: sequence });
      const message = WireBuffer.copyOf(data);
      const isWhole = hasValidCrc(data) && checkEventsFrame(message, data.length) === ResultCode.ok;
      return isWhole ? message : null;
    } catch (error) {
      if (error instanceof NatsError && error.api_error?.err_code === NO_MESSAGE_FOUND) return null;
      throw error;
    }
  }
}
