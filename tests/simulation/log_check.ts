/**
 * Reads the journal of a run from its first message on and says what it means: what became of every
 * command, what the events are, and what each read must have shown. The judge of everything else.
 *
 * @module
 */
import { applyFrame, beginAppend } from "../../core/matching/apply.ts";
import { isMovement } from "../../core/matching/repeat_movement.ts";
import { ShardState } from "../../core/matching/shard_state.ts";
import { readCommandReport } from "../../core/protocol/command_report.ts";
import { EventKind } from "../../core/protocol/event_record.ts";
import * as frames from "../../core/protocol/frame.ts";
import { CommandKind, OrderWord } from "../../core/protocol/order_record.ts";
import {
  POSITIONED_BODY_BYTES,
  positionEpoch,
  positionStampMicros,
} from "../../core/protocol/position.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { eventMessagesOf } from "../../core/sequencer/events_frames.ts";
import { checkAppend } from "../../core/sequencer/read_append.ts";
import { Replica } from "../../core/sequencer/replica.ts";
import { collectReports } from "../../core/sequencer/reports.ts";
import { hasValidCrc } from "../../infra/journal/crc.ts";
import { isLate, outcomeOf } from "./client_history.ts";
import { messagesOf } from "./events_sender.ts";
import { MovementCheck } from "./movement_check.ts";
import type { StoredAppend } from "./simulated_broker.ts";
import { SimulationError } from "./simulated_world.ts";
import { CAPACITIES } from "./snapshot_shelf.ts";

/** What became of a command, by the log. */
export interface LoggedCommand {
  readonly outcome: string;
  /** Sequence of its last event. */
  readonly sequence: number;
  readonly storedMicros: number;
}

/** What a journal means. */
export interface LogMeaning {
  readonly replica: Replica;
  /** By {@link commandName}. */
  readonly commands: ReadonlyMap<string, LoggedCommand>;
  /** Messages of the events stream. */
  readonly events: readonly Uint8Array[];
  /** Money that came in less what went out, by asset. */
  readonly supplies: ReadonlyMap<number, number>;
}

/** Names a command by its account and request key. */
export const commandName = (account: number, low: number, high: number): string =>
  `${account}/${high}/${low}`;

/** Replays a journal. `applied` sees the state behind each append. */
export function readLog(
  journal: readonly (StoredAppend | null)[],
  applied: (state: ShardState, stored: StoredAppend) => void,
): LogMeaning {
  const reader = new LogReader();
  for (const [index, stored] of journal.entries()) {
    if (stored === null) throw new SimulationError(`the journal has lost ${index + 1}`);
    reader.take(stored);
    applied(reader.replica.state, stored);
  }
  return reader;
}

class LogReader implements LogMeaning {
  readonly replica = new Replica(CAPACITIES);
  readonly commands = new Map<string, LoggedCommand>();
  readonly events: Uint8Array[] = [];
  readonly #movements = new MovementCheck();
  /** Highest frame of each sender. */
  readonly #senders = new Map<number, number>();
  readonly #deposed = new Set<string>();
  #writer = "";
  #stampMicros = 0;
  #epoch = 0;

  get supplies(): ReadonlyMap<number, number> {
    return this.#movements.supplies;
  }

  take(stored: StoredAppend): void {
    const { replica } = this;
    const { state } = replica;
    const { message, writer } = stored;
    const sequence = replica.journalSequence + 1;
    const wire = WireBuffer.copyOf(message);
    must(hasValidCrc(message), "its CRC is right", sequence);
    const code = checkAppend(wire, message.length, state.commandCount);
    must(code === ResultCode.ok, `it is a valid append (code ${code})`, sequence);
    this.#checkWriter(wire, writer, sequence);
    beginAppend(state, positionStampMicros(wire, 0), positionEpoch(wire, 0));
    const firstEvent = state.events.sequence + 1;
    let at = POSITIONED_BODY_BYTES;
    for (let frame = 0; frame < frames.frameCount(wire, 0); frame++) {
      this.#takeFrame(wire, at, stored, firstEvent);
      at += frames.frameLength(wire, at);
    }
    replica.journalSequence = sequence;
    replica.eventMessages += eventMessagesOf(state.events.count);
    this.events.push(...messagesOf(state, sequence));
  }

  /** Stamps grow, epochs never fall, and no writer writes again once another has. */
  #checkWriter(wire: WireBuffer, writer: string, sequence: number): void {
    const stampMicros = positionStampMicros(wire, 0);
    const epoch = positionEpoch(wire, 0);
    must(stampMicros > this.#stampMicros, "its stamp is later than the one before", sequence);
    if (writer === this.#writer) must(epoch === this.#epoch, "its epoch is the same", sequence);
    else {
      must(epoch > this.#epoch, "a new leader has a new epoch", sequence);
      const kind = frames.frameKind(wire, POSITIONED_BODY_BYTES);
      must(kind === frames.FrameKind.claim, "a leader begins with its claim", sequence);
      this.#deposed.add(this.#writer);
    }
    must(!this.#deposed.has(writer), `${writer} is deposed and writes nothing`, sequence);
    this.#writer = writer;
    this.#stampMicros = stampMicros;
    this.#epoch = epoch;
  }

  #takeFrame(wire: WireBuffer, at: number, stored: StoredAppend, firstEvent: number): void {
    const { senders, state } = this.replica;
    const sender = frames.frameSender(wire, at);
    const number = frames.frameNumber(wire, at);
    const commands = frames.frameCount(wire, at);
    const from = state.events.count;
    applyFrame(state, wire, at, frames.frameLength(wire, at));
    senders.remember(sender, number);
    if (frames.frameKind(wire, at) === frames.FrameKind.claim) return;
    const last = this.#senders.get(sender) ?? 0;
    must(number <= last + 1, `frame ${number} of ${sender} comes behind ${last}`, "");
    this.#senders.set(sender, Math.max(last, number));
    const reports = collectReports(state.events, from, state.events.count, {
      sender,
      frameNumber: number,
      commands,
      stampMicros: state.stampMicros,
      journalSequence: this.replica.journalSequence + 1,
      firstEventSequence: firstEvent,
      epoch: state.epoch,
    });
    this.#takeRecords(wire, at, stored, reports);
  }

  #takeRecords(wire: WireBuffer, at: number, stored: StoredAppend, reports: WireBuffer): void {
    const count = frames.frameCount(reports, 0);
    let record = 0;
    let recordAt = at + frames.FRAME_HEADER_BYTES;
    for (let index = 0; index < frames.frameCount(wire, at); index++) {
      const first = record;
      while (record < count && commandIndex(reports, record) === index) record++;
      this.#takeCommand(wire, recordAt, stored, reports, first, record);
      recordAt += frames.recordBytes(wire, recordAt);
    }
  }

  #takeCommand(
    wire: WireBuffer,
    at: number,
    { storedMicros }: StoredAppend,
    reports: WireBuffer,
    first: number,
    end: number,
  ): void {
    const word = at >> 2;
    const kind = wire.bytes[at];
    const isAdministration = kind > CommandKind.amend;
    const account = isAdministration ? 0 : wire.words[word + OrderWord.account];
    const low = wire.words[word + OrderWord.keyLow];
    const name = commandName(account, low, wire.words[word + OrderWord.keyHigh]);
    const report = readCommandReport(reports, first, end);
    if (isLate(report)) return;
    if (isMovement(kind)) {
      return this.#movements.take(name, wire, at, report, this.replica.state.stampMicros);
    }
    const outcome = outcomeOf(kind, report);
    const known = this.commands.get(name);
    if (known === undefined) {
      this.commands.set(name, { outcome, sequence: report.sequence, storedMicros });
      return;
    }
    must(report.kind === EventKind.summary, "a command counts once", name);
    must(outcome === known.outcome, `${outcome} is the same as ${known.outcome}`, name);
  }
}

function commandIndex(answer: WireBuffer, record: number): number {
  return answer.halves[((POSITIONED_BODY_BYTES + record * frames.RECORD_BYTES) >> 1) + 3];
}

function must(holds: boolean, what: string, where: number | string): void {
  if (!holds) throw new SimulationError(`the journal is not as it must be at ${where}: ${what}`);
}
